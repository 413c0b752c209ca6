"""Many charts: the same admission and the same answers as for one chart, without doing the same work twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run.admit import Admitter
from sangao.engine.run.cones import cone
from sangao.engine.run.rows import compile_rows


@dataclass(frozen=True, slots=True)
class Admitted:
    """Leaf values of both passes in the order of `Many.leaves` (one list when nothing is assumed), and the problems."""

    open: list[Any]
    assumed: list[Any]
    problems: Sequence[Problem]


def narrowed(pack: ir.Pack, decisions: Iterable[str]) -> ir.Pack:
    """Return the pack with only these decisions and what they rest on; what it answers of them is unchanged."""
    leaves: dict[str, None] = {}
    kept: dict[str, None] = {}
    for name in decisions:
        below, asked = cone(pack, name)
        leaves |= dict.fromkeys(below)
        kept |= dict.fromkeys(asked)
    todo = list(leaves)
    while todo:
        source = pack.leaves[todo.pop()].source
        for one in source.inputs if isinstance(source, ir.Derived) else ():
            if one not in leaves:
                leaves[one] = None
                todo.append(one)
    return replace(
        pack,
        leaves={name: leaf for name, leaf in pack.leaves.items() if name in leaves},
        decisions={name: one for name, one in pack.decisions.items() if name in kept},
    )


class Many:
    """Answers charts one after the other for chosen decisions of one pack; one per process."""

    def __init__(self, pack: ir.Pack, decisions: Sequence[str]) -> None:
        self.pack = narrowed(pack, decisions)
        self.decisions = tuple(decisions)
        self.rows = compile_rows(self.pack)
        self.leaves = self.rows.leaves
        self._admitter = Admitter(self.pack)

    def admit(self, chart: Chart) -> Admitted:
        """Admit one chart."""
        found = self._admitter(chart)
        first = [found.open[one] for one in self.leaves]
        second = first if found.assumed is found.open else [found.assumed[one] for one in self.leaves]
        return Admitted(first, second, found.problems)
