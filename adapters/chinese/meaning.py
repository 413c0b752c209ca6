"""What a value, a sample and a relative mean: the small judgements on the way into a chart."""

from sangao.adapters.chinese import elements
from sangao.adapters.chinese.said import Value
from sangao.adapters.specimens import CAPILLARY, SAMPLED, VENOUS
from sangao.adapters.terms import Match
from sangao.engine import quantity
from sangao.engine.chart import day_of

FOLLOW_UP = "随访"
RELATIVES = frozenset(
    (
        "父亲",
        "母亲",
        "父",
        "母",
        "父母",
        "兄",
        "弟",
        "姐",
        "妹",
        "哥哥",
        "弟弟",
        "姐姐",
        "妹妹",
        "兄弟姐妹",
        "子",
        "女",
        "儿子",
        "女儿",
        "子女",
    )
)


def sampled(
    fact: str, name: str, match: Match | None, stated: str | None, follow_up: bool
) -> tuple[str, dict[str, str]]:
    """Return the fact and sample of a glucose value: what nobody says is not taken for venous plasma.

    A code of a laboratory says of which sample it is; a name for a finger's drop goes before it. A fasting value of a
    follow-up visit counts as one of monitoring, which never diagnoses.

    >>> [sampled("fpg", name, None, None, follow_up=True) for name in ("空腹血糖", "空腹静脉血糖")]
    [('fpg_capillary', {}), ('fpg', {'sample': 'venous_plasma'})]
    """
    said = dict(match.qualifiers) if match is not None else {}
    if fact not in SAMPLED:
        return fact, said
    if any(word in name for word in CAPILLARY):
        sample = "capillary"
    elif any(word in name for word in VENOUS):
        sample = "venous_plasma"
    elif match is not None:
        return fact, said
    else:
        sample = stated or "unknown"
    if fact == "fpg" and (sample == "capillary" or (sample == "unknown" and follow_up)):
        return "fpg_capillary", {}
    return fact, {"sample": sample}


def meant(fact: str, value: Value) -> object | None:
    """Return what a coded value means; None where neither name nor code is known, and where the two contradict."""
    texts, codes = elements.TEXTS.get(fact, {}), elements.CODES.get(fact, {})
    if value.kind == "truth" and fact in elements.TRUTHS:
        return {"true": True, "1": True, "false": False, "0": False}.get(value.text.strip().lower())
    label = quantity.normalise(value.label or (value.text if value.kind == "text" else ""))
    code = quantity.normalise(value.code).lstrip("0")
    if not texts and fact in elements.TEXTS:  # as printed: admission tells what it may mean
        return label or code or None
    by_label, by_code = texts.get(label), codes.get(code)
    if label and by_label is None:
        return by_code if label == quantity.normalise(value.code) else None
    if by_label is not None and by_code is not None and by_label != by_code:
        return None
    return by_code if by_label is None else by_label


def agree(fact: str, stated: str, held: str) -> bool:
    if fact == "sex":
        return stated == held
    days, day = day_of(stated), day_of(held)
    return days is not None and day is not None and days[0] <= day[0] <= days[1]
