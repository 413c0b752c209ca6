"""The key of a decision: one integer that holds what was known of everything the decision looked at.

A program works a key out line by line and looks up what it allows, because charts look alike; a trace keeps the key and
turns it into the ids of rules when somebody reads it. Both runs of a decision, two-valued or not, share one layout:

* table: per column a digit, of a number `first band * bands + last band` that it may lie in, else the mask;
* tree and criteria: two bits per exception (parents first) or item, `MAY` or `SURE`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.cells import ALWAYS, NEVER, Box, Remembered, fate, possible, tests
from sangao.engine.run.cones import branches
from sangao.engine.truth import FALSE, TRUE, UNKNOWN

MAY, SURE = 1, 3
TRUTHS = (FALSE, UNKNOWN, UNKNOWN, TRUE)
Ids = tuple[str, ...]


class Unsettled(Exception):
    """A two-valued program met a decision that leaves several outcomes; the other program answers."""


class Keyed(Remembered):
    """What one decision allows, by its key."""

    __slots__ = ("decision",)

    def __init__(self, decision: ir.Decision) -> None:
        super().__init__()
        self.decision = decision

    def looked_at(self, key: int) -> tuple[Ids, Ids]:
        """Return the ids of the rows, branches or items that certainly hold, and of those that may hold."""
        raise NotImplementedError


class Cells(Keyed):
    """What a table allows, and its rows."""

    __slots__ = ("form", "sizes")

    def __init__(self, decision: ir.Decision, form: ir.Table) -> None:
        super().__init__(decision)
        self.form = form
        self.sizes = [size(column) for column in form.inputs]

    def box(self, key: int) -> Box:
        """Return the box of band masks that a key means."""
        box = []
        for column, digits in zip(self.form.inputs, self.sizes, strict=True):
            key, digit = divmod(key, digits)
            box.append(bands(column, digit))
        return tuple(box)

    def work(self, key: int) -> Any:
        """Return what is possible for a key."""
        return possible(self.form, self.decision.outcome, self.box(key))

    def looked_at(self, key: int) -> tuple[Ids, Ids]:
        """Return the rows that match every cell the key allows, and those that match some."""
        box = self.box(key)
        fates = [(row.id, fate(tests(row), box)) for row in self.form.rows]
        return tuple(x for x, one in fates if one == ALWAYS), tuple(x for x, one in fates if one != NEVER)


class Nodes(Keyed):
    """What a closed tree allows, as the definition says of a tree with these truths; and its branches."""

    __slots__ = ("ids", "root")
    most = 1 << 13

    def __init__(self, decision: ir.Decision, root: ir.Branch) -> None:
        super().__init__(decision)
        self.ids = tuple(node.id for node in branches(root))
        self.root = _numbered(root, [])

    def work(self, key: int) -> Any:
        """Return what is possible for a key."""
        values = {str(i): truth for i, truth in enumerate(truths(key, len(self.ids) - 1), 1)}
        return spec.branch(self.root, self.decision.outcome, spec.Env(values, {}))

    def looked_at(self, key: int) -> tuple[Ids, Ids]:
        """Return the branches; the default always holds."""
        return held(self.ids, (TRUE, *truths(key, len(self.ids) - 1)))


class Items(Keyed):
    """The items of criteria that answer whether or how many; what they allow needs no memory."""

    __slots__ = ("ids",)

    def __init__(self, decision: ir.Decision, form: ir.Criteria) -> None:
        super().__init__(decision)
        self.ids = tuple(item.id for item in form.items)

    def looked_at(self, key: int) -> tuple[Ids, Ids]:
        """Return the items."""
        return held(self.ids, truths(key, len(self.ids)))


class Points(Remembered):
    """The least and the most points of a scored item by what is known of its input: one digit of a key."""

    __slots__ = ("item",)

    def __init__(self, item: ir.Points) -> None:
        super().__init__()
        self.item = item

    def work(self, key: int) -> tuple[int, int]:
        """Return (least, most) for a digit."""
        mask = bands(self.item.input, key)
        points = [one for band, one in enumerate(self.item.points) if mask >> band & 1]
        return min(points), max(points)


def keyed(decision: ir.Decision) -> Keyed | None:
    """Return the memory of a decision that has a key; None: its answer itself says what it looked at."""
    match decision.form:
        case ir.Table():
            return Cells(decision, decision.form)
        case ir.Tree(root):
            return Nodes(decision, root)
        case ir.Criteria() if decision.outcome.kind != "set":
            return Items(decision, decision.form)
    return None


def size(column: ir.Input) -> int:
    """Return how many values the digit of a column has."""
    if column.kind == "number":
        return (len(column.cuts) + 1) ** 2
    return 1 << column.bands


def bands(column: ir.Input, digit: int) -> int:
    """Return the mask of bands that a digit means."""
    if column.kind != "number":
        return digit
    first, last = divmod(digit, len(column.cuts) + 1)
    return (2 << last) - (1 << first)


def truths(key: int, number: int) -> list[int]:
    """Return the truths in a key, one per node or item.

    >>> truths(SURE << 2 | MAY << 4, 3) == [FALSE, TRUE, UNKNOWN]
    True
    """
    return [TRUTHS[key >> 2 * i & 3] for i in range(number)]


def held(ids: Ids, states: Sequence[int]) -> tuple[Ids, Ids]:
    """Return the ids whose condition certainly holds, and those whose condition may hold."""
    pairs = list(zip(ids, states, strict=True))
    return tuple(x for x, one in pairs if one == TRUE), tuple(x for x, one in pairs if one != FALSE)


def _numbered(node: ir.Branch, seen: list[str]) -> ir.Branch:
    """Return a branch whose conditions are the places of its nodes, parents first."""
    when = ir.Read(str(len(seen)))
    seen.append(node.id)
    return replace(node, when=when, exceptions=tuple(_numbered(one, seen) for one in node.exceptions))
