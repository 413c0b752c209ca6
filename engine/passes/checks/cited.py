"""Evidence: every cited row is proved by at least one case."""

from collections.abc import Iterable

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks.study import Study, span


def problems(about: Study) -> list[Problem]:
    """Return the cited rows that no case proves, once each, and rows that a case proves but nothing cites."""
    pack = about.pack
    proven = {row for case in pack.cases for row in case.proves}
    found = []
    for row, key in cited(about).items():
        if row not in proven:
            found.append(about.problem("checks.unproved_row", key, row=row))
    known = {row for words in pack.words.values() for row in (*words.cite, *words.about)}
    known |= {row for group in pack.dictionary.groups.values() for row in group.cite}
    known |= {key.partition("|")[0] for key in pack.citations}
    for case in pack.cases:
        for row in case.proves:
            if row not in known:
                found.append(Problem("checks.proves_nothing", span(case.place), {"row": row, "it": case.it}))
    return found


def cited(about: Study) -> dict[str, str]:
    """Return the rows that a pack's own documents cite, each with the first node that cites it.

    Occasion rules and formulas have no node of their own: their rows stand under the empty one.
    """
    found: dict[str, str] = {}
    for key, words in about.pack.words.items():
        if words.document in ("", about.pack.meta.document) and not foreign(about, key):
            for row in words.cite:
                found.setdefault(row, key)
    open_choices = {row for words in about.pack.words.values() for row in words.about}
    for key in about.pack.citations:
        row, _, document = key.partition("|")
        if document == about.pack.meta.document and row not in open_choices:
            found.setdefault(row, "")
    return found


def foreign(about: Study, key: str) -> bool:
    """Return whether a node came along from a pack that was brought in; its own pack proves it."""
    id = key.partition("/")[0].partition("=")[0].partition(":")[0]
    decision = about.pack.decisions.get(id)
    return "@" in key or (decision is not None and decision.hidden)


def trace(packs: Iterable[ir.Pack]) -> str:
    """Return the page that leads from every cited row to its sentence and to the cases that prove it (Markdown)."""
    lines = ["# From the source to the case", "", "Written by `sangao check --trace`; not to be edited.", ""]
    lines += ["| row | pack | sentence | cases that prove it |", "|---|---|---|---|"]
    found: list[tuple[str, str, str, str]] = []
    for pack in packs:
        about = Study(pack)
        proved: dict[str, list[str]] = {}
        for case in pack.cases:
            for row in case.proves:
                proved.setdefault(row, []).append(case.it)
        for row, key in cited(about).items():
            words = pack.words.get(key, ir.Words("测量取值或公式"))
            found.append((row, pack.meta.id, words.says_zh or words.zh or key, "；".join(proved.get(row, ["—"]))))
    lines += [f"| {' | '.join(part.replace('|', '/') for part in one)} |" for one in sorted(found)]
    return "\n".join(lines) + "\n"
