"""Local overlays: a parameter set, an exception added, a rule that does not hold here, before documents are lowered.

What an overlay puts in carries its document, so that explanations tell it from the national rule. A pack with an
overlay passes every check again, the promises of all packs it is made of among them: what breaks one does not load.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from sangao.engine.errors import Problem, SangaoError
from sangao.engine.pack import ir
from sangao.engine.passes.work import Entry, Scope, Work, nearest
from sangao.engine.rules.documents import (
    AdviceDoc,
    CriteriaDoc,
    DecisionDoc,
    Document,
    ExceptionDoc,
    ScoreDoc,
    TableDoc,
)
from sangao.engine.rules.overlay import AddDoc, DisableDoc, OverlayDoc, SetDoc, read_overlay
from sangao.engine.rules.params import in_force
from sangao.engine.rules.text import Text

LISTS: dict[type[Any], str] = {TableDoc: "rows", CriteriaDoc: "items", ScoreDoc: "items"}


def read(paths: Iterable[Path]) -> list[OverlayDoc]:
    """Read overlays; raises `SangaoError` with all that is wrong with any of them."""
    found: list[OverlayDoc] = []
    problems: list[Problem] = []
    for path in paths:
        overlay, wrong = read_overlay(path)
        problems += wrong
        if overlay is not None:
            found.append(overlay)
    if any(one.severity == "error" for one in problems):
        raise SangaoError(problems)
    return found


def overlaid(overlays: Sequence[OverlayDoc], root: Scope, work: Work) -> None:
    """Change the documents that `root` is made of, as the overlays say, in their order."""
    for overlay in overlays:
        patch = _Patch(overlay, root, work)
        patch.all()


def of(overlay: OverlayDoc) -> ir.Overlay:
    """Return what the pack keeps of an overlay: its name, its document, its days."""
    title, dates = overlay.title, overlay.dates
    words = str(overlay.overlay), str(title.zh), str(title.en), str(overlay.document)
    return ir.Overlay(*words, str(dates.start), str(dates.until))


def scopes(root: Scope) -> list[Scope]:
    """Return every pack that `root` is made of, itself first."""
    found = [root]
    for scope in found:
        found += [one for one in dict.fromkeys(entry.scope for entry in scope.names.values()) if one not in found]
    return found


class _Patch:
    """One overlay on its way into the documents."""

    def __init__(self, overlay: OverlayDoc, root: Scope, work: Work) -> None:
        self.overlay, self.root, self.work = overlay, root, work
        self.document = str(overlay.document)

    def all(self) -> None:
        """Apply every part; each says what is wrong with it."""
        work, overlay = self.work, self.overlay
        if str(overlay.patches) != str(self.root.pack.pack):
            work.report("meaning.overlay_pack", overlay.patches, name=overlay.patches, pack=self.root.pack.pack)
        if self.document not in work.sources:
            key = overlay.document
            work.report("meaning.unknown_document", key, name=key, nearest=nearest(key, work.sources))
        for name, value in overlay.params.items():
            self.set(name, value)
        for id, setting in overlay.settings.items():
            if id not in work.dictionary.facts or not work.dictionary.facts[id].site:
                sites = [fact.id for fact in work.dictionary.facts.values() if fact.site]
                work.report("meaning.unknown_setting", id, name=id, nearest=nearest(id, sites))
            else:
                work.settings.setdefault(str(id), str(setting.value))
        for addition in overlay.add:
            self.add(addition)
        for gone in overlay.disable:
            self.disable(gone)
        self.root.cases += [(None, case.made_local(self.document)) for case in overlay.cases]

    def set(self, name: Text, value: SetDoc) -> None:
        """Give a parameter its local value, in the one pack that has it or the one that `of` names."""
        all_scopes = scopes(self.root)
        having = [one for one in all_scopes if name in one.params and value.of in (None, str(one.pack.pack))]
        if len(having) != 1:
            packs = "、".join(sorted(str(one.pack.pack) for one in having)) or "—"
            known = nearest(name, {param for one in all_scopes for param in one.params})
            self.work.report("meaning.overlay_param", name, name=name, packs=packs, nearest=known)
            return
        scope = having[0]
        now = in_force(scope.params[str(name)], str(scope.pack.dates.start)) or scope.params[str(name)][0]
        changed = now.model_copy(update={"value": value.value, "cite": value.cite, "about": value.about, "until": None})
        scope.params[str(name)] = (changed.made_local(self.document),)
        for entry in self.entries(scope):
            entry.doc = _naming(entry.doc, str(name), self.document)

    def entries(self, scope: Scope) -> Iterator[Entry]:
        """Yield the documents that speak in a scope."""
        for one in scopes(self.root):
            for entry in one.names.values():
                if entry.scope is scope:
                    yield entry

    def entry(self, id: str, where: Text) -> Entry | None:
        """Return the document of a decision of the pack, or report that there is none."""
        found = self.root.names.get(id)
        if found is None:
            self.work.report("meaning.unknown_decision", where, name=id, nearest=nearest(id, self.root.names))
        return found

    def add(self, addition: AddDoc) -> None:
        """Hang a further exception into a decision."""
        entry = self.entry(str(addition.to), addition.to)
        if entry is None:
            return
        if not isinstance(entry.doc, DecisionDoc) or addition.label in entry.doc.exceptions:
            self.work.report("meaning.overlay_add", addition.label, name=addition.to, label=addition.label)
            return
        given = {name: getattr(addition, name) for name in ExceptionDoc.model_fields}
        exception = ExceptionDoc.model_construct(**given)
        exception._span = addition.span
        more = {**entry.doc.exceptions, addition.label: exception.made_local(self.document)}
        entry.doc = entry.doc.model_copy(update={"exceptions": more})

    def disable(self, gone: DisableDoc) -> None:
        """Take advice, or one exception, item or row of a decision, away."""
        id, slash, label = str(gone.rule).partition("/")
        entry = self.entry(id, gone.rule)
        if entry is None:
            return
        doc = entry.doc
        if not slash and isinstance(doc, AdviceDoc):
            del self.root.names[id]
            return
        labels: list[str] = []
        if isinstance(doc, DecisionDoc):
            labels = [str(one) for one in doc.exceptions]
            if label in labels:
                entry.doc = doc.model_copy(update={"exceptions": without(label, doc.exceptions)})
                return
        elif part := LISTS.get(type(doc)):
            parts = getattr(doc, part)
            labels = [_key(one) for one in parts]
            if label in labels and len(parts) > 1:
                entry.doc = doc.model_copy(update={part: tuple(one for one in parts if _key(one) != label)})
                return
        self.work.report("meaning.overlay_disable", gone.rule, name=gone.rule, nearest=nearest(label, labels))


def without(label: str, exceptions: Mapping[Text, ExceptionDoc]) -> dict[Text, ExceptionDoc]:
    """Return the exceptions that are left when one is taken away: nothing goes before it, and what hung under it alone
    goes with it."""
    gone = {label}
    while further := {
        str(key) for key, one in exceptions.items() if str(key) not in gone and one.of and gone.issuperset(one.of)
    }:
        gone |= further
    kept = {key: one for key, one in exceptions.items() if str(key) not in gone}
    return {key: _apart(one, gone) for key, one in kept.items()}


def _apart(one: ExceptionDoc, gone: Set[str]) -> ExceptionDoc:
    """Return an exception that no longer names those that are gone."""
    of, over = (tuple(name for name in names if str(name) not in gone) for names in (one.of, one.over))
    return one.model_copy(update={"of": of, "over": over})


def _key(part: Any) -> str:
    return str(part.key if hasattr(part, "key") else part.id)


def _naming(doc: Any, param: str, document: str) -> Any:
    """Mark the parts of a document that a parameter decides as local."""
    named = re.compile(rf"\${re.escape(param)}(?![\w.@])")

    def speaks(one: object) -> bool:
        if isinstance(one, str):
            return named.search(one) is not None
        if isinstance(one, Document):
            return any(speaks(getattr(one, field)) for field in type(one).model_fields if field != "cases")
        if isinstance(one, dict):
            return any(speaks(value) for pair in one.items() for value in pair)
        return isinstance(one, tuple | list) and any(map(speaks, one))

    let = [str(key) for key, text in doc.let.items() if speaks(text)]
    if let:  # a name that stands for the parameter decides wherever it is used
        named = re.compile("|".join([named.pattern, *(rf"\b{re.escape(one)}\b" for one in let)]))

    def marked(one: Any) -> Any:  # its author's sentence may name the national number: ours is made from the rule
        return one.model_copy(update={"says": None}).made_local(document) if speaks(one) else one

    update: dict[str, Any] = {}
    if isinstance(doc, DecisionDoc):
        update["exceptions"] = {key: marked(one) for key, one in doc.exceptions.items()}
    elif part := LISTS.get(type(doc)):
        update[part] = tuple(marked(one) for one in getattr(doc, part))
    elif speaks(doc):
        return doc.made_local(document)
    return doc.model_copy(update=update) if update else doc
