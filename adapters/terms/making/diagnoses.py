"""The diagnoses of a book: categories and names that stand with the facts, and what the files add."""

import re
from collections.abc import Sequence

from sangao.adapters.terms.diagnoses import Diagnoses
from sangao.adapters.terms.documents import ConditionsFile
from sangao.adapters.terms.lexicon import Lexicon, plain
from sangao.adapters.terms.making.checking import Checking
from sangao.adapters.terms.prefixes import Prefixes, broader
from sangao.engine.rules.text import Text

ICD10 = re.compile(r"[A-Z][0-9]{2}[.0-9X]{0,12}")


def diagnoses(files: Sequence[ConditionsFile], checking: Checking) -> Diagnoses:
    """Return the diagnoses; facts that are not declared and names that stand twice are problems."""
    own = checking.codes("icd10", "conditions")
    contained = broader(own)
    icd10, implied, words = dict(own), dict(contained), checking.named("conditions")
    snomed: dict[str, tuple[str, ...]] = {}
    family: dict[str, str] = {}
    recorded: dict[str, tuple[tuple[str, str], ...]] = {}
    places = {word: Text(word) for word in words}
    for file in files:
        _known(file, checking)
        for fact, codes in file.icd10.items():
            icd10[str(fact)] = (*icd10.get(str(fact), ()), *map(str, codes))
        for fact, many in file.implies.items():
            implied[str(fact)] = tuple(dict.fromkeys((*implied.get(str(fact), ()), *map(str, many))))
        for name, many in file.names.items():
            checking.once(name, places, plain)
            words[plain(name)] = tuple(map(str, many))
        words |= {plain(one): () for one in file.besides}
        snomed |= {str(code): tuple(map(str, many)) for code, many in file.snomed.items()}
        family |= {str(fact): str(one) for fact, one in file.family.items()}
        for code, states in file.recorded.items():
            recorded[code.upper()] = tuple((str(fact), str(value)) for fact, value in states.items())
    return Diagnoses(
        Prefixes(own, ICD10), Prefixes(icd10, ICD10), snomed, Lexicon(words), family, recorded, contained, implied
    )


def _known(file: ConditionsFile, checking: Checking) -> None:
    checking.known([*file.icd10, *file.implies, *file.family, *file.family.values()])
    checking.known(fact for states in file.recorded.values() for fact in states)
    for many in (*file.implies.values(), *file.snomed.values(), *file.names.values()):
        checking.known(many)
