"""`sangao decide`: one patient, every decision of one or several packs, with reasons, advice and what to ask next."""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.answer import Result
from sangao.engine.chart import Chart, day_of
from sangao.engine.cli.desk import Desk, Lang, desk, ending
from sangao.engine.cli.options import Language, On, Overlays, Packs, Strict
from sangao.engine.errors import Span, fail, why
from sangao.engine.explain import page

MOST_BYTES = 64 * 1024 * 1024  # a chart larger than this is not one patient's


def decide(
    context: typer.Context,
    chart: Annotated[str, typer.Argument(help="病历文件;- 为标准输入 · chart file, - for standard input")],
    packs: Packs = None,
    overlays: Overlays = None,
    on: On = None,
    decision: Annotated[
        list[str] | None, typer.Option("--decision", help="只看这些判断 · only these decisions")
    ] = None,
    lang: Language = "zh",
    form: Annotated[
        str, typer.Option("--format", help="输出形式 · text | json, or a form an adapter writes (fhir)")
    ] = "text",
    strict: Strict = False,
) -> None:
    """判断一名患者并说明理由 · Decide one patient and say why."""
    with ending(lang, "json" if form == "json" else "text"):
        here = desk(context)
        patient = read(here, chart, day(on))
        results = [pack.decide_all(patient) for pack in here.packs(packs, overlays)]
        for result in results:
            for name in decision or ():
                result.pack.decision(name)
        tell(here, results, form, lang, decision)
        if strict and any(result.problems for result in results):
            raise typer.Exit(1)


def day(text: str | None) -> date | None:
    """Return the day of `--on`. Raises SangaoError when it is none."""
    if text is None:
        return None
    found = day_of(text)
    if found is None or found[0] != found[1]:
        raise fail("chart.on_not_a_date", usage=True)
    return date.fromordinal(found[0])


def read(here: Desk, source: str, on: date | None) -> Chart:
    """Return the chart of a file or of standard input, read by whichever adapter knows its format."""
    if source == "-":
        found = here.hook.read_chart(source=sys.stdin.buffer.read(MOST_BYTES), on=on)
    else:
        if not Path(source).is_file():
            raise fail("host.unreadable", Span(source), usage=True, reason=why())
        found = here.hook.read_chart(source=Path(source), on=on)
    if found is None:
        raise fail("host.unknown_format", usage=True, name=source)
    chart: Chart = found
    return chart


def tell(here: Desk, results: list[Result], form: str, lang: Lang, decisions: list[str] | None) -> None:
    """Print results: JSON (a list where packs share a decision id), a page of text block by block, or another form.

    With `decisions` only those are worked out, and `ask` is what they ask.
    """
    if decisions and form != "text":
        results = [
            replace(one, decisions={name: one[name] for name in decisions if name in one.decisions}) for one in results
        ]
    if form == "json":
        written_out = json.dumps(joined(results), ensure_ascii=False, indent=2)
        typer.echo(written_out.encode("utf-8", "backslashreplace"))  # half a character, as JSON writes it: \\ud800
    elif form == "text":
        for at, block in enumerate(block for one in results for block in page.blocks(one, lang, decisions)):
            typer.echo(f"\n{block}" if at else block)  # as it comes: what to ask next takes longest
    else:
        typer.echo(written(here, results, form, lang))


def written(here: Desk, results: list[Result], form: str, lang: Lang) -> str:
    """Return results in a form that an adapter writes. Raises SangaoError when none does (`host.unknown_form`)."""
    found = [here.hook.write_answer(result=one, form=form, lang=lang) for one in results]
    if None in found:
        raise fail("host.unknown_form", usage=True, name=form)
    return "\n".join(found)


def joined(results: list[Result]) -> Any:
    """Return one result object, several packs in one where their decision ids differ, else a list of results."""
    found = [result.to_dict() for result in results]
    if len(found) == 1:
        return found[0]
    ids = [name for one in found for name in one["decisions"]]
    if len(ids) != len(set(ids)):
        return found
    first = dict(found[0])
    for one in found[1:]:
        first["decisions"] = {**first["decisions"], **one["decisions"]}
        for key in ("packs", "advice", "folded", "ask"):
            first[key] = [*first[key], *one[key]]
        first["problems"] = [
            *first["problems"],
            *(problem for problem in one["problems"] if problem not in first["problems"]),
        ]
    return first
