"""`sangao events`: charts as they arrive, a line each, and what comes of them."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.adapters.events.gate import MOST_PEOPLE
from sangao.engine.chart import Chart, day_of
from sangao.engine.cli.desk import desk, ending
from sangao.engine.cli.options import Language
from sangao.engine.errors import Span, fail, why
from sangao.engine.several import parsed


def events(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="NDJSON 文件或 - · a file of one JSON object a line, or -")],
    decisions: Annotated[list[str] | None, typer.Option("--decision", help="关注的判断 · decision to watch")] = None,
    dates: Annotated[list[str] | None, typer.Option("--date", help="给出期限的判断 · decision that is a date")] = None,
    pathways: Annotated[list[str] | None, typer.Option("--pathway", help="关注的路径 · pathway to watch")] = None,
    pack: Annotated[str, typer.Option("--pack", help="规则包 · pack")] = "sangao_national",
    after: Annotated[
        int,
        typer.Option(
            "--after", min=0, help="前 N 行只重读,不再输出 · read so many lines again without telling of them"
        ),
    ] = 0,
    most: Annotated[int, typer.Option("--most", min=1, help="最多看护多少人 · people watched at most")] = MOST_PEOPLE,
    lang: Language = "zh",
) -> None:
    """事件随到随判:达标、超期、变化 · Watch events as they arrive."""
    with ending(lang):
        from sangao.adapters.events.happened import to_dict
        from sangao.adapters.events.watching import Watcher

        opened = desk(context).pack(pack)
        watched = (decisions or (), dates or (), pathways or ())
        with Watcher(opened, watched[0], dates=watched[1], pathways=watched[2], most=most) as watcher:
            for number, one in _lines(source):
                where = Span(source, number, 1)
                if set(one) == {"day"}:
                    happened = watcher.day(_day(one["day"], where))
                else:
                    chart = Chart.from_dict(one)
                    if chart.id is None:
                        raise fail("events.not_typed", where, usage=True, key="patient.id", wanted="str")
                    happened = watcher.arrive(chart.id, chart)
                for found in happened if number > after else ():
                    typer.echo(json.dumps({**to_dict(found), "line": number}, ensure_ascii=False))


def _lines(source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with sys.stdin if source == "-" else Path(source).open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _object(line, Span(source, number, 1))
    except OSError as error:
        raise fail("host.unreadable", Span(source), usage=True, reason=why(error)) from error
    except UnicodeDecodeError as error:
        raise fail("host.not_utf8", Span(source), usage=True, at=error.start) from error


def _object(line: str, where: Span) -> dict[str, Any]:
    try:
        found = parsed(line)
    except (ValueError, RecursionError) as error:
        raise fail("host.not_json", where, usage=True) from error
    if not isinstance(found, dict):
        raise fail("chart.not_an_object", where, usage=True)
    return found


def _day(given: Any, where: Span) -> date:
    found = day_of(given) if isinstance(given, str) else None
    if found is None or found[0] != found[1]:
        raise fail("events.not_typed", where, usage=True, key="day", wanted="YYYY-MM-DD")
    return date.fromordinal(found[0])
