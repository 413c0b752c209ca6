"""Exact quantities: numbers as their decimal text, units under one name, censored readings, calendar spans.

Nothing here knows a fact or a threshold; everything is exact until it lands on a fact's grid as an integer.
"""

from sangao.engine.quantity.given import Given, grid_interval, parse, parse_pair, read
from sangao.engine.quantity.number import decimal_text, from_grid, gridder, parse_number, parse_ratio, to_grid
from sangao.engine.quantity.span import THIS_YEAR, Span, add_span, parse_span, span_of
from sangao.engine.quantity.unit import normalise, unit_name

__all__ = [
    "THIS_YEAR",
    "Given",
    "Span",
    "add_span",
    "decimal_text",
    "from_grid",
    "grid_interval",
    "gridder",
    "normalise",
    "parse",
    "parse_number",
    "parse_pair",
    "parse_ratio",
    "parse_span",
    "read",
    "span_of",
    "to_grid",
    "unit_name",
]
