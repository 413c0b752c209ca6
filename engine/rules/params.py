"""Parameters: dated, cited numbers; which value holds on a day."""

from collections.abc import Mapping, Sequence

from sangao.engine.errors import Problem
from sangao.engine.rules.documents import ParamDoc
from sangao.engine.rules.text import Text


def in_force(values: Sequence[ParamDoc], day: str) -> ParamDoc | None:
    """Return the value that holds on an ISO day (both ends inclusive), None before the first and in a gap.

    A value without `until` holds until the next one starts.

    >>> old, new = (ParamDoc.model_validate({"from": day, "is": "140 mmHg"}) for day in ("2017-01-01", "2025-09-24"))
    >>> in_force([new, old], "2025-09-23") is old, in_force([new, old], "2025-09-24") is new
    (True, True)
    >>> in_force([old], "2016-12-31") is None
    True
    """
    started = [value for value in values if value.start <= day]
    if not started:
        return None
    latest = max(started, key=lambda value: value.start)
    return latest if latest.until is None or day <= latest.until else None


def all_in_force(params: Mapping[Text, Sequence[ParamDoc]], day: str) -> tuple[dict[Text, ParamDoc], list[Problem]]:
    """Return every parameter's value on an ISO day; one that has none on it is a problem."""
    chosen: dict[Text, ParamDoc] = {}
    problems: list[Problem] = []
    for key, values in params.items():
        value = in_force(values, day)
        if value is None:
            problems.append(Problem("rules.param_not_in_force", key.span, {"id": key, "day": day}))
        else:
            chosen[key] = value
    return chosen, problems
