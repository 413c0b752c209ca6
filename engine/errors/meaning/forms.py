"""Catalogue of problems of meaning, forms: tables, exceptions, scores, promises and formulas that do not fit."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "meaning.table_outcome": _error(
        "表的结果须为代码或 bool",
        "a table answers with codes or bool",
        "数值结果用 decision",
        "use a `decision` for numbers and dates",
    ),
    "meaning.input_kind": _error(
        "表的输入 `{name}` 须为数、代码或条件",
        "the input `{name}` must be a number, a code or a condition",
        "日期先用 days_since 化为天数,集合用 in 或 count",
        "turn a date into days_since, a set into `in` or count",
    ),
    "meaning.cell_kind": _error(
        "此单元格应为{zh}", "this cell must hold {en}", "与该列输入的类型一致", "keep to the kind of the input"
    ),
    "meaning.over_not_sibling": _error(
        "`{id}` 与 `{other}` 不挂在同一处,`over` 不起作用",
        "`{id}` and `{other}` hang under nothing in common, so `over` does nothing",
        "检查两者的 of",
        "check `of` of both",
    ),
    "meaning.over_ring": _error(
        "例外互相 over,成了一圈:{ring};同时成立时谁都不算数",
        "exceptions are `over` each other all the way round: {ring}; when all hold none would count",
        "去掉其中一个 over(of: all 的例外本就优先于其余例外)",
        "take one `over` away (an exception that says `of: all` is over the others already)",
    ),
    "meaning.exception_cycle": _error(
        "例外互相挂靠(of),永远到不了:{cycle}",
        "exceptions hang under each other (`of`) and are never reached: {cycle}",
        "让其中一个 of: default",
        "let one of them say `of: default`",
    ),
    "meaning.must_ask_unread": _error(
        "`{decision}` 自身不读 `{name}`,must_ask 不起作用",
        "`{decision}` does not itself read `{name}`, so `must_ask` does nothing",
        "写到直接读它的决策上",
        "put it on the decision that reads the fact",
    ),
    "meaning.enough": _error(
        "enough 只能由“事实 is known”用 and/or 连成",
        "`enough` joins `fact is known` by and/or, nothing else",
        "如 fpg is known or hba1c is known",
        "as in: fpg is known or hba1c is known",
    ),
    "meaning.assuming_unread": _error(
        "该决策不直接读 `{name}`,assuming 不起作用",
        "the decision does not itself read `{name}`, so `assuming` does nothing",
        "只列出规则中直接用到的事实",
        "name facts that its rules read",
    ),
    "meaning.assuming_range": _error(
        "`{name}` 的 assuming 须为一个连续区间",
        "`assuming` of `{name}` must be one range",
        '写成一个区间,如 "< 11.1 mmol/L"',
        'write one range, such as "< 11.1 mmol/L"',
    ),
    "meaning.need": _error(
        "要求 {need} 项,但共有 {items} 项",
        "{need} are needed of {items} items",
        "at_least 应在 1 与项目数之间",
        "`at_least` lies between 1 and the number of items",
    ),
    "meaning.points_overlap": _error(
        "项目 `{id}` 的 `{a}` 与 `{b}` 重叠",
        "`{a}` and `{b}` of item `{id}` overlap",
        "让每个值只落在一格",
        "let every value lie in one cell",
    ),
    "meaning.points_gap": _error(
        "项目 `{id}` 未给 `{band}` 评分",
        "item `{id}` gives no points for `{band}`",
        "补上该区间的分值(可为 0)",
        "add points for it (0 if none)",
    ),
    "meaning.bands_order": _error(
        "分数段 `{given}` 应从 {expected} 开始",
        "the band of `{given}` must begin at {expected}",
        "分数段按 order 从低到高首尾相接,每个结果一段",
        "bands follow `order` from low to high, each one range that begins where the last ended",
    ),
    "meaning.bands_end": _error(
        "总分可达 {sum} 及以上,没有对应的分数段",
        "the sum can reach {sum} and more, which no band holds",
        "让最后一段不设上限",
        "leave the last band open above",
    ),
    "meaning.promise": _error(
        "承诺写法不对",
        "a promise is not written like this",
        "写成 raising F never lowers D、raising F never raises D 或 A implies B",
        "write: raising F never lowers D, raising F never raises D, or A implies B",
    ),
    "meaning.promise_unread": _error(
        "`{decision}` 并不依据 `{name}`,这个承诺什么也没有说",
        "`{decision}` does not rest on `{name}`, so the promise says nothing",
        "写它确实用到其数值的事实;ever、running 等窗内的条件不算",
        "name a fact whose value it reads; a condition inside ever, running and the like is none",
    ),
    "meaning.unknown_value": _error(
        "事实 `{name}` 不能有取值 unknown",
        "fact `{name}` cannot have a value `unknown`",
        "未知由引擎表示,删去该取值",
        "not knowing is the engine's business; remove the value",
    ),
    # --- formulas
    "meaning.unknown_formula": _error(
        "没有登记的公式 `{name}`",
        "no formula is registered as `{name}`",
        "最接近:{nearest};登记处:sangao.engine.formulas",
        "the nearest is {nearest}; they stand in sangao.engine.formulas",
    ),
    "meaning.formula_input": _error(
        "公式 {formula} 的输入 `{name}` 不对",
        "input `{name}` of formula {formula} is missing or not its own",
        "输入须恰为:{inputs}",
        "its inputs are {inputs}, no others",
    ),
    "meaning.formula_codes": _error(
        "`{name}` 的取值须在 {values} 之内",
        "the values of `{name}` must be among {values}",
        "换用相应的代码事实",
        "use a code fact with these values",
    ),
    "meaning.formula_number": _error(
        "`{name}` 不是数", "`{name}` is no number", "公式只接受数值事实", "a formula takes number facts"
    ),
}
