"""Core expressions as Python text: may it be true, is it certainly true, the two ends of a number.

Kleene truth is a pair of conditions, so `and`, `or` and `not` of Python do the work and stop early: the texts are true
or false as Python takes them, not always `True` or `False`. A number is two ends; nothing known is minus and plus
infinity, which every comparison and sum carries through by itself (only `Least`, `Most` and `Size` need a guard). In
*plain* text every leaf holds one value: both conditions and both ends are one.

>>> words = Phrases({"sbp": Name("number", "sbp", "sbp_hi"), "pregnant": Name("bool", "pregnant")}, {})
>>> words.certain(ir.Compare(">=", ir.Read("sbp"), ir.Int(140)))
'140 <= sbp'
>>> words.possible(ir.Both((ir.Read("pregnant"), ir.Compare("<", ir.Read("sbp"), ir.Int(90)))))
'(pregnant > 1 and sbp < 90)'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangao.engine.pack import ir
from sangao.engine.truth import FALSE, TRUE

ORDERS = {"<": "<", "<=": "<="}  # what may enter the text from a pack: words of ours and whole numbers, nothing else


@dataclass(frozen=True, slots=True)
class Name:
    """The variables that hold a leaf or a decision: a mask, the ends of a number, or (certain, possible) of a set.

    Of bare numbers: `truth` is 0, 1, or 2 where it is not known, `index` the place of a code.
    """

    kind: str
    one: str
    two: str = ""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Turns expressions into text over named variables; `plain` where every leaf holds one value."""

    leaves: Mapping[str, Name]
    decisions: Mapping[str, Name]
    plain: bool = False

    # --- truth --------------------------------------------------------------------------------------------------------
    def possible(self, expr: ir.Expr) -> str:
        """Return text that is True when a condition may hold."""
        match expr:
            case ir.Always(value):
                return str(bool(value & TRUE))
            case ir.Read() | ir.Ask():
                name = self.name(expr)
                return name.one if name.kind == "truth" else f"{name.one} > 1"
            case ir.Member(item, mask):
                return self._among(item, int(mask))
            case ir.Has(decision, item):
                return f"{self.decisions[decision].two} & {1 << item}"
            case ir.Compare(op, left, right):
                return self._may(op, left, right)
            case ir.Both(items):
                return _joined("and", "True", [self.possible(one) for one in items])
            case ir.Either(items):
                return _joined("or", "False", [self.possible(one) for one in items])
            case ir.Not(item):
                return f"(not {self.certain(item)})"
        raise TypeError(f"not a condition: {expr!r}")

    def certain(self, expr: ir.Expr) -> str:
        """Return text that is True when a condition certainly holds."""
        if self.plain:
            return self.possible(expr)
        match expr:
            case ir.Always(value):
                return str(not value & FALSE)
            case ir.Read() | ir.Ask():
                name = self.name(expr)
                return f"{name.one} == {1 if name.kind == 'truth' else 2}"
            case ir.Member(item, mask):
                only, what = int(mask), self.mask(item)
                return f"{what} == {only}" if only & only - 1 == 0 else f"{what} | {only} == {only}"
            case ir.Has(decision, item):
                return f"{self.decisions[decision].one} & {1 << item}"
            case ir.Compare(op, left, right):
                return self._must(op, left, right)
            case ir.Both(items):
                return _joined("and", "True", [self.certain(one) for one in items])
            case ir.Either(items):
                return _joined("or", "False", [self.certain(one) for one in items])
            case ir.Not(item):
                return f"(not {self.possible(item)})"
        raise TypeError(f"not a condition: {expr!r}")

    def mask(self, expr: ir.Expr) -> str:
        """Return text for the mask of a condition, a code leaf or a closed decision."""
        if isinstance(expr, ir.Read | ir.Ask):
            name = self.name(expr)
            return {"truth": f"({name.one} + 1)", "index": f"(1 << {name.one})"}.get(name.kind, name.one)
        if self.plain:
            return f"(2 if {self.possible(expr)} else 1)"
        return f"(2 if {self.certain(expr)} else 3 if {self.possible(expr)} else 1)"

    def _among(self, item: ir.Read | ir.Ask, mask: int) -> str:
        name = self.name(item)
        if name.kind == "index":
            return f"{name.one} == {mask.bit_length() - 1}" if mask & mask - 1 == 0 else f"{mask} >> {name.one} & 1"
        if self.plain and mask & mask - 1 == 0:
            return f"{self.mask(item)} == {mask}"
        return f"{self.mask(item)} & {mask}"

    def _may(self, op: str, left: ir.Expr, right: ir.Expr) -> str:
        if op in (">", ">="):
            return self._may({">": "<", ">=": "<="}[op], right, left)
        if op == "!=":
            return f"(not {self._must('=', left, right)})"
        if op == "=":
            if self.plain:
                return f"{self.low(left)} == {self.low(right)}"
            return f"({self.low(left)} <= {self.high(right)} and {self.low(right)} <= {self.high(left)})"
        return f"{self.low(left)} {ORDERS[op]} {self.high(right)}"

    def _must(self, op: str, left: ir.Expr, right: ir.Expr) -> str:
        if self.plain:
            return self._may(op, left, right)
        if op in (">", ">="):
            return self._must({">": "<", ">=": "<="}[op], right, left)
        if op == "!=":
            return f"(not {self._may('=', left, right)})"
        if op == "=":
            return f"({self.low(left)} == {self.high(left)} == {self.low(right)} == {self.high(right)})"
        return f"{self.high(left)} {ORDERS[op]} {self.low(right)}"

    # --- numbers ------------------------------------------------------------------------------------------------------
    def low(self, expr: ir.Expr) -> str:
        """Return text for the low end of a number; minus infinity when nothing is known."""
        match expr:
            case ir.Int(value):
                return f"({int(value)})" if value < 0 else str(int(value))
            case ir.Read() | ir.Ask():
                return self.name(expr).one
            case ir.Plus(items):
                return _joined("+", "0", [self.low(one) for one in items])
            case ir.Times(0, item):
                return "0" if self.plain else f"(0 if {self.low(item)} > NINF else NINF)"
            case ir.Times(by, item):
                return f"({int(by)} * {self.low(item) if by > 0 else self.high(item)})"
            case ir.Least(items):
                return _smallest("min", [self.low(one) for one in items])
            case ir.Most(items):
                most = _smallest("max", [self.low(one) for one in items])
                if self.plain:
                    return most
                return f"({most} if {_smallest('max', [self.high(one) for one in items])} < INF else NINF)"
            case ir.Size(item):
                return f"abs({self.low(item)})" if self.plain else f"nearest_zero({self.low(item)}, {self.high(item)})"
            case ir.Tally(items):
                return _counted([self.certain(one) for one in items])
            case ir.CountIn(decision):
                return f"{self.decisions[decision].one}.bit_count()"
        raise TypeError(f"not a number: {expr!r}")

    def high(self, expr: ir.Expr) -> str:
        """Return text for the high end of a number; plus infinity when nothing is known."""
        if self.plain:
            return self.low(expr)
        match expr:
            case ir.Int():
                return self.low(expr)
            case ir.Read() | ir.Ask():
                return self.name(expr).two
            case ir.Plus(items):
                return _joined("+", "0", [self.high(one) for one in items])
            case ir.Times(0, item):
                return f"(0 if {self.low(item)} > NINF else INF)"
            case ir.Times(by, item):
                return f"({int(by)} * {self.high(item) if by > 0 else self.low(item)})"
            case ir.Least(items):
                least = _smallest("min", [self.high(one) for one in items])
                return f"({least} if {_smallest('min', [self.low(one) for one in items])} > NINF else INF)"
            case ir.Most(items):
                return _smallest("max", [self.high(one) for one in items])
            case ir.Size(item):
                return f"max(-{self.low(item)}, {self.high(item)})"
            case ir.Tally(items):
                return _counted([self.possible(one) for one in items])
            case ir.CountIn(decision):
                return f"{self.decisions[decision].two}.bit_count()"
        raise TypeError(f"not a number: {expr!r}")

    def name(self, expr: ir.Expr) -> Name:
        """Return the variables of a leaf or a decision."""
        if isinstance(expr, ir.Read):
            return self.leaves[expr.leaf]
        if isinstance(expr, ir.Ask):
            return self.decisions[expr.decision]
        raise TypeError(f"not a leaf or a decision: {expr!r}")


def _joined(word: str, empty: str, texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return texts[0] if texts else empty
    return f"({f' {word} '.join(texts)})"


def _counted(texts: Sequence[str]) -> str:
    return f"({' + '.join(f'(1 if {text} else 0)' for text in texts)})" if texts else "0"


def _smallest(function: str, texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{function}({', '.join(texts)})"


def nearest_zero(low: float, high: float) -> float:
    """Return the smallest absolute value of an interval; minus infinity when nothing is known."""
    if low == float("-inf"):
        return low
    return 0 if low <= 0 <= high else min(abs(low), abs(high))
