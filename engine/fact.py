"""What is declared about a patient: facts, the groups they are measured in, and what blank means.

Declarations only. Values are admitted by `sangao.engine.quantity` and `sangao.engine.run.admit`.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "bool", "code", "date"]
Absence = Literal["unknown", "assume_false", "must_ask"]
Occasion = Literal["mean", "closest_two", "last_two", "mean_of_three", "last"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a host may write: `value × factor + offset` stands in the fact's own unit, exactly."""

    name: str
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared fact.

    number: `grid` is the storage step (a value is an int32 count of grid steps), `resolution` what a device or a
    report can show, `hard` and `warn` the ranges in the fact's unit, `units[0]` the fact's own unit.
    code: `values` in declared order, `ordered` when that order means something. date: stored as a proleptic ordinal
    day. `list` names the host list (`conditions`, `symptoms`, `medications`, `family_history`) that decides absence;
    `false_when` is expression text over other facts; `cost` the price of asking (1 = ask the patient, 9 = refer out);
    `codes`: system → codes (`icd10` and `atc` match by prefix). `select`: (qualifier, its value, fact that then takes
    the reading), such as (`sample`, `capillary`, `pg_capillary`); with a `sample` selection an unknown sample feeds
    nothing. `site` marks a site setting: never asked of a patient, given by an overlay or by `load(settings=…)`.
    A date is of something that has happened, so one after the day of the chart is refused, unless the fact is `ahead`:
    a date that may lie ahead, as the next visit. `never`: a date that may be given as "never", which lies after every
    day: it has not happened. `spellings`: how reports print a code, each with the codes it may mean: `阳性` is any of
    the positive ones.
    """

    id: str
    kind: Kind
    zh: str
    en: str
    units: tuple[Unit, ...] = ()
    grid: Fraction = Fraction(1)
    resolution: Fraction = Fraction(1)
    hard: tuple[Fraction, Fraction] | None = None
    warn: tuple[Fraction, Fraction] | None = None
    values: tuple[str, ...] = ()
    value_names: tuple[tuple[str, str], ...] = ()
    ordered: bool = False
    absent: Absence = "unknown"
    list: str | None = None
    false_when: str | None = None
    group: str | None = None
    valid_for: str | None = None
    lasting: bool = False
    actionable: bool = False
    cost: int = 3
    site: bool = False
    codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    select: tuple[tuple[str, str, str], ...] = ()
    synonyms: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    never: bool = False
    spellings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ahead: bool = False

    @property
    def past(self) -> bool:
        """Return whether the fact is the date of something that has happened; a site may set a day to come."""
        return self.kind == "date" and not self.ahead and not self.site

    @property
    def unit(self) -> str:
        """Return the fact's own unit, empty for facts without one."""
        return self.units[0].name if self.units else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Facts measured on one occasion, and how the readings of one day become one value.

    `repeat_over` (in the members' unit) is the difference above (`repeat_at`: from) which a further reading is due.
    """

    id: str
    zh: str
    en: str
    members: tuple[str, ...]
    occasion: Occasion = "mean"
    repeat_over: Fraction | None = None
    repeat_at: bool = False
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consistency:
    """Facts that cannot stand together; a contradiction rejects every reading named, none by preference."""

    never: str
    facts: tuple[str, ...]
    zh: str
    en: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The fact dictionary of a pack, in `facts.yaml` order (the order that ties are broken by)."""

    facts: dict[str, Fact] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    consistency: tuple[Consistency, ...] = ()
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # drug classes that hold other classes
