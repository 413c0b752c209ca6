"""Pathways: a stay is bounded by a task that falls due, a step that closes a round leads out and back.

That guards do not compete and that every state can be reached is checked where the walk stands as a decision: a tie, an
exception that can never hold.
"""

from collections.abc import Iterator

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks.answers import branches
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.passes.checks.witness import boxes, ready_case, said
from sangao.engine.quantity import Span

MONTH = 365.2425 / 12


def problems(about: Study) -> list[Problem]:
    """Return what is wrong with the pathways of a pack."""
    found: list[Problem] = []
    for id, one in about.pack.pathways.items():
        if about.only is not None and one.id not in about.only:
            continue
        found += _stays(about, id, one)
        found += _back(about, one)
    return found


def _stays(about: Study, id: str, pathway: ir.Pathway) -> Iterator[Problem]:
    for state in pathway.states:
        if state.terminal:
            continue
        limits = [length(about.pack, task.due) for task in pathway.tasks if task.state == state.id]
        if all(one is None or (pathway.longest is not None and one > days(pathway.longest)) for one in limits):
            longest = f"{pathway.longest.months} months {pathway.longest.days} days" if pathway.longest else "any span"
            yield about.problem("pathway.too_long", f"{id}={state.id}", state=state.id, longest=longest)


def length(pack: ir.Pack, decision: str, inside: bool = False) -> float | None:
    """Return the longest span after some date at which a date decision can fall, in days; None: nothing bounds it.

    `inside` a sum a plain date is where the span starts; alone it bounds nothing.
    """
    form = pack.decisions[decision].form
    assert isinstance(form, ir.Tree)
    spans = [_span(pack, node.then, inside) for node in branches(form.root) if not isinstance(node.then, int)]
    known = [one for one in spans if one is not None]
    return max(known) if known and len(known) == len(spans) else None


def _span(pack: ir.Pack, expr: ir.Expr, inside: bool = False) -> float | None:
    match expr:
        case ir.Int(number):
            return float(number) if inside else None
        case ir.Read(leaf):
            return _leaf(pack.leaves[leaf], inside)
        case ir.Ask(decision):
            return length(pack, decision, inside)
        case ir.Plus(items):
            parts = [_span(pack, one, True) for one in items]
            return None if None in parts else sum(one for one in parts if one is not None)
        case ir.Least(items):
            return min((one for item in items if (one := _span(pack, item, inside)) is not None), default=None)
        case ir.Most(items):
            parts = [_span(pack, one, inside) for one in items]
            return None if None in parts else max(one for one in parts if one is not None)
    return None


def _leaf(leaf: ir.Leaf, inside: bool) -> float | None:
    source = leaf.source
    if isinstance(source, ir.Window) and source.op == "due" and source.within is not None:
        return days(source.within)
    if leaf.kind == "date":
        return 0.0 if inside else None
    return None if leaf.high is None else float(leaf.high)


def days(span: Span) -> float:
    """Return about how many days a span has: enough to tell a month from a year."""
    return span.days + span.months * MONTH + (366 if span.year else 0)


def _back(about: Study, pathway: ir.Pathway) -> Iterator[Problem]:
    """Where a step back is open nobody is left in the state it leaves, and somebody is where it leads."""
    codes = about.pack.decisions[pathway.id].outcome.codes
    for state in pathway.states:
        for step in state.steps:
            if not step.back:
                continue
            here, there = (ir.Member(ir.Ask(pathway.id), 1 << codes.index(one)) for one in (state.id, step.to))

            def build(space: Space, exprs: tuple[ir.Expr, ...] = (here, there, step.when)) -> None:
                for one in exprs:
                    space.truth(one)

            space = Space(about.pack, build, inline=True)
            open_, key = space.truth(step.when), f"{pathway.id}={state.id}"
            left = space.d.both(open_, space.truth(here))
            path = space.d.pick(left)
            if path is not None:
                box = boxes(space, left, space.d.false)[0]
                texts = {lang: said(about, space, box, lang) for lang in ("zh", "en")}
                case = ready_case(about, space, path, pathway.id, f"value: {state.id}")
                yield about.problem("pathway.stays", key, state=state.id, to=step.to, case=case, **texts)
            if space.d.both(open_, space.truth(there)) == space.d.false:
                yield about.problem("pathway.never_back", key, state=state.id, to=step.to)
