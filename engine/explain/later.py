"""What an answer works out when it is first asked for it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sangao.engine.answer import Missing
from sangao.engine.chart import Chart
from sangao.engine.explain import argument, nearest
from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from sangao.engine.run import residual
from sangao.engine.run.admit import BOTH, Admission


class Asked(Protocol):
    """What explanations need of a pack that is ready to be asked (`sangao.engine.guide.Pack`)."""

    compiled: ir.Pack

    @property
    def rows(self) -> Any:
        """Return the generated runner."""

    def admit(self, chart: Chart) -> Admission:
        """Return the chart as the pack sees it."""


def case_of(asked: Asked, chart: Chart) -> argument.Case:
    """Return a chart under a pack, both passes evaluated."""
    admission = asked.admit(chart)
    found: argument.Case | None = admission.worked.get(("", "case"))
    if found is None:
        both = admission.worked.get(BOTH) or asked.rows.evaluate(admission.open, admission.assumed)
        opened, assumed = admission.worked[BOTH] = both
        found = admission.worked["", "case"] = argument.Case(asked.compiled, admission, opened, assumed, asked.rows)
    return found


def missing(asked: Asked, decision: ir.Decision, chart: Chart) -> Missing:
    """Return the smallest sets of blank facts that settle."""
    found: Missing = later(asked, decision, chart, "missing")
    return found


def _answers(given: Admission) -> Mapping[str, Any] | None:
    """Return what the assumed pass allows, where every decision was asked already."""
    both = given.worked.get(BOTH)
    return both[1] if both else None


def _missing(asked: Asked, decision: ir.Decision, chart: Chart) -> Missing:
    given = asked.admit(chart)
    answers = _answers(given)
    found: Missing = residual.missing(asked.rows, decision.id, given.open, given.assumed, answers=answers)
    return found


def _ask_first(asked: Asked, decision: ir.Decision, chart: Chart) -> str | None:
    """Return a fact that must be asked if a set holds one, else the cheapest of the first set that is no setting."""
    sets = missing(asked, decision, chart).sets
    if not sets:
        return None
    facts = asked.compiled.dictionary.facts
    order = list(facts)
    must = [fact for one in sets for fact in one if facts[fact].absent == "must_ask" or fact in decision.must_ask]
    if must:
        return must[0]
    able = [fact for fact in sets[0] if not facts[fact].site]
    return min(able, key=lambda fact: (unwritten(facts, fact), facts[fact].cost, order.index(fact)), default=None)


def unwritten(facts: Mapping[str, Fact], fact: str) -> bool:
    """Return whether a fact holds the values of which nobody wrote how they were taken: nobody can measure that."""
    return any(value == "unknown" and to == fact for one in facts.values() for _, value, to in one.select)


def _assumed(asked: Asked, decision: ir.Decision, chart: Chart) -> tuple[str, ...]:
    given = asked.admit(chart)
    released: tuple[str, ...] = residual.assumed(
        asked.rows, decision.id, given.open, given.assumed, given.assumed_facts, _answers(given)
    )
    return released


def _because(asked: Asked, decision: ir.Decision, chart: Chart) -> tuple[dict[str, Any], ...]:
    return argument.because(case_of(asked, chart), decision)


def _change(asked: Asked, decision: ir.Decision, chart: Chart) -> tuple[dict[str, Any], ...]:
    return nearest.changes(case_of(asked, chart), decision)


def _needs(asked: Asked, decision: ir.Decision, chart: Chart) -> Mapping[str, Any]:
    return nearest.needs(case_of(asked, chart), decision)


_WORK: dict[str, Callable[[Asked, ir.Decision, Chart], Any]] = {
    "missing": _missing,
    "ask_first": _ask_first,
    "assumed": _assumed,
    "because": _because,
    "change": _change,
    "needs": _needs,
}


def later(asked: Asked, decision: ir.Decision, chart: Chart, what: str) -> Any:
    """Return one of the parts of an answer that are worked out when first read, and once for a chart."""
    worked = asked.admit(chart).worked
    key = (decision.id, what)
    if key not in worked:
        worked[key] = _WORK[what](asked, decision, chart)
    return worked[key]
