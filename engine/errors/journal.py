"""Catalogue of problems of the decision log: keeping it, verifying it, asking stored decisions again."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "journal.no_extra": _error(
        "决策日志需要附加组件 {name}",
        "the decision log needs the extra {name}",
        '运行 pip install "sangao[{name}]"',
        'run pip install "sangao[{name}]"',
    ),
    "journal.url": _error(
        "决策日志的地址不可用",
        "the address of the decision log cannot be used",
        "写文件路径、sqlite:///文件 或 postgresql://用户@主机/库;内存数据库不能作日志",
        "write a file, sqlite:///FILE or postgresql://USER@HOST/NAME; a database in memory is no log",
    ),
    "journal.unavailable": _error(
        "决策日志写不进去({reason}),答案不返回",
        "the decision log cannot be written ({reason}); no answer is given",
        "检查数据库、磁盘空间与权限;恢复后自动继续",
        "check the database, the space left and the permissions; it goes on by itself afterwards",
    ),
    "journal.busy": _error(
        "等待写入决策日志的答案过多,本次不返回",
        "too many answers wait for the decision log; this one is not given",
        "稍后重试;经常出现时检查磁盘速度",
        "try again later; look at the speed of the disk when it comes often",
    ),
    "journal.late": _error(
        "决策日志在 {seconds} 秒内未写完,答案不返回",
        "the decision log was not written within {seconds} s; no answer is given",
        "检查磁盘与数据库是否被占用",
        "check the disk, and whether somebody holds the database",
    ),
    "journal.gone": _error(
        "决策日志的文件在使用中被移走、替换或删除,答案不返回",
        "the file of the decision log was moved, replaced or deleted while in use; no answer is given",
        "把原文件放回原处;不会自动新建,以免掩盖删除",
        "put the file back; no new one is made, which would hide that it was deleted",
    ),
    "journal.rolled_back": _error(
        "决策日志退回到第 {seq} 条,而此前已写到第 {known} 条",
        "the decision log went back to entry {seq}; entry {known} had been written",
        "放回最新的日志文件,或重启服务以确认采用旧的",
        "put the newest log back, or restart the service to accept the older one",
    ),
    "journal.key": _error(
        "密钥与该决策日志不符",
        "the key is not that of this decision log",
        "给出写日志时所用的密钥(SANGAO_JOURNAL_KEY)",
        "give the key the log was written with (SANGAO_JOURNAL_KEY)",
    ),
    "journal.not_a_day": _error(
        "--since 或 --until 不是日期",
        "--since or --until is not a date",
        "写成 2025-03-09 这样的日期",
        "write a day such as 2025-03-09",
    ),
    "journal.not_a_journal": _error(
        "这不是 sangao 的决策日志",
        "this is not a decision log of sangao",
        "给出日志数据库,或 `sangao journal export` 导出的文件",
        "give the database of a log, or a file written by `sangao journal export`",
    ),
    "journal.newer": _error(
        "日志格式 {format} 比本软件支持的 {known} 新",
        "the log has format {format}, newer than {known} which this software reads",
        "升级 sangao",
        "upgrade sangao",
    ),
    "journal.other_version": _error(
        "这份决策日志由另一版本的 sangao 写成,缺少 {columns};未作改动",
        "another version of sangao wrote this decision log: it lacks {columns}; nothing in it was changed",
        "把旧日志移到别处保存(写它的版本仍可读取、核对、导出),再启动即另建新日志;或改用该版本",
        "put the old log aside (the version that wrote it still reads, verifies and exports it); a new one is made",
    ),
    "journal.bad_line": _error(
        "该行不是日志条目",
        "this line is not an entry of a log",
        "重新导出;不要手工修改导出的文件",
        "export again; an exported file is not edited by hand",
    ),
    "journal.altered": _error(
        "第 {seq} 条与其校验值不符:内容被改动",
        "entry {seq} does not fit its hash: it was altered",
        "从备份取出该条对照,并查明何人改动",
        "compare it with a backup and find out who changed it",
    ),
    "journal.order": _error(
        "第 {seq} 条不接在它前面一条之后:顺序或内容被改动",
        "entry {seq} does not follow the one before it: order or content was changed",
        "从备份取出前后两条对照",
        "compare both with a backup",
    ),
    "journal.gap": _error(
        "缺第 {start} 至 {end} 条",
        "entries {start} to {end} are missing",
        "从备份取回;正常的清理会留下检查点",
        "take them from a backup; a proper removal leaves a checkpoint",
    ),
    "journal.start": _error(
        "日志从第 {seq} 条开始,没有检查点说明此前的条目",
        "the log begins with entry {seq} and no checkpoint tells of those before",
        "从备份取回此前的条目",
        "take the earlier entries from a backup",
    ),
    "journal.tail": _error(
        "日志止于第 {seq} 条,而应有 {head} 条",
        "the log ends with entry {seq}; it should reach {head}",
        "从备份取回末尾的条目",
        "take the last entries from a backup",
    ),
    "journal.no_head": _error(
        "导出文件没有结尾行,不知道日志应到第几条",
        "the exported file has no last line that says how far the log reaches",
        "重新导出整个日志;文件可能被截断",
        "export the whole log again; the file may have been cut short",
    ),
    "journal.not_an_anchor": _error(
        "`--anchor` 要写成 序号:校验值",
        "`--anchor` takes a number and a hash",
        "照 `sangao journal verify` 打印的那一行写",
        "write it as the line that `sangao journal verify` prints",
    ),
    "journal.anchor": _error(
        "第 {seq} 条与另处记下的校验值不符,或已不在",
        "entry {seq} is not the one whose hash was noted elsewhere, or is gone",
        "整个日志可能被重写;与备份对照",
        "the whole log may have been rewritten; compare it with a backup",
    ),
    "journal.unknown_entry": _error(
        "日志中没有这一条",
        "the log has no such entry",
        "用 `sangao journal export` 查看条目的 id",
        "`sangao journal export` shows the ids",
    ),
    "journal.no_facts": _error(
        "该条未保存所用数据(只存校验值),不能重新判断",
        "the entry holds no facts (only their hash); it cannot be asked again",
        "把病历另行保存,或设 journal_keep = facts",
        "keep the charts elsewhere, or set journal_keep = facts",
    ),
    "journal.no_pack": _error(
        "找不到当时的规则包(校验值 {hash})",
        "the pack of that time is not found (hash {hash})",
        "用 --given 给出该 .sangao 文件或文件夹",
        "name its .sangao file or folder with --given",
    ),
    "journal.not_repeated": _error(
        "第 {seq} 条用同一规则包、同一数据得出了不同的答案",
        "entry {seq}: the same pack and facts gave another answer",
        "先核对日志是否被改动,再把该条报告给 sangao",
        "verify the log first, then report the entry to sangao",
    ),
}
