"""Small counts of a table withheld, and as many others that none of them can be worked out from what is left.

A count of 1 to `least - 1` may point to persons. Withholding it alone is no help: its row and column have totals. Which
further counts must go is told by what an onlooker can do: change the withheld counts along a closed path of rows and
columns so that every total stays as it is. Where such a path lets a small count be anything from 0 to `least - 1`
nothing is learned of it; where there is none, the cheapest path is withheld too (the network heuristic of Cox).
"""

from collections.abc import Collection, Iterable, Sequence
from heapq import heappop, heappush
from itertools import count

Cell = tuple[int, int]
Table = Sequence[Sequence[int]]


def withheld_totals(totals: Sequence[int], least: int) -> tuple[frozenset[int], bool]:
    """Return which of some totals are withheld, and whether their sum is too.

    >>> withheld_totals([3, 40, 60], 5)
    (frozenset({0, 1}), False)
    >>> withheld_totals([3], 5)
    (frozenset({0}), True)
    """
    hidden = {i for i, one in enumerate(totals) if 0 < one < least}
    if not hidden:
        return frozenset(), False
    for i in sorted(set(range(len(totals))) - hidden, key=lambda i: (totals[i], i)):
        if totals[i] and not _apart(totals, hidden, least):
            hidden.add(i)
    return frozenset(hidden), not _apart(totals, hidden, least)


def _apart(totals: Sequence[int], hidden: Collection[int], least: int) -> bool:
    """Return whether each of the withheld may be anything small, though their sum is known."""
    return len(hidden) > 1 and sum(totals[i] for i in hidden) >= least - 1


def withheld(table: Table, least: int, rows: Iterable[int] = (), whole: bool = False) -> frozenset[Cell]:
    """Return the cells of a table of counts that are withheld, its totals among them.

    The total of row `r` is the cell `(r, columns)`, that of column `c` the cell `(rows, c)`. `rows`: those whose total
    is withheld (`withheld_totals`), `whole`: the total of all is too; other totals of rows stand.

    >>> sorted(withheld([[3, 20, 30], [40, 50, 60]], 5))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    >>> withheld([[30, 20], [40, 50]], 5)
    frozenset()
    """
    height, width = len(table), len(table[0]) if table else 0
    values = {(r, c): table[r][c] for r in range(height) for c in range(width)}
    values |= {(r, width): sum(table[r]) for r in range(height)}
    values |= {(height, c): sum(row[c] for row in table) for c in range(width)}
    values[height, width] = sum(map(sum, table))
    small = [cell for cell, value in values.items() if 0 < value < least and cell[1] < width]
    hidden = {*small, *((r, c) for r in rows for c in range(width + 1)), *([(height, width)] if whole else [])}
    fixed = {(r, width) for r in range(height + 1)} - hidden
    net = _Net(values, height, width, hidden, fixed)
    for cell in sorted(small, key=lambda one: (values[one], one)):
        for way, wanted in ((1, max(1, least - 1 - values[cell])), (-1, max(1, values[cell]))):
            if not net.protect(cell, way, wanted):
                hidden |= set(values) - fixed  # nothing of this table can be shown
                return frozenset(hidden)
    return frozenset(hidden)


class _Net:
    """Rows and columns as nodes, cells as edges between them; totals count against what they are the sum of."""

    def __init__(self, values: dict[Cell, int], height: int, width: int, hidden: set[Cell], fixed: set[Cell]) -> None:
        self.values, self.height, self.width = values, height, width
        self.hidden, self.fixed = hidden, fixed
        self.dear = 1 + values[height, width]  # a total is withheld only where nothing else does

    def protect(self, cell: Cell, way: int, wanted: int) -> bool:
        """Withhold what lets a cell change by `wanted` one way, or as much of it as can be; False where it is stuck."""
        while wanted:
            path = self._path(cell, way, wanted)
            if path is not None:
                self.hidden.update(path)
                return True
            wanted //= 2
        return False

    def _path(self, cell: Cell, way: int, by: int) -> list[Cell] | None:
        """Return the cheapest cells that can take up a change of a cell by `by`, None where there are none."""
        row, column = cell
        turn = way * self._sign(cell)  # of the edge as it stands in the net
        start, goal = ("column", column), ("row", row)
        order = count()
        heap: list[tuple[int, int, tuple[str, int]]] = [(0, next(order), start)]
        cost = {start: 0}
        came: dict[tuple[str, int], tuple[tuple[str, int], Cell]] = {}
        while heap:
            spent, _, node = heappop(heap)
            if node == goal:
                path = []
                while node != start:
                    node, edge = came[node]
                    path.append(edge)
                return path
            if spent > cost[node]:
                continue
            side, at = node
            others = range(self.height + 1) if side == "column" else range(self.width + 1)
            for other in others:
                edge = (other, at) if side == "column" else (at, other)
                if edge == cell or (edge in self.fixed):
                    continue
                change = (-turn if side == "column" else turn) * self._sign(edge)
                if change < 0 and self.values[edge] < by:
                    continue
                price = 0 if edge in self.hidden else 1 + self.values[edge] + self.dear * (edge[0] == self.height)
                found = ("row", other) if side == "column" else ("column", other)
                if spent + price < cost.get(found, 1 << 62):
                    cost[found] = spent + price
                    came[found] = (node, edge)
                    heappush(heap, (spent + price, next(order), found))
        return None

    def _sign(self, cell: Cell) -> int:
        return -1 if (cell[0] == self.height) != (cell[1] == self.width) else 1
