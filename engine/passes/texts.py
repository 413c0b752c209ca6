"""Texts of advice that carry values: every hole names a fact or a decision, and both languages carry the same."""

from sangao.engine.language.holes import Hole, fill, holes
from sangao.engine.passes import leaves
from sangao.engine.passes.order import decision
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import nearest
from sangao.engine.rules.documents import AdviceDoc
from sangao.engine.rules.text import Text


def shown(doc: AdviceDoc, here: Here) -> dict[str, str]:
    """Lower what the text of an advice shows, before the advice itself: name in a hole → id of a decision or leaf.

    A value that is only shown decides nothing: it is not among what the advice reads or asks.
    """
    if doc.text is None:
        return {}
    found = {str(text): _holes(text, here) for text in (doc.text.zh, doc.text.en)}
    zh, en = ({(one.name, one.digits) for one in found[str(text)]} for text in (doc.text.zh, doc.text.en))
    if zh != en:
        apart = "、".join(sorted(name for name, _ in zh ^ en))
        here.work.report("meaning.text_apart", doc.text.en, names=apart)
    named: dict[str, str] = {}
    for text in (doc.text.zh, doc.text.en):
        for hole in found[str(text)]:
            named |= _named(hole, text, here)
    return named


def said(text: str, named: dict[str, str]) -> str:
    """Return a text with the names in its holes as the compiled pack has them."""

    def own(hole: Hole) -> str:
        digits = "" if hole.digits is None else f"|{hole.digits}"
        return f"{{{named.get(hole.name, hole.name)}{digits}}}"

    return fill(text, own) if named else text


def _holes(text: Text, here: Here) -> tuple[Hole, ...]:
    try:
        return holes(str(text))
    except ValueError as error:
        here.work.report("meaning.text_hole", text, given=str(error))
        return ()


def _named(hole: Hole, text: Text, here: Here) -> dict[str, str]:
    work, name = here.work, hole.name
    if name in work.dictionary.facts:
        return {name: leaves.bare(name, here)}
    entry = here.scope.names.get(name)
    if entry is None or isinstance(entry.doc, AdviceDoc):
        answers = [one for one, made in here.scope.names.items() if not isinstance(made.doc, AdviceDoc)]
        known = [*work.dictionary.facts, *answers]
        work.report("meaning.text_name", text.place(hole.start), name=name, nearest=nearest(name, known))
        return {}
    return {name: decision(entry, work, text.place(hole.start)).id}
