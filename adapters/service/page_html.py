"""The card as a page for old browsers of hospital systems: no script, tables and plain CSS, the charset declared.

What is urgent stands first, then what was judged, what is advised, what to ask, what of the data could not be used.
Everything a pack or a host says is escaped; a character that the charset lacks is written by its number.
"""

import html
from collections.abc import Iterable, Sequence
from typing import Final

from sangao.engine.answer import Result
from sangao.engine.errors import Problem
from sangao.engine.explain import names, words
from sangao.engine.explain import page as plain
from sangao.engine.explain import result as shaped
from sangao.engine.run.advice import Item

MOST_ADVICE: Final = 12
MOST_QUESTIONS: Final = 6
MOST_ASKED: Final = 6
MOST_PROBLEMS: Final = 20
URGENT: Final = ("emergency", "urgent")
TITLE: Final = {"zh": "三高辅助决策", "en": "Decision support: pressure, glucose, lipids"}
HEADS: Final = {
    "zh": ("立即处理", "尚未排除，请先确认", "判断", "建议", "下一步先问或先查", "数据问题"),
    "en": ("At once", "Not yet ruled out: confirm first", "Judged", "Advice", "Ask or examine next", "Data"),
}
AS_OF: Final = {"zh": "截至", "en": "as of"}
UNUSED: Final = {
    "zh": "有 {} 项资料不在规则包的项目中，未使用",
    "en": "{} items are no facts of the pack and were not used",
}
MORE: Final = {"zh": "另有 {} 条未列出", "en": "{} more are not shown"}
NOTE: Final = {
    "zh": "供医生参考，不代替临床判断。本页内容已记入决策日志。",
    "en": "For the physician's consideration; it does not replace clinical judgement. This answer is in the log.",
}
STYLE: Final = (
    "body{font-family:'Microsoft YaHei',SimSun,sans-serif;font-size:14px;line-height:1.6;color:#222;margin:12px}"
    "h1{font-size:18px;margin:0}h2{font-size:15px;margin:14px 0 4px;border-bottom:1px solid #999}"
    "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:3px 6px;vertical-align:top}"
    "td.s{width:5em;color:#555}td.c{width:14em;color:#777;font-size:12px}"
    ".unknown{color:#666}.now h2{color:#b00;border-color:#b00}.now td{font-weight:bold}p{margin:6px 0}"
    ".small{color:#666;font-size:12px}"
)
Cells = tuple[str, str, str]


def card(result: Result, lang: str, unused: int = 0) -> str:
    """Return the page of an answer in `zh` or `en`; `unused` items of the chart were no facts of the pack."""
    heads = HEADS[lang]
    items = [*result.advice.shown, *result.advice.folded]
    now = [one for one in items if one.urgency in URGENT and not one.question]
    maybe = [one for one in items if one.urgency in URGENT and one.question and one.form.kind != "drug"]
    told = [one for one in items if not one.question and one not in now]
    asked = [one for one in items if one.question and one not in maybe]
    meta = result.pack.compiled.meta
    under = f"{AS_OF[lang]} {result.chart.on} · {meta.zh if lang == 'zh' else meta.en} · {result.pack.hash[:12]}"
    body = [
        f"<h1>{_(TITLE[lang])}</h1>",
        f'<p class="small">{_(under)}</p>',
        section(heads[0], _advised(result, now, lang), "now"),
        section(heads[1], _advised(result, maybe, lang), "now"),
        section(heads[2], _judged(result, lang)),
        section(heads[3], _advised(result, told[:MOST_ADVICE] + asked[:MOST_QUESTIONS], lang)),
        _more(len(told[MOST_ADVICE:]) + len(asked[MOST_QUESTIONS:]), lang),
        section(heads[4], [("", one, "") for one in _asked(result, lang)]),
        section(heads[5], _data(result.problems, lang, unused)),
        f'<p class="small">{_(NOTE[lang])}</p>',
    ]
    return page(TITLE[lang], "\n".join(one for one in body if one), lang)


def section(title: str, rows: Iterable[Cells], look: str = "") -> str:
    """Return a section of rows, nothing without any."""
    lines = "".join(
        f'<tr><td class="s">{_(mark)}</td><td>{_(said)}</td><td class="c">{_(beside)}</td></tr>'
        for mark, said, beside in rows
    )
    kind = f' class="{look}"' if look else ""
    return f"<div{kind}><h2>{_(title)}</h2><table>{lines}</table></div>" if lines else ""


def _judged(result: Result, lang: str) -> list[Cells]:
    """Return the decisions, the settled first and what is open last."""
    rank = list(names.STATUS)
    answers = sorted(result.decisions.values(), key=lambda one: rank.index(one.status))
    pack = result.pack.compiled
    return [(names.STATUS[one.status][lang], words.claim(pack, one, lang), "") for one in answers]


def _advised(result: Result, items: Iterable[Item], lang: str) -> list[Cells]:
    told = (plain.advised(result, one, lang) for one in items)
    return [(mark, said, ", ".join(cites)) for mark, said, cites in told]


def _asked(result: Result, lang: str) -> list[str]:
    asked = shaped.ask(result.pack, result)[:MOST_ASKED]
    return [names.thing(result.pack.compiled, one["fact"], lang) for one in asked]


def _data(problems: Sequence[Problem], lang: str, unused: int) -> list[Cells]:
    shown = [one for one in problems if one.severity != "note"][:MOST_PROBLEMS]
    rows = [("", one.text(lang), one.help(lang)) for one in shown]
    return rows + ([("", UNUSED[lang].format(unused), "")] if unused else [])


def _more(number: int, lang: str) -> str:
    return f'<p class="small">{_(MORE[lang].format(number))}</p>' if number else ""


def refused(problem: Problem, lang: str) -> str:
    """Return the page of a link that does not open."""
    said = f"<h1>{_(problem.text(lang))}</h1><p>{_(problem.help(lang))}</p>"
    return page(problem.text(lang), said, lang)


def page(title: str, body: str, lang: str) -> str:
    """Return a whole page; the charset is put in by `encoded`."""
    tongue = "zh-CN" if lang == "zh" else "en"
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n'
        f'<html lang="{tongue}"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f'<title>{_(title)}</title><style type="text/css">{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'
    )


def encoded(text: str, charset: str) -> bytes:
    """Return a page in a charset that it declares; what the charset lacks is written by its number.

    >>> encoded('<meta charset={charset}>µ', "gbk")
    b'<meta charset=gbk>&#181;'
    """
    return text.replace("charset={charset}", f"charset={charset}", 1).encode(charset, "xmlcharrefreplace")


def _(text: str) -> str:
    return html.escape(text)
