"""What is withheld of a table of counts cannot be worked out from what is shown."""

import random
from itertools import product

import pytest

from sangao.engine.cli.suppress import Cell, withheld, withheld_totals

LEAST = 5


def tables(people: list[list[int]], hidden: frozenset[Cell]) -> list[list[list[int]]]:
    """Tables that show what this one shows, each count at most 2 away: what an onlooker must reckon with."""
    height, width = len(people), len(people[0])
    places = [(r, c) for r, c in product(range(height), range(width)) if (r, c) in hidden]
    found = []
    for counts in product(*(range(max(0, people[r][c] - 2), people[r][c] + 3) for r, c in places)):
        one = [list(row) for row in people]
        for (r, c), number in zip(places, counts, strict=True):
            one[r][c] = number
        rows = all((r, width) in hidden or sum(one[r]) == sum(people[r]) for r in range(height))
        columns = all(
            (height, c) in hidden or sum(row[c] for row in one) == sum(row[c] for row in people) for c in range(width)
        )
        if rows and columns and ((height, width) in hidden or sum(map(sum, one)) == sum(map(sum, people))):
            found.append(one)
    return found


@pytest.mark.parametrize("seed", range(15))
def test_a_small_count_may_be_anything_small_to_an_onlooker(seed: int) -> None:
    draw = random.Random(seed)
    height, width = draw.choice(((2, 2), (2, 3), (3, 2)))
    people = [[draw.choice((0, 1, 2, 4, 6, 9)) for _ in range(width)] for _ in range(height)]
    rows, whole = withheld_totals([sum(row) for row in people], LEAST)
    hidden = withheld(people, LEAST, rows, whole)
    possible = tables(people, hidden)
    assert people in possible
    for r, c in product(range(height), range(width)):
        if 0 < people[r][c] < LEAST:
            assert (r, c) in hidden
            seen = {one[r][c] for one in possible}
            assert len(seen) > 1, (people, sorted(hidden), (r, c))
    for r in range(height):
        assert not 0 < sum(people[r]) < LEAST or len({sum(one[r]) for one in possible}) > 1


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    assert withheld([[5, 0, 7], [8, 9, 0]], LEAST) == frozenset()
    assert withheld_totals([5, 0, 12], LEAST) == (frozenset(), False)
    assert withheld([], LEAST) == frozenset()


def test_a_total_stands_unless_nothing_else_does() -> None:
    hidden = withheld([[1, 50, 60], [40, 70, 80], [90, 100, 110]], LEAST)
    assert (0, 0) in hidden and len(hidden) == 4 and all(r < 3 and c < 3 for r, c in hidden)
    alone = withheld([[1, 50, 60]], LEAST)  # one group: its row is the total
    assert (0, 0) in alone and (1, 0) in alone and (0, 3) not in alone


def test_two_counts_of_one_do_not_give_each_other_away() -> None:
    """Each row and column has two withheld counts, and still their sum of 2 would tell both."""
    people = [[1, 1, 40], [50, 60, 70], [80, 90, 100]]
    hidden = withheld(people, LEAST)
    assert sum(people[0][c] for c in range(3) if (0, c) in hidden) >= LEAST


def test_a_group_of_few_is_withheld_whole_and_not_alone() -> None:
    people = [[2, 1], [30, 40], [50, 60]]
    rows, whole = withheld_totals([sum(row) for row in people], LEAST)
    assert rows == {0, 1} and not whole
    hidden = withheld(people, LEAST, rows, whole)
    assert {(0, 0), (0, 1), (0, 2), (1, 2)} <= hidden


def test_a_county_of_many_townships_is_quick() -> None:
    draw = random.Random(1)
    people = [[draw.choice((0, 1, 3, 20, 300)) for _ in range(6)] for _ in range(60)]
    rows, whole = withheld_totals([sum(row) for row in people], 10)
    hidden = withheld(people, 10, rows, whole)
    for r in range(60):
        lone = [c for c in range(6) if (r, c) in hidden]
        assert len(lone) != 1 or (r, 6) in hidden
