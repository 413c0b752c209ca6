"""What a rule is put together from when it is said: amounts, ranges, yes and no, in Chinese and English."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Final, Literal

from sangao.engine.language.cells import Cell, Interval
from sangao.engine.quantity import decimal_text

Lang = Literal["zh", "en"]

PHRASES: Final[dict[str, tuple[str, str]]] = {
    "and": ("{} 且 {}", "{} and {}"),
    "or": ("{} 或 {}", "{} or {}"),
    "group": ("（{}）", "({})"),
    "true": ("恒成立", "always"),
    "false": ("恒不成立", "never"),
    "not": ("并非{}", "not {}"),
    "not_decision": ("不符合“{}”", "not “{}”"),
    "is": ("{}为{}", "{} is {}"),
    "is_not": ("{}不为{}", "{} is not {}"),
    "is_none": ("{}不属于{}", "{} is none of {}"),
    "compare": ("{}{}{}", "{} {} {}"),
    "known": ("已有{}", "{} is known"),
    "unknown": ("缺少{}", "{} is not known"),
    "has": ("{}包括{}", "{} include {}"),
    "has_not": ("{}不包括{}", "{} do not include {}"),
    "min": ("{}中的最小值", "the smallest of {}"),
    "max": ("{}中的最大值", "the largest of {}"),
    "abs": ("{}的绝对值", "the absolute value of {}"),
    "count": ("{}的项数", "the number of {}"),
    "count_none": ("{}均无", "none of {}"),
    "count_is": ("{}{}{}项", "{1} {2} of {0}"),
    "list": ("{}、{}", "{}, {}"),
    "times": ("{}×{}", "{} × {}"),
    # windows: {0} the scope, {1} subject or condition, {2} n
    "within": ("近{}内", "in the last {}"),
    "this_year": ("本年内", "this year"),
    "inside": ("任意{}内", "within any {}"),
    "where": ("满足{1}的{0}", "{0} where {1}"),
    "last": ("{0}最近一次{1}", "last {1} {0}"),
    "last_n": ("{0}倒数第{2}次{1}", "{2}-to-last {1} {0}"),
    "first": ("{0}首次{1}", "first {1} {0}"),
    "mean": ("{0}{1}均值", "mean {1} {0}"),
    "maximum": ("{0}{1}最高值", "highest {1} {0}"),
    "minimum": ("{0}{1}最低值", "lowest {1} {0}"),
    "occasions": ("{0}{1}次数", "number of times {1} {0}"),
    "days": ("{0}{1}的不同日数", "number of different days with {1} {0}"),
    "occasions_is": ("{0}{2}{3}次{1}", "{1} {2} {3} times {0}"),
    "days_is": ("{0}{2}{3}个不同日{1}", "{1} on {2} {3} different days {0}"),
    "ever": ("{0}曾有{1}", "{1} at any time {0}"),
    "ever_not": ("{0}从无{1}", "{1} at no time {0}"),
    "all": ("{0}每次均{1}", "{1} every time {0}"),
    "running": ("{0}最近{2}次均{1}", "{1} on each of the last {2} occasions {0}"),
    "streak": ("{0}连续{2}次均{1}", "{1} on {2} consecutive occasions {0}"),
    "change": ("{0}{1}变化量", "change of {1} {0}"),
    "days_since": ("{0}距{1}的天数", "days since {1} {0}"),
    "due": ("{1}后{0}之日", "{0} after {1}"),
    "due_year": ("{}当年12月31日", "31 December of the year of {}"),
    "since_is": ("{0}距{1}{2}{4}", "{3} {4} since {1} {0}"),
}

QUANTIFIERS: Final[dict[str, tuple[str, str]]] = {
    ">=": ("至少", "at least"),
    ">": ("多于", "more than"),
    "=": ("恰好", "exactly"),
    "<": ("少于", "fewer than"),
    "<=": ("至多", "at most"),
    "!=": ("不是", "other than"),
}

SIGNS: Final = {">=": "≥", "<=": "≤", "!=": "≠", ">": ">", "<": "<", "=": "="}

_UNITS_ZH: Final = {
    "days": "天",
    "weeks": "周",
    "months": "个月",
    "years": "年",
    "/min": "次/分",
    "/d": "/日",
    "/wk": "/周",
    "h": "小时",
    "min": "分钟",
    "points": "分",
}
_PRINTED: Final = {"umol": "μmol", "ug": "μg", "uL": "μL", "m2": "m²", "1.73m2": "1.73m²", "mV.ms": "mV·ms"}
_ABSENT_WHOLE_ZH: Final = {"妊娠": "未妊娠", "哺乳": "未哺乳", "吸烟": "不吸烟", "饮酒": "不饮酒"}
_ABSENT_ZH: Final = (
    ("有创", "无有创"),
    ("有", "无"),
    ("存在", "不存在"),
    ("正在", "未在"),
    ("在用", "未用"),
    ("已", "未"),
    ("未", "已"),
    ("曾", "未曾"),
    ("可疑", "无可疑"),
    ("可", "不可"),
    ("能", "不能"),
    ("需", "不需"),
    ("本", "非本"),
    *((verb, f"未{verb}") for verb in ("服用", "使用", "接受", "达到", "处于", "配备", "预计")),
)


def say(lang: Lang, key: str, *parts: object) -> str:
    """Return a phrase with its parts; parts that are empty leave no double space.

    >>> say("zh", "mean", "近7天内", "家庭收缩压")
    '近7天内家庭收缩压均值'
    """
    text = PHRASES[key][lang == "en"].format(*parts)
    return " ".join(text.split()) if lang == "en" else text


def joined(parts: Iterable[str], how: Literal["and", "or", "list"], lang: Lang) -> str:
    """Return the parts joined by 且/and, 或/or or 、/comma; empty parts are left out.

    >>> joined(["a", "", "b"], "or", "zh")
    'a 或 b'
    """
    text = PHRASES[how][lang == "en"].format("", "").join(part for part in parts if part)
    return text.replace("） ", "）").replace(" （", "（")


def one_of(name: str, codes: list[str], lang: Lang, *, negated: bool = False) -> str:
    """Return that something is one of some codes, or none of them.

    >>> one_of("吸烟状况", ["从不", "已戒"], "zh"), one_of("sex", ["male"], "en", negated=True)
    ('吸烟状况为从不或已戒', 'sex is not male')
    """
    if negated:
        return say(lang, "is_not" if len(codes) == 1 else "is_none", name, joined(codes, "list", lang))
    return say(lang, "is", name, ("或" if lang == "zh" else " or ").join(codes))


def absent(name: str, lang: Lang) -> str:
    """Return how the absence of a named condition is said.

    >>> absent("糖尿病", "zh"), absent("正在服用降压药", "zh"), absent("pregnant", "en")
    ('无糖尿病', '未在服用降压药', 'not pregnant')
    """
    if lang == "en":
        return f"not {name}"
    if name in _ABSENT_WHOLE_ZH:
        return _ABSENT_WHOLE_ZH[name]
    if any(word in name for word in "或且和") and (name[0] in "已未曾可能需" or "已" in name):
        return f"并非“{name}”"  # 未 before a pair would seem to belong to the first alone
    if "已" in name:
        return name.replace("已", "未", 1)
    for start, instead in _ABSENT_ZH:
        if name.startswith(start):
            return instead + name.removeprefix(start)
    return f"并非{name}" if "为" in name or "均" in name else f"无{name}"


def unit_text(unit: str, lang: Lang, about: str = "") -> str:
    """Return a unit as it is printed; `about` is the name of what it measures (an age counts 岁).

    >>> unit_text("umol/L", "zh"), unit_text("years", "zh", "年龄"), unit_text("kg/m2", "en")
    ('μmol/L', '岁', 'kg/m²')
    """
    if lang == "zh" and unit in _UNITS_ZH:
        return "岁" if unit == "years" and about.endswith(("龄", "岁")) else _UNITS_ZH[unit]
    return "/".join(_PRINTED.get(part, part) for part in unit.split("/"))


def amount(value: Fraction, unit: str, lang: Lang, about: str = "") -> str:
    """Return a number with its unit as it is printed.

    >>> amount(Fraction(80), "years", "zh", "年龄"), amount(Fraction(1), "weeks", "en")
    ('80岁', '1 week')
    """
    printed = unit_text(unit, lang, about)
    if lang == "en" and value == 1 and unit in ("days", "weeks", "months", "years", "points"):
        printed = printed[:-1]
    tight = not printed or printed[0] in "%/" or (lang == "zh" and unit in _UNITS_ZH)
    return f"{decimal_text(value)}{'' if tight else ' '}{printed}"


def range_text(interval: Interval, lang: Lang) -> str:
    """Return a range exactly, ends included or not.

    >>> range_text(Interval(Fraction(140), Fraction(160), high_open=True), "zh")
    '≥140且<160'
    """
    if interval.low is not None and interval.low == interval.high:
        return f"={decimal_text(interval.low)}"
    ends = []
    if interval.low is not None:
        ends.append(f"{'>' if interval.low_open else '≥'}{decimal_text(interval.low)}")
    if interval.high is not None:
        ends.append(f"{'<' if interval.high_open else '≤'}{decimal_text(interval.high)}")
    return ("且" if lang == "zh" else " and ").join(ends)


def cell_sentence(
    cell: Cell, name: str, lang: Lang, unit: str = "", code: Callable[[str], str] = str, *, decision: bool = False
) -> str:
    """Return what a cell asks of the input called `name`, empty for `-`.

    `unit` is the input's own when the cell wrote none, `code` names a code, `decision` says that the input is one.

    >>> from sangao.engine.language.cells import parse_cell
    >>> cell_sentence(parse_cell("[140..160)"), "诊室收缩压", "zh", "mmHg")
    '诊室收缩压≥140且<160 mmHg'
    """
    match cell.kind:
        case "any":
            return ""
        case "bool":
            return name if cell.truth else say(lang, "not_decision", name) if decision else absent(name, lang)
        case "code":
            return one_of(name, [code(one) for one in cell.codes], lang, negated=cell.negated)
    printed = unit_text(cell.unit or unit, lang, name)
    tight = not printed or printed[0] in "%/" or (lang == "zh" and (cell.unit or unit) in _UNITS_ZH)
    ranges = ("或" if lang == "zh" else " or ").join(range_text(one, lang) for one in cell.intervals)
    return f"{name}{'' if lang == 'zh' else ' '}{ranges}{'' if tight else ' '}{printed}"
