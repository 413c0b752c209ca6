"""Catalogue of problems of meaning, names: what names nothing, names two things, or may not be named here."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
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
}
