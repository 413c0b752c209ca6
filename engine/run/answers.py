"""What a decision still allows → an answer: value, status, bounds.

`settled`: the open set has one outcome; `provisional`: only the assumed set has one; `unknown`: the assumed set has
several. `possible`, `at_least`, `at_most` come from the open pass, `value` from the assumed one.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sangao.engine import quantity
from sangao.engine.answer import Answer, Quantity, Status, Value
from sangao.engine.pack import ir
from sangao.engine.run.spec import single

LAST_DAY = date.max.toordinal()


def answer(decision: ir.Decision, opened: Any, assumed: Any, later: Callable[[str], Any] | None = None) -> Answer:
    """Return the answer to one decision from what both passes still allow."""
    outcome = decision.outcome
    closed = single(outcome, assumed)
    status: Status = "unknown" if not closed else "settled" if single(outcome, opened) else "provisional"
    low, high = ends(outcome, opened)
    same = outcome.kind == "set" and closed and opened == assumed  # of a set the three texts are one
    return Answer(
        decision=decision.id,
        value=low if same else value(outcome, assumed) if closed else None,
        status=status,
        at_least=low,
        at_most=high,
        possible=high if isinstance(high, tuple) else members(outcome, opened),
        open=opened,
        taken=assumed,
        later=later,
    )


def value(outcome: ir.Outcome, possible: Any) -> Value:
    """Return the one outcome that is left.

    >>> value(ir.Outcome("bool", ("false", "true")), 2), value(ir.Outcome("set", ("a", "b")), (2, 2))
    (True, ('b',))
    """
    match outcome.kind:
        case "number" | "date":
            return _number(outcome, possible[0])
        case "set":
            return tuple([code for i, code in enumerate(outcome.codes) if possible[0] >> i & 1])
        case "bool":
            return bool(possible & 2)
        case _:
            return outcome.codes[int(possible).bit_length() - 1]


def ends(outcome: ir.Outcome, possible: Any) -> tuple[Value, Value]:
    """Return the ends of what is possible in the declared order: of an ordered code, a number or date, of a set (the
    items that certainly and that possibly belong). Other outcomes have no ends.

    >>> ends(ir.Outcome("code", ("low", "mid", "high"), ordered=True), 6)
    ('mid', 'high')
    """
    if outcome.kind in ("number", "date"):
        return (None, None) if possible is None else (_number(outcome, possible[0]), _number(outcome, possible[1]))
    if outcome.kind == "set":
        certain = value(outcome, (possible[0], possible[0]))
        return certain, certain if possible[0] == possible[1] else value(outcome, (possible[1], possible[1]))
    if not outcome.ordered:
        return None, None
    return outcome.codes[(possible & -possible).bit_length() - 1], outcome.codes[possible.bit_length() - 1]


def members(outcome: ir.Outcome, possible: Any) -> tuple[Value, ...]:
    """Return every outcome still possible, in declared order; for a set its possible items, for a number nothing."""
    if outcome.kind in ("number", "date"):
        return ()
    mask = possible[1] if outcome.kind == "set" else possible
    if outcome.kind == "bool":
        return tuple(truth for truth, bit in ((False, 1), (True, 2)) if mask & bit)
    return tuple(code for i, code in enumerate(outcome.codes) if mask >> i & 1)


def _number(outcome: ir.Outcome, at: int) -> Value:
    if outcome.kind == "date":
        if at < 1:
            return None  # no calendar has that day
        return "never" if at >= LAST_DAY else date.fromordinal(at).isoformat()
    return Quantity(quantity.from_grid(at, outcome.step), outcome.unit)


def as_json(one: Value) -> Any:
    """Return a value in the shape of the result JSON.

    >>> as_json(("b", "a")), as_json(Quantity("3", "months"))
    (['a', 'b'], {'number': '3', 'unit': 'months'})
    """
    if isinstance(one, Quantity):
        return one.to_dict()
    return sorted(one) if isinstance(one, tuple) else one
