"""Catalogue of problems of programme profiles and of runs of measures over a cohort."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "measure.unknown_profile": Entry(
        "error",
        "没有名为 `{name}` 的项目指标方案",
        "no profile is named `{name}`",
        "最接近的名称:{nearest};方案位于 guidelines/profiles",
        "the nearest name is {nearest}; profiles stand in guidelines/profiles",
    ),
    "measure.profile_name": Entry(
        "error",
        "文件 {file} 的名字与 `profile: {given}` 不同",
        "file {file} is not named as its `profile: {given}`",
        "两者改为一致",
        "give both the same name",
    ),
    "measure.not_in_pack": Entry(
        "error",
        "规则包 `{pack}` 中没有指标 `{name}`",
        "the pack `{pack}` has no measure `{name}`",
        "最接近的名称:{nearest}",
        "the nearest name is {nearest}",
    ),
    "measure.bad_goal": Entry(
        "error",
        "`{given}` 不是目标",
        "`{given}` is no goal",
        "写成 `>= 61 %`、`>= 8000`、`points >= 10`、`change >= 2 %`、`rise` 或 `fall`",
        "write `>= 61 %`, `>= 8000`, `points >= 10`, `change >= 2 %`, `rise` or `fall`",
    ),
    "measure.goal_unit": Entry(
        "error",
        "目标 `{given}` 与指标 `{name}` 的单位不符",
        "the goal `{given}` does not fit the unit of `{name}`",
        "率和相对变化以 % 表示,人数、人次和百分点不带 %",
        "shares and relative changes are in %, counts and points are not",
    ),
    "measure.unknown_goal": Entry(
        "error",
        "方案中没有目标 `{name}`",
        "the profile has no goal `{name}`",
        "最接近的名称:{nearest}",
        "the nearest name is {nearest}",
    ),
    "measure.case_failed": Entry(
        "error",
        "病例“{it}”不成立:应为 {wanted},得到 {got}",
        'case "{it}" fails: expected {wanted}, got {got}',
        "核对原文后改正目标或病例",
        "check the source, then correct the goal or the case",
    ),
    "measure.unproved_row": Entry(
        "error",
        "引用了 {row},但没有病例证明",
        "row {row} is cited but no case proves it",
        "写一个没有它就会失败的病例,并写上 `proves: [{row}]`",
        "write a case that would fail without it and say `proves: [{row}]`",
    ),
    "measure.bad_period": Entry(
        "error",
        "`{given}` 不是统计期",
        "`{given}` is no period",
        "写成 2025、2025H1、2025Q3 或 2025-09;一律从当年1月1日累计到期末",
        "write 2025, 2025H1, 2025Q3 or 2025-09; it always runs from 1 January to the end named",
    ),
    "measure.bad_result": Entry(
        "error",
        "这不是 `sangao measure` 写出的结果文件",
        "this is no result of `sangao measure`",
        "用 `sangao measure 人群 --out 文件.json` 生成",
        "make one with `sangao measure COHORT --out FILE.json`",
    ),
    "measure.bad_entered": Entry(
        "error",
        "手工填报文件不是 `指标: {{n: 数, d: 数}}` 的形式(`{name}`)",
        "the file of entered numbers is not of the form `measure: {{n: number, d: number}}` (`{name}`)",
        "每个指标一行,只写 n 和 d,均为非负整数",
        "one line per measure with n and d only, whole numbers from 0",
    ),
    "measure.other_definition": Entry(
        "warning",
        "`{file}` 中下列指标的口径与现行规则不同:{names}",
        "in `{file}` these measures counted something else than they do now: {names}",
        "用同一版规则重新统计对照期",
        "count the earlier period again under the same rules",
    ),
    "measure.other_length": Entry(
        "warning",
        "`{file}` 的统计期 {then} 与本次 {now} 长短不同,不作比较",
        "`{file}` counts {then}, a period of another length than {now}: nothing is compared with it",
        "用同样长短的两期比较,如 2022H1 与 2021H1",
        "compare periods of one length, such as 2022H1 and 2021H1",
    ),
    "measure.frozen": Entry(
        "error",
        "基线文件已存在,不得覆盖",
        "the baseline exists and is not written over",
        "另取文件名;基线一经冻结不再更改",
        "choose another name; a frozen baseline is never changed",
    ),
}
