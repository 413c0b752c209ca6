"""Shipped packs, opened once in a process of tests: a pack never changes, and opening takes longer than most tests."""

from functools import cache

from sangao.engine.guide import Pack, load


@cache
def opened(name: str) -> Pack:
    """Return a shipped pack."""
    return load(name)
