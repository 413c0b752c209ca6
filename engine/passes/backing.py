"""Citations: every row that is cited exists, none is doubtful, and each says how well its document was seen."""

from collections.abc import Iterable
from typing import Any, Literal

from sangao.engine.pack import ir
from sangao.engine.passes.work import Scope, Work, nearest
from sangao.engine.rules.documents import EvidenceDoc, RuleDoc
from sangao.engine.rules.text import Text

Evidence = Literal["seen", "known", "default"]


def back(work: Work) -> Work:
    """Check every row the pack's documents name and keep its citation under `ROW|DOCUMENT`."""
    known: dict[Scope, None] = {}  # in order: the same folders give the same bytes
    for entry, made in work.lowered.items():
        if made is None or made.id not in work.decisions:
            continue
        document = str(entry.scope.pack.document)
        for rows, certain, local in _backed(entry.doc):
            _cite(rows, local or document, certain, work)
        known[entry.scope] = None
    for scope in {**known, work.root: None}:
        document = str(scope.pack.document)
        if scope is work.root:
            _document(scope, work)
        for rule in scope.pack.occasion.values():
            _cite(rule.cite, document, True, work)
            _cite(rule.about, document, False, work)
        for doc in scope.formulas.values():
            for rows, certain, _ in _backed(doc):
                _cite(rows, document, certain, work)
    for scope, id in work.used_params:
        for value in scope.params[id]:
            _cite(value.cite, value.local or str(scope.pack.document), True, work)
            _cite(value.about, value.local or str(scope.pack.document), False, work)
    return work


def _document(scope: Scope, work: Work) -> None:
    key = scope.pack.document
    if str(key) not in work.sources:
        work.report("meaning.unknown_document", key, name=key, nearest=nearest(key, work.sources))


def _backed(doc: RuleDoc) -> Iterable[tuple[Iterable[Any], bool, str]]:
    parts: list[object] = [doc, *getattr(doc, "rows", ()), *getattr(doc, "items", ())]
    default = getattr(doc, "default", None)
    parts += [default] if default is not None else []
    parts += getattr(doc, "exceptions", {}).values()
    for part in parts:
        local = getattr(part, "local", "") or doc.local
        yield getattr(part, "cite", ()), True, local
        yield getattr(part, "about", ()), False, local


def _cite(rows: Iterable[Any], document: str, certain: bool, work: Work) -> None:
    for row in rows:
        evidence = work.rows.get(str(row))
        if evidence is None:
            work.report("meaning.unknown_row", row, row=row, nearest=nearest(row, work.rows))
            continue
        if evidence.doubt and certain:
            work.report("meaning.doubtful_row", row, row=row)
        work.citations[f"{row}|{document}"] = _citation(str(row), document, evidence, work)


def _citation(row: str, document: str, evidence: EvidenceDoc, work: Work) -> ir.Citation:
    """Return the pack's own document when it states the row, else the document that does.

    A row that no document states is our own default.
    """
    ways: tuple[tuple[tuple[Text, ...], Evidence], ...]
    ways = (evidence.seen, "seen"), (evidence.known, "known"), (evidence.default, "default")
    own = next(((document, mark) for named, mark in ways if document in named), None)
    other = next(((str(named[0]), mark) for named, mark in ways if named), None)
    stated, mark = own or other or (document, "default")
    origins = [work.sources[key].origin if key in work.sources else "" for key in (document, stated)]
    other_origin = origins[1] if origins[1] != origins[0] else ""
    return ir.Citation(row, stated, str(evidence.where.get(Text(stated), "")), mark, other_origin)


def row_exists(row: Any, work: Work) -> None:
    """Report a row that no evidence file knows."""
    if str(row) not in work.rows:
        work.report("meaning.unknown_row", row, row=row, nearest=nearest(row, work.rows))
