"""Truth of the half-known: a set over {false, true}, and the strong Kleene algebra on it.

A truth is a two-bit mask of what is still possible: bit 0 "may be false", bit 1 "may be true". The same encoding serves
every closed answer of the engine (a `bool` decision has the outcomes `false`, `true` in this order), so a truth *is* a
set of possible outcomes and nothing has to be converted.

>>> name(both(UNKNOWN, FALSE)), name(either(UNKNOWN, FALSE))
('false', 'unknown')
"""

from collections.abc import Iterable
from typing import Final

FALSE: Final = 1
TRUE: Final = 2
UNKNOWN: Final = 3

NAMES: Final = {FALSE: "false", TRUE: "true", UNKNOWN: "unknown"}


def name(truth: int) -> str:
    """Return the word for a truth.

    >>> name(TRUE)
    'true'
    """
    return NAMES[truth]


def known(value: bool) -> int:
    """Return the truth of a fact that is known.

    >>> known(True) == TRUE
    True
    """
    return TRUE if value else FALSE


def both(a: int, b: int) -> int:
    """One failed condition settles an `and`, whatever is missing.

    >>> both(FALSE, UNKNOWN) == FALSE, both(TRUE, UNKNOWN) == UNKNOWN
    (True, True)
    """
    return (a & b & TRUE) | ((a | b) & FALSE)


def either(a: int, b: int) -> int:
    """One fulfilled condition settles an `or`, whatever is missing.

    >>> either(TRUE, UNKNOWN) == TRUE, either(FALSE, UNKNOWN) == UNKNOWN
    (True, True)
    """
    return ((a | b) & TRUE) | (a & b & FALSE)


def negated(a: int) -> int:
    """Not knowing stays not knowing.

    >>> negated(UNKNOWN) == UNKNOWN, negated(TRUE) == FALSE
    (True, True)
    """
    return ((a & FALSE) << 1) | ((a & TRUE) >> 1)


def every(truths: Iterable[int]) -> int:
    """Fold `both` over many; nothing at all is true."""
    result = TRUE
    for truth in truths:
        result = both(result, truth)
    return result


def some(truths: Iterable[int]) -> int:
    """Fold `either` over many; nothing at all is false."""
    result = FALSE
    for truth in truths:
        result = either(result, truth)
    return result


def tally(truths: Iterable[int]) -> tuple[int, int]:
    """Count what is certain and what is possible.

    >>> tally([TRUE, UNKNOWN, FALSE])
    (1, 2)
    """
    certain = possible = 0
    for truth in truths:
        certain += truth == TRUE
        possible += truth != FALSE
    return certain, possible
