"""Work lists against their pack: do the names exist, does the order make sense, do the cases give what they say."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.cli.desk import Desk
from sangao.engine.cli.shelf import unbacked
from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.passes.compiling import find_folder_of_facts
from sangao.engine.passes.proofs import chart_json
from sangao.engine.rules.fit import nearest
from sangao.engine.rules.folder import read_shared
from sangao.engine.rules.text import Text
from sangao.engine.rules.worklists import ListCaseDoc, ListDoc, read_list
from sangao.engine.run.listing import Lister, Plan, Sample, Shown

ORDERS = {"bool": ("true",), "number": ("greatest", "least"), "date": ("earliest", "latest")}


def is_list(path: Path) -> bool:
    """Return whether a file that `sangao check` was given is a work list: it stands in a folder of work lists."""
    return path.suffix == ".yaml" and path.resolve().parent.name == "worklists"


def plan(doc: ListDoc, period: str, number: int | None = None) -> Plan:
    """Return what the runner needs; a sample is drawn by the list and the period.

    Raises `SangaoError`, a usage error, when neither the list nor `number` says how many are drawn.
    """
    sample = None
    if doc.sample is not None:
        drawn = number if number is not None else doc.sample.number
        if drawn is None:
            raise fail("worklist.sample_size", doc.work_list.span, usage=True, name=doc.id)
        sample = Sample(drawn, str(doc.sample.per), f"{doc.id}:{period}")
    shows = tuple(Shown(str(one.of), one.total) for one in doc.shows)
    order = tuple((str(one.by), one.first) for one in doc.order)
    return Plan(str(doc.who), shows, order, sample, None if doc.exclusion is None else str(doc.exclusion))


def checked(here: Desk, path: Path, kept: dict[str, Pack]) -> tuple[list[Problem], int, int]:
    """Check one list; return the problems, and how many columns and cases it has. `kept` holds packs already open."""
    doc, problems = read_list(path)
    if doc is None:
        return problems, 0, 0
    try:
        pack = reopened(here, str(doc.pack), kept).compiled
    except SangaoError as error:
        return [*problems, *(Problem(one.code, doc.pack.span, one.parts) for one in error.problems)], 0, 0
    own = path.resolve().parent.parent / "shared"
    shared, _ = read_shared(own if own.is_dir() else find_folder_of_facts())
    return [*problems, *check(doc, pack, map(str, shared.rows))], len(doc.shows), len(doc.cases)


def reopened(here: Desk, name: str, kept: dict[str, Pack]) -> Pack:
    """Return a pack by name, opened once for all the documents that rest on it."""
    if name not in kept:
        kept[name] = here.pack(name)
    return kept[name]


def check(doc: ListDoc, pack: ir.Pack, rows: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a list: names, order, rows unknown or that no case proves, cases that fail."""
    problems = [*_names(doc, pack), *unbacked(doc, set(rows), "worklist.unproved_row")]
    if problems:
        return problems
    return [one for case in doc.cases for one in _case(doc, case, pack)]


def _names(doc: ListDoc, pack: ir.Pack) -> Iterable[Problem]:
    named: list[Text] = [doc.who, *(one.of for one in doc.shows), *(one.by for one in doc.order)]
    if doc.sample is not None:
        named.append(doc.sample.per)
    if doc.exclusion is not None:
        named.append(doc.exclusion)
    known = {**pack.decisions, **pack.dictionary.facts}
    missing = [one for one in named if str(one) not in known]
    for name in missing:
        parts = {"pack": pack.meta.id, "name": name, "nearest": nearest(name, known)}
        yield Problem("worklist.unknown_name", name.span, parts)
    if missing:
        return
    for case in doc.cases:
        for name in case.settings:
            if str(name) not in pack.dictionary.facts or not pack.dictionary.facts[str(name)].site:
                parts = {"pack": pack.meta.id, "name": name, "nearest": nearest(name, pack.dictionary.facts)}
                yield Problem("worklist.not_a_setting", name.span, parts)
        if doc.sample is not None and doc.sample.number is None and case.sample is None:
            yield Problem("worklist.sample_size", case.span, {"name": doc.id})
    for question in (doc.who, doc.exclusion):
        asked = None if question is None else pack.decisions.get(str(question))
        if question is not None and (asked is None or asked.outcome.kind != "bool"):
            yield Problem("worklist.not_a_question", question.span, {"name": question})
    for one in doc.order:
        decision = pack.decisions.get(str(one.by))
        kind = decision.outcome.kind if decision is not None else pack.dictionary.facts[str(one.by)].kind
        if one.first not in ORDERS.get(kind, ()):
            yield Problem("worklist.order", one.by.span, {"name": one.by, "first": one.first})


def _case(doc: ListDoc, case: ListCaseDoc, pack: ir.Pack) -> Iterable[Problem]:
    people = [(str(one.person), Chart.from_dict({**chart_json(one), "on": str(case.on)})) for one in case.cohort]
    site = {str(name): str(value) for name, value in case.settings.items()}
    pack = replace(pack, settings={**pack.settings, **site})
    found = Lister(pack, plan(doc, str(case.on)[:4], case.sample)).listed(people)
    pairs: list[tuple[str, Any, Any]] = [
        ("listed", [str(one) for one in case.expect.listed], [one.key for one in found.people]),
        ("unsure", [str(one) for one in case.expect.unsure], [one.key for one in found.unsure]),
    ]
    pairs += [(str(name), str(value), found.totals.get(str(name))) for name, value in case.expect.totals.items()]
    for what, wanted, got in pairs:
        if wanted != got:
            yield Problem(
                "worklist.case_failed", case.span, {"it": case.it, "what": what, "wanted": wanted, "got": got}
            )
