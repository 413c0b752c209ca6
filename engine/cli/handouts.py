"""Reports against their pack: do the names exist, are the rows proved, do the cases say what they should."""

from collections.abc import Iterable
from pathlib import Path

from sangao.engine.chart import Chart
from sangao.engine.cli.desk import Desk
from sangao.engine.cli.shelf import unbacked
from sangao.engine.cli.worklist import reopened
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.explain import handout
from sangao.engine.explain.handout import Layout, Part, Two
from sangao.engine.guide import Pack
from sangao.engine.passes.compiling import find_folder_of_facts
from sangao.engine.passes.proofs import chart_json
from sangao.engine.rules.documents import Names
from sangao.engine.rules.fit import nearest
from sangao.engine.rules.folder import read_shared
from sangao.engine.rules.reports import ReportCaseDoc, ReportDoc, SectionDoc, read_report

SAYS = {"what_zh": "应当写明", "what_en": "should say"}
SILENT = {"what_zh": "不应写", "what_en": "should not say"}


def is_report(path: Path) -> bool:
    """Return whether a file that `sangao check` was given is a report: it stands in a folder of reports."""
    return path.suffix == ".yaml" and path.resolve().parent.name == "reports"


def _two(name: Names | None) -> Two | None:
    return None if name is None else (str(name.zh), str(name.en))


def layout(doc: ReportDoc) -> Layout:
    """Return what the writer of pages needs."""
    parts = tuple(_part(one) for one in doc.sections)
    return Layout(doc.id, _two(doc.title) or ("", ""), parts, _two(doc.note) or ("", ""), _two(doc.lead))


def _part(one: SectionDoc) -> Part:
    return Part(
        _two(one.title) or ("", ""),
        tuple(map(str, one.facts)),
        tuple(map(str, one.decisions)),
        tuple(map(str, one.advice)),
        str(one.begins or ""),
        one.ask or 0,
        one.most,
        _two(one.unknown),
        _two(one.empty),
    )


def checked(here: Desk, path: Path, kept: dict[str, Pack]) -> tuple[list[Problem], int, int]:
    """Check one report; return the problems, and how many sections and cases it has. `kept`: packs already open."""
    doc, problems = read_report(path)
    if doc is None:
        return problems, 0, 0
    try:
        pack = reopened(here, str(doc.pack), kept)
    except SangaoError as error:
        return [*problems, *(Problem(one.code, doc.pack.span, one.parts) for one in error.problems)], 0, 0
    own = path.resolve().parent.parent / "shared"
    shared, _ = read_shared(own if own.is_dir() else find_folder_of_facts())
    return [*problems, *check(doc, pack, map(str, shared.rows))], len(doc.sections), len(doc.cases)


def check(doc: ReportDoc, pack: Pack, rows: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a report: names, rows unknown or that no case proves, cases that fail."""
    problems = [*_names(doc, pack), *unbacked(doc, set(rows), "report.unproved_row")]
    if problems:
        return problems
    laid = layout(doc)
    return [one for case in doc.cases for one in _case(laid, case, pack)]


def _names(doc: ReportDoc, pack: Pack) -> Iterable[Problem]:
    decisions, facts = pack.compiled.decisions, pack.compiled.dictionary.facts
    for section in doc.sections:
        wanted = [(one, facts, "事实", "fact") for one in section.facts]
        wanted += [(one, decisions, "判断", "decision") for one in section.decisions]  # type: ignore[misc]
        for name, known, zh, en in wanted:
            if str(name) not in known:
                parts = {"pack": pack.id, "name": name, "nearest": nearest(name, known), "what_zh": zh, "what_en": en}
                yield Problem("report.unknown_name", name.span, parts)
        begins = section.begins
        if begins is not None and not any(one.startswith(str(begins)) for one in decisions):
            yield Problem("report.no_advice", begins.span, {"pack": pack.id, "begins": begins})


def _case(laid: Layout, case: ReportCaseDoc, pack: Pack) -> Iterable[Problem]:
    chart = Chart.from_dict({**chart_json(case), "on": str(case.on)})
    made = handout.fill(pack.decide_all(chart), laid)
    for lang in handout.LANGS:
        said = handout.text(made, lang)
        for one in getattr(case.expect.says, lang):
            if str(one) not in said:
                yield Problem("report.case_failed", one.span, {"it": case.it, "words": one, **SAYS})
        for one in getattr(case.expect.silent, lang):
            if str(one) in said:
                yield Problem("report.case_failed", one.span, {"it": case.it, "words": one, **SILENT})
