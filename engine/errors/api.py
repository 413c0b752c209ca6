"""Catalogue of problems of the plain JSON interface and of the pages opened from links."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "api.too_much": _error(
        "详细理由一次至多 {most} 项判断",
        "reasons in full are given for at most {most} decisions at once",
        "在 decisions 中写明要看的判断,或用 detail = claims",
        "name the decisions you want, or ask with detail = claims",
    ),
    "api.doubled_key": _error(
        "同一对象中 `{key}` 出现两次",
        "`{key}` stands twice in one object",
        "只保留一个;同一项目的多次测量写在 readings 中",
        "keep one; several measurements of a fact go into readings",
    ),
    "api.no_journal": _error(
        "本服务不保存决策日志",
        "this service keeps no decision log",
        "请管理员设置 journal.url;重问、反馈与页面链接都要用日志",
        "have journal.url set; replay, feedback and pages rest on the log",
    ),
    "api.no_facts": _error(
        "日志只保存校验值,页面无数据可显示",
        "the log keeps only hashes, so a page would have nothing to show",
        "请管理员设 journal.keep = facts",
        "have journal.keep set to facts",
    ),
    "api.weak_page_key": _error(
        "设置 `page.key` 太短,不能用来签名链接",
        "the setting `page.key` is too short to sign links with",
        "至少 32 个字符,例如 openssl rand -hex 32 的输出",
        "use 32 characters at least, such as the output of openssl rand -hex 32",
    ),
    "api.no_page_key": _error(
        "多个工作进程须共用一个 `page.key`",
        "several workers need one `page.key`",
        "设置 page.key(或环境变量 SANGAO_PAGE_KEY)",
        "set page.key, or SANGAO_PAGE_KEY in the environment",
    ),
    "api.link_broken": _error(
        "链接无效:不完整或被改动",
        "the link is not valid: it is incomplete or was changed",
        "回到原系统重新打开",
        "go back to your system and open it again",
    ),
    "api.link_expired": _error(
        "链接已过期",
        "the link has expired",
        "回到原系统重新打开",
        "go back to your system and open it again",
    ),
    "api.link_empty": _error(
        "找不到这份判断:可能已按保存期限清理",
        "this answer is not found; it may have been removed after its time",
        "回到原系统重新判断",
        "go back to your system and ask again",
    ),
}
