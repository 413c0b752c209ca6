"""What things are called: facts, groups, decisions, outcomes, statuses, origins, in Chinese and English."""

from typing import Any

from sangao.engine import quantity
from sangao.engine.answer import Quantity, Value
from sangao.engine.language.holes import fill
from sangao.engine.pack import ir

STATUS = {
    "settled": {"zh": "已确定", "en": "settled"},
    "provisional": {"zh": "暂定", "en": "provisional"},
    "unknown": {"zh": "未知", "en": "unknown"},
}
ORIGIN = {
    "national": {"zh": "国家规则", "en": "national rule"},
    "local": {"zh": "本地设置", "en": "local setting"},
    "project": {"zh": "项目默认,非国家规定", "en": "project default, not a national rule"},
}
EVIDENCE = {
    "seen": {"zh": "", "en": ""},
    "known": {"zh": "待与原件核对", "en": "not yet checked against the print"},
    "default": {"zh": "项目默认,非国家规定", "en": "project default, not a national rule"},
}
NEVER = {"zh": "无", "en": "never"}  # a day that does not come
TRUTH = {True: {"zh": "是", "en": "yes"}, False: {"zh": "否", "en": "no"}}


def thing(pack: ir.Pack, name: str, lang: str) -> str:
    """Return the name of a fact, group or decision; one of a second authority (`htn.risk@2018`) names its document."""
    declared: Any = pack.dictionary.facts.get(name) or pack.dictionary.groups.get(name) or pack.words.get(name)
    said = (getattr(declared, lang) or name) if declared is not None else name
    if isinstance(declared, ir.Words) and "@" in name and declared.document:
        return f"{said}〔{declared.document}〕" if lang == "zh" else f"{said} [{declared.document}]"
    return str(said)


def outcome(pack: ir.Pack, decision: str, value: Value, lang: str) -> str:
    """Return an answer's value in words."""
    if value is None:
        return STATUS["unknown"][lang]
    if isinstance(value, Quantity):
        return f"{value.number} {value.unit}".strip()
    if isinstance(value, tuple):
        parts = [_code(pack, decision, one, lang) for one in value]
        return ("、" if lang == "zh" else ", ").join(parts) or {"zh": "无", "en": "none"}[lang]
    if isinstance(value, bool):
        words = pack.words.get(f"{decision}={str(value).lower()}")
        return getattr(words, lang) if words and getattr(words, lang) else TRUTH[value][lang]
    if pack.decisions[decision].outcome.kind == "date":
        return NEVER[lang] if value == "never" else value
    return _code(pack, decision, value, lang)


def _code(pack: ir.Pack, decision: str, code: str, lang: str) -> str:
    words = pack.words.get(f"{decision}={code}") or pack.words.get(f"{decision}/{code}")
    return (getattr(words, lang) if words else "") or code


def reading(pack: ir.Pack, datum: dict[str, Any], lang: str) -> str:
    """Return one datum of an argument as words: name, value, unit, day."""
    fact, value = datum["fact"], datum["value"]
    name = thing(pack, fact, lang)
    if fact in pack.decisions:
        text = outcome(pack, fact, value_of(value), lang)
        return f"{name}:{text}" if lang == "zh" else f"{name}: {text}"
    if value is None:
        return f"{name}{'未知' if lang == 'zh' else ' unknown'}"
    declared = pack.dictionary.facts[fact]
    if isinstance(value, bool):
        text = TRUTH[value][lang]
    elif declared.kind == "code":
        text = "/".join(value_name(declared, one, lang) for one in str(value).split("/"))
    else:
        text = f"{value} {unit(datum['unit'] or '', lang)}".strip()
    at = f"({str(datum['at'])[:10]})" if datum["at"] else ""
    if at and lang == "en":
        at = f" {at}"
    if datum["source"] == "assumed":
        at = "(推定)" if lang == "zh" else " (assumed)"
    return f"{name} {text}{at}"


def unit(name: str, lang: str) -> str:
    """Return a unit as a person writes it.

    >>> unit("years", "zh"), unit("mmHg", "zh")
    ('岁', 'mmHg')
    """
    zh = {
        "years": "岁",
        "days": "天",
        "months": "个月",
        "weeks": "周",
        "/min": "次/分",
        "/wk": "次/周",
        "/d": "/日",
        "umol/L": "μmol/L",
    }
    return zh.get(name, name) if lang == "zh" else name


def value_name(fact: Any, code: str, lang: str) -> str:
    """Return the name of a code of a fact."""
    if code in fact.values and len(fact.value_names) == len(fact.values):
        return str(fact.value_names[fact.values.index(code)][0 if lang == "zh" else 1])
    return code


def value_of(given: Any) -> Value:
    """Return an answer's value from its JSON form."""
    if isinstance(given, dict):
        return Quantity(given["number"], given["unit"])
    return tuple(given) if isinstance(given, list) else given


def plain(pack: ir.Pack, words: ir.Words, lang: str) -> str:
    """Return what is said of a node without a patient: each value that a text carries under its name in brackets."""
    said = (words.says_zh or words.zh) if lang == "zh" else (words.says_en or words.en)
    open_, close = "〔〕" if lang == "zh" else "[]"
    return fill(said, lambda hole: f"{open_}{thing(pack, hole.name, lang)}{close}") if "{" in said else said


def number(steps: int, leaf: ir.Leaf) -> str:
    """Return grid steps of a leaf as decimal text."""
    return quantity.from_grid(steps, leaf.step)
