"""Terms: what the codes, units and names of hosts mean here (docs/terms.md). Readers ask `book()`."""

from sangao.adapters.terms.book import Book, Match, Said, book
from sangao.adapters.terms.problems import bystander, set_aside, unmatched, without_unit

__all__ = ["Book", "Match", "Said", "book", "bystander", "set_aside", "unmatched", "without_unit"]
