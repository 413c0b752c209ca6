"""Cells: text in, canonical text or a problem out; bands are exact and `not` is their complement."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.engine.errors import SangaoError, Span
from sangao.engine.language.cells import Cell, Interval, outside, parse_cell, unparse_cell


def pairs() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "cells.txt").read_text(encoding="utf-8").splitlines()
    cut = (line.partition(" ⇒ ") for line in lines if line and not line.startswith("#"))
    return [(left, right) for left, _, right in cut]


@pytest.mark.parametrize(("text", "expected"), pairs())
def test_a_cell_has_one_canonical_form_or_a_problem(text: str, expected: str) -> None:
    try:
        cell = parse_cell(text, Span("r.yaml", 2, 4))
    except SangaoError as error:
        (problem,) = error.problems
        assert problem.code == expected
        assert str(problem.where) == "r.yaml:2:4" and problem.text("zh") and problem.text("en")
    else:
        assert unparse_cell(cell) == expected
        assert parse_cell(expected) == cell


def test_half_open_bands_leave_no_gap_and_no_overlap_at_the_edge() -> None:
    low, high = (parse_cell(text).intervals[0] for text in ("[120..140)", "[140..160)"))
    assert [(low.holds(value), high.holds(value)) for value in (Fraction("139.999"), Fraction(140))] == [
        (True, False),
        (False, True),
    ]


numbers = st.integers(-4, 4).map(Fraction)
intervals = st.builds(Interval, st.none() | numbers, st.none() | numbers, st.booleans(), st.booleans()).filter(
    lambda band: band.low is None or band.high is None or band.low < band.high
)


@given(st.lists(intervals, min_size=1, max_size=4).map(tuple))
def test_not_holds_exactly_where_no_band_does(bands: tuple[Interval, ...]) -> None:
    free = outside(bands)
    for quarter in range(-20, 21):
        value = Fraction(quarter, 4)
        assert any(band.holds(value) for band in free) != any(band.holds(value) for band in bands)


bounded = intervals.filter(lambda band: band.low is not None or band.high is not None)


def canonical(band: Interval) -> Interval:
    low_open = band.low_open and band.low is not None
    high_open = band.high_open and band.high is not None
    return Interval(band.low, band.high, low_open, high_open)


@given(st.lists(bounded.map(canonical), min_size=1, max_size=3).map(tuple), st.sampled_from(["", "mmHg", "%", "/min"]))
def test_what_is_printed_reads_back_as_the_same_cell(bands: tuple[Interval, ...], unit: str) -> None:
    cell = Cell("number", bands, unit=unit)
    assert parse_cell(unparse_cell(cell)) == cell


@given(st.text("[]().,<>=!- 0123456789abnot毫/%", max_size=20) | st.text(max_size=20))
def test_any_text_is_a_cell_or_a_problem(text: str) -> None:
    try:
        cell = parse_cell(text)
    except SangaoError as error:
        assert all(problem.code.startswith("language.cell") for problem in error.problems)
    else:
        assert parse_cell(unparse_cell(cell)) == cell
