"""What is said of every node, and what backs it: titles, names of outcomes, sentences, citations."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal, get_args

from sangao.engine.language import tree
from sangao.engine.language.cells import parse_cell
from sangao.engine.language.phrases import Lang, cell_sentence, joined
from sangao.engine.language.sentence import Names, sentence
from sangao.engine.language.tree import Node
from sangao.engine.pack import ir
from sangao.engine.passes import resolve
from sangao.engine.passes.kinds import Coded
from sangao.engine.passes.lower import lower
from sangao.engine.passes.naming import names, outcome_names, said
from sangao.engine.passes.outcomes import outcome_of
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.texts import said as said_with
from sangao.engine.passes.units import Const, Num
from sangao.engine.passes.work import Entry, Scope, Work
from sangao.engine.rules.documents import (
    AdviceDoc,
    Backed,
    CriteriaDoc,
    DecisionDoc,
    Document,
    ScoreDoc,
    TableDoc,
)
from sangao.engine.rules.params import in_force
from sangao.engine.rules.text import Text

LANGS: tuple[Lang, ...] = get_args(Lang)
YES_NO = {("true", "zh"): "是", ("true", "en"): "yes", ("false", "zh"): "否", ("false", "en"): "no"}
ELSE: dict[Lang, str] = {"zh": "其余情况", "en": "otherwise"}


def word(work: Work) -> Work:
    """Fill the words of every decision that was lowered, of the windows it reads and the parameters it names."""
    for entry, made in work.lowered.items():
        if made is not None and made.id in work.decisions:
            with work.going_on():
                _Speaker(entry, made, work).all()
    for id, leaf in work.window_trees.items():
        speak = names(work.root, work)
        zh, en = (sentence(leaf, speak, lang) for lang in LANGS)
        work.words[f"leaf:{id}"] = ir.Words(zh, en)
    for derived in work.leaves.values():
        if isinstance(derived.source, ir.Derived):
            _formula(derived, work)
    for scope, param in work.used_params:
        _param(scope, param, work)
    return work


def _formula(leaf: ir.Leaf, work: Work) -> None:
    """Keep what backs a formula under its leaf; the first scope that states it speaks."""
    assert isinstance(leaf.source, ir.Derived)
    for entry in work.lowered:
        scope = entry.scope
        doc = scope.formulas.get(leaf.source.fact)
        if doc is None or str(doc.use) != leaf.source.formula:
            continue
        fact = work.dictionary.facts[leaf.source.fact]
        zh, en = (said(doc.title, lang) for lang in LANGS) if doc.title is not None else (fact.zh, fact.en)
        work.words[f"leaf:{leaf.id}"] = ir.Words(
            zh,
            en,
            cite=_rows(doc.cite),
            about=_rows(doc.about),
            origin=scope.pack.origin,
            document=str(scope.pack.document),
            place=str(doc.span),
        )
        return


def _param(scope: Scope, id: str, work: Work) -> None:
    chosen = in_force(scope.params[id], str(scope.pack.dates.start))
    assert chosen is not None
    key = id if scope is work.root else f"{id}@{scope.pack.pack}"
    cite, about = _rows(chosen.cite), _rows(chosen.about)
    end = str(chosen.until) if chosen.until is not None else None
    work.params[key] = ir.Param(key, str(chosen.value), str(chosen.start), end, cite)
    value, place = str(chosen.value), str(chosen.span)
    backing = backed(chosen, scope)
    work.words[f"${key}"] = ir.Words(value, value, cite=cite, about=about, **backing, place=place)


def backed(part: Document, scope: Scope) -> dict[str, Any]:
    """Return the origin and document of a part: those of its pack, or of the overlay that put it there."""
    if part.local:
        return {"origin": "local", "document": part.local}
    return {"origin": scope.pack.origin, "document": str(scope.pack.document)}


def _rows(rows: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(row) for row in rows)


class _Speaker:
    """Says one document in both languages."""

    def __init__(self, entry: Entry, made: ir.Decision, work: Work) -> None:
        self.entry, self.made, self.work = entry, made, work
        self.doc = entry.doc
        self.here = Here(work, entry.scope, entry.doc.let)
        self.names: Names = names(entry.scope, work)
        self.outcomes = outcome_names(entry.doc)
        self.backing = backed(entry.doc, entry.scope)

    def all(self) -> None:
        """Say the decision, its outcomes and its parts."""
        doc, id = self.doc, self.made.id
        unknown = getattr(doc, "when_unknown", None)
        says = None
        if isinstance(doc, AdviceDoc):
            unknown, says = doc.reason, doc.text
        self.put(id, doc.title, says, unknown, doc.cite, doc.about, doc.span)
        if self.work.shown.get(id):
            self.carry(id, self.work.shown[id])
        for code, words in self.outcomes.items():
            self.put(f"{id}={code}", words, place=words.span)
        for code in outcome_of(doc).codes:
            if code not in self.outcomes and outcome_of(doc).kind != "bool":
                self.work.words[f"{id}={code}"] = ir.Words(code, code, **self.backing)
        match doc:
            case TableDoc():
                self.table(doc)
            case DecisionDoc():
                self.tree(doc)
            case CriteriaDoc():
                for item in doc.items:
                    self.part(item, str(item.id), self.condition(item.when), item.name)
            case ScoreDoc():
                self.score(doc)
            case AdviceDoc():
                pair = self.condition(doc.when)
                if doc.says is not None:
                    pair = said(doc.says, "zh"), said(doc.says, "en")
                self.work.words[f"{id}/when"] = ir.Words(
                    says_zh=pair[0], says_en=pair[1], cite=_rows(doc.cite), place=str(doc.when.place()), **self.backing
                )

    def put(
        self,
        key: str,
        words: Any,
        says: Any = None,
        unknown: Any = None,
        cite: Iterable[Any] = (),
        about: Iterable[Any] = (),
        place: object = "",
    ) -> None:
        """Keep words under a key."""
        zh, en, says_zh, says_en, unknown_zh, unknown_en = (
            said(one, lang) if one is not None else "" for one in (words, says, unknown) for lang in LANGS
        )
        self.work.words[key] = ir.Words(
            zh,
            en,
            says_zh,
            says_en,
            unknown_zh,
            unknown_en,
            _rows(cite),
            _rows(about),
            self.backing["origin"],
            self.backing["document"],
            str(place),
        )

    def carry(self, id: str, shown: dict[str, str]) -> None:
        """Give the values that a text carries their names in this pack."""
        own = self.work.words[id]
        zh, en = said_with(own.says_zh, shown), said_with(own.says_en, shown)
        self.work.words[id] = replace(own, says_zh=zh, says_en=en)

    def part(self, part: Backed, label: str, pair: tuple[str, str], words: Any = None) -> None:
        """Keep the words of a row, branch or item; a sentence of its author goes before ours."""
        if part.says is not None:
            pair = said(part.says, "zh"), said(part.says, "en")
        zh, en = (said(words, lang) if words is not None else "" for lang in LANGS)
        backing = backed(part, self.entry.scope) if part.local else self.backing
        self.work.words[f"{self.made.id}/{label}"] = ir.Words(
            zh, en, *pair, cite=_rows(part.cite), about=_rows(part.about), **backing, place=str(part.span)
        )

    def condition(self, text: Text) -> tuple[str, str]:
        """Say a condition."""
        node = resolve.read(text, self.here)
        return sentence(node, self.names, "zh"), sentence(node, self.names, "en")

    def outcome(self, then: Text, lang: Lang) -> str:
        """Say an outcome: the name of a code, or the number."""
        if str(then) in self.outcomes:
            return said(self.outcomes[str(then)], lang)
        if self.made.outcome.kind in ("number", "date"):
            return sentence(resolve.read(then, self.here), self.names, lang)
        return YES_NO.get((str(then), lang), str(then))

    def concluded(self, condition: tuple[str, str], then: Text) -> tuple[str, str]:
        """Say a condition with what follows from it."""
        zh, en = (f"{one} → {self.outcome(then, lang)}" for one, lang in zip(condition, LANGS, strict=True))
        return zh, en

    def tree(self, doc: DecisionDoc) -> None:
        """Say the default and the exceptions."""
        self.part(doc.default, "default", self.concluded((ELSE["zh"], ELSE["en"]), doc.default.then))
        for label, one in doc.exceptions.items():
            self.part(one, str(label), self.concluded(self.condition(one.when), one.then))

    def table(self, doc: TableDoc) -> None:
        """Say the inputs and the rows."""
        asked: dict[str, tuple[Node, Any]] = {}
        for name, column in doc.inputs.items():
            node = resolve.read(column.of, self.here)
            asked[str(name)] = node, lower(node, self.here)
            zh, en = (
                said(column.name, lang) if column.name is not None else sentence(node, self.names, lang)
                for lang in LANGS
            )
            self.work.words[f"{self.made.id}:{name}"] = ir.Words(zh, en, **self.backing, place=str(column.span))
        for row in doc.rows:
            cells = {str(name): text for name, text in row.cells.items()}
            how: Literal["or", "and"] = "or" if row.mode == "any" else "and"
            zh, en = (
                joined((self.cell(text, name, *asked[name], lang) for name, text in cells.items()), how, lang)
                or ELSE[lang]
                for lang in LANGS
            )
            self.part(row, str(row.key), self.concluded((zh, en), row.then))

    def cell(self, text: Text, name: str, node: Node, typed: Any, lang: Lang) -> str:
        """Say one cell of the input `name`."""
        words = self.work.words.get(f"{self.made.id}:{name}")
        about = (words.zh if lang == "zh" else words.en) if words else sentence(node, self.names, lang)
        unit = typed.unit if isinstance(typed, Num | Const) else ""
        subject = typed.name if isinstance(typed, Coded) else ""

        def code(one: str) -> str:
            return self.names.code(subject, one, lang) or one

        asked = isinstance(node, tree.Name) and self.names.decision(node.id)
        return cell_sentence(parse_cell(str(text), text.place()), about, lang, unit, code, decision=asked)

    def score(self, doc: ScoreDoc) -> None:
        """Say the items with their points, and the bands of the sum."""
        for item in doc.items:
            pairs: list[tuple[tuple[str, str], int]]
            if item.when is not None and isinstance(item.points, int):
                pairs = [(self.condition(item.when), item.points)]
            else:
                assert item.of is not None and not isinstance(item.points, int)
                node = resolve.read(item.of, self.here)
                typed = lower(node, self.here)
                pairs = [
                    ((self.cell(text, "", node, typed, "zh"), self.cell(text, "", node, typed, "en")), points)
                    for text, points in item.points.items()
                ]
            zh = "；".join(f"{pair[0]} → {points} 分" for pair, points in pairs)
            en = "; ".join(f"{pair[1]} → {points} points" for pair, points in pairs)
            self.part(item, str(item.id), (zh, en), item.name)
        for code, text in doc.bands.items():
            zh, en = (
                cell_sentence(parse_cell(str(text), text.place()), "总分" if lang == "zh" else "sum", lang)
                for lang in LANGS
            )
            self.work.words[f"{self.made.id}/{code}"] = ir.Words(
                says_zh=zh, says_en=en, **self.backing, place=str(text.place())
            )
