"""`sangao replay` and `sangao journal`: the decision log asked again, verified, exported, relieved of what is old."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sangao.engine.chart import SHANGHAI
from sangao.engine.cli.decide import day
from sangao.engine.cli.desk import Lang, desk, ending, report
from sangao.engine.cli.options import Format, Language, Overlays, Strict
from sangao.engine.errors import SangaoError, Span, fail, why
from sangao.engine.placed import target

if TYPE_CHECKING:
    from sangao.adapters.journal.exported import Exported
    from sangao.adapters.journal.log import Journal
    from sangao.adapters.journal.replay import Replayed
    from sangao.engine.cli.desk import Desk
    from sangao.engine.guide import Pack

KEY = "SANGAO_JOURNAL_KEY"
PLACE = "SANGAO_JOURNAL_URL"
MOST = 1000
SQLITE = b"SQLite format 3\0"

Place = Annotated[
    str | None,
    typer.Option(
        "--journal",
        envvar=PLACE,
        help="日志:文件、postgresql://… 或导出的 .jsonl · the log: a file, postgresql://… or an exported .jsonl",
    ),
]
Since = Annotated[str | None, typer.Option("--since", help="从这一天起(中国) · from this day on, in China")]
Until = Annotated[str | None, typer.Option("--until", help="到这一天为止,含当天 · up to this day, the day included")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="只看这一租户 · only this tenant")]

SOUND = {
    "zh": {True: "日志完好,至第 {} 条", False: "选取的各条完好;有无缺少须看整个日志(至第 {} 条)"},
    "en": {
        True: "the log is whole, up to entry {}",
        False: "each chosen entry is sound; that none lacks only the whole log can show (up to entry {})",
    },
}

journal = typer.Typer(name="journal", help="决策日志:校验、导出、清理 · The decision log.")


def replay(
    context: typer.Context,
    entries: Annotated[
        list[str] | None, typer.Argument(help="条目 id,默认全部 · ids of entries, all by default")
    ] = None,
    place: Place = None,
    packs: Annotated[
        list[str] | None,
        typer.Option("--pack", help="今天的规则包,默认同名 · packs of today, by default those of the same name"),
    ] = None,
    overlays: Overlays = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", help="当时的规则包:文件或文件夹 · packs of that time: files or folders"),
    ] = None,
    since: Since = None,
    until: Until = None,
    tenant: Tenant = None,
    most: Annotated[int, typer.Option("--most", min=1, help="最多几条 · at most so many")] = MOST,
    lang: Language = "zh",
    form: Format = "text",
    strict: Strict = False,
) -> None:
    """重问日志中的判断:当时与今天的规则 · Ask logged decisions again."""
    with ending(lang, form), closing(opened(place)) as log:
        from sangao.adapters.journal import replay as again
        from sangao.adapters.journal.feedback import feedback_of
        from sangao.adapters.journal.shelf import Shelf

        here = desk(context)
        own = cache(Shelf(log, [here.pack(one) for one in given or ()]).pack)
        today = Today(here, packs or (), overlays or ())
        rows = log.entries(list(entries or ()), since=moment(since), until=moment(until, 1), tenant=tenant)
        with closing(rows):
            asked = list(islice(rows, most))
            more = next(rows, None) is not None
        feedback = feedback_of(log, asked)
        found = [
            again.replay(row, own(row.draft.pack_hash), today.pack(row.draft.pack), feedback.get(row.seq, ()))
            for row in asked
        ]
        if entries and not found:
            raise fail("journal.unknown_entry", usage=True)
        typer.echo(shown(found, more, lang, form))
        if strict and any(one.problems for one in found):
            raise typer.Exit(1)


@journal.command()
def verify(
    place: Annotated[str | None, typer.Argument(help="日志或导出文件 · the log or an exported file")] = None,
    anchors: Annotated[
        list[str] | None,
        typer.Option("--anchor", help="另处记下的 序号:校验值 · SEQ:HASH that was noted elsewhere"),
    ] = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """校验日志有无改动、删除、调换 · See that nothing was altered, deleted or put in another order."""
    with ending(lang, form), closing(opened(place)) as log:
        noted = [anchor(one) for one in anchors or ()]
        found = log.verify(dict(noted))
        if found:
            report(found, lang, form)
            raise typer.Exit(1)
        head = log.head()
        seq, hash = (head.seq, head.hash) if head else (0, "")
        if form == "json":
            typer.echo(json.dumps({"head": {"seq": seq, "hash": hash}, "problems": []}))
        else:
            typer.echo(SOUND[lang][getattr(log, "whole", True)].format(seq))
            typer.echo(f"{seq}:{hash}")


@journal.command()
def head(
    place: Annotated[str | None, typer.Argument(help="日志或导出文件 · the log or an exported file")] = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """打印日志末尾的 序号:校验值,供记在别处 · Print SEQ:HASH of the last entry, to be noted elsewhere."""
    with ending(lang, form), closing(opened(place)) as log:
        last = log.head()
        if last is None:
            raise fail("journal.no_head", Span(place or ""))
        typer.echo(json.dumps({"seq": last.seq, "hash": last.hash}) if form == "json" else f"{last.seq}:{last.hash}")


@journal.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="写入的文件(.jsonl) · the file to write")],
    place: Place = None,
    since: Since = None,
    until: Until = None,
    tenant: Tenant = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """把日志导出为 JSON 行 · Write the log as JSON lines; without a choice of days they verify as the log does."""
    with ending(lang, form), closing(database(place)) as log:
        lines = log.export(since=moment(since), until=moment(until, 1), tenant=tenant)
        final = target(out)
        beside = final.with_name(f".{final.name}.{os.getpid()}.part")
        number = 0
        try:
            with beside.open("w", encoding="utf-8") as file:
                for line in lines:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    number += 1
            os.replace(beside, final)
        except OSError as error:
            raise fail("host.unwritable", Span(str(out)), usage=True, reason=why(error)) from error
        finally:
            beside.unlink(missing_ok=True)
        typer.echo(f"已写入 {number} 行" if lang == "zh" else f"{number} lines written")


@journal.command()
def retain(
    days: Annotated[int, typer.Option("--days", min=1, help="保留多少天 · how many days to keep")],
    place: Place = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="校验不通过也清理 · remove although the log does not verify")
    ] = False,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """清理过期的条目,留下检查点 · Remove what is older, behind a chained checkpoint."""
    with ending(lang, form), closing(database(place, writes=True)) as log:
        done = log.retain(days, anyway=anyway)
        said = f"已清理 {done.rows} 条" if lang == "zh" else f"{done.rows} entries removed"
        typer.echo(json.dumps({"rows": done.rows, "through": done.through}) if form == "json" else said)


def opened(place: str | None) -> "Journal | Exported":
    """Return a log that is there: a database, or an exported file by its ending. Raises SangaoError."""
    if place is not None and place.endswith(".jsonl"):
        from sangao.adapters.journal.entry import Seal
        from sangao.adapters.journal.exported import Exported

        return Exported(Path(place), Seal(os.environ.get(KEY, "").encode() or None))
    return database(place)


def database(place: str | None, writes: bool = False) -> "Journal":
    """Return the log of a database that is there, to be read. Raises SangaoError (`journal.no_extra` …)."""
    try:
        from sangao.adapters.journal.log import Journal, default_place
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "sqlalchemy":
            raise
        raise fail("journal.no_extra", usage=True, name="service") from error
    named = place or os.environ.get(PLACE) or str(default_place())
    if "://" not in named and not Path(named).is_file():
        raise fail("host.unreadable", Span(named), usage=True, reason=why())
    file = Path(named.removeprefix("sqlite:///"))
    if "://" not in str(file) and file.is_file() and not _of_sqlite(file):
        raise fail("journal.not_a_journal", Span(str(file)), usage=True)
    return Journal.open(named, key=os.environ.get(KEY), make=False, writes=writes)


def _of_sqlite(file: Path) -> bool:
    """Return whether a file is a database of SQLite's. Raises SangaoError (`host.unreadable`)."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(SQLITE)) == SQLITE
    except OSError as error:
        raise fail("host.unreadable", Span(str(file)), usage=True, reason=why(error)) from error


class Today:
    """The packs of today: the one that is named for every entry, of several that of the entry's name; where none is
    named the installed pack of the same name, None where there is none.
    """

    def __init__(self, here: "Desk", packs: Sequence[str], overlays: Sequence[str]) -> None:
        self._here, self._overlays = here, overlays
        named = here.packs(packs, overlays) if packs else []
        self._known: dict[str, Pack | None] = {one.id: one for one in named}
        self._every = named[0] if len(named) == 1 else None

    def pack(self, name: str) -> "Pack | None":
        """Return the pack of today for an entry of a pack's name."""
        if self._every is not None:
            return self._every
        if name not in self._known:
            try:
                self._known[name] = self._here.pack(name, self._overlays)
            except SangaoError:
                self._known[name] = None
        return self._known[name]


def moment(text: str | None, later: int = 0) -> datetime | None:
    """Return the beginning of a day in China, so many days later. Raises SangaoError when it is no day."""
    try:
        found = day(text)
    except SangaoError as error:
        raise fail("journal.not_a_day", usage=True) from error
    if found is None:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=SHANGHAI) + timedelta(days=later)


def anchor(text: str) -> tuple[int, str]:
    """Return a number and a hash that were noted as `SEQ:HASH`. Raises SangaoError."""
    seq, _, hash = text.partition(":")
    if not seq.isdecimal() or not hash:
        raise fail("journal.not_an_anchor", usage=True)
    return int(seq), hash.strip().lower()


def shown(found: "list[Replayed]", more: bool, lang: Lang, form: str) -> str:
    """Return what a replay found: entries that came out otherwise or could not be asked, and how many did not; `more`
    says that there are further entries, which were not looked at.
    """
    if form == "json":
        body: dict[str, Any] = {"schema": "sangao.replay/1", "entries": [one.to_dict() for one in found], "more": more}
        body["problems"] = [problem.to_dict() for one in found for problem in one.problems]
        return json.dumps(body, ensure_ascii=False, indent=2)
    from sangao.adapters.journal.page import text

    return text(found, more, lang)
