"""What a pack that loads has passed: gaps, overlaps, dead parts, ties, promises, evidence, names.

Every check is a function `Study → problems`; `check` runs them all. Nothing here looks at YAML: the compiled pack is
what runs, so it is what is checked.
"""

from typing import TYPE_CHECKING, NamedTuple

from sangao.engine.errors import Problem

if TYPE_CHECKING:
    from sangao.engine.pack.ir import Pack


def check(pack: "Pack", notes: bool = True) -> list[Problem]:
    """Return every problem of a compiled pack that needs no patient to be found, by place.

    Of a pack with an overlay the proofs are not asked for: its own cases speak of the national rule, and are left out.
    Without `notes` the drugs that one rule recommends and another forbids are not looked for, which takes a third of
    the time. The pack checked last is not checked again: one with an overlay was when it was loaded.
    """
    notes = notes and not pack.meta.overlays
    last = _LAST[0] if _LAST else None
    if last is None or last.pack is not pack or last.notes != notes:
        last = _Checked(pack, notes, tuple(_found(pack, notes)))
        _LAST[:] = [last]  # another thread may put its own here at any time: what is returned is `last`
    return list(last.problems)


class _Checked(NamedTuple):
    pack: "Pack"
    notes: bool
    problems: tuple[Problem, ...]


_LAST: list[_Checked] = []


def _found(pack: "Pack", notes: bool) -> list[Problem]:
    from sangao.engine.passes.checks.cited import problems as cited
    from sangao.engine.passes.checks.conflicts import hidden, overruled
    from sangao.engine.passes.checks.dead import problems as dead
    from sangao.engine.passes.checks.named import problems as named
    from sangao.engine.passes.checks.pathways import problems as pathways
    from sangao.engine.passes.checks.promises import problems as promises
    from sangao.engine.passes.checks.study import study
    from sangao.engine.passes.checks.tables import problems as tables
    from sangao.engine.passes.checks.ties import problems as ties

    about = study(pack)
    every = [promises, tables, dead, ties, pathways, hidden, named]
    if not pack.meta.overlays:
        every.append(cited)
    if notes:
        every.append(overruled)
    found = [problem for one in every for problem in one(about)]
    return sorted(found, key=lambda one: (one.where.file, one.where.line, one.where.column, one.code))


__all__ = ["check"]
