"""What is watched, bound to one pack: its patterns, its pathways, and the process that has their rule sets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sangao.adapters.events.patterns import Marker
from sangao.adapters.events.rulesets import days_rule, moves, overdue_rule, statechart
from sangao.adapters.events.worker import CONTEXTS, Worker
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run.narrowed import narrowed

DUES = "dues"


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody wants to hear of; `contexts` is how many questions one process of durable-rules answers."""

    decisions: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    contexts: int = CONTEXTS


@dataclass(frozen=True, slots=True)
class Way:
    """A pathway as a statechart: numbers of its states, and which of them lead to which."""

    pathway: ir.Pathway
    states: dict[str, int]
    moves: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Bound:
    """The parts that belong to one pack; another pack gets others, and another process.

    `asked` is the pack cut down to what is watched: an event admits and works out nothing else.
    """

    pack: Pack
    asked: Pack
    marker: Marker
    ways: tuple[Way, ...]
    numbers: dict[str, int]
    worker: Worker


def bind(pack: Pack, watched: Watched) -> Bound:
    """Return everything that watching a pack needs. Raises SangaoError for what the pack does not have."""
    for name in (*watched.decisions, *watched.dates):
        pack.decision(name)
    ways = tuple(_way(pack.pathway(name, Chart.of()).pathway) for name in watched.pathways)
    marker = Marker(pack.compiled, watched.decisions)
    rules: list[tuple[str, str, object]] = [("days", one.id, days_rule(one)) for one in marker.patterns]
    rules += [("chart", one.pathway.id, statechart(len(one.states), sorted(one.moves))) for one in ways]
    rules.append(("dues", DUES, overdue_rule()))
    numbers = {name: number for number, (_, name, _) in enumerate(rules)}
    told: Sequence[dict[str, object]] = [{"kind": kind, "rules": rule} for kind, _, rule in rules]
    asked = Pack(narrowed(pack.compiled, [*watched.decisions, *watched.dates, *_of_ways(ways)]), pack.hash)
    return Bound(pack, asked, marker, ways, numbers, Worker(told, contexts=watched.contexts))


def _of_ways(ways: Sequence[Way]) -> Iterator[str]:
    """Return the decisions that say where a patient stands on pathways."""
    for one in (way.pathway for way in ways):
        yield from (one.id, *filter(None, (one.next, one.next_due)), *(decision for _, decision in one.executed))
        yield from (decision for task in one.tasks for decision in (task.status, task.due))


def _way(pathway: ir.Pathway) -> Way:
    return Way(pathway, {one.id: i for i, one in enumerate(pathway.states)}, moves(pathway))
