"""What a measure of persons is, by definition: every way the unknown can turn out, and the ends of the rates they give.

`measuring` has the fast form; cases and laws compare the two.
"""

from collections.abc import Iterable
from fractions import Fraction

from sangao.engine.truth import FALSE, TRUE

Ends = tuple[Fraction | None, Fraction | None]


def rates(people: Iterable[tuple[int, int]]) -> Ends:
    """Return the least and the largest rate over all the ways the cohort can turn out; None when one gives no rate.

    A person is two truths (in the denominator, in the numerator), each with what is still possible of it.

    >>> rates([(2, 2), (2, 3), (3, 1)])
    (Fraction(1, 3), Fraction(1, 1))
    """
    reached = {(0, 0)}
    for d, n in people:
        ways = {(0, 0)} if d & FALSE else set()
        if d & TRUE:
            ways |= {(i, 1) for i, held in ((0, FALSE), (1, TRUE)) if n & held}
        reached = {(n + i, d + j) for n, d in reached for i, j in ways}
    if any(d == 0 for _, d in reached):
        return None, None
    found = [Fraction(n, d) for n, d in reached]
    return min(found), max(found)
