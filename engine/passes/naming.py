"""What things are called in sentences: facts, groups, decisions, codes, in Chinese and English."""

from collections.abc import Mapping

from sangao.engine.language.phrases import Lang
from sangao.engine.language.sentence import Names
from sangao.engine.passes.work import Scope, Work
from sangao.engine.rules.documents import CriteriaDoc, RuleDoc
from sangao.engine.rules.documents import Names as Words


def names(scope: Scope, work: Work) -> Names:
    """Return how a scope's documents call things; a name without words is said as it is written."""
    facts, groups = work.dictionary.facts, work.dictionary.groups

    def name(id: str, lang: Lang) -> str:
        declared = facts.get(id) or groups.get(id)
        if declared is not None:
            return declared.zh if lang == "zh" else declared.en
        entry = scope.names.get(id)
        return said(entry.doc.title, lang) if entry is not None and entry.doc.title is not None else id

    def code(subject: str, code: str, lang: Lang) -> str | None:
        fact = facts.get(subject)
        if fact is not None:
            if code not in fact.values:
                return None
            return fact.value_names[fact.values.index(code)][lang == "en"]
        entry = scope.names.get(subject)
        found = None if entry is None else outcome_names(entry.doc).get(code)
        return None if found is None else said(found, lang)

    def param(id: str, lang: Lang) -> str:
        return f"${id}"

    return Names(name, code, param, lambda id: id in scope.names)


def outcome_names(doc: RuleDoc) -> Mapping[str, Words]:
    """Return the words of a document's outcomes, or of its items where they are the outcomes."""
    found = {str(code): words for code, words in doc.names.items()}
    if isinstance(doc, CriteriaDoc):
        found |= {str(item.id): item.name for item in doc.items}
    return found


def said(words: Words, lang: Lang) -> str:
    """Return a text in one language."""
    return str(words.zh if lang == "zh" else words.en)
