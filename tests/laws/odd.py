"""Odd values for the fuzzers: what no host should send and some host will."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = [0, -0.0, -1, 1e-320, 1e308, float("inf"), float("nan"), 2**31, 2**63, 10**400, 0.1 + 0.2, 1.7e-7]
TEXTS = [
    "",
    " ",
    "0x98",
    "1e9999",
    "-1e-9999",
    "1_000",
    "9" * 5000,
    "1/0",
    "１５２",
    "१५२",
    "152 mmHg",
    ">33.3",
    "<",
    "HI",
    "80+",
    "152/96",
    "152 / 96 mmHg / kPa",
    "NaN",
    "Infinity",
    "null",
    "unknown",
    "未知",
    "true",
    "\x00",
    "\ud800",
    "\u202e152",
    "a\nb",
    "{fact}",
    "{0}",
    "%s",
    "__import__('os').system('x')",
    "!!python/object",
    "${jndi}",
    "=1+1",
    "2025-02-29",
    "0000-01-01",
    "9999-12-31T23:59:59-23:59",
    "2025-03-09T99:99",
    "0001-01-01T00:00+14:00",
    "10000-01-01",
    "²",
    "٣",
    "½",
]
"""Texts that have broken parsers: numbers of every script and size, marks, formats, moments at the end of time."""

odd = (
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.integers()
    | st.floats()
    | st.sampled_from(TEXTS)
    | st.text(max_size=12)
)


def deep(levels: int) -> list[Any]:
    """Return a list in a list in a list …"""
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def within(keys: st.SearchStrategy[str], leaves: st.SearchStrategy[Any] = odd, size: int = 6) -> st.SearchStrategy[Any]:
    """Return anything JSON can hold, with keys that are often real ones."""
    named = keys | st.text(max_size=5)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=size) | st.dictionaries(named, inner, max_size=size),
        max_leaves=12,
    )
