"""Catalogue of problems of reports for patients."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "report.file_name": _error(
        "报告 `{given}` 与文件 {file} 不同名",
        "report `{given}` stands in file {file}",
        "两者改为一致",
        "give both the same name",
    ),
    "report.unknown": _error(
        "没有名为 `{name}` 的报告",
        "no report is named `{name}`",
        "最接近:{nearest};报告在 guidelines/reports 中",
        "the nearest is {nearest}; reports stand in guidelines/reports",
    ),
    "report.unknown_name": _error(
        "包 `{pack}` 中没有{what_zh} `{name}`",
        "pack `{pack}` has no {what_en} `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "report.no_advice": _error(
        "包 `{pack}` 中没有以 `{begins}` 开头的建议",
        "pack `{pack}` has no advice whose id begins with `{begins}`",
        "改正 begins:,否则该节永远是空的",
        "correct `begins:`; the section would always be empty",
    ),
    "report.unproved_row": _error(
        "依据 {row} 被引用,但没有病例证明它",
        "row {row} is cited and no case proves it",
        "写一个缺了该依据就会失败的病例,并注明 proves: [{row}]",
        "write a case that fails without it and add proves: [{row}]",
    ),
    "report.case_failed": _error(
        "病例不成立:{it};报告{what_zh}“{words}”",
        'the case fails: {it}; the report {what_en} "{words}"',
        "对照依据,改报告、规则或病例",
        "look at the row, then mend the report, the rule or the case",
    ),
}
