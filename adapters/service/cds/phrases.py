"""The words of cards, in Chinese and English; what is clinical is said by the pack."""

import re
from typing import Final

MOST_SUMMARY: Final = 139  # CDS Hooks: fewer than 140 characters

WORDS: Final = {
    "provisional": {"zh": "(暂定)", "en": " (provisional)"},
    "ask_first": {"zh": ",先问:{}", "en": "; ask first: {}"},
    "judged": {"zh": "按 {on} 的资料判断 · {pack} {edition} · {hash}", "en": "as of {on} · {pack} {edition} · {hash}"},
    "not_normal": {
        "zh": "未显示的项目不等于正常；未收到的资料按未知处理",
        "en": "What is not shown is not thereby normal; what was not received counts as unknown.",
    },
    "lacking": {"zh": "未收到的资料:{}", "en": "data not received: {}"},
    "unchecked": {
        "zh": "未收到诊断列表，无法核查诊断是否有据",
        "en": "no problem list was received, so recorded diagnoses cannot be checked",
    },
    "problems": {"zh": "{} 项资料未能使用", "en": "{} items of the data could not be used"},
    "more": {"zh": "另有 {} 项", "en": "{} more"},
    "order_missing": {"zh": "补查:{}", "en": "order: {}"},
    "order_missing_all": {"zh": "补查所缺的检验", "en": "order what is missing"},
    "order": {"zh": "开立:{}", "en": "order: {}"},
    "refer": {"zh": "转诊:{}", "en": "refer: {}"},
    "plan": {"zh": "安排:{}", "en": "plan: {}"},
    "doubt": {"zh": "将“{}”标为待证实", "en": "mark “{}” as provisional"},
    "record": {"zh": "登记诊断:{}", "en": "record the diagnosis: {}"},
    "remove": {"zh": "撤销医嘱:{}", "en": "remove the order: {}"},
    "drug": {"zh": "{drug}:{permission}", "en": "{drug}: {permission}"},
    "possibly": {"zh": "可能{}", "en": "possibly {}"},
    "as_taken": {"zh": "按开具后用上此药核对", "en": "checked as for a patient who takes it once it is ordered"},
    "at_least": {"zh": "已可确定:{}", "en": "certain already: {}"},
    "drug_unknown": {
        "zh": "药品“{}”不在词表中，未做用药核对",
        "en": "the drug “{}” is not in the list of terms and was not checked",
    },
    "question": {"zh": "待问:{}", "en": "to be asked: {}"},
    "questions": {"zh": "还需了解 {} 项才能定:{}", "en": "{} more things to know: {}"},
    "to_settle": {"zh": "问清即可确定:{}", "en": "settled by knowing: {}"},
    "more_steps": {"zh": "另有 {} 项建议", "en": "{} more steps"},
    "more_orders": {"zh": "另有 {} 项医嘱未做用药核对", "en": "{} more orders were not checked"},
    "others_orders": {
        "zh": "{} 项医嘱的对象不是该患者，未按该患者核对，也未计入",
        "en": "{} orders are for somebody else: neither checked nor counted for this patient",
    },
    "due": {"zh": "期限:{}", "en": "due: {}"},
    "explained": {"zh": "完整说明", "en": "full explanation"},
    "service": {"zh": "三高决策支持", "en": "sangao decision support"},
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_BLANK = re.compile(r"\s+")


def word(name: str, lang: str, *args: object, **parts: object) -> str:
    """Return a phrase with its blanks filled.

    >>> word("lacking", "en", "labs")
    'data not received: labs'
    """
    return WORDS[name]["zh" if lang == "zh" else "en"].format(*args, **parts)


def summary(text: str) -> str:
    """Return one line that is short enough for a card.

    >>> len(summary("x" * 500))
    139
    """
    line = _BLANK.sub(" ", text).strip()
    return line if len(line) <= MOST_SUMMARY else line[: MOST_SUMMARY - 1] + "…"


def literal(text: str) -> str:
    r"""Return a text as markdown that shows it as it is: what a host sent must not become a link or a tag.

    >>> print(literal("<b>x</b> [a](b)"))
    \<b\>x\</b\> \[a\](b)
    """
    return _MARKDOWN.sub(r"\\\1", _BLANK.sub(" ", text))


def bullets(lines: list[str]) -> str:
    """Return lines as a markdown list."""
    return "\n".join(f"- {one}" for one in lines)
