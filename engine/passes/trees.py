"""A default and labelled exceptions → a tree of branches, each exception under everything it excepts."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from sangao.engine.pack import ir
from sangao.engine.passes import ranges, resolve, units
from sangao.engine.passes.lower import condition, number
from sangao.engine.passes.numbers import bounds
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.units import Const, Num
from sangao.engine.passes.work import Failed
from sangao.engine.rules.documents import DecisionDoc, ExceptionDoc
from sangao.engine.rules.text import Text

DEFAULT = "default"
DEEPEST = 30  # exceptions under exceptions
ONE = Fraction(1)


def decision_tree(doc: DecisionDoc, outcome: ir.Outcome, here: Here) -> tuple[ir.Outcome, ir.Tree]:
    """Lower a decision with exceptions; a number's outcome gets the grid that all its branches lie on."""
    thens: dict[str, Text] = {DEFAULT: doc.default.then}
    thens |= {str(label): one.then for label, one in doc.exceptions.items()}
    when: dict[str, ir.Expr] = {DEFAULT: ir.Always(2)}
    for label, one in doc.exceptions.items():
        with here.work.going_on():
            when[str(label)] = _live(condition(one.when, here), one.when, here)
    answers: dict[str, int | ir.Expr] = {}
    if outcome.kind in ("number", "date"):
        outcome, answers = _numbers(thens, outcome, here)
    else:
        answers = {label: outcome.codes.index(str(then)) for label, then in thens.items()}
    if len(when) < len(thens):
        raise Failed("exceptions")
    hung = _hung(doc, here)
    root = _branch(DEFAULT, hung, when, answers, doc.exceptions)
    if found := ring(root):
        here.work.report("meaning.over_ring", _place(doc, found[0]), ring=" → ".join(found))
    return outcome, ir.Tree(root)


def _live(expr: ir.Expr, text: Text, here: Here) -> ir.Expr:
    if isinstance(expr, ir.Always):
        words = ("总是成立", "always true") if expr.truth == 2 else ("总不成立", "always false")
        raise here.work.fail("checks.constant_comparison", text, zh=words[0], en=words[1])
    return expr


def _numbers(thens: Mapping[str, Text], outcome: ir.Outcome, here: Here) -> tuple[ir.Outcome, dict[str, int | ir.Expr]]:
    wanted = units.DATE if outcome.kind == "date" else outcome.unit
    found: dict[str, Num | Const] = {}
    for label, text in thens.items():
        with here.work.going_on():
            value = number(resolve.read(text, here), here)
            if value.unit != wanted:
                raise here.work.fail("meaning.unit", text, left=wanted or "1", right=value.unit or "1")
            found[label] = value
    if len(found) < len(thens):
        raise Failed("thens")
    step = units.one_grid([*found.values(), Const(ONE, wanted)])
    answers: dict[str, int | ir.Expr] = {label: units.scaled(value, step) for label, value in found.items()}
    return replace(outcome, step=step), answers


def _hung(doc: DecisionDoc, here: Here) -> dict[str, list[str]]:
    """Return the exceptions under every label, in written order; reports circles and what hangs nowhere."""
    under: dict[str, list[str]] = {DEFAULT: []}
    for label, one in doc.exceptions.items():
        for above in (DEFAULT,) if "all" in one.of else tuple(dict.fromkeys(str(name) for name in one.of)):
            under.setdefault(above, []).append(str(label))
    reached: set[str] = set()

    def visit(label: str, path: tuple[str, ...]) -> None:
        reached.add(label)
        for below in under.get(label, ()):
            if below in path:
                cycle = " → ".join([*path[path.index(below) :], below])
                raise here.work.fail("meaning.exception_cycle", _place(doc, below), cycle=cycle)
            if len(path) > DEEPEST:
                raise here.work.fail("meaning.too_deep", _place(doc, below), limit=DEEPEST)
            visit(below, (*path, below))

    visit(DEFAULT, (DEFAULT,))
    for label in doc.exceptions:
        if str(label) not in reached:
            here.work.report("meaning.exception_cycle", label, cycle=_ring(doc, label))
    _check_over(doc, under, here)
    return under


def _ring(doc: DecisionDoc, label: Text) -> str:
    """Return the labels met on the way up from an exception that hangs nowhere, to the first that is met again."""
    met = [str(label)]
    while True:
        met.append(str(doc.exceptions[Text(met[-1])].of[0]))
        if met[-1] in met[:-1]:
            return " → ".join(met)


def _check_over(doc: DecisionDoc, under: Mapping[str, list[str]], here: Here) -> None:
    for label, one in doc.exceptions.items():
        for other in one.over:
            siblings = any(str(label) in below and str(other) in below for below in under.values())
            if not siblings or other == label:
                here.work.report("meaning.over_not_sibling", other, id=label, other=other)


def ring(node: ir.Branch) -> list[str]:
    """Return exceptions under one node that are `over` one another all the way round, the first again at the end.

    Where all of them hold each is beaten and the node's own outcome would stand. Empty when there is no such ring.
    """
    left = {one.id: set(one.over) for one in node.exceptions}
    while free := [one for one, over in left.items() if not over & left.keys()]:
        for one in free:
            del left[one]
    if not left:
        return next((found for one in node.exceptions if (found := ring(one))), [])
    met = [next(iter(left))]
    while met.count(met[-1]) == 1:
        met.append(next(one for one in left if one in left[met[-1]]))
    return met[met.index(met[-1]) :]


def _branch(
    label: str,
    under: Mapping[str, list[str]],
    when: Mapping[str, ir.Expr],
    answers: Mapping[str, int | ir.Expr],
    exceptions: Mapping[Text, ExceptionDoc],
) -> ir.Branch:
    below = under.get(label, [])
    over_all = {name for name in below if "all" in exceptions[Text(name)].of}
    hung: list[ir.Branch] = []
    for name in below:
        one = _branch(name, under, when, answers, exceptions)
        beaten = {str(other) for other in exceptions[Text(name)].over}
        if name in over_all and label == DEFAULT:
            beaten |= set(below) - over_all
        hung.append(replace(one, over=tuple(other for other in below if other in beaten and other != name)))
    return ir.Branch(label, when[label], answers[label], tuple(hung))


def _place(doc: DecisionDoc, label: str) -> Text:
    return next(name for name in doc.exceptions if str(name) == label)


def tree_bounds(root: ir.Branch, here: Here) -> ranges.Bounds:
    """Return what a number decision can answer: the bounds around its branches."""
    parts: list[ranges.Bounds] = []

    def visit(branch: ir.Branch) -> None:
        if not isinstance(branch.then, int):
            parts.append(bounds(branch.then, here))
        for below in branch.exceptions:
            visit(below)

    visit(root)
    return ranges.hull(parts)
