"""Evidence: every cited row is proved by at least one case."""

from sangao.engine.errors import Problem
from sangao.engine.passes.checks.study import Study, span


def problems(about: Study) -> list[Problem]:
    """Return the cited rows that no case proves, once each, and rows that a case proves but nothing cites."""
    pack = about.pack
    proven = {row for case in pack.cases for row in case.proves}
    found = []
    cited: dict[str, str] = {}
    for key, words in pack.words.items():
        if words.document in ("", pack.meta.document) and not foreign(about, key):
            for row in words.cite:
                cited.setdefault(row, key)
    for row, key in cited.items():
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


def foreign(about: Study, key: str) -> bool:
    """Return whether a node came along from a pack that was brought in; its own pack proves it."""
    id = key.partition("/")[0].partition("=")[0].partition(":")[0]
    decision = about.pack.decisions.get(id)
    return "@" in key or (decision is not None and decision.hidden)
