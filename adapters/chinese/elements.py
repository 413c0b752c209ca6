"""What the data elements of Chinese records (WS/T 363, "DE…") are read as: ids as people write them, values, codes.

Which element is which fact stands in the terms (`sangao.adapters.terms`), what a name says in `naming`. Here stands
what the ids do not say: values by name and by code, and what is never interpreted. A value code is here only where a
public form or a system in use prints it; every other code needs its name beside it.
"""

import re
from typing import Final

from sangao.engine.quantity import normalise

_ID = re.compile(r"DE[0-9]{2}\.[0-9]{2}\.[0-9]{3}\.[0-9]{2}")
_DIGITS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "i": "1", "L": "1"})

NARRATIVE: Final = {
    "DE04.30.043.00": "心电图检查结果",
    "DE05.10.081.00": "心电图异常标志",
    "DE05.10.082.00": "心电图异常描述",
    "DE04.30.002.00": "B超检查结果",
    "DE04.30.045.00": "胸部X线检查结果",
    "DE04.10.215.00": "眼底检查结果",
    "DE04.50.110.00": "眼底检查异常标志",
    "DE04.10.237.00": "足背动脉搏动标志",
    "DE02.01.038.00": "行政区划",
}
"""Elements whose value is a report in words, or a bare flag whose sense differs between systems."""

TEXTS: Final[dict[str, dict[str, object]]] = {
    "smoke_status": {"从不吸烟": "never", "从不": "never", "不吸烟": "never", "已戒烟": "former", "已戒": "former",
                     "戒烟": "former", "吸烟": "current"},
    "drink_freq": {"从不": "never", "偶尔": "sometimes", "经常": "often", "每天": "daily"},
    "salt_level": {"轻": "light", "中": "medium", "重": "heavy"},
    "psych": {"良好": "good", "一般": "fair", "差": "poor"},
    "obey": {"良好": "good", "一般": "fair", "差": "poor"},
    "adherence": {"规律": "regular", "间断": "intermittent", "不服药": "none", "拒绝服药": "none"},
    "hypoglycaemia": {"无": "none", "偶尔": "occasional", "频繁": "frequent"},
    "dorsalis_pedis": {"触及正常": "palpable", "触及双侧对称": "palpable", "正常": "palpable", "减弱": "weak",
                       "双侧减弱": "weak", "左侧减弱": "weak", "右侧减弱": "weak", "未触及": "absent", "消失": "absent",
                       "双侧消失": "absent", "左侧消失": "absent", "右侧消失": "absent"},
    "u_protein_qual": {},
    "oedema": {"无": False, "无下肢水肿": False, "单侧": True, "双侧不对称": True, "双侧对称": True},
    "adverse_drug": {"无": False, "有": True},
    "sex": {"男": "male", "男性": "male", "女": "female", "女性": "female"},
}  # fmt: skip
"""What the names of values mean, per fact; empty: as printed, the fact knows its spellings."""

CODES: Final[dict[str, dict[str, object]]] = {
    "smoke_status": {"1": "never", "2": "former", "3": "current"},
    "drink_freq": {"1": "never", "2": "sometimes", "3": "often", "4": "daily"},
    "salt_level": {"1": "light", "2": "medium", "3": "heavy"},
    "psych": {"1": "good", "2": "fair", "3": "poor"},
    "obey": {"1": "good", "2": "fair", "3": "poor"},
    "adherence": {"1": "regular", "2": "intermittent", "3": "none"},
    "hypoglycaemia": {"1": "none", "2": "occasional", "3": "frequent"},
    "sex": {"1": "male", "2": "female", "M": "male", "F": "female"},
}
"""What the codes of values mean, per fact, as the national forms print them."""

NOT_SAID: Final = {"sex": frozenset({"0", "9"})}
"""Codes that say "not known" (GB/T 2261.1)."""

DATES: Final = frozenset({"birth_date", "htn_diagnosis_date"})
TRUTHS: Final = frozenset({"oedema", "adverse_drug"})
ZERO_IS_REAL: Final = frozenset({"cig_per_day", "drink_amount", "exercise_freq", "exercise_min", "quit_days"})
"""Numbers of which 0 is an answer; of every other a 0 is a blank."""
SENTINELS: Final = frozenset({"999", "9999", "99999", "999.9", "-1"})
PER_DAY: Final = frozenset({"cig_per_day", "drink_amount", "staple_food"})
"""Facts per day that forms give without "per day" (`两`, `g`)."""
UNIT_NEEDED: Final = frozenset({"drink_amount", "u_malb"})
"""Facts of which one system counts one thing, another system another: liang of spirits or mL, mg/L or mg/dL."""
SYMPTOMS: Final = {
    "无症状": (),
    "无": (),
    "头痛": ("headache",),
    "头晕": ("dizziness",),
    "头痛头晕": ("headache", "dizziness"),
    "恶心": ("nausea",),
    "呕吐": ("vomiting",),
    "恶心呕吐": ("nausea", "vomiting"),
    "呼吸困难": ("dyspnoea",),
    "心悸": ("palpitations",),
    "胸闷": ("chest_tightness",),
    "心悸胸闷": ("palpitations", "chest_tightness"),
    "胸痛": ("chest_pain",),
    "鼻衄出血不止": ("nosebleed",),
    "四肢发麻": ("numbness",),
    "手脚麻木": ("numbness",),
    "下肢水肿": ("leg_oedema",),
    "下肢浮肿": ("leg_oedema",),
    "多饮": ("polydipsia",),
    "多食": ("polyphagia",),
    "多尿": ("polyuria",),
    "视力模糊": ("blurred_vision",),
    "体重明显下降": ("weight_loss_unexplained",),
    "体重下降": ("weight_loss_unexplained",),
    "肌无力": ("muscle_weakness",),
}
"""Symptoms of the national forms. A pair that is ticked as one ("头痛头晕") counts as both, the careful side."""

BLANKS: Final = frozenset(
    (
        "",
        "-",
        "--",
        "—",
        "/",
        "\\",
        "无",
        "未查",
        "未测",
        "未做",
        "未检",
        "不详",
        "未知",
        "缺失",
        "拒查",
        "NA",
        "N/A",
        "NULL",
    )
)

SYMPTOM: Final = frozenset({"DE04.01.116.00", "DE04.01.118.00"})
DIAGNOSIS: Final = frozenset({"DE05.01.024.00", "DE05.01.025.00", "DE02.10.095.50"})
DRUG: Final = frozenset({"DE08.50.022.00", "DE08.50.013.00"})
NO_THERAPY: Final = ("麻醉", "宫缩", "产时", "抢救")
"""Names under the id of a drug that speak of what was given once, at a birth or an operation."""
VISIT: Final = frozenset({"DE06.00.108.00"})
EXAMINED: Final = frozenset({"DE06.00.048.00", "DE04.50.140.00"})
SAMPLED: Final = "DE04.50.137.00"
FAMILY: Final = "DE02.10.103.00"
IDENTITY, SEX, BIRTH = "DE02.01.030.00", "DE02.01.040.00", "DE02.01.005.01"
ADMINISTRATIVE: Final = VISIT | {
    "DE06.00.109.00",  # next visit
    "DE05.10.066.00",  # class of the visit: what a 2 means differs between systems
    "DE06.00.174.00",
    "DE06.00.177.00",  # referral
    "DE06.00.051.00",
    "DE06.00.114.00",  # advice
    "DE06.00.081.00",
    "DE03.00.046.00",  # goals
    "DE08.50.023.00",
    "DE08.50.024.00",
    "DE06.00.133.00",
    "DE08.50.012.00",
    "DE08.50.020.00",  # how a drug is taken
    "DE02.01.039.00",
    "DE02.01.010.00",
    "DE08.10.013.00",
    "DE08.10.026.00",
    "DE08.10.025.00",  # names, addresses, institutions
}
"""Elements about the visit or the record and not about the patient: passed over without a word."""


def element_id(text: str) -> str | None:
    """Return a data-element id as it should be written, None for a placeholder and anything else.

    >>> element_id("DE04.10.174.00"), element_id("DEO4.lO.174.OO "), element_id("DE9999999999999"), element_id("8480-6")
    ('DE04.10.174.00', 'DE04.10.174.00', None, None)
    """
    plain = normalise(text).replace(" ", "")
    if plain[:2].upper() != "DE":
        return None
    plain = "DE" + plain[2:].translate(_DIGITS)
    return plain if _ID.fullmatch(plain) else None


def is_unsure(name: str) -> bool:
    """Return whether a diagnosis is worded as a suspicion or as excluded: its code must not count, either.

    >>> [is_unsure(one) for one in ("高血压待查", "冠心病？", "疑似糖尿病", "排除脑梗死", "高血压病2级")]
    [True, True, True, True, False]
    """
    plain = normalise(name)
    return plain.endswith("?") or any(one in plain for one in ("待查", "待排", "疑似", "排除", "除外", "可能", "鉴别"))
