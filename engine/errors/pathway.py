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
    "pathway.unknown_state": Entry(
        "error",
        "路径中没有状态 `{given}`",
        "the pathway has no state `{given}`",
        "最相近的是 `{nearest}`",
        "the nearest is `{nearest}`",
    ),
    "pathway.unknown_task": Entry(
        "error",
        "路径中没有任务 `{given}`",
        "the pathway has no task `{given}`",
        "最相近的是 `{nearest}`",
        "the nearest is `{nearest}`",
    ),
    "pathway.unknown_role": Entry(
        "error",
        "roles: 中没有 `{given}`",
        "`roles:` does not name `{given}`",
        "补写 roles: 或更正(最相近的是 `{nearest}`)",
        "name the role under `roles:` or correct it (the nearest is `{nearest}`)",
    ),
    "pathway.cycle": Entry(
        "error",
        "状态转回自身:{cycle}",
        "states go round in a circle: {cycle}",
        "回到前面状态的一步写 back: true",
        "mark the step that goes back with `back: true`",
    ),
    "pathway.unreachable": Entry(
        "error",
        "从 `{start}` 无法到达状态 `{state}`",
        "no step leads from `{start}` to state `{state}`",
        "补写通向它的一步,或删去这个状态",
        "add a step that leads there, or remove the state",
    ),
    "pathway.dead_end": Entry(
        "error",
        "状态 `{state}` 是死路:没有下一步,也未写 terminal",
        "state `{state}` is a dead end: it leads nowhere and is not terminal",
        "补写 to: ,或写 terminal: true",
        "write `to:`, or `terminal: true`",
    ),
    "pathway.unbounded": Entry(
        "error",
        "状态 `{state}` 没有到期任务,可无限期停留",
        "state `{state}` has no task that falls due: one may stay for ever",
        "为它写一个有 due: 的任务,或写 terminal: true",
        "give it a task with `due:`, or write `terminal: true`",
    ),
    "pathway.not_back": Entry(
        "error",
        "从 `{state}` 回到 `{to}` 的一步不是返回:从 `{to}` 走不到 `{state}`",
        "the step from `{state}` to `{to}` goes nowhere back: no step leads from `{to}` to `{state}`",
        "删去 back: true,或改为前面的状态",
        "drop `back: true`, or name an earlier state",
    ),
    "pathway.no_return": Entry(
        "error",
        "`{refers}` 转出后到 `{state}` 便不能返回",
        "after `{refers}` refers a patient, no step leads back from `{state}`",
        "补写通向 returns 状态的一步",
        "add a step towards a state that `returns`",
    ),
    "pathway.too_long": Entry(
        "error",
        "状态 `{state}` 的停留无界:没有任务在 {longest} 内到期",
        "the stay in state `{state}` is not bounded: no task of it falls due within {longest}",
        "为它写一个 due(日期 within 时长) 的任务,或改 longest:",
        "give it a task with due(date within span), or change `longest:`",
    ),
    "pathway.stays": Entry(
        "error",
        "返回 `{to}` 的条件成立时,患者仍可停在 `{state}`:{zh}",
        "while the way back to `{to}` is open a patient can still be in `{state}`: {en}",
        "让完成这一轮的日期推动状态,或更正条件。可粘贴的病例: {case}",
        "let the dates that close the round move the state, or correct the guard. A case to paste: {case}",
    ),
    "pathway.never_back": Entry(
        "error",
        "返回 `{to}` 的条件成立时,没有患者会在 `{to}`",
        "where the way back from `{state}` to `{to}` is open no patient is ever in `{to}`",
        "更正 back 一步的条件或去向",
        "correct the guard of the step back, or where it leads",
    ),
    "host.unknown_pathway": Entry(
        "error",
        "没有路径 `{name}`",
        "there is no pathway `{name}`",
        "可用:{known}",
        "known: {known}",
    ),
}
