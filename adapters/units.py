"""Units as UCUM writes them: what stands in braces is a note of the sender and has no meaning."""

import re

from sangao.adapters.terms import Book

ANNOTATION = re.compile(r"\{[^{}]*\}")


def bare_unit(unit: str, book: Book) -> str:
    """Return a unit without its annotations, where it is a known one then; as it is where it is known with them.

    >>> from sangao.adapters.terms import book
    >>> [bare_unit(one, book()) for one in ("mg/g{creat}", "mmol/mol{Hb}", "mL/min/{1.73_m2}", "{score}")]
    ['mg/g', 'mmol/mol', 'mL/min/{1.73_m2}', '{score}']
    """
    if "{" not in unit or book.unit(unit) is not None:
        return unit
    bare = ANNOTATION.sub("", unit)
    return bare if book.unit(bare) else unit
