"""Tables without their cells: what is possible in a box of bands, found by splitting along rows.

The definition (`spec.table`) walks every cell of the band grid; here a box is cut only where a row's fate depends on
it, so twenty boolean columns cost no more than their rows. A box is one band mask per input. Results are remembered by
what is known of the inputs, because charts look alike.
"""

from collections.abc import Sequence
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec

REMEMBERED = 1 << 15
Box = tuple[int, ...]
Test = tuple[tuple[tuple[int, int], ...], bool]  # (column, band mask) of the cells looked at; whether one is enough

NEVER, MAYBE, ALWAYS = 0, 1, 2


def tests(row: ir.Row) -> Test:
    """Return what a row looks at."""
    cells = tuple((column, mask) for column, mask in enumerate(row.cells) if mask is not None)
    return cells, row.mode == "any" and bool(cells)


def fate(test: Test, box: Box) -> int:
    """Return whether a row matches every cell of a box, some, or none."""
    cells, any_of = test
    if any_of:
        if any(not box[column] & ~mask for column, mask in cells):
            return ALWAYS
        return MAYBE if any(box[column] & mask for column, mask in cells) else NEVER
    if any(not box[column] & mask for column, mask in cells):
        return NEVER
    return MAYBE if any(box[column] & ~mask for column, mask in cells) else ALWAYS


def outside(test: Test, box: Box) -> list[Box]:
    """Return boxes (they may overlap) that together hold the cells of a box which a row does not match."""
    cells, any_of = test
    if any_of:
        narrowed = list(box)
        for column, mask in cells:
            narrowed[column] &= ~mask
        return [tuple(narrowed)]
    return [(*box[:column], box[column] & ~mask, *box[column + 1 :]) for column, mask in cells if box[column] & ~mask]


def ranked(rows: Sequence[tuple[Test, int]], box: Box) -> int:
    """Return the outcomes of a box when the first row that matches answers."""
    found = 0
    stack = [(box, tuple(rows))]
    seen = set()
    while stack:
        here, rest = stack.pop()
        live = []
        for test, then in rest:
            state = fate(test, here)
            if state != NEVER:
                live.append((test, then))
            if state == ALWAYS:
                break
        if live and not all(found >> then & 1 for _, then in live):
            test, then = live[0]
            found |= 1 << then
            if fate(test, here) == MAYBE:
                elsewhere = [(one, tuple(live[1:])) for one in outside(test, here)]
                stack += [one for one in elsewhere if one not in seen]
                seen.update(elsewhere)
    return found


def escapes(rows: Sequence[Test], box: Box) -> bool:
    """Return whether some cell of a box is matched by none of the rows."""
    stack = [(box, tuple(rows))]
    while stack:
        here, rest = stack.pop()
        live = [(test, fate(test, here)) for test in rest]
        if any(state == ALWAYS for _, state in live):
            continue
        unsure = [test for test, state in live if state == MAYBE]
        if not unsure:
            return True
        stack += [(one, tuple(unsure[1:])) for one in outside(unsure[0], here)]
    return False


def possible(form: ir.Table, outcome: ir.Outcome, box: Box) -> int | tuple[int, int]:
    """Return what a table allows when each input lies in the bands of its mask: exactly `spec.table`."""
    every = (1 << len(outcome.codes)) - 1
    if not all(box):
        return (0, every) if form.hit == "collect" else every
    rows = [(tests(row), row.then) for row in form.rows]
    if form.hit == "highest":
        return ranked(sorted(rows, key=lambda row: -row[1]), box) or every
    if form.hit == "first":
        return ranked(rows, box) or every
    mask = 0
    for test, then in rows:
        if fate(test, box) != NEVER:
            mask |= 1 << then
    if form.hit == "unique":
        return mask or every
    certain = 0
    for item in range(len(outcome.codes)):
        if mask >> item & 1 and not escapes([test for test, then in rows if then == item], box):
            certain |= 1 << item
    return certain, mask


def box(form: ir.Table, env: spec.Env) -> Box:
    """Return what is known of the inputs of a table."""
    return tuple([sum(1 << band for band in spec.agreeing(column, env)) for column in form.inputs])


def form_of(decision: ir.Decision, env: spec.Env) -> Any:
    """Return what one decision still allows, as `spec.form_of`; a table costs its rows and not its cells."""
    if isinstance(decision.form, ir.Table):
        return possible(decision.form, decision.outcome, box(decision.form, env))
    return spec.form_of(decision, env)


class Remembered(dict[Any, Any]):
    """Results by key, worked out when first asked; forgets all when it grows too large."""

    __slots__ = ()
    most = REMEMBERED

    def work(self, key: Any) -> Any:
        """Return the result for a key that was not asked before."""
        raise NotImplementedError

    def __missing__(self, key: Any) -> Any:
        if len(self) >= self.most:
            self.clear()
        result = self[key] = self.work(key)
        return result
