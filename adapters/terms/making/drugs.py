"""The drugs of a book: classes that stand with the facts, substances and combinations of the files."""

import re
from collections.abc import Mapping, Sequence

from sangao.adapters.terms.documents import CombinationDoc, DrugsFile, SubstanceDoc
from sangao.adapters.terms.drugs import Drugs
from sangao.adapters.terms.lexicon import Lexicon, plain
from sangao.adapters.terms.making.checking import Checking
from sangao.adapters.terms.prefixes import Prefixes, broader
from sangao.engine.errors import Problem
from sangao.engine.rules.text import Text

ATC = re.compile(r"[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?")
Words = dict[str, tuple[str, ...]]


def drugs(files: Sequence[DrugsFile], checking: Checking) -> Drugs:
    """Return the drugs; a name that stands twice, an unknown fact and an unknown substance are problems."""
    words: Words = {}
    facts: dict[str, tuple[str, ...]] = {}
    places: dict[str, Text] = {}
    for file in files:
        for fact, many in file.substances.items():
            checking.known([fact])
            for doc in many:
                checking.known(doc.facts)
                facts[str(doc.zh)] = (str(fact), *map(str, doc.facts))
                _sold(doc, (str(doc.zh),), words, places, checking)
        for doc in file.bystanders:
            facts[str(doc.zh)] = ()
            _sold(doc, (str(doc.zh),), words, places, checking)
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    for both in (both for file in files for both in file.combinations):
        checking.known(both.facts)
        _sold(both, _held(both, facts, checking), words, places, checking)
        if both.facts:
            sets[frozenset(map(str, both.of))] = tuple(map(str, both.facts))
    for file in files:
        for one in (*file.salts, *file.forms, *file.strengths, *file.makers):
            words.setdefault(plain(one), ())
    makers = tuple(plain(one) for file in files for one in file.makers)
    codes = checking.codes("atc", "medications")
    whole = Lexicon(checking.named("medications"))
    return Drugs(Prefixes(codes, ATC), Lexicon(words, True, makers), facts, sets, whole, broader(codes))


def _sold(doc: SubstanceDoc, means: tuple[str, ...], words: Words, places: dict[str, Text], checking: Checking) -> None:
    """Add every name a drug is sold under."""
    for name in (doc.zh, *((doc.en,) if doc.en is not None else ()), *doc.also, *doc.brands):
        checking.once(name, places, plain)
        words[plain(name)] = means


def _held(doc: CombinationDoc, facts: Mapping[str, tuple[str, ...]], checking: Checking) -> tuple[str, ...]:
    """Return the substances of a combination."""
    for one in doc.of:
        if one not in facts:
            checking.problems.append(Problem("terms.unknown_substance", one.span, {"name": str(one)}))
    return tuple(str(one) for one in doc.of if one in facts)
