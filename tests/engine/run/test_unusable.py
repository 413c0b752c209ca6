"""What was said and cannot be used is not blank: no decision takes it for granted, one by one or in columns."""

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.answer import Answer
from sangao.engine.chart import BLANK, Chart, Reading
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import canon, ir
from sangao.engine.run import answers, residual, spec
from sangao.engine.run.many import Many
from sangao.engine.truth import FALSE, TRUE
from tests.opened import opened

ON = "2026-03-09"
AUDIT = {"fpg": 8, "dm_symptoms_at_dx": True, "on_glucose_lowering": False}  # one venous value at the limit, symptoms
SICK = "dm_stress_at_dx"


@cache
def pack() -> Pack:
    return opened("dm_primary_2025")


@cache
def kept(name: str) -> Many:
    return Many(pack().compiled, [name])


def asked(name: str, chart: Chart) -> Answer:
    """Return an answer that the definition, the rows and what is kept for many charts all give."""
    rules = pack()
    answer = rules.decide(name, chart)
    found = rules.admit(chart)
    opened, assumed = spec.evaluate(rules.compiled, found.open, found.assumed)
    defined = answers.answer(rules.compiled.decisions[name], opened[name], assumed[name])
    assert (defined.open, defined.taken) == (answer.open, answer.taken)
    many = kept(name)
    quick = many.admit(chart)
    assert quick.open == [found.open[one] for one in many.leaves]
    assert quick.assumed == [found.assumed[one] for one in many.leaves]
    return answer


def chart(facts: dict[str, Any], **rest: Any) -> Chart:
    return Chart.of(facts, on=ON, **rest)


def test_what_nobody_asked_is_taken_for_granted_and_said_to_be() -> None:
    answer = asked("dm.dx_correct", chart(AUDIT))
    assert (answer.value, answer.status) == ("correct", "provisional")
    assert SICK in answer.assumed


@pytest.mark.parametrize("said", ["gibberish", "unknown", "不详", "7 mmol/L", 12, {"is": "severe"}, [True]])
def test_what_was_said_and_cannot_be_read_is_not(said: Any) -> None:
    answer = asked("dm.dx_correct", chart({**AUDIT, SICK: said}))
    assert answer.status == "unknown"
    assert all(SICK in one for one in answer.missing.sets) and answer.ask_first == SICK
    assert not any("unusable" in fact for one in answer.missing.sets for fact in one)


def test_what_contradicts_itself_is_not() -> None:
    twice = [{"fact": SICK, "value": value, "at": ON} for value in (True, False)]
    answer = asked("dm.dx_correct", chart(AUDIT, readings=twice))
    assert answer.status == "unknown" and answer.ask_first == SICK


@pytest.mark.parametrize("creatinine", [70, 400, ">200"])
def test_a_fact_half_of_whose_formula_was_measured_is_not(creatinine: Any) -> None:
    rules = opened("lipid_2023")
    listed: dict[str, Any] = {"conditions": ["ckd_stage2"], "on": ON}
    facts: dict[str, Any] = {"creatinine": creatinine, "sex": "male"}
    answer = rules.decide("lipid.ckd", Chart.of(facts, **listed))
    assert answer.status == "unknown"
    assert answer.missing.sets and all("age" in one or "egfr" in one for one in answer.missing.sets)
    many = Many(rules.compiled, ["lipid.ckd"])
    found, quick = rules.admit(Chart.of(facts, **listed)), many.admit(Chart.of(facts, **listed))
    assert quick.assumed == [found.assumed[one] for one in many.leaves]
    alone = rules.decide("lipid.ckd", Chart.of({"age": 60, "sex": "male"}, **listed))
    assert (alone.value, alone.status) == ("not_3_to_4", "provisional")


def test_a_fact_whose_input_cannot_be_used_is_not() -> None:
    rules = opened("lipid_2023")
    ill: dict[str, Any] = {"age": 60, "sex": "male"}
    listed: dict[str, Any] = {"conditions": ["ckd_stage2"], "on": ON}
    assert rules.decide("lipid.ckd", Chart.of(ill, **listed)).status == "provisional"
    for wrong in ({**ill, "creatinine": "high"}, {**ill, "egfr": "fine"}, {"age": "old", "sex": "male"}):
        assert rules.decide("lipid.ckd", Chart.of(wrong, **listed)).status == "unknown"


@pytest.mark.parametrize("entry", ["an unreadable drug", {"code": "Q99ZZ99"}, {"dose": "5 mg"}])
def test_an_entry_that_nobody_can_map_leaves_its_list_open(entry: Any) -> None:
    normal = {"sex": "male", "age": 50, "fpg": 5.8, "pg2h_ogtt": 6}
    drugs = [{"name": entry}] if isinstance(entry, str) else [entry]
    for name, value in (("dm.diagnosis", "not_met"), ("dm.state", "normal")):
        for known in ({}, {"medications": []}):
            answer = asked(name, chart(normal, **known))
            assert (answer.value, answer.status) == (value, "provisional")
        answer = asked(name, chart(normal, medications=drugs))
        assert answer.status == "unknown"
        assert all("on_glucose_lowering" in one for one in answer.missing.sets)
        told = asked(name, chart({**normal, "on_glucose_lowering": False, "erythropoietin": False}, medications=drugs))
        assert (told.value, told.status) == (value, "provisional")


def test_a_list_that_is_none_leaves_its_facts_open() -> None:
    answer = asked("dm.state", chart({"fpg": 5.8, "pg2h_ogtt": 6}, medications="metformin"))
    assert answer.status == "unknown" and answer.ask_first == "on_glucose_lowering"


def test_an_age_nobody_can_work_out_is_not_blank() -> None:
    rules = opened("lipid_2023")
    many = Many(rules.compiled, ["lipid.ckd"])
    for born, status in (("1961-03-02", "settled"), ("soon", "unknown"), ("2061-03-02", "unknown")):
        facts = {"creatinine": 180, "sex": "male", "birth_date": born}
        given = Chart.of(facts, on=ON, conditions=["ckd_stage2"], complete=["conditions"])
        assert rules.decide("lipid.ckd", given).status == status
        found = rules.admit(given)
        assert many.admit(given).open == [found.open[one] for one in many.leaves]


def test_a_later_reading_that_can_be_used_wins() -> None:
    before = {"fact": SICK, "value": "gibberish", "at": "2026-03-01"}
    for value, wanted in ((False, "correct"), (True, "not_supported")):
        later = [before, {"fact": SICK, "value": value, "at": "2026-03-08"}]
        assert asked("dm.dx_correct", chart(AUDIT, readings=later)).value == wanted
    assert asked("dm.dx_correct", chart(AUDIT, readings=[before])).status == "unknown"
    earlier = [{**before, "at": "2026-03-08"}, {"fact": SICK, "value": False, "at": "2026-03-01"}]
    assert asked("dm.dx_correct", chart(AUDIT, readings=earlier)).status == "unknown"


def test_what_is_not_valid_any_more_does_not_stand_in_the_way() -> None:
    facts = pack().compiled.dictionary.facts
    short = replace(pack().compiled.dictionary, facts={**facts, SICK: replace(facts[SICK], valid_for="30 days")})
    rules = Pack(replace(pack().compiled, dictionary=short))
    for at, status in (("2026-03-01", "unknown"), ("2026-01-01", "provisional")):
        said = chart(AUDIT, readings=[{"fact": SICK, "value": "gibberish", "at": at}])
        assert rules.decide("dm.dx_correct", said).status == status
        many = Many(rules.compiled, ["dm.dx_correct"])
        found = rules.admit(said)
        assert many.admit(said).open == [found.open[one] for one in many.leaves]


def test_a_place_that_was_left_empty_is_blank() -> None:
    empty = Reading(SICK, "unknown", None, ON, "column", (BLANK,))
    given = chart(AUDIT)
    found = asked("dm.dx_correct", replace(given, readings=(*given.readings, empty)))
    assert (found.value, found.status) == ("correct", "provisional")


def test_nobody_is_asked_for_it_and_no_argument_names_it() -> None:
    rules = pack()
    said = chart({**AUDIT, SICK: "gibberish"})
    found = rules.admit(said)
    mine = {name for name, leaf in rules.compiled.leaves.items() if isinstance(leaf.source, ir.Unusable)}
    assert {name for name in mine if found.open[name] == TRUE} == {f"unusable({SICK})"}
    assert all(found.open[name] in (FALSE, TRUE) and found.open[name] == found.assumed[name] for name in mine)
    blank = residual.blank_leaves(rules.compiled, rules.decisions, tuple(rules.compiled.leaves), found.open, found.open)
    assert not mine & set(blank)
    answer = rules.decide("dm.dx_correct", chart(AUDIT))
    told = repr((answer.missing, answer.assumed, answer.because, answer.change))
    assert "unusable(" not in told


def test_a_pack_that_cannot_tell_is_not_opened() -> None:
    rules = pack().compiled
    old = rules.decisions["dm.dx_correct"]
    assert old.enough is not None
    bare = replace(old, enough=replace(old.enough, unusable=()))
    with pytest.raises(SangaoError) as found:
        canon.loads(canon.dumps(replace(rules, decisions={**rules.decisions, old.id: bare})))
    assert found.value.problems[0].code == "host.pack_damaged"


# --- columns ----------------------------------------------------------------------------------------------------------
CELLS = ("true", "false", None, "gibberish", "unknown", "不详")


def test_a_column_is_answered_as_its_rows_are(tmp_path: Path) -> None:
    if "CI" not in os.environ:
        pytest.importorskip("pyarrow")
    import pyarrow as pa
    from pyarrow import csv

    (tmp_path / "people.csv").write_text(
        f"{','.join(AUDIT)},{SICK}\n" + "".join(f"8,true,false,{one or ''}\n" for one in CELLS * 3), "utf-8"
    )
    texts = {SICK: pa.string()}
    table = csv.read_csv(tmp_path / "people.csv", convert_options=csv.ConvertOptions(column_types=texts))
    rules = pack()
    found = rules.stratify(table, ["dm.dx_correct", "dm.diagnosis"], on=chart({}).on)
    for i, said in enumerate(CELLS * 3):
        given = {**AUDIT, **({SICK: said} if said else {})}
        for name in ("dm.dx_correct", "dm.diagnosis"):
            answer = rules.decide(name, chart(given))
            got = found.column(name)[i].as_py(), found.column(f"{name}.status")[i].as_py()
            assert got == (answer.value, answer.status), (name, said)
    status = found.column("dm.dx_correct.status").to_pylist()
    assert status[:6] == ["provisional", "provisional", "provisional", "unknown", "unknown", "unknown"]
