"""What a decision rests on: the leaves and decisions its form reads, directly and all the way down."""

from collections.abc import Callable, Iterator, Set

from sangao.engine.pack import ir
from sangao.engine.pack.below import parts as parts
from sangao.engine.pack.below import walk as walk


def branches(node: ir.Branch) -> Iterator[ir.Branch]:
    """Yield a branch and all branches below it, parents first: the order in which a trace numbers them."""
    yield node
    for one in node.exceptions:
        yield from branches(one)


def expressions(form: ir.Form) -> Iterator[ir.Expr]:
    """Yield the top expressions of a form."""
    match form:
        case ir.Table():
            yield from (column.expr for column in form.inputs)
        case ir.Tree(root):
            for node in branches(root):
                yield node.when
                if not isinstance(node.then, int):
                    yield node.then
        case ir.Criteria():
            yield from (item.when for item in form.items)
        case ir.Score():
            yield from (item.input.expr for item in form.items)
        case ir.Advice():
            yield form.when


def _named(test: ir.Known) -> Iterator[str]:
    for one in test.leaves:
        if isinstance(one, str):
            yield one
        else:
            yield from _named(one)


def direct(decision: ir.Decision) -> tuple[set[str], set[str]]:
    """Return the leaves and the decisions that one decision looks at itself."""
    leaves: set[str] = set()
    asks: set[str] = set()
    for top in expressions(decision.form):
        for expr in walk(top):
            match expr:
                case ir.Read(leaf):
                    leaves.add(leaf)
                case ir.Ask(asked) | ir.Has(asked, _) | ir.CountIn(asked):
                    asks.add(asked)
    if decision.enough:
        leaves.update(_named(decision.enough.when))
        leaves.update(leaf for leaf, _ in decision.enough.assuming)
        leaves.update(decision.enough.unusable)
        leaves.update(decision.enough.measured)
    return leaves, asks


def cone(
    pack: ir.Pack, decision: str, looks: Callable[[ir.Decision], tuple[Set[str], Set[str]]] = direct
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the leaves and the decisions (itself last) that an answer rests on, both in the order of the pack.

    `looks`: `direct`, or what remembers it.
    """
    leaves: set[str] = set()
    asked = {decision}
    for one in reversed(pack.decisions.values()):
        if one.id in asked:
            reads, asks = looks(one)
            leaves |= reads
            asked |= asks
    return tuple(x for x in pack.leaves if x in leaves), tuple(x for x in pack.decisions if x in asked)


def read_beside(pack: ir.Pack, enough: ir.Enough, leaf: str) -> tuple[str, ...]:
    """Return the leaves of which one that holds a value shows that the fact of a bare leaf was looked at.

    The windows of `assuming` over the fact, and what was measured for the formula that gives it; none for a leaf that
    is a window itself.
    """
    source = pack.leaves[leaf].source
    if isinstance(source, ir.Window):
        return ()
    leaves = [pack.leaves[one] for one, _ in enough.assuming]
    windows = [x.id for x in leaves if isinstance(x.source, ir.Window) and set(x.facts) & set(pack.leaves[leaf].facts)]
    inputs = source.inputs if isinstance(source, ir.Derived) else ()
    return (*windows, *(one for one in inputs if one in enough.measured))


def unusable_beside(pack: ir.Pack, enough: ir.Enough, leaf: str) -> tuple[str, ...]:
    """Return the leaves that say whether something unusable was said of the facts of a leaf of `assuming`."""
    return tuple(one for one in enough.unusable if set(pack.leaves[one].facts) & set(pack.leaves[leaf].facts))
