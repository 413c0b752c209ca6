"""Catalogue of problems reported by the stage `checks`: code → severity, texts and remedies."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "checks.constant_comparison": Entry(
        "error",
        "这个条件对任何病人都{zh}",
        "this condition is {en}, whatever the patient",
        "检查阈值、单位与事实的取值范围;确属恒定时删去它",
        "check the threshold, its unit and the range of the fact; remove a condition that never changes",
    ),
    "checks.dead_cell": Entry(
        "error",
        "单元格 `{cell}` 不含任何可能的值",
        "cell `{cell}` holds no value the input can have",
        "检查数字、单位与事实的取值范围",
        "check the numbers, the unit and the range of the fact",
    ),
}
