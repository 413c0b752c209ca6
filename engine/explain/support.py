"""Which parts of a condition settle it: the leaves and decisions a doctor has to look at, and no others."""

from collections.abc import Iterable

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.truth import FALSE, TRUE, UNKNOWN


def support(expr: ir.Expr, env: spec.Env) -> dict[str, str]:
    """Return what settles a condition, `name → "leaf" | "decision"`, in order of reading.

    A true `or` rests on its true parts, a false `and` on its false ones. Of an unknown condition: the parts that keep
    it unknown.

    >>> env = spec.Env({"a": TRUE, "b": FALSE}, {})
    >>> list(support(ir.Either((ir.Read("a"), ir.Read("b"))), env))
    ['a']
    """
    match expr:
        case ir.Both(items) | ir.Either(items):
            state = spec.truth(expr, env)
            decisive = {TRUE: TRUE, FALSE: FALSE, UNKNOWN: UNKNOWN}[state]
            chosen = [one for one in items if spec.truth(one, env) == decisive]
            return _all(chosen, env)
        case ir.Not(item):
            return support(item, env)
        case ir.Read(leaf):
            return {leaf: "leaf"}
        case ir.Ask(decision) | ir.Has(decision, _) | ir.CountIn(decision):
            return {decision: "decision"}
        case ir.Member(item, _) | ir.Size(item) | ir.Times(_, item):
            return support(item, env)
        case ir.Compare(_, left, right):
            return support(left, env) | support(right, env)
        case ir.Plus(items) | ir.Least(items) | ir.Most(items):
            return _all(items, env)
        case ir.Tally(items):
            return _all([one for one in items if spec.truth(one, env) != FALSE], env)
    return {}


def _all(items: Iterable[ir.Expr], env: spec.Env) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in items:
        found |= support(one, env)
    return found
