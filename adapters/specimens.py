"""What a specimen is called in documents, messages and resources, and which facts can be of it."""

import re
from collections.abc import Iterable
from typing import Final

SAMPLED: Final = ("fpg", "pg2h_ogtt", "pg_random")  # glucose that diagnoses, if it is of venous plasma
CAPILLARY: Final = ("指尖", "末梢", "毛细")
VENOUS: Final = ("静脉", "血浆", "血清")
URINE: Final = "尿"
NO_BLOOD: Final = (
    URINE, "脑脊液", "胸水", "胸腔积液", "腹水", "腹腔积液", "唾液", "粪", "大便", "痰", "透析液", "羊水", "汗",
)  # fmt: skip
# Of the whole body, whatever order they came with.
BODY: Final = ("sbp_", "dbp_", "heart_rate", "temperature", "weight", "height", "bmi", "waist", "spo2")
# The codes of HL7 (table 0487, and 0070 before it) in the words of the national forms.
CODES: Final = {
    "BLDC": "毛细血", "CAPL": "毛细血", "BLDV": "静脉血", "BLD": "血", "PLAS": "血浆", "SER": "血清",
    "UR": "尿", "URC": "尿", "URT": "尿", "CSF": "脑脊液", "SAL": "唾液", "SPT": "痰", "STL": "粪", "SWT": "汗",
    "AMN": "羊水", "DIAF": "透析液", "PLR": "胸水", "PRT": "腹水",
}  # fmt: skip
# English words, from the start of a word: "during" is no urine.
ENGLISH: Final = {
    "urin": "尿", "capillar": "毛细", "finger": "指尖", "venous": "静脉", "plasma": "血浆", "serum": "血清",
    "blood": "血", "saliva": "唾液", "sputum": "痰", "stool": "粪", "faec": "粪", "fec": "粪", "sweat": "汗",
    "cerebrospinal": "脑脊液", "spinal fluid": "脑脊液", "amniotic": "羊水", "dialysate": "透析液",
    "dialysis fluid": "透析液", "pleural": "胸水", "ascit": "腹水", "peritoneal": "腹水",
}  # fmt: skip
_ENGLISH: Final = re.compile("|".join(rf"\b{word}" for word in ENGLISH))


def of_specimen(words: str) -> str:
    """Return the words for a specimen with those the national forms have for what is said in English.

    >>> of_specimen("Urine, 24h"), of_specimen("末梢血"), of_specimen("fasting, pre-dialysis, during the day")
    ('Urine, 24h 尿', '末梢血', 'fasting, pre-dialysis, during the day')
    """
    found = dict.fromkeys(ENGLISH[one] for one in _ENGLISH.findall(words.lower()))
    return " ".join([words, *found]).strip()


def said_by(fields: Iterable[str]) -> str:
    """Return what fields of a message say of a specimen, in codes of HL7 and in words, as the national forms say it.

    >>> said_by(["BLDC", "", "drawn at home"]), said_by(["UR", "Urine"])
    ('毛细血 drawn at home', '尿 Urine 尿')
    """
    return of_specimen(" ".join(CODES.get(one.upper(), one) for one in fields if one))


def is_of(fact: str, specimen: str) -> bool:
    """Return whether a fact can be of a specimen: urine says nothing of blood, nor blood of urine.

    >>> is_of("creatinine", "尿液"), is_of("uacr", "随机尿"), is_of("u_malb", "血清"), is_of("potassium", "")
    (False, True, False, True)
    >>> is_of("sbp_office", "尿液")  # a panel of both
    True
    """
    if fact.startswith(BODY):
        return True
    other = [word for word in NO_BLOOD if word in specimen]
    if fact == "uacr" or fact.startswith("u_"):
        return "血" not in specimen and set(other) <= {URINE}
    return not other
