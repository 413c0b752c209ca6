"""A family history in words (`父亲高血压，母亲糖尿病`): whose disease it is, or nothing.

Only what is said of a relative of the first degree, in so many words, is taken. What is denied is left unknown.
"""

import re

from sangao.adapters.chinese import elements
from sangao.adapters.chinese.meaning import RELATIVES
from sangao.engine.quantity import normalise

_WHO = "|".join(sorted(RELATIVES, key=len, reverse=True))
_NEAR = re.compile(
    rf"(?:患者)?(?:其)?((?:(?:{_WHO})[和及与]?)+)(?![系媳夫婿性宫侄孙的])"
    r"(?:均|都|皆|曾|有|患有|患|确诊|为|:|\s)*(.*)"
)
_FIRST = re.compile(_WHO)
_FAR = re.compile(r"外|祖|爷|奶|姥|叔|伯|姑|姨|舅|堂|表|岳|公公|婆婆|配偶|丈夫|妻|爱人|本人|自己")
_NO = re.compile(r"无|否认|未|不|没有|非")


def read(text: str) -> tuple[list[tuple[str, str]], bool]:
    """Return (relative, disease) pairs, and whether something was left over that says neither.

    >>> read("父亲高血压，母亲糖尿病"), read("父母均无高血压、糖尿病"), read("无")
    (([('父亲', '高血压'), ('母亲', '糖尿病')], False), ([], True), ([], False))
    >>> read("祖父高血压"), read("高血压家族史"), read("母亲有高血压、冠心病；配偶糖尿病")
    (([], True), ([], True), ([('母亲', '高血压'), ('母亲', '冠心病')], True))
    """
    found: list[tuple[str, str]] = []
    left = False
    for clause in re.split(r"[,;。\n]+", normalise(text)):
        who, denied = "", False
        for part in filter(None, (one.strip() for one in clause.split("、"))):
            if part.upper() in elements.BLANKS and not who:
                continue
            near = None if _FAR.match(part) else _NEAR.fullmatch(part)
            if near:
                who, part, denied = near[1], near[2].strip(), False
            elif _FAR.match(part):
                who = ""
            denied = denied or bool(_NO.search(part))
            if who and not part:
                continue  # "父亲、母亲高血压": the father is not told apart from the mother, and need not be
            if who and not denied and not elements.is_unsure(part):
                found.append((_FIRST.match(who)[0], part))  # type: ignore[index]
            else:
                left = True
    return found, left
