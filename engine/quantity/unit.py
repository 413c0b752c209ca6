"""One name per unit: what hosts, laboratories and guidelines spell in a dozen ways, told apart by nothing but its name.

Only spelling is settled here (`毫米汞柱` is `mmHg`); conversion factors stand with each fact in `facts.yaml`.
"""

import re
import unicodedata
from functools import lru_cache

_SIGNS = str.maketrans({"µ": "u", "μ": "u", "−": "-", "•": "·", "∕": "/", "⁄": "/", "﹪": "%"})

_WHOLE = {
    name: unit
    for unit, names in {
        "/min": "bpm 次/分 次/分钟",
        "years": "year years yr yrs y a 岁 周岁 年",
        "months": "month months mo 月 个月",
        "weeks": "week weeks wk 周 星期",
        "days": "day days d 天 日",
        "h": "hour hours hr h 小时",
        "min": "minute minutes min 分钟",
        "points": "point points 分",
        "": "1 次 个 项 支 times",
        "mL/min/1.73m2": "ml·min-1·1.73m-2 ml·min-1·(1.73m2)-1",
    }.items()
    for name in names.split()
}

_PART = {
    name: part
    for part, names in {
        "mmHg": "mmhg 毫米汞柱 毫米水银柱",
        "kPa": "kpa 千帕",
        "mol": "mol 摩尔 摩",
        "mmol": "mmol 毫摩尔 毫摩",
        "umol": "umol 微摩尔 微摩",
        "nmol": "nmol 纳摩尔",
        "pmol": "pmol 皮摩尔",
        "meq": "meq",
        "kg": "kg 千克 公斤",
        "g": "g 克",
        "mg": "mg 毫克",
        "ug": "ug mcg 微克",
        "ng": "ng 纳克",
        "pg": "pg 皮克",
        "L": "l 升",
        "dL": "dl 分升",
        "mL": "ml cc 毫升",
        "uL": "ul 微升",
        "m": "m 米",
        "cm": "cm 厘米",
        "mm": "mm 毫米",
        "m2": "m2 米2 平方米",
        "1.73m2": "1.73m2 1.73平方米",
        "U": "u 单位",
        "IU": "iu 国际单位",
        "mV": "mv 毫伏",
        "s": "s sec 秒",
        "min": "min minute 分 分钟",
        "h": "h hr hour 小时 时",
        "24h": "24h 24小时",
        "d": "d day 天 日",
        "wk": "wk week 周",
        "mo": "mo month 月",
        "year": "year yr y a 年",
        "": "次 beats beat 支",
    }.items()
    for name in names.split()
}

_QUOTIENT = re.compile(r"/\(([^()]*)\)")
_PRODUCT = re.compile(r"[·*×]|\.(?![0-9])|(?<![0-9])\.")


def normalise(text: str) -> str:
    """Return a text with full-width characters made half-width and the ends trimmed.

    >>> normalise(" １４０／９０ ")
    '140/90'
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()


@lru_cache(maxsize=4096)
def unit_name(text: str) -> str:
    """Return the one name of a unit; a unit never met keeps its own (half-width, without spaces).

    >>> unit_name("毫米汞柱"), unit_name("mm[Hg]"), unit_name("μmol/l"), unit_name("次/分")
    ('mmHg', 'mmHg', 'umol/L', '/min')
    >>> unit_name("mL/min/{1.73_m2}"), unit_name("ml/(min·1.73m²)"), unit_name("岁")
    ('mL/min/1.73m2', 'mL/min/1.73m2', 'years')
    """
    plain = re.sub(r"[\s_{}\[\]]", "", normalise(text))
    plain = re.sub(r"(?<=[A-Za-z])\^(?=[0-9])", "", plain).replace("24.h", "24h")
    plain = _WHOLE.get(plain.lower(), plain)
    plain = _QUOTIENT.sub(lambda match: "/" + _PRODUCT.sub("/", match[1]), plain)
    plain = plain.replace("·", ".")
    if plain in _CANONICAL:
        return plain
    first, *rest = plain.split("/")
    if rest and first == "1":
        first = ""
    return "/".join(_PART.get(part.lower(), part) for part in (first, *rest))


_CANONICAL = frozenset(_WHOLE.values())
