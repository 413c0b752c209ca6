"""`sangao report`: one page for the patient: the assessment, or the prescription of habits."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from sangao.engine.cli import handouts
from sangao.engine.cli.decide import day, read
from sangao.engine.cli.desk import desk, ending
from sangao.engine.cli.files import write
from sangao.engine.cli.options import Language, On, Overlays
from sangao.engine.cli.shelf import found, opened
from sangao.engine.explain import handout
from sangao.engine.placed import targets
from sangao.engine.rules.reports import ReportDoc, read_report

Shape = Literal["text", "html", "json"]


def report(
    context: typer.Context,
    chart: Annotated[str, typer.Argument(help="病历文件;- 为标准输入 · chart file, - for standard input")],
    kind: Annotated[
        str, typer.Option("--kind", help="报告名称或文件:assessment、prescription · report or file")
    ] = "assessment",
    on: On = None,
    overlays: Overlays = None,
    out: Annotated[Path | None, typer.Option("--out", help="写入文件 · where to write the page")] = None,
    lang: Language = "zh",
    form: Annotated[Shape, typer.Option("--format", help="输出形式 · text | html | json")] = "text",
) -> None:
    """给患者的评估报告或健康处方 · Report or habits for the patient."""
    with ending(lang, "json" if form == "json" else "text"):
        targets(out)
        here = desk(context)
        doc = opened(found(kind, here.reports(), "report.unknown"), read_report)
        pack = here.pack(str(doc.pack), overlays or ())
        made = handout.fill(pack.decide_all(read(here, chart, day(on))), handouts.layout(doc))
        page = shown(made, doc, lang, form)
        if out is not None:
            write(out, page)
        else:
            typer.echo(page, nl=False)


def shown(made: handout.Handout, doc: ReportDoc, lang: str, form: Shape) -> str:
    """Return a report as text, as one page of HTML, or as `sangao.report/1`."""
    if form == "html":
        return handout.page(made, lang)
    if form == "text":
        return handout.text(made, lang)
    told = {**made.to_dict(), "cites": [str(row) for row in doc.cite]}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
