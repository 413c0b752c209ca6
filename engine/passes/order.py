"""Dependency order: a decision is lowered when it is first asked, so it stands after all it asks; cycles are named."""

from sangao.engine.errors import Span
from sangao.engine.pack import ir
from sangao.engine.pack.below import depth
from sangao.engine.passes.work import NOWHERE, Entry, Failed, Work

DEEPEST = 200  # levels of conditions and exceptions, through all that is asked; ours stay below sixty
CHAIN = 60  # decisions that ask each other in a row


def decision(entry: Entry, work: Work, asked_at: Span = NOWHERE) -> ir.Decision:
    """Return the lowered decision of a document, lowering it and all it asks first; raises `Failed`."""
    from sangao.engine.passes.forms import form_of  # the forms lower expressions, which ask decisions

    if entry in work.opened:
        ring = [*work.opened[work.opened.index(entry) :], entry]
        work.report("meaning.cycle", asked_at, entry.doc.id.span, cycle=" → ".join(one.id for one in ring))
        raise Failed("cycle")
    if len(work.opened) == CHAIN:
        raise work.fail("meaning.too_deep", asked_at, entry.doc.id.span, limit=DEEPEST)
    if entry not in work.lowered:
        work.opened.append(entry)
        try:
            made = form_of(entry, work)
            work.depths[made.id] = depth(made) + max((work.depths[one] for one in made.asks), default=0)
            if work.depths[made.id] > DEEPEST:
                raise work.fail("meaning.too_deep", entry.doc.id, limit=DEEPEST)
            work.lowered[entry] = made
        except Failed:
            work.lowered[entry] = None
        finally:
            work.opened.pop()
    found = work.lowered[entry]
    if found is None:
        raise Failed("asked")
    work.decisions.setdefault(found.id, found)
    return found


def order(work: Work) -> Work:
    """Lower every decision of the pack, in the order of its documents, and what they ask before them."""
    for entry in work.root.names.values():
        with work.going_on():
            decision(entry, work)
    return work
