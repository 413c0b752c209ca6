"""The card as a page for old browsers of hospital systems: no script, tables and plain CSS, the charset declared.

What is urgent stands first, then what was judged, what is advised, what to ask, what of the data could not be used.
Everything a pack or a host says is escaped; a character that the charset lacks is written by its number.
"""

import html
from collections.abc import Iterator, Sequence
from typing import Final

from sangao.engine.answer import Result
from sangao.engine.errors import Problem
from sangao.engine.explain import handout
from sangao.engine.explain.handout import Handout, Layout, Line, Part
from sangao.engine.run.advice import Listed

LANGS: Final = ("zh", "en")
MOST_ADVICE: Final = 12
MOST_ASKED: Final = 6
MOST_PROBLEMS: Final = 20
TITLE: Final = ("三高辅助决策", "Decision support: pressure, glucose, lipids")
JUDGED: Final = ("判断", "What was judged")
ADVISED: Final = ("建议", "Advice")
ASKED: Final = ("下一步先问或先查", "Ask or examine next")
DATA: Final = ("数据问题", "Problems of the data")
NOTE: Final = (
    "供医生参考，不代替临床判断。依据、阈值与出处见各项规则。",
    "For the physician's consideration; it does not replace clinical judgement.",
)
STATUS: Final = {"settled": ("已确定", "settled"), "provisional": ("暂定", "provisional"), "unknown": ("未知", "open")}
STYLE: Final = (
    "body{font-family:'Microsoft YaHei',SimSun,sans-serif;font-size:14px;line-height:1.6;color:#222;margin:12px}"
    "h1{font-size:18px;margin:0}h2{font-size:15px;margin:14px 0 4px;border-bottom:1px solid #999}"
    "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:3px 6px;vertical-align:top}"
    "td.s{width:5em;color:#555}td.c{width:12em;color:#777;font-size:12px}"
    ".unknown{color:#666}.now h2{color:#b00;border-color:#b00}.now td{font-weight:bold}p{margin:6px 0}"
    ".small{color:#666;font-size:12px}"
)


def card(result: Result, lang: str) -> str:
    """Return the page of an answer in `zh` or `en`."""
    names = tuple(result.decisions)
    kinds = tuple(dict.fromkeys(one.form.kind for one in (*result.advice.shown, *result.advice.folded)))
    parts = (
        Part(JUDGED, decisions=names),
        Part(ADVISED, kinds=kinds, most=MOST_ADVICE),
        Part(ASKED, ask=MOST_ASKED),
    )
    filled = handout.fill(result, Layout("card", TITLE, parts, NOTE))
    title, under = filled.head(lang)
    at = LANGS.index(lang)
    body = [f"<h1>{_(title)}</h1>", f'<p class="small">{_(under)}</p>']
    body += [
        _section(one.title[at], one.lines, at, now=one.title in (handout.FIRST, handout.MAYBE))
        for one in _order(filled)
    ]
    body += _data(result.problems, at, lang)
    body += [f'<p class="small">{_(NOTE[at])}</p>']
    return page(title, "\n".join(body), lang)


def narrowed(result: Result, names: Sequence[str], advice: bool) -> Result:
    """Return a result with those of its decisions that a page tells, with or without the advice."""
    chosen = {name: result.decisions[name] for name in names if name in result.decisions}
    return Result(result.pack, result.chart, chosen, result.advice if advice else Listed((), ()), result.problems)


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


def _order(filled: Handout) -> Iterator[handout.Section]:
    """Yield the sections, within what was judged the settled first and what is open last."""
    rank = list(STATUS)
    for one in filled.sections:
        lines = sorted(one.lines, key=lambda line: rank.index(line.status)) if one.title == JUDGED else one.lines
        yield handout.Section(one.title, tuple(lines))


def _section(title: str, lines: Sequence[Line], at: int, *, now: bool) -> str:
    rows = "".join(
        f'<tr class="{line.status}"><td class="s">{STATUS[line.status][at]}</td><td>{_(line.said[at])}</td>'
        f'<td class="c">{_(", ".join(line.cites))}</td></tr>'
        for line in lines
    )
    return f"<div{' class=now' if now else ''}><h2>{_(title)}</h2><table>{rows}</table></div>"


def _data(problems: Sequence[Problem], at: int, lang: str) -> list[str]:
    shown = [one for one in problems if one.severity != "note"][:MOST_PROBLEMS]
    if not shown:
        return []
    rows = "".join(f"<tr><td>{_(one.text(lang))}</td><td>{_(one.help(lang))}</td></tr>" for one in shown)
    return [f"<div><h2>{DATA[at]}</h2><table>{rows}</table></div>"]


def _(text: str) -> str:
    return html.escape(text)
