"""Where a table gives each outcome: boxes of bands that together hold exactly the cells answered so.

An outcome is possible when one of its boxes meets what is known of every input; any exact cover by boxes says so, boxes
grown as large as they go say it with the fewest words.
"""

from sangao.engine.pack import ir
from sangao.engine.run.cells import ALWAYS, MAYBE, NEVER, Box, Test, escapes, fate, outside, ranked, tests
from sangao.engine.run.circuit import Refused

MOST = 4_000  # boxes of one table
GROWN = 256  # boxes up to which growing pays


def inside(test: Test, box: Box) -> list[Box]:
    """Return boxes (they may overlap) that together hold the cells of a box which a row matches."""
    cells, any_of = test
    if any_of:
        meets = [(column, box[column] & mask) for column, mask in cells if box[column] & mask]
        return [(*box[:column], part, *box[column + 1 :]) for column, part in meets]
    narrowed = list(box)
    for column, mask in cells:
        narrowed[column] &= mask
    return [tuple(narrowed)] if all(narrowed) else []


def first_match(rows: list[tuple[Test, int]], box: Box, outcomes: int) -> list[list[Box]]:
    """Return the boxes of each outcome when the first row that matches answers."""
    found: list[list[Box]] = [[] for _ in range(outcomes)]
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
        if not live:
            continue
        test, then = live[0]
        found[then] += inside(test, here)
        if fate(test, here) == MAYBE:
            elsewhere = [(one, tuple(live[1:])) for one in outside(test, here)]
            stack += [one for one in elsewhere if one not in seen]
            seen.update(elsewhere)
        if len(seen) > MOST:
            raise Refused("a table of too many regions")
    return [_grown(rows, boxes, box, number) for number, boxes in enumerate(found)]


def _grown(rows: list[tuple[Test, int]], boxes: list[Box], full: Box, outcome: int) -> list[Box]:
    if len(boxes) > GROWN:
        return sorted(set(boxes))
    every = [test for test, _ in rows]
    grown: set[Box] = set()
    for box in boxes:
        for column, whole in enumerate(full):
            for band in [whole, *(1 << i for i in range(whole.bit_length()))]:
                wider = (*box[:column], box[column] | band, *box[column + 1 :])
                if wider != box and ranked(rows, wider) == 1 << outcome and not escapes(every, wider):
                    box = wider
        grown.add(box)
    kept = [one for one in grown if not any(one != other and _within(one, other) for other in grown)]
    return sorted(kept)


def _within(one: Box, other: Box) -> bool:
    return all(not a & ~b for a, b in zip(one, other, strict=True))


def unmatched(rows: list[Test], box: Box) -> list[Box]:
    """Return boxes that together hold the cells which none of some rows matches."""
    found: list[Box] = []
    stack = [(box, tuple(rows))]
    seen = set()
    while stack:
        here, rest = stack.pop()
        live = [(test, fate(test, here)) for test in rest]
        if any(state == ALWAYS for _, state in live):
            continue
        unsure = [test for test, state in live if state == MAYBE]
        if not unsure:
            found.append(here)
            continue
        elsewhere = [(one, tuple(unsure[1:])) for one in outside(unsure[0], here)]
        stack += [one for one in elsewhere if one not in seen]
        seen.update(elsewhere)
        if len(seen) > MOST:
            raise Refused("a table of too many regions")
    return sorted(set(found))


def regions(form: ir.Table, outcomes: int) -> tuple[list[list[Box]], list[list[Box]]]:
    """Return, per outcome, where it is answered and (`collect` only) where it is not. Raises Refused."""
    box = tuple((1 << column.bands) - 1 for column in form.inputs)
    rows = [(tests(row), row.then) for row in form.rows]
    if form.hit == "highest":
        return first_match(sorted(rows, key=lambda row: -row[1]), box, outcomes), []
    if form.hit == "first":
        return first_match(rows, box, outcomes), []
    found = [[one for test, then in rows if then == i for one in inside(test, box)] for i in range(outcomes)]
    if form.hit == "unique":
        return found, []
    return found, [unmatched([test for test, then in rows if then == i], box) for i in range(outcomes)]
