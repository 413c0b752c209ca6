"""A Chinese XML document → a chart."""

from datetime import date

from sangao.adapters.chinese import cda, slots
from sangao.adapters.chinese.safexml import Node, parse
from sangao.adapters.chinese.taking import chart_of
from sangao.adapters.terms import Book, book
from sangao.engine.chart import Chart

ROOT = "ClinicalDocument"


def read(
    source: bytes | str, on: date | None = None, *, sample: str | None = None, terms: Book | None = None, file: str = ""
) -> Chart | None:
    """Return the chart of a shared document or a document of slots, None for XML of another kind.

    Read as of `on`, else of the day of the visit, else today. `sample` (`venous_plasma`, `capillary`) says of which
    sample glucose is where the document does not. Raises SangaoError for what is no XML or XML that is refused.
    """
    return of_root(parse(source, file), on, sample=sample, terms=terms, file=file)


def of_root(
    root: Node, on: date | None = None, *, sample: str | None = None, terms: Book | None = None, file: str = ""
) -> Chart | None:
    """Return the chart of a parsed document, None for XML of another kind."""
    if root.tag != ROOT:
        return None
    terms = terms or book()
    document = slots.read(root, file, terms) if slots.is_slots(root) else cda.read(root, file, terms)
    return chart_of(document, on, terms, file, sample)
