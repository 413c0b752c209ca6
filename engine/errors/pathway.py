"""Catalogue of problems reported of pathways: code → severity, texts and remedies."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "pathway.due_of": Entry(
        "error",
        "due 只能写成 due(日期事实 within 时长),而 `{name}` 处不是",
        "`due` is written due(date fact within span); this of `{name}` is not",
        "给出一个日期事实和一个时长,如 due(plan_date within 14 days)",
        "name a date fact and a span, such as due(plan_date within 14 days)",
    ),
}
