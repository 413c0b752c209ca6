"""Work lists over a cohort: who stands on a list, what is told of each, in which order. Nothing is decided here.

A person stands on the list when the decision says so in the assumed pass; of whom it is not known stands apart. What is
told of a person is the answer of a decision or the value of a fact; what is not known is shown as such. Of a set not
known to its end the certain members are told (`{"at_least": […], "at_most": […]}`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from sangao.engine import quantity
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run import answers
from sangao.engine.run.admit import Admission, Admitter
from sangao.engine.run.narrowed import narrowed
from sangao.engine.run.rows import compile_rows
from sangao.engine.truth import TRUE

First = Literal["true", "greatest", "least", "earliest", "latest"]
UNKNOWN = None
NEVER = "never"
Notice = Callable[[str, Chart, Sequence[Problem]], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column: `of` is a decision or a fact; `total` adds up numbers, or counts those of whom a bool holds."""

    of: str
    total: Literal["sum", "count"] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """So many of each group (the value of a fact or decision), drawn by the seed."""

    number: int
    per: str
    seed: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A list as the runner needs it; of whom `exclusion` is known to hold, stands neither on it nor apart."""

    who: str
    shows: tuple[Shown, ...]
    order: tuple[tuple[str, First], ...] = ()
    sample: Sample | None = None
    exclusion: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a list: the key, the day, what is told (column → value as JSON, None: not known)."""

    key: str
    on: date
    told: dict[str, Any]
    provisional: bool = False


@dataclass(slots=True)
class Listed:
    """A list: people in order and those of whom it is not known, how many were seen and left out, and totals."""

    people: list[Person] = field(default_factory=list)
    unsure: list[Person] = field(default_factory=list)
    looked_at: int = 0
    excluded: int = 0
    totals: dict[str, Any] = field(default_factory=dict)


class Lister:
    """Puts people on a list; built once per pack and plan. Raises KeyError for a name that is no decision or fact."""

    def __init__(self, pack: ir.Pack, plan: Plan) -> None:
        self.plan = plan
        named = [plan.who, *(one.of for one in plan.shows), *(by for by, _ in plan.order)]
        named += [plan.sample.per] if plan.sample is not None else []
        named += [plan.exclusion] if plan.exclusion is not None else []
        self.names = tuple(dict.fromkeys(named))
        self.decisions = {name: pack.decisions[name] for name in self.names if name in pack.decisions}
        for name in self.names:
            if name not in self.decisions and name not in pack.dictionary.facts:
                raise KeyError(name)
        self.pack = narrowed(pack, self.decisions)
        self.facts = pack.dictionary.facts
        self._admit = Admitter(self.pack)
        self._rows = compile_rows(self.pack)

    def person(self, key: str, chart: Chart) -> tuple[int, Person, tuple[Problem, ...]]:
        """Return the truth of standing on the list (assumed pass), the person, and the problems of the chart."""
        admission = self._admit(chart)
        opened, assumed = self._rows.evaluate(admission.open, admission.assumed)
        told = {name: self._told(name, opened, assumed, admission) for name in self.names}
        who = int(assumed[self.plan.who])
        provisional = bool(who == TRUE and opened[self.plan.who] != TRUE)
        return who, Person(key, chart.on, told, provisional), admission.problems

    def _told(self, name: str, opened: Mapping[str, Any], assumed: Mapping[str, Any], admission: Admission) -> Any:
        decision = self.decisions.get(name)
        if decision is not None:
            answer = answers.answer(decision, opened[name], assumed[name])
            if answer.status != "unknown":
                return answers.as_json(answer.value)
            if decision.outcome.kind == "set" and answer.at_least:
                return {"at_least": answers.as_json(answer.at_least), "at_most": answers.as_json(answer.at_most)}
            return UNKNOWN
        return self._fact(name, admission)

    def _fact(self, name: str, admission: Admission) -> Any:
        fact, value = self.facts[name], admission.timeline.named().get(name)
        if value is None:
            return UNKNOWN
        if fact.kind in ("bool", "code"):
            codes = fact.values if fact.kind == "code" else ("false", "true")
            return codes[value.bit_length() - 1] if value.bit_count() == 1 else UNKNOWN
        if value[0] != value[1]:
            return UNKNOWN
        if fact.kind == "date":
            return NEVER if value[0] >= answers.LAST_DAY else date.fromordinal(value[0]).isoformat()
        return {"number": quantity.from_grid(value[0], fact.grid), "unit": fact.unit}

    def listed(self, people: Iterable[tuple[str, Chart]], notice: Notice | None = None) -> Listed:
        """Return the list of a cohort: in order, drawn where the plan draws, with totals.

        `notice` is told of each person whose chart holds something that could not be used as it stands.
        """
        found = Listed()
        for key, chart in people:
            found.looked_at += 1
            who, person, problems = self.person(key, chart)
            if problems and notice is not None:
                notice(key, chart, problems)
            if who & TRUE and self.plan.exclusion is not None and person.told[self.plan.exclusion] is True:
                found.excluded += 1
            elif who == TRUE:
                found.people.append(person)
            elif who & TRUE:
                found.unsure.append(person)
        if self.plan.sample is not None:
            found.people = drawn(found.people, self.plan.sample)
        for by, first in reversed(self.plan.order):
            for people_of in (found.people, found.unsure):
                people_of.sort(key=lambda person, by=by, first=first: place(person.told[by], first))  # type: ignore[misc]
        found.totals = {
            one.of: total(one.total, [person.told[one.of] for person in found.people])
            for one in self.plan.shows
            if one.total is not None
        }
        return found


def place(value: Any, first: First) -> tuple[int, Any]:
    """Return where a value stands in an order; what is not known comes last.

    >>> place(True, "true") < place(False, "true") < place(None, "true")
    True
    >>> place({"number": "12", "unit": "d"}, "greatest") < place({"number": "3", "unit": "d"}, "greatest")
    True
    >>> place("2026-01-01", "earliest") < place("never", "earliest") < place(None, "earliest")
    True
    """
    if value is UNKNOWN:
        return 1, 0
    if first == "true":
        return 0, 0 if value in (True, "true") else 1
    if first in ("earliest", "latest"):
        day = (
            answers.LAST_DAY
            if value == NEVER
            else date.fromisoformat(value).toordinal()
            if isinstance(value, str)
            else 0
        )
        return 0, day if first == "earliest" else -day
    number = Fraction(value["number"]) if isinstance(value, dict) else Fraction(0)
    return 0, number if first == "least" else -number


def drawn(people: Sequence[Person], sample: Sample) -> list[Person]:
    """Return so many people of each group: those whose key and seed hash lowest, whatever order they came in.

    >>> from datetime import date
    >>> all = [Person(str(i), date(2026, 1, 1), {"clinic": "a" if i % 2 else "b"}) for i in range(20)]
    >>> first = drawn(all, Sample(3, "clinic", "2026Q1"))
    >>> len(first), first == sorted(drawn(all[::-1], Sample(3, "clinic", "2026Q1")), key=lambda one: int(one.key))
    (6, True)
    """
    groups: dict[str, list[Person]] = {}
    for person in people:
        groups.setdefault(repr(person.told[sample.per]), []).append(person)
    chosen: set[int] = set()
    for many in groups.values():
        many.sort(key=lambda one: hashlib.sha256(f"{sample.seed}\0{one.key}".encode()).digest())
        chosen |= {id(one) for one in many[: sample.number]}
    return [one for one in people if id(one) in chosen]


def total(kind: str, values: Sequence[Any]) -> str:
    """Return the sum of numbers (those not known are left out), or how many hold.

    >>> total("sum", [{"number": "1.5", "unit": ""}, None, {"number": "2", "unit": ""}]), total("count", [True, False])
    ('3.5', '1')
    """
    if kind == "count":
        return str(sum(value in (True, "true") for value in values))
    return quantity.decimal_text(
        sum(
            (Fraction(value["number"]) for value in values if isinstance(value, dict) and "number" in value),
            Fraction(0),
        )
    )
