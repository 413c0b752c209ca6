"""What comes out: the answer to one decision, and the result over all of them.

Answers are frozen data. What costs time (missing sets, released assumptions, the nearest change) is computed by the
pack that gave the answer when it is first read, through `Answer.later`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sangao.engine.errors import Problem

Status = Literal["settled", "provisional", "unknown"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as an answer gives it: exact decimal text.

    >>> Quantity("130", "mmHg").to_dict()
    {'number': '130', 'unit': 'mmHg'}
    """

    number: str
    unit: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"number": self.number, "unit": self.unit}


Value = str | bool | Quantity | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Missing:
    """The inclusion-minimal sets of blank facts that settle, in order.

    `more` says there are more than eight, `minimal` is false when a search was stopped early.
    """

    sets: tuple[tuple[str, ...], ...] = ()
    more: bool = False
    minimal: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one decision.

    `value` comes from the assumed pass; `possible`, `at_least`, `at_most` from the open pass (for a number or date the
    ends of its interval). `missing`, `ask_first`, `assumed`, `needs` and `change` are worked out when first read.
    """

    decision: str
    value: Value
    status: Status
    at_least: Value = None
    at_most: Value = None
    possible: tuple[Value, ...] = ()
    open: Any = None
    taken: Any = None
    later: Callable[[str], Any] | None = field(default=None, compare=False, repr=False)

    def _later(self, what: str, empty: Any) -> Any:
        return self.later(what) if self.later else empty

    @property
    def missing(self) -> Missing:
        """Return the smallest sets of blank facts that would settle this answer."""
        result: Missing = self._later("missing", Missing())
        return result

    @property
    def ask_first(self) -> str | None:
        """Return the cheapest fact of the first missing set."""
        result: str | None = self._later("ask_first", None)
        return result

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the facts assumed false that the value rests on."""
        result: tuple[str, ...] = self._later("assumed", ())
        return result

    @property
    def needs(self) -> dict[str, dict[str, Any]]:
        """Return, per fact of a window, the days still needed and until when."""
        result: dict[str, dict[str, Any]] = self._later("needs", {})
        return result

    @property
    def because(self) -> tuple[dict[str, Any], ...]:
        """Return the argument: rules that decided, with data, citations and exceptions considered."""
        result: tuple[dict[str, Any], ...] = self._later("because", ())
        return result

    @property
    def change(self) -> tuple[dict[str, Any], ...]:
        """Return the nearest single changes of actionable facts that would give another answer."""
        result: tuple[dict[str, Any], ...] = self._later("change", ())
        return result


@dataclass(frozen=True, slots=True)
class Result:
    """All decisions of a pack on one chart, its advice (`sangao.engine.run.advice.Listed`), the problems of the chart.

    `pack` and `chart` are what was asked; `sangao.engine.explain.result` turns a result into the result JSON and works
    out `ask`.
    """

    pack: Any
    chart: Any
    decisions: Mapping[str, Answer]
    advice: Any
    problems: tuple[Problem, ...]

    def __getitem__(self, decision: str) -> Answer:
        """Return the answer to one decision."""
        return self.decisions[decision]

    @property
    def ask(self) -> tuple[dict[str, Any], ...]:
        """Return what to ask next: `{fact, settles, cost}`, the facts that settle most for least first."""
        found: tuple[dict[str, Any], ...] = self.pack.ask(self)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the result JSON (`sangao.result/1`)."""
        found: dict[str, Any] = self.pack.result_json(self)
        return found
