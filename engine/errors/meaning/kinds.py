"""Catalogue of problems of meaning, kinds and units: what stands where another kind or unit must stand."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "meaning.not_a_condition": _error(
        "此处应为条件,却是{zh}",
        "a condition must stand here, not {en}",
        "写成比较,如 >= 或 =",
        "compare it with something",
    ),
    "meaning.not_a_number": _error(
        "此处应为数,却是{zh}",
        "a number must stand here, not {en}",
        "检查括号与 and/or",
        "check parentheses and `and`/`or`",
    ),
    "meaning.not_comparable": _error(
        "{zh}不能这样比较", "{en} cannot be compared like this", "两边须为同类的值", "both sides must be of one kind"
    ),
    "meaning.not_coded": _error(
        "`in {{…}}` 左边应为代码,却是{zh}",
        "left of `in {{…}}` must stand a code, not {en}",
        "用代码事实或有代码结果的决策",
        "use a code fact or a decision with codes",
    ),
    "meaning.not_a_set": _error(
        "`{name}` 不是集合决策",
        "`{name}` is no set decision",
        "改用 =,或让它 gives: set",
        "use =, or let it `gives: set`",
    ),
    "meaning.code_against": _error(
        "代码 `{name}` 只能与它的取值比较",
        "the code `{name}` is compared with its values only",
        "可用取值:{values}",
        "the values are {values}",
    ),
    "meaning.not_ordered": _error(
        "`{name}` 的取值没有高低之分",
        "the values of `{name}` have no order",
        "用 = 或 in,或以 order 声明顺序",
        "use = or in, or declare an order",
    ),
    "meaning.unit": _error(
        "单位不一致:`{left}` 与 `{right}`",
        "units differ: `{left}` and `{right}`",
        "阈值须写事实自身的单位 `{left}`",
        "write the threshold in the fact's own unit `{left}`",
    ),
    "meaning.unit_missing": _error(
        "数字没有写单位 `{unit}`,或多写了单位",
        "one side has the unit `{unit}`, the other none",
        "写成“数 {unit}”;计数与比值不写单位",
        "write the number with {unit}; counts and ratios have no unit",
    ),
    "meaning.window_kind": _error(
        "`{op}(…)` 不能用于 `{name}`",
        "`{op}(…)` has no meaning for `{name}`",
        "last first max min 用于数或日期,mean change 用于数;其余用 ever、count、days",
        "last, first, max, min take numbers or dates, mean and change numbers; else use ever, count or days",
    ),
    "meaning.window_condition": _error(
        "`{op}({name})` 缺少 where 条件",
        "`{op}({name})` needs a `where`",
        "补上 where",
        "add `where` with a condition",
    ),
}
