"""What a pack that loads has passed: gaps, overlaps, dead parts, ties, promises, evidence, names.

Every check is a function `Study → problems`; `check` runs them all. Nothing here looks at YAML: the compiled pack is
what runs, so it is what is checked.
"""

from typing import TYPE_CHECKING

from sangao.engine.errors import Problem

if TYPE_CHECKING:
    from sangao.engine.pack.ir import Pack


def check(pack: "Pack") -> list[Problem]:
    """Return every problem of a compiled pack that needs no patient to be found, by place.

    Of a pack with an overlay the proofs are not asked for: its own cases speak of the national rule, and are left out.
    """
    from sangao.engine.passes.checks.cited import problems as cited
    from sangao.engine.passes.checks.conflicts import problems as conflicts
    from sangao.engine.passes.checks.dead import problems as dead
    from sangao.engine.passes.checks.named import problems as named
    from sangao.engine.passes.checks.pathways import problems as pathways
    from sangao.engine.passes.checks.promises import problems as promises
    from sangao.engine.passes.checks.study import study
    from sangao.engine.passes.checks.tables import problems as tables
    from sangao.engine.passes.checks.ties import problems as ties

    about = study(pack)
    found: list[Problem] = []
    always = (promises, tables, dead, ties, pathways, conflicts, named)
    for one in always if pack.meta.overlays else (*always, cited):
        found += one(about)
    return sorted(found, key=lambda one: (one.where.file, one.where.line, one.where.column, one.code))


__all__ = ["check"]
