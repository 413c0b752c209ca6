"""What a host gives: integers for facts, lists, the day, windows; and a fact as planes of a circuit."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sangao.engine.run import known
from sangao.engine.run.circuit import Circuit
from sangao.engine.run.known import Abstract, Ends

Origin = Literal["fact", "list", "day", "window"]
Part = Literal["value", "valid", "there", "low", "high", "found"]  # from `low` on: of an equation
LISTED = ("delivered", "complete")
DAY = "on"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a host gives: an integer that counts `step` of `unit`, the place of a code, a truth, an ordinal day.

    `low`, `high`: what it can be at all. `list`: the list that decides what a blank means. `formula`: what gives the
    fact where it was not measured. `alone`: what only the host can tell: a window that asks for more than one day, a
    formula that the kernel does not know.
    """

    id: str
    kind: str
    origin: Origin
    low: int = 0
    high: int = 1
    unit: str = ""
    step: Fraction = Fraction(1)
    values: tuple[str, ...] = ()
    list: str = ""
    formula: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A fact: the planes where something was said of it and where that can be used, and its value as if it could."""

    there: int
    valid: int
    value: Abstract

    def known(self, circuit: Circuit) -> Abstract:
        """Return what is known of it."""
        if isinstance(self.value, Ends):
            return Ends(self.value.low, self.value.high, circuit.both(self.valid, self.value.known))
        return tuple(circuit.either(one, self.valid ^ 1) for one in known.planes(self.value))

    def says(self, circuit: Circuit, truth: int) -> int:
        """Return where a truth is said to be true (1) or false (0)."""
        return circuit.both(self.valid, known.planes(self.value)[1 - truth] ^ 1)

    def but(self, circuit: Circuit, wrong: int) -> "Said":
        """Return it with what is wrong kept out: nothing is known there, though something was said."""
        return Said(self.there, circuit.both(self.valid, wrong ^ 1), self.value)

    def taken(self, circuit: Circuit, when: int, truth: int) -> "Said":
        """Return it with a truth taken to be so where `when` holds."""
        value = known.choose(circuit, when, known.mask(2, 1 << truth), self.value)
        return Said(circuit.either(self.there, when), circuit.either(self.valid, when), value)


Facts = dict[str, Said]
