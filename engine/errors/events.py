"""Catalogue of problems of events over time."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "events.not_typed": Entry(
        "error",
        "事件的 `{key}` 不是所需的类型({wanted}),没有送入事件引擎",
        "`{key}` of an event is not of the kind {wanted}; it did not reach the event engine",
        "按 docs/events.md 的形式送来",
        "send it in the form docs/events.md shows",
    ),
    "events.full": Entry(
        "error",
        "已看护 {most} 人,达到上限,这一事件没有收下",
        "{most} people are watched, which is the most; this event was not taken",
        "调大 `most`,用 forget 放下不再看护的人,或把人分给几个进程",
        "raise `most`, forget people who need no watching, or share them among processes",
    ),
    "events.no_engine": Entry(
        "error",
        "没有安装 durable-rules,或它在此 Python({version})上不能运行",
        "durable-rules is not installed or does not run here (Python {version})",
        '在 Python 3.11 或 3.12 上运行 pip install "sangao[events]"',
        'use Python 3.11 or 3.12 and run pip install "sangao[events]"',
    ),
    "events.worker_lost": Entry(
        "warning",
        "事件引擎的进程中断,已重新启动并从登记的读数重建",
        "the process of the event engine ended; it was started again and filled from the readings on record",
        "无需处理;频繁出现时查看日志",
        "nothing is to be done; look at the log when it happens often",
    ),
    "events.worker_failed": Entry(
        "error",
        "事件引擎连续 {times} 次启动后中断,这一次没有它的回答",
        "the event engine ended {times} times in a row and gives no answer this time",
        "直接询问规则包;检查内存与 durable-rules 的安装",
        "ask the pack itself; check memory and the installation of durable-rules",
    ),
}
