"""What users did with cards: checked as the standard writes it, then stored; each item on its own entry in the log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sangao.adapters.journal.entry import Feedback
from sangao.adapters.service.cds.asked import refusal

OUTCOMES: Final = ("accepted", "overridden")
MOST: Final = 200
LONGEST: Final = 4000  # of a comment


def feedback(given: Mapping[str, Any], service: str, tenant: str) -> list[Feedback]:
    """Return the items of a feedback. Raises Refusal (400) with every field that is wrong."""
    items = given.get("feedback")
    if not isinstance(items, list) or not 0 < len(items) <= MOST:
        raise refusal([("feedback", "feedback")])
    wrong: list[tuple[str, str]] = []
    found = [_item(one, f"feedback[{i}]", service, tenant, wrong) for i, one in enumerate(items)]
    if wrong:
        raise refusal(wrong)
    return [one for one in found if one is not None]


def _item(one: Any, at: str, service: str, tenant: str, wrong: list[tuple[str, str]]) -> Feedback | None:
    if not isinstance(one, Mapping):
        wrong.append((at, "object"))
        return None
    before = len(wrong)
    card, outcome = one.get("card"), one.get("outcome")
    if not isinstance(card, str) or not 0 < len(card) <= 200:
        wrong.append((f"{at}.card", "text"))
    if outcome not in OUTCOMES:
        wrong.append((f"{at}.outcome", "outcome"))
    detail: dict[str, Any] = {}
    moment = _moment(one.get("outcomeTimestamp"))
    if moment is None:
        wrong.append((f"{at}.outcomeTimestamp", "moment"))
    else:
        detail["at"] = moment.isoformat()
    if outcome == "accepted":
        detail["suggestions"] = _accepted(one.get("acceptedSuggestions"), at, wrong)
    elif one.get("overrideReason") is not None:
        detail |= _reason(one["overrideReason"], at, wrong)
    if len(wrong) > before:
        return None
    return Feedback(str(card), str(outcome), detail, service, tenant)


def _accepted(given: Any, at: str, wrong: list[tuple[str, str]]) -> list[str]:
    ids = [one.get("id") for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    good = [one for one in ids if isinstance(one, str) and 0 < len(one) <= 200]
    if not good or len(good) != len(given):
        wrong.append((f"{at}.acceptedSuggestions", "accepted"))
    return good


def _reason(given: Any, at: str, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    place = f"{at}.overrideReason"
    if not isinstance(given, Mapping):
        wrong.append((place, "object"))
        return {}
    found: dict[str, Any] = {}
    reason, comment = given.get("reason"), given.get("userComment")
    if reason is not None:
        if not isinstance(reason, Mapping) or not isinstance(reason.get("code"), str):
            wrong.append((f"{place}.reason", "coding"))
        else:
            kept = {key: reason[key] for key in ("code", "system", "display") if isinstance(reason.get(key), str)}
            found["reason"] = kept
    if comment is not None:
        if not isinstance(comment, str):
            wrong.append((f"{place}.userComment", "text"))
        else:
            found["comment"] = comment[:LONGEST]
    return found


def _moment(given: Any) -> datetime | None:
    """Return a moment in UTC, None for what is none or does not say its offset.

    >>> _moment("2020-12-11T00:00:00Z").isoformat(), _moment("2020-12-11"), _moment(7)
    ('2020-12-11T00:00:00+00:00', None, None)
    """
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) and len(given) <= 64 else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
