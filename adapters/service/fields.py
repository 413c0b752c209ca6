"""What is wrong with a field of a request, in both languages: pydantic says it in English only."""

from collections.abc import Mapping
from typing import Any, Final

SAID: Final = {
    "missing": "必须给出",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为文本",
    "string_too_short": "不能为空",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不对,日期写成 2025-03-09",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "list_type": "应为数组",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "int_type": "应为整数",
    "greater_than_equal": "不小于 {ge}",
    "less_than_equal": "不大于 {le}",
    "literal_error": "可用:{expected}",
    "json_invalid": "不是有效的 JSON",
}


def rule(error: Mapping[str, Any]) -> dict[str, str]:
    """Return the rule a field breaks (an item of pydantic's `errors()`), without what was given.

    >>> rule({"type": "too_long", "msg": "List should have at most 50 items", "ctx": {"max_length": 50}})["zh"]
    '至多 50 项'
    """
    said, en = SAID.get(str(error.get("type"))), str(error["msg"])
    if said is None:
        return {"zh": en, "en": en}
    parts = {name: str(part).replace(" or ", "、") for name, part in error.get("ctx", {}).items()}
    return {"zh": said.format_map(_Parts(parts)), "en": en}


class _Parts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
