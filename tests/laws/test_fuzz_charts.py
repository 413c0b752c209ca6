"""Whatever a chart holds, it is read or refused with a problem of the catalogue, and the rest of it still answers."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangao.adapters.builtin import read_chart
from sangao.engine.chart import LISTS, QUALIFIERS, Chart
from sangao.engine.errors import SangaoError
from sangao.engine.explain import page
from sangao.engine.guide import Pack, load
from sangao.engine.passes import compile_folder
from tests.laws.odd import deep, odd, within

BASE = Path(__file__).parent.parent / "documents" / "base"
FACTS = ["age", "sex", "birth_date", "height", "weight", "bmi", "creatinine", "glucose", "glucose_capillary", "fpg",
         "diabetes", "stroke", "pregnant", "smoke_status", "has_lab", "egfr", "血压", "空腹血糖"]  # fmt: skip
READING = ["fact", "facts", "value", "unit", "at", "source", *QUALIFIERS]
ENTRY = ["code", "fact", "name", "since", "until", "from", "status", "source", "dose", "system"]
CHART = ["schema", "patient", "on", "facts", "readings", "complete", *LISTS]

facts = st.sampled_from(FACTS) | st.sampled_from(["sbp_office", "dbp_office"]) | st.text(max_size=6)
value = odd | st.builds(lambda number, unit: f"{number} {unit}", st.integers(-10, 400), st.text(max_size=6))
reading = st.dictionaries(st.sampled_from(READING), value | facts | within(facts), max_size=6)
entry = st.dictionaries(st.sampled_from(ENTRY), value | facts | st.sampled_from(["I10", "E11.9+H36.0*"]), max_size=5)
chart = st.fixed_dictionaries(
    {},
    optional={
        "schema": odd,
        "patient": st.dictionaries(st.sampled_from(["id", "sex", "birth_date", "age"]), odd) | odd,
        "on": odd | st.sampled_from(["2025-03-09", "0001-01-01", "9999-12-31", "2025-03-09T23:30:00Z"]),
        "facts": st.dictionaries(facts, value | within(facts), max_size=6) | odd,
        "readings": st.lists(reading | odd, max_size=5) | within(facts),
        "complete": st.lists(st.sampled_from(LISTS) | odd, max_size=3) | odd,
        **{name: st.lists(entry | value | facts, max_size=4) | within(facts) for name in LISTS},
    },
)


STATUSES = ("settled", "provisional", "unknown")
SOUND = {"sbp_office": 152, "dbp_office": 96}


@cache
def clinic() -> Pack:
    return Pack(compile_folder(BASE / "clinic", shared=BASE / "shared"))


def answered(pack: Pack, patient: Chart) -> dict[str, Any]:
    """Decide a chart and say everything there is to say of it."""
    result = pack.decide_all(patient)
    shown = result.to_dict()
    json.dumps(shown, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for lang in ("zh", "en"):
        assert page.text(result, lang, None)
    for problem in result.problems:
        assert problem.report("zh") and problem.report("en")
    return shown


@given(chart)
@example({"facts": {"sbp_office": 10**400, "weight": float("nan"), "age": -1e308}})
@example({"on": "0001-01-01", "facts": {"birth_date": "0001-01-01", "age": 1}})
@example({"on": "9999-12-31", "readings": [{"fact": "birth_date", "value": "9999", "at": "9999"}]})
def test_no_chart_makes_a_pack_raise(given: dict[str, Any]) -> None:
    try:
        patient = Chart.from_dict(given)
    except SangaoError as error:
        assert [problem.code for problem in error.problems] == ["chart.on_not_a_date"]
        return
    patient.hash()
    answered(clinic(), patient)


@pytest.mark.parametrize("levels", [30, 600, 50_000])
def test_no_depth_makes_a_pack_raise(levels: int) -> None:
    bottomless = deep(levels)
    readings = [{"fact": "glucose", "value": 7, key: bottomless} for key in READING]
    entries = [{"name": "I10", key: bottomless} for key in ENTRY]
    given = {"patient": dict.fromkeys(["id", "sex"], bottomless), "complete": bottomless, "schema": bottomless}
    patient = Chart.of(
        {"glucose": bottomless, **SOUND}, readings=readings, conditions=entries, symptoms=bottomless, **given
    )
    patient.hash()
    assert answered(clinic(), patient)["decisions"]["htn.grade"]["value"] == "high"


@given(
    st.dictionaries(st.sampled_from(FACTS), value | within(facts), max_size=5),
    st.lists(reading.filter(lambda one: not {"sbp_office", "dbp_office"} & set(map(str, one.values()))), max_size=3),
    st.lists(entry | value, max_size=3),
)
def test_what_is_wrong_beside_it_leaves_a_sound_reading_alone(
    beside: dict[str, Any], readings: list[Any], conditions: list[Any]
) -> None:
    kept = [one for one in readings if not isinstance(one.get("facts"), dict)]
    patient = Chart.of({**beside, **SOUND}, on="2025-03-09", readings=kept, conditions=conditions)
    answer = answered(clinic(), patient)["decisions"]["htn.grade"]
    assert (answer["value"], answer["status"]) == ("high", "settled")


@given(
    st.binary(max_size=200) | chart.map(lambda one: json.dumps(one).encode()),
    st.integers(0, 400),
    st.binary(max_size=3),
)
@example(b"[" * 100_000, 0, b"")
@example(b'{"facts":' * 50_000, 0, b"")
@example(b'{"facts": {"age": ' + b"9" * 6000 + b"}}", 0, b"")
@example(b"\xef\xbb\xbf{}", 0, b"")
@example(b'{"on": "2025-03-09", "facts": {"age": NaN, "weight": -Infinity}}', 0, b"")
def test_no_bytes_make_the_reader_of_charts_raise(data: bytes, at: int, cut: bytes) -> None:
    data = data[:at] + cut + data[at:]
    try:
        patient = read_chart(data, date(2025, 3, 9))
    except SangaoError as error:
        assert error.usage and all(problem.report("en") for problem in error.problems)
        return
    if patient is not None:
        answered(clinic(), patient)


@pytest.mark.long
@given(chart)
def test_no_chart_makes_the_national_bundle_raise(given: dict[str, Any]) -> None:
    try:
        patient = Chart.from_dict(given)
    except SangaoError:
        return
    result = national().decide_all(patient)
    assert all(answer.status in STATUSES for answer in result.decisions.values())
    for problem in result.problems:
        assert problem.report("zh") and problem.report("en")


@pytest.mark.long
@settings(max_examples=40)  # each writes the arguments of 775 decisions twice: some seconds
@given(chart)
def test_no_chart_makes_the_pages_of_the_national_bundle_raise(given: dict[str, Any]) -> None:
    try:
        patient = Chart.from_dict(given)
    except SangaoError:
        return
    answered(national(), patient)


@cache
def national() -> Pack:
    return load("sangao_national")
