"""Catalogue of problems of cohorts: many charts in one source, read one after the other."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "cohort.not_a_chart": Entry(
        "error",
        "这一份不是能识别的病历",
        "this is no chart that any adapter reads",
        "应为 sangao.chart/1 的 JSON,或已安装适配器支持的格式;其余病历不受影响",
        "it must be JSON of sangao.chart/1 or a format of an installed adapter; the other charts are not affected",
    ),
    "cohort.reader_failed": Entry(
        "error",
        "读取这一份病历时适配器出错({kind})",
        "the adapter failed on this chart ({kind})",
        "单独用 `sangao decide` 读取该病历查找原因;其余病历不受影响",
        "read this chart alone with `sangao decide` to find the cause; the other charts are not affected",
    ),
    "cohort.doubled": Entry(
        "warning",
        "编号重复,已有同一人的病历",
        "the key stands twice: this person has a chart already",
        "默认合并同一人的病历;用 `--doubles` 改为只取第一份或全部拒绝",
        "charts of one person are merged by default; `--doubles` takes the first only or refuses all",
    ),
    "cohort.empty": Entry(
        "error",
        "人群来源中没有可读的病历",
        "the source holds no readable chart",
        "给出含病历 JSON 的文件夹、每行一份病历的 .ndjson,或带 --map 的表格",
        "give a folder of chart JSON, an .ndjson with one chart a line, or a table with --map",
    ),
}
