"""Questions that several decisions of a pack answer, lowered: what `sangao check` wants to see shown."""

from sangao.engine.pack import ir
from sangao.engine.passes.lower import condition
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Work, nearest
from sangao.engine.rules.documents import AdviceDoc, QuestionDoc
from sangao.engine.rules.text import Text


def question(work: Work) -> Work:
    """Lower the questions of the pack itself; those of packs brought in are asked where they stand."""
    for doc in work.root.pack.questions:
        with work.going_on():
            work.questions.append(_question(doc, work))
    return work


def _question(doc: QuestionDoc, work: Work) -> ir.Question:
    for id in (*doc.between, doc.shown_by, *doc.alike):
        _known(id, work)
    if not isinstance(work.root.names[str(doc.shown_by)].doc, AdviceDoc):
        raise work.fail("meaning.not_advice", doc.shown_by, name=doc.shown_by)
    for id in doc.between:
        made = work.decisions[str(id)]
        if made.outcome.kind not in ("code", "set", "bool"):
            raise work.fail("meaning.question_kind", id, name=id)
    here = Here(work, work.root, {})
    where = condition(doc.where, here) if doc.where is not None else None
    work.promised.update(here.reads)
    alike = tuple((f"{id}={code}", str(word)) for id, words in doc.alike.items() for code, word in words.items())
    between, silent = (tuple(str(one) for one in many) for many in (doc.between, doc.silent))
    return ir.Question(str(doc.id), between, str(doc.shown_by), silent, alike, where, str(doc.span))


def _known(id: Text, work: Work) -> None:
    if str(id) not in work.root.names or str(id) not in work.decisions:
        raise work.fail("meaning.unknown_decision", id, name=id, nearest=nearest(id, work.root.names))
