"""Parts that never decide: exceptions that cannot hold or are always beaten, conditions that never change."""

from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.passes.checks import answers
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study

WORDS = {True: ("总是成立", "always true"), False: ("总不成立", "never true")}


def problems(about: Study) -> list[Problem]:
    """Return the dead exceptions, items, points and advice of every decision."""
    found: list[Problem] = []
    for decision in about.decisions():
        match decision.form:
            case ir.Tree(root):
                found += _tree(about, decision, root)
            case ir.Criteria(items):
                found += _constant(about, decision, {item.id: item.when for item in items})
            case ir.Score(scored):
                conditions = {item.id: item.input.expr for item in scored if item.input.kind == "bool"}
                found += _constant(about, decision, conditions)
            case ir.Advice(when):
                found += _constant(about, decision, {"when": when})
    return found


def _constant(about: Study, decision: ir.Decision, conditions: dict[str, ir.Expr]) -> list[Problem]:
    space, nowhere = about.space(decision, lambda one: [one.truth(expr) for expr in conditions.values()])
    found = []
    for id, expr in conditions.items():
        held = space.d.without(space.truth(expr), nowhere)
        always = space.d.either(space.truth(expr), nowhere) == space.d.true
        if held == space.d.false or always:
            zh, en = WORDS[always]
            found.append(about.problem("checks.constant_condition", f"{decision.id}/{id}", id=id, zh=zh, en=en))
    return found


def _tree(about: Study, decision: ir.Decision, root: ir.Branch) -> list[Problem]:
    space, nowhere = about.space(decision, lambda one: answers.subtree(one, root))
    decides: dict[str, int] = {}
    holds: dict[str, int] = {}
    _visit(space, root, space.d.negate(nowhere), decides, holds)
    found = []
    for id, region in decides.items():
        if region == space.d.false:
            code = "checks.dead_exception" if holds[id] == space.d.false else "checks.beaten_exception"
            found.append(about.problem(code, f"{decision.id}/{id}", id=id))
    return found


def _visit(space: Space, node: ir.Branch, here: int, decides: dict[str, int], holds: dict[str, int]) -> None:
    """Collect, per label (it may hang in several places), where it holds and where its own outcome is the answer."""
    d = space.d
    own = here
    for one, remains in zip(node.exceptions, answers.remaining(space, node), strict=True):
        held = d.both(here, space.truth(one.when))
        holds[one.id] = d.either(holds.get(one.id, d.false), held)
        own = d.without(own, remains)
        _visit(space, one, d.both(here, remains), decides, holds)
    decides[node.id] = d.either(decides.get(node.id, d.false), own)
    holds.setdefault(node.id, here)
