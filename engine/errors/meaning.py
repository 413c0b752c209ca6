"""Catalogue of problems of meaning: names, units, kinds and composition of a guideline folder."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    # --- names
    "meaning.unknown_name": _error(
        "不认识的名字 `{name}`",
        "`{name}` names nothing here",
        "最接近的名字:{nearest}",
        "the nearest name is {nearest}",
    ),
    "meaning.unknown_decision": _error(
        "没有名为 `{name}` 的决策",
        "no decision is named `{name}`",
        "最接近的名字:{nearest}",
        "the nearest name is {nearest}",
    ),
    "meaning.not_advice": _error(
        "`{name}` 不是建议,不能显示分歧",
        "`{name}` is no advice and can show no open question",
        "`shown_by:` 写一条 advice 的 id",
        "let `shown_by:` name an advice",
    ),
    "meaning.question_kind": _error(
        "`{name}` 的结果不是代码,不能逐项比较",
        "`{name}` does not answer with codes and cannot be compared",
        "`between:` 只写结果为代码、集合或是/否的判断",
        "let `between:` name decisions that answer with codes, sets or bools",
    ),
    "meaning.overlay_pack": _error(
        "覆盖文件针对 `{name}`,不是 `{pack}`",
        "the overlay patches `{name}`, not `{pack}`",
        "与 `patches:` 所写的包一起加载",
        "load it with the pack that `patches:` names",
    ),
    "meaning.overlay_param": _error(
        "参数 `{name}` 不在唯一一个包内(有它的包:{packs})",
        "parameter `{name}` does not stand in exactly one pack (packs that have it: {packs})",
        "用 `of:` 写明包名;最接近的参数:{nearest}",
        "name the pack with `of:`; the nearest parameter is {nearest}",
    ),
    "meaning.overlay_add": _error(
        "不能向 `{name}` 添加例外 `{label}`",
        "exception `{label}` cannot be added to `{name}`",
        "只有 `decision` 能添加例外,标签不得重复",
        "only a `decision` takes exceptions, and a label stands once",
    ),
    "meaning.overlay_disable": _error(
        "`{name}` 不能停用",
        "`{name}` cannot be disabled",
        "写建议的 id,或 决策/例外、项目、行;最接近:{nearest}",
        "name advice, or decision/exception, item or row (not the last); the nearest is {nearest}",
    ),
    "meaning.unknown_subject": _error(
        "`{name}` 既不是事实也不是组",
        "`{name}` is neither a fact nor a group",
        "最接近的名字:{nearest}",
        "the nearest name is {nearest}",
    ),
    "meaning.unknown_param": _error(
        "没有参数 `{name}`",
        "no parameter is named `{name}`",
        "在 params.yaml 中补上;最接近的名字:{nearest}",
        "add it to params.yaml; the nearest name is {nearest}",
    ),
    "meaning.unknown_code": _error(
        "`{name}` 没有取值 `{given}`",
        "`{name}` has no value `{given}`",
        "可用取值:{values};最接近:{nearest}",
        "the values are {values}; the nearest is {nearest}",
    ),
    "meaning.unknown_measure": _error(
        "没有名为 `{name}` 的指标",
        "there is no measure `{name}`",
        "最接近的名称:{nearest}",
        "the nearest name is {nearest}",
    ),
    "meaning.unknown_item": _error(
        "`{name}` 没有项目 `{item}`",
        "`{name}` has no item `{item}`",
        "最接近的项目:{nearest}",
        "the nearest item is {nearest}",
    ),
    "meaning.ambiguous": _error(
        "`{name}` 可指多个事实:{facts}",
        "`{name}` may mean several facts: {facts}",
        "写事实的 id",
        "write the id of the fact",
    ),
    "meaning.bare_group": _error(
        "`{name}` 是一个组,不是一个值",
        "`{name}` is a group, not a value",
        "写组内某个事实,或用时间窗如 count({name})",
        "name one of its facts, or a window such as count({name})",
    ),
    "meaning.outside_group": _error(
        "此处({group})只能提到 {facts},不能提到 `{name}`",
        "here ({group}) only {facts} may be named, not `{name}`",
        "把关于 `{name}` 的条件写在外面",
        "put the condition on `{name}` outside",
    ),
    "meaning.window_inside": _error(
        "关于 `{inside}` 的条件内不能再用时间窗",
        "no window may stand inside a condition on `{inside}`",
        "把这个时间窗写在外面,用 and 连接",
        "put that window outside, joined by `and`",
    ),
    "meaning.inside_months": _error(
        "`inside any` 只能以天或周计",
        "`inside any` is counted in days or weeks",
        "写成天数或周数",
        "write days or weeks",
    ),
    "meaning.shadowed": _error(
        "let `{name}` 与同名的事实或决策重名",
        "the let `{name}` hides a fact or decision of that name",
        "换一个名字",
        "choose another name",
    ),
    "meaning.two_things": _error(
        "`{name}` 同时是事实与决策",
        "`{name}` is both a fact and a decision",
        "给决策换一个名字,如加上前缀",
        "rename the decision, for instance with a prefix",
    ),
    "meaning.too_large": _error(
        "把 let 代入后,这个条件超过 {deepest} 层或 {largest} 项",
        "with its lets in place the condition has more than {deepest} levels or {largest} parts",
        "把其中一部分写成单独的决策",
        "make a decision of its own of a part of it",
    ),
    "meaning.too_deep": _error(
        "例外套例外、决策问决策,连起来超过 {limit} 层",
        "exceptions under exceptions, or decisions asking decisions, go deeper than {limit} levels",
        "让条件直接读事实,或把例外并列",
        "read facts instead of decisions, or hang exceptions side by side",
    ),
    "meaning.let_cycle": _error(
        "let 互相引用:{cycle}", "lets go round in a circle: {cycle}", "拆开这个循环", "break the circle"
    ),
    "meaning.cycle": _error(
        "决策互相引用:{cycle}",
        "decisions go round in a circle: {cycle}",
        "让其中一个直接读事实",
        "let one of them read facts instead",
    ),
    "meaning.param_value": _error(
        "参数 `{name}` 的值不是带单位的数或日期",
        "the value of parameter `{name}` is no number with unit and no date",
        '写成 140 mmHg 或 "2025-09-24"',
        'write 140 mmHg or "2025-09-24"',
    ),
    "meaning.known": _error(
        "规则不能问“是否已知”",
        "no rule asks whether something is known",
        "只有 enough: 可写 is known;缺失由引擎按“未知”处理",
        "only `enough:` may; what is missing is handled as unknown",
    ),
    # --- kinds and units
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
    # --- forms
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
    # --- composition and backing
    "meaning.uses_cycle": _error(
        "规则包互相使用:{cycle}",
        "packs use each other in a circle: {cycle}",
        "拆出共用部分",
        "move what is shared into one pack",
    ),
    "meaning.not_in_pack": _error(
        "规则包 `{pack}` 没有决策 `{name}`",
        "pack `{pack}` has no decision `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.doubled_decision": _error(
        "决策 `{name}` 有两个来源,其一为规则包 `{pack}`",
        "decision `{name}` has two sources, one of them pack `{pack}`",
        "用 only 去掉一个,或用 as 改名",
        "leave one out with `only` or rename it with `as`",
    ),
    "meaning.unknown_row": _error(
        "没有条目 `{row}`",
        "no row `{row}` is known",
        "最接近:{nearest};条目写在 shared/rows/*.yaml",
        "the nearest is {nearest}; rows stand in shared/rows/*.yaml",
    ),
    "meaning.doubtful_row": _error(
        "条目 `{row}` 尚存疑,不能作为依据",
        "row `{row}` is in doubt and cannot be cited",
        "改用 about,或待核实后再引用",
        "put it under `about`, or cite it once it is checked",
    ),
    "meaning.unknown_document": _error(
        "sources.yaml 没有文献 `{name}`",
        "sources.yaml has no document `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.text_hole": _error(
        "文本中的花括号不成对或写法不对:{given}",
        "a brace of the text does not fit: {given}",
        "花括号内写一个事实或决策的名字,需要时加 |1 这样的显示小数位;文本中不作他用",
        "braces hold one name of a fact or decision, with decimals to show such as |1 if wanted, and nothing else",
    ),
    "meaning.text_name": _error(
        "文本中的 `{name}` 既不是事实也不是有取值的决策",
        "`{name}` in the text is neither a fact nor a decision with a value",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.text_apart": _error(
        "中英文文本所带的值不同:{names}",
        "the Chinese and the English text carry different values: {names}",
        "两种语言写同样的值和小数位",
        "write the same values and decimals in both",
    ),
    "meaning.setting_value": _error(
        "本地设置 `{name}` 的值不合用",
        "the value of site setting `{name}` does not fit",
        "应写{wanted}",
        "write {wanted}",
    ),
    "meaning.unknown_setting": _error(
        "没有名为 `{name}` 的本地设置",
        "no site setting is named `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
}
