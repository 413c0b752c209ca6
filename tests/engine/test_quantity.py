"""Quantities: exact in, exact out; one rounding, half-even, onto the grid; every spelling of a unit has one name."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sangao.engine.quantity import (
    THIS_YEAR,
    Given,
    Span,
    add_span,
    decimal_text,
    from_grid,
    grid_interval,
    gridder,
    parse,
    parse_number,
    parse_pair,
    parse_ratio,
    parse_span,
    read,
    to_grid,
    unit_name,
)

HUNDREDTH, THOUSANDTH = Fraction(1, 100), Fraction(1, 1000)
GLUCOSE = Fraction(1) / Fraction("18.016")

NUMBERS = """
7.0 ⇒ 7
１４０．５ ⇒ 140.5
 -3 ⇒ -3
+.5 ⇒ 0.5
1e3 ⇒ 1000
7. ⇒ 7
1,200 ⇒ None
7,0 ⇒ None
156/92 ⇒ None
1.2.3 ⇒ None
nan ⇒ None
inf ⇒ None
1e9999 ⇒ None
٣ ⇒ None
1_000 ⇒ None
 ⇒ None
"""

READINGS = """
7.0 mmol/L ⇒ [7..7] mmol/L
152mmHg ⇒ [152..152] mmHg
１５２　毫米汞柱 ⇒ [152..152] mmHg
96 ⇒ [96..96]
7.2% ⇒ [7.2..7.2] %
72次/分 ⇒ [72..72] /min
13.3 千帕 ⇒ [13.3..13.3] kPa
6.1↑ mmol/L ⇒ [6.1..6.1] mmol/L
>33.3 mmol/L ⇒ (33.3..] mmol/L
＞33.3 ⇒ (33.3..]
≥ 90 mg/g ⇒ [90..] mg/g
>=90 ⇒ [90..]
不低于90 ⇒ [90..]
<0.5 ⇒ [..0.5)
小于0.5 μmol/L ⇒ [..0.5) umol/L
≤30 ⇒ [..30]
不超过30mg/g ⇒ [..30] mg/g
80+ ⇒ [80..]
80+ 岁 ⇒ [80..] years
80岁以上 ⇒ [80..] years
80岁+ ⇒ [80..] years
18岁及以下 ⇒ [..18] years
HI ⇒ high
lo mmol/L ⇒ low mmol/L
High ⇒ None
HIV ⇒ None
阴性 ⇒ None
++ ⇒ None
3.9-6.1 ⇒ None
3.9~6.1 mmol/L ⇒ None
156/92 mmHg ⇒ None
1,200 ⇒ None
7.0 7.2 ⇒ None
2025-03-09 ⇒ None
>80+ ⇒ None
>>3 ⇒ None
约7.0 ⇒ None
 ⇒ None
"""

UNITS = """
mmHg ⇒ mmHg
mm[Hg] ⇒ mmHg
MMHG ⇒ mmHg
㎜Hg ⇒ mmHg
毫米汞柱 ⇒ mmHg
mmol/l ⇒ mmol/L
毫摩尔/升 ⇒ mmol/L
umol/L ⇒ umol/L
μmol/L ⇒ umol/L
µmol/L ⇒ umol/L
mg/dl ⇒ mg/dL
Kg/m2 ⇒ kg/m2
kg/m² ⇒ kg/m2
kg/m^2 ⇒ kg/m2
kg/㎡ ⇒ kg/m2
公斤 ⇒ kg
/min ⇒ /min
1/min ⇒ /min
次/分 ⇒ /min
次/分钟 ⇒ /min
次/min ⇒ /min
{beats}/min ⇒ /min
bpm ⇒ /min
mL/min/1.73m2 ⇒ mL/min/1.73m2
ml/min/1.73m² ⇒ mL/min/1.73m2
mL/min/{1.73_m2} ⇒ mL/min/1.73m2
mL/(min·1.73m2) ⇒ mL/min/1.73m2
ml/(min.1.73m2) ⇒ mL/min/1.73m2
ml·min⁻¹·(1.73m²)⁻¹ ⇒ mL/min/1.73m2
mg/(24.h) ⇒ mg/24h
mg/24h ⇒ mg/24h
mV·ms ⇒ mV.ms
％ ⇒ %
mmol/mol ⇒ mmol/mol
岁 ⇒ years
year ⇒ years
天 ⇒ days
支/天 ⇒ /d
/day ⇒ /d
g/d ⇒ g/d
分 ⇒ points
U/l ⇒ U/L
furlong ⇒ furlong
"""


def pairs(table: str) -> list[tuple[str, str]]:
    cut = (line.partition(" ⇒ ") for line in table.strip("\n").splitlines())
    return [(left, right) for left, _, right in cut]


def shown(given: Given | None) -> str:
    if given is None:
        return "None"
    if given.mark:
        return f"{given.mark} {given.unit}".rstrip()
    low = "" if given.low is None else decimal_text(given.low)
    high = "" if given.high is None else decimal_text(given.high)
    ends = "(" if given.low_open else "[", ")" if given.high_open else "]"
    return f"{ends[0]}{low}..{high}{ends[1]} {given.unit}".rstrip()


@pytest.mark.parametrize(("text", "expected"), pairs(NUMBERS))
def test_a_decimal_text_is_its_exact_value_and_nothing_else_is_a_number(text: str, expected: str) -> None:
    value = parse_number(text)
    assert (None if value is None else decimal_text(value)) == (None if expected == "None" else expected)


@pytest.mark.parametrize(("text", "expected"), pairs(READINGS))
def test_a_reading_says_what_it_says_and_doubt_is_no_value(text: str, expected: str) -> None:
    assert shown(read(text)) == expected


@pytest.mark.parametrize(("text", "expected"), pairs(UNITS))
def test_every_spelling_of_a_unit_has_one_name(text: str, expected: str) -> None:
    assert unit_name(text) == expected
    assert unit_name(expected) == expected


def test_parse_takes_exact_values_alone() -> None:
    assert parse("7.0 mmol/L") == (Fraction(7), "mmol/L")
    assert parse(">7.0 mmol/L") is None and parse("HI") is None


def test_a_blood_pressure_in_one_text_is_two_numbers() -> None:
    assert parse_pair("156／92 mmHg") == (Fraction(156), Fraction(92), "mmHg")
    assert parse_pair("156") is None and parse_pair("156/") is None and parse_pair("a/b") is None


def test_a_factor_is_a_decimal_or_a_quotient() -> None:
    assert parse_ratio("1/18.016") == GLUCOSE and parse_ratio("88.4") == Fraction("88.4")
    assert parse_ratio("1/0") is None and parse_ratio("1/2/3") is None


@pytest.mark.parametrize(
    ("value", "factor", "offset", "grid", "steps"),
    [
        (139.5, 1, 0, HUNDREDTH, 13950),
        (139.005, 1, 0, HUNDREDTH, 13900),  # as decimal text a tie, to the even step
        (139.015, 1, 0, HUNDREDTH, 13902),
        ("139.0150000001", 1, 0, HUNDREDTH, 13902),
        (-0.005, 1, 0, HUNDREDTH, 0),
        (140, 1, 0, HUNDREDTH, 14000),
        (126, GLUCOSE, 0, THOUSANDTH, 6994),  # 126 mg/dL stands below 7.0 mmol/L
        (Decimal("53"), 1 / Fraction("10.929"), Fraction("2.15"), HUNDREDTH, 700),
        (Fraction(1, 3), 1, 0, THOUSANDTH, 333),
        (10**30, 1, 0, HUNDREDTH, 10**32),
        (1e300, 1, 0, Fraction(1), 10**300),
    ],
)
def test_a_value_lands_on_the_grid(
    value: object, factor: Fraction, offset: Fraction, grid: Fraction, steps: int
) -> None:
    assert to_grid(value, Fraction(factor), Fraction(offset), grid) == steps


class Narrow:
    """A number of another width, as numpy's float32: its text is the shortest that reads back at that width."""

    def __float__(self) -> float:
        return 139.0050048828125

    def __str__(self) -> str:
        return "139.005"


class Whole:
    """An integer of another width."""

    def __index__(self) -> int:
        return 140


def test_a_number_counts_at_its_own_width() -> None:
    assert to_grid(Narrow(), grid=HUNDREDTH) == 13900
    assert to_grid(Whole(), grid=HUNDREDTH) == 14000


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), "high", ""])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        to_grid(value)


@pytest.mark.parametrize("value", [True, None, [], date(2025, 1, 1)])
def test_what_is_no_number_at_all_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_grid(value)


factors = st.sampled_from([Fraction(1), GLUCOSE, Fraction("88.4"), Fraction("7.50062"), Fraction(1, 2), Fraction(10)])
grids = st.sampled_from([Fraction(1), HUNDREDTH, THOUSANDTH, Fraction(1, 2), Fraction(5)])
offsets = st.sampled_from([Fraction(0), Fraction("2.15"), Fraction(-1, 3)])
near_edges = st.builds(lambda n, k: n / 1000 + k / 2000, st.integers(-400_000, 400_000), st.integers(0, 1))


@given(st.floats(-1e12, 1e12) | near_edges | st.integers(-(10**12), 10**12), factors, offsets, grids)
@example(139.005, Fraction(1), Fraction(0), HUNDREDTH)
@example(2**31 + 0.5, Fraction(1), Fraction(0), Fraction(1))
def test_the_fast_path_is_the_exact_path(value: float, factor: Fraction, offset: Fraction, grid: Fraction) -> None:
    text = Fraction(repr(value))
    assert gridder(factor, offset, grid)(value) == round((text * factor + offset) / grid)


@given(st.integers(-(2**31), 2**31), grids)
def test_a_step_written_as_text_reads_back_as_the_same_step(steps: int, grid: Fraction) -> None:
    assert to_grid(from_grid(steps, grid), grid=grid) == steps


@given(st.fractions())
def test_decimal_text_is_exact(value: Fraction) -> None:
    assert Fraction(decimal_text(value)) == value


@given(st.integers(0, 40_000), st.integers(0, 40_000), st.sampled_from([">", "≥", "<", "≤"]), factors)
def test_a_censored_reading_bounds_every_value_it_allows(mark: int, other: int, sign: str, factor: Fraction) -> None:
    censored = read(f"{sign}{from_grid(mark, HUNDREDTH)}")
    assert censored is not None
    low, high = grid_interval(censored, factor, grid=THOUSANDTH)
    value, limit = Fraction(other, 100), Fraction(mark, 100)
    if {">": value > limit, "≥": value >= limit, "<": value < limit, "≤": value <= limit}[sign]:
        steps = to_grid(value, factor, grid=THOUSANDTH)
        on_grid = (limit * factor / THOUSANDTH).denominator == 1
        if not (on_grid and steps == to_grid(limit, factor, grid=THOUSANDTH) and sign in "><"):
            assert (low is None or low <= steps) and (high is None or steps <= high)


def test_an_excluded_end_settles_the_comparison_it_names() -> None:
    below = read("<30 mg/g")
    above = read(">33.3")
    marked = read("HI")
    assert below and above and marked
    assert grid_interval(below, grid=HUNDREDTH) == (None, 2999)
    assert grid_interval(above, grid=THOUSANDTH) == (33301, None)
    assert grid_interval(Given(Fraction(3), Fraction(3)), grid=HUNDREDTH) == (300, 300)
    assert grid_interval(marked) == (None, None)


@given(st.text(max_size=30) | st.text("0123456789.+-eE<>≥≤ HILOmol/%岁以上下", max_size=15))
def test_any_text_is_a_reading_or_none(text: str) -> None:
    given_ = read(text)
    if given_ is not None and given_.low is not None and given_.high is not None:
        assert given_.low <= given_.high
    parse_span(text)
    parse_pair(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("4 weeks", Span(days=28)),
        ("1 week", Span(days=7)),
        ("30 days", Span(days=30)),
        ("3 months", Span(months=3)),
        ("2 years", Span(months=24)),
        ("1.5 years", Span(months=18)),
        ("４周", Span(days=28)),
        ("3个月", Span(months=3)),
        ("1年", Span(months=12)),
        ("1.5 days", None),
        ("soon", None),
        ("4", None),
        ("-4 days", None),
        ("4 mmHg", None),
    ],
)
def test_a_span_is_days_or_calendar_months(text: str, span: Span | None) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    ("day", "text", "sign", "expected"),
    [
        ("2025-03-31", "1 months", -1, "2025-02-28"),
        ("2024-03-31", "1 months", -1, "2024-02-29"),
        ("2025-01-31", "1 months", 1, "2025-02-28"),
        ("2024-02-29", "1 years", 1, "2025-02-28"),
        ("2025-03-09", "4 weeks", -1, "2025-02-09"),
        ("2025-12-15", "1 months", 1, "2026-01-15"),
        ("2025-01-15", "1 months", -1, "2024-12-15"),
        ("0001-01-02", "3 years", -1, "0001-01-01"),
        ("9999-12-30", "10 days", 1, "9999-12-31"),
    ],
)
def test_months_are_clamped_to_their_end(day: str, text: str, sign: int, expected: str) -> None:
    span = parse_span(text)
    assert span is not None
    assert add_span(date.fromisoformat(day), span, sign).isoformat() == expected


def test_this_year_is_the_calendar_year_of_the_day() -> None:
    for day in (date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31)):
        assert add_span(day, THIS_YEAR, -1) == date(2024, 1, 1)
        assert add_span(day, THIS_YEAR) == date(2024, 12, 31)


@given(st.dates(), st.integers(0, 600), st.sampled_from([1, -1]))
def test_months_move_the_month_and_only_ever_shorten_the_day(day: date, months: int, sign: int) -> None:
    moved = add_span(day, Span(months=months), sign)
    if moved not in (date.min, date.max):
        assert moved.year * 12 + moved.month == day.year * 12 + day.month + sign * months
        assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 5000))
def test_days_are_exact(day: date, days: int) -> None:
    assert add_span(day, Span(days=days)) == day + timedelta(days=days)
    assert add_span(day, Span(days=days), -1) == day - timedelta(days=days)
