"""`sangao terms`: what a code, a unit or a name of a host means here."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.adapters.hookspecs import hookimpl
from sangao.engine.cli.options import Format, Language


@hookimpl
def commands() -> Iterable[Any]:
    """Return the command `terms`."""
    return [terms]


def terms(
    texts: Annotated[list[str], typer.Argument(help="代码、单位或名称 · codes, units or names")],
    way: Annotated[
        str | None,
        typer.Option("--as", help="只按一种理解:code、element、condition、drug、unit · only as one of these"),
    ] = None,
    shared: Annotated[
        Path | None, typer.Option("--shared", help="另一个 shared 文件夹 · another shared folder")
    ] = None,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """查代码、单位、诊断、药名的含义 · What a code, unit or name means."""
    from sangao.adapters.terms.book import book
    from sangao.adapters.terms.loading import load
    from sangao.adapters.terms.meaning import WAYS, meanings
    from sangao.adapters.terms.problems import unmatched
    from sangao.engine.cli.desk import ending
    from sangao.engine.errors import Problem, SangaoError

    with ending(lang, form):
        one_way = next((one for one in WAYS if one == way), None)
        if way is not None and one_way is None:
            raise SangaoError([Problem("terms.unknown_way", parts={"ways": "、".join(WAYS)})], usage=True)
        known = book() if shared is None else load(shared)
        found = [(text, meanings(known, text, one_way)) for text in texts]
        problems = [
            unmatched(one_way, text)
            if one_way
            else Problem("terms.unknown_text", parts={"nearest": _nearest(text, known.names())}, given=text)
            for text, means in found
            if not means
        ]
        if form == "json" and not problems:
            shown = [
                {
                    "text": text,
                    "means": [
                        {
                            "as": one.read_as,
                            "facts": [{"fact": fact, **_named(known.named[fact])} for fact in one.facts],
                            "unit": one.unit,
                            "note": None if one.note is None else _named(one.note),
                        }
                        for one in means
                    ],
                }
                for text, means in found
            ]
            typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        for text, means in found if form == "text" else ():
            for one in means:
                facts = "、".join(f"{fact} {getattr(known.named[fact], lang)}" for fact in one.facts)
                note = getattr(one.note, lang) if one.note else ""
                typer.echo("  ".join(part for part in (text, one.read_as, facts, one.unit, note) if part))
        if problems:
            raise SangaoError(problems, usage=True)


def _named(said: Any) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}


def _nearest(text: str, names: Iterable[str]) -> str:
    return "、".join(get_close_matches(text, list(names), 3, 0.5)) or "—"
