"""A key that stands twice in one object of a chart: neither value is lost in silence, and none is preferred.

>>> found = parsed('{"facts": {"sbp_office": 152, "sbp_office": 120}}')
>>> found["facts"]["sbp_office"].values
(152, 120)
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Several:
    """The values of one key, in order."""

    values: tuple[Any, ...]


def parsed(text: str | bytes) -> Any:
    """Return JSON with the values of a key that stands twice side by side. Raises as `json.loads` does."""
    return json.loads(text, object_pairs_hook=_object)


def each(given: Any) -> Iterator[Any]:
    """Yield what was given: one value, or those of a key that stood twice."""
    if isinstance(given, Several):
        yield from given.values
    else:
        yield given


def within(given: Any) -> bool:
    """Return whether some key of an object stood twice."""
    return isinstance(given, dict) and any(isinstance(value, Several) for value in given.values())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        many: dict[str, list[Any]] = {}
        for key, value in pairs:
            many.setdefault(key, []).append(value)
        found = {key: values[0] if len(values) == 1 else Several(tuple(values)) for key, values in many.items()}
    return found
