"""Documents → decisions: what each form can answer, and the parts that every form shares."""

from collections.abc import Iterable
from datetime import date

from sangao.engine.formulas import measured
from sangao.engine.language import tree
from sangao.engine.language.cells import parse_cell
from sangao.engine.pack import ir
from sangao.engine.passes import bands, leaves, resolve, texts
from sangao.engine.passes.items import advice, criteria, score
from sangao.engine.passes.lower import lower
from sangao.engine.passes.outcomes import named, outcome_of
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.tables import table
from sangao.engine.passes.trees import decision_tree, tree_bounds
from sangao.engine.passes.work import Entry, Failed, Work, nearest
from sangao.engine.rules.documents import (
    AdviceDoc,
    CriteriaDoc,
    DecisionDoc,
    RuleDoc,
    ScoreDoc,
    TableDoc,
)
from sangao.engine.rules.text import Text


def form_of(entry: Entry, work: Work) -> ir.Decision:
    """Lower one document; every problem of it is reported before it fails."""
    doc = entry.doc
    here = Here(work, entry.scope, doc.let)
    before = len(work.problems)
    _lets(doc, here)
    outcome = outcome_of(doc)
    match doc:
        case TableDoc():
            form: ir.Form = table(doc, outcome, here)
        case DecisionDoc():
            outcome, form = decision_tree(doc, outcome, here)
        case CriteriaDoc():
            form = criteria(doc, here)
        case ScoreDoc():
            form = score(doc, outcome, here)
        case AdviceDoc():
            form = advice(doc, here)
        case _:
            raise Failed("formula")
    id = named(entry, work)
    if isinstance(doc, AdviceDoc):
        work.shown[id] = texts.shown(doc, here)
    enough = _enough(doc, here) if isinstance(doc, DecisionDoc) and doc.enough is not None else None
    must_ask = _must_ask(doc, here)
    if len(work.problems) > before:
        raise Failed("decision")
    work.bounds[id] = bounds(form, outcome, here)
    reads, asks = tuple(here.reads), tuple(here.asks)
    return ir.Decision(id, outcome, form, reads, asks, must_ask, enough, entry not in work.visible)


def bounds(form: ir.Form, outcome: ir.Outcome, here: Here) -> tuple[int | None, int | None]:
    """Return what a number decision can answer, and how many items of a set can hold."""
    match form:
        case ir.Tree(root) if outcome.kind in ("number", "date"):
            return tree_bounds(root, here)
        case ir.Score(items):
            return sum(min(item.points) for item in items), sum(max(item.points) for item in items)
    return 0, len(outcome.codes) if outcome.kind == "set" else len(form.items) if isinstance(form, ir.Criteria) else 0


def _lets(doc: RuleDoc, here: Here) -> None:
    """Look at every let, used or not; none may hide a fact or a decision."""
    facts = here.work.dictionary.facts
    aside = Here(here.work, here.scope, doc.let)
    for name in doc.let:
        if name in facts or name in here.scope.names:
            here.work.report("meaning.shadowed", name, name=name)
        with here.work.going_on():
            lower(resolve.resolve(tree.Name(str(name), name.place()), here), aside)


def _must_ask(doc: RuleDoc, here: Here) -> tuple[str, ...]:
    """A fact that must be asked must be one that the decision itself reads: else nothing would be tightened."""
    facts = here.work.dictionary.facts
    read = {fact for leaf in here.reads for fact in here.work.leaves[leaf].facts}
    for fact in doc.must_ask:
        if fact not in facts:
            here.work.report("rules.unknown_fact", fact, given=fact, nearest=nearest(fact, facts))
        elif fact not in read:
            here.work.report("meaning.must_ask_unread", fact, name=fact, decision=doc.id)
    return tuple(fact for fact in facts if fact in doc.must_ask)


def _enough(doc: DecisionDoc, here: Here) -> ir.Enough:
    assert doc.enough is not None
    when = _known(resolve.parsed(doc.enough, here.work), here)
    read = tuple(here.reads)
    if isinstance(when, str):
        when = ir.Known("all", (when,))
    taken: list[tuple[str, int | tuple[int, int]]] = []
    for fact, text in doc.assuming.items():
        with here.work.going_on():
            taken.append(_taken(fact, text, read, here))
    taken += _uncounted(dict(taken), read, here.work)
    if not doc.assuming:
        here.work.report("rules.needs", doc.enough, given="enough", needed="assuming")
    granted = [leaf for leaf, _ in taken]
    return ir.Enough(when, tuple(taken), _unusable(granted, here), _measured(granted, here))


def _unusable(taken: Iterable[str], here: Here) -> tuple[str, ...]:
    """Return the leaves that say whether something was said of the facts taken for granted that cannot be used."""
    facts = dict.fromkeys(fact for leaf in taken for fact in here.work.leaves[leaf].facts)
    found = tuple(leaves.unusable(fact, here.work) for fact in facts)
    here.reads.update(dict.fromkeys(found))
    return found


def _measured(taken: Iterable[str], here: Here) -> tuple[str, ...]:
    """Return the leaves of what was measured for the facts taken for granted that a formula gives."""
    sources = (here.work.leaves[leaf].source for leaf in taken)
    derived = (one for one in sources if isinstance(one, ir.Derived))
    found = dict.fromkeys(leaf for one in derived for leaf in measured(one.formula, one.inputs))
    here.reads.update(found)
    return tuple(found)


def _uncounted(
    taken: dict[str, int | tuple[int, int]], read: tuple[str, ...], work: Work
) -> Iterable[tuple[str, tuple[int, int]]]:
    """Give the counts of occasions that fall with what is taken for granted: a test never done was done on no day."""
    facts = {fact for leaf in taken for fact in work.leaves[leaf].facts}
    for leaf in (work.leaves[one] for one in read):
        counts = isinstance(leaf.source, ir.Window) and leaf.source.op in ("count", "days")
        if counts and facts.issuperset(leaf.facts):
            yield leaf.id, (0, 0)


def _known(node: tree.Node, here: Here) -> str | ir.Known:
    match node:
        case tree.Known(tree.Name(id) as name, True):
            found = resolve.resolve(name, here)
            if not isinstance(found, tree.Name) or found.id not in here.work.dictionary.facts:
                raise here.work.fail("meaning.unknown_name", name.span, name=id, nearest="—")
            leaf = leaves.bare(found.id, here)
            here.reads[leaf] = None
            return leaf
        case tree.And(items) | tree.Or(items):
            mode = "all" if isinstance(node, tree.And) else "any"
            return ir.Known(mode, tuple(_known(item, here) for item in items))  # type: ignore[arg-type]
    raise here.work.fail("meaning.enough", node.span)


def _taken(fact: Text, text: Text, read: tuple[str, ...], here: Here) -> tuple[str, int | tuple[int, int]]:
    work = here.work
    declared = work.dictionary.facts.get(str(fact))
    if declared is None:
        raise work.fail("rules.unknown_fact", fact, given=fact, nearest=nearest(fact, work.dictionary.facts))
    leaf = work.leaves[leaves.bare(declared.id, here)]
    if leaf.id not in read:
        raise work.fail("meaning.assuming_unread", fact, name=fact)
    if declared.kind == "date":
        if str(text) != "never":  # that nothing happened is the one day that may be taken for granted
            raise work.fail("meaning.unknown_code", text, name=fact, given=text, values="never", nearest="never")
        return leaf.id, (date.max.toordinal(), date.max.toordinal())
    with bands.cell_problems(work):
        cell = parse_cell(str(text), text.place())
    if leaf.kind == "number":
        found = bands.steps_of(cell, leaf.step, leaf.unit, (leaf.low, leaf.high), text, here)
        low, high = found[0]
        if len(found) > 1 or leaf.low is None or leaf.high is None:
            raise work.fail("meaning.assuming_range", text, name=fact)
        return leaf.id, (leaf.low if low is None else low, leaf.high if high is None else high - 1)
    values = ("false", "true") if leaf.kind == "bool" else leaf.values
    return leaf.id, bands.mask_of(cell, leaf.kind == "bool", values, str(fact), text, here)
