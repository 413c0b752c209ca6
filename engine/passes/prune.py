"""What nothing asks is left out: hidden decisions nobody reads, leaves of decisions that gave way."""

from dataclasses import replace

from sangao.engine.pack import ir
from sangao.engine.passes.work import Work


def prune(work: Work) -> Work:
    """Keep the visible decisions, all that they and the pathways ask and show, and the leaves these and promises
    read.
    """
    kept = {id for one in work.pathways.values() for id in one.asks}
    for made in reversed(work.decisions.values()):
        if not made.hidden or made.id in kept:
            kept |= {made.id, *made.asks, *work.shown.get(made.id, {}).values()}
    work.decisions = {id: _without(made, kept) for id, made in work.decisions.items() if id in kept}
    wanted = {leaf for made in work.decisions.values() for leaf in made.reads} | set(work.promised)
    wanted |= {name for id in work.decisions for name in work.shown.get(id, {}).values()}  # what a text shows
    for leaf in reversed(work.leaves.values()):
        if leaf.id in wanted and isinstance(leaf.source, ir.Derived):
            wanted |= set(leaf.source.inputs)
    work.leaves = {id: leaf for id, leaf in work.leaves.items() if id in wanted}
    gone = [key for key in work.words if key.startswith("leaf:") and key[5:] not in wanted]
    for key in gone:
        del work.words[key]
    return work


def _without(made: ir.Decision, kept: set[str]) -> ir.Decision:
    form = made.form
    if isinstance(form, ir.Advice) and not set(form.overrules) <= kept:
        return replace(made, form=replace(form, overrules=tuple(one for one in form.overrules if one in kept)))
    return made
