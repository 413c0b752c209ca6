"""Catalogue of problems of work lists."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "worklist.file_name": _error(
        "名单 `{given}` 与文件 {file} 不同名",
        "list `{given}` stands in file {file}",
        "两者改为一致",
        "give both the same name",
    ),
    "worklist.unknown": _error(
        "没有名为 `{name}` 的名单",
        "no work list is named `{name}`",
        "最接近:{nearest};用 `sangao list` 查看全部",
        "the nearest is {nearest}; `sangao list` shows all",
    ),
    "worklist.unknown_name": _error(
        "包 `{pack}` 中没有判断或事实 `{name}`",
        "pack `{pack}` has no decision and no fact `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "worklist.not_a_setting": _error(
        "`{name}` 不是包 `{pack}` 的本地设置",
        "`{name}` is no site setting of pack `{pack}`",
        "患者的事实写在 cohort 的个人下;最接近:{nearest}",
        "facts of a patient stand under a person of the cohort; the nearest is {nearest}",
    ),
    "worklist.not_a_question": _error(
        "`{name}` 不是是/否的判断,不能决定谁在名单上",
        "`{name}` does not answer yes or no and cannot say who stands on a list",
        "`who:` 写一条结果为是/否的判断",
        "let `who:` name a decision that answers yes or no",
    ),
    "worklist.order": _error(
        "`{name}` 不能按 `{first}` 排序",
        "`{name}` has no order by `{first}`",
        "true 用于是/否,greatest、least 用于数值,earliest、latest 用于日期",
        "true is for yes and no, greatest and least for numbers, earliest and latest for dates",
    ),
    "worklist.sample_size": _error(
        "名单 `{name}` 没有写抽取人数",
        "list `{name}` does not say how many are drawn",
        "用 --sample 给出每组人数;名单中写 number:,病例中写 sample:",
        "give --sample; write `number:` in the list and `sample:` in a case",
    ),
    "worklist.unproved_row": _error(
        "依据 {row} 被引用,但没有病例证明它",
        "row {row} is cited and no case proves it",
        "写一个缺了该依据就会失败的病例,并注明 proves: [{row}]",
        "write a case that fails without it and add proves: [{row}]",
    ),
    "worklist.case_failed": _error(
        "病例不成立:{it};{what} 应为 {wanted},得到 {got}",
        "the case fails: {it}; {what} should be {wanted}, got {got}",
        "对照依据,改名单、规则或病例",
        "look at the row, then mend the list, the rule or the case",
    ),
}
