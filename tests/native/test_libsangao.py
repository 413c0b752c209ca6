"""libsangao: what `decide` answers, it answers, of one patient and of many."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sangao.engine.run import library
from tests.laws.columns import LONG
from tests.laws.hosts import GIVEN, Hosts
from tests.native import hosted
from tests.native.hosted import lib, needs_library, opened, pack, text

pytestmark = needs_library
PACKS = ("clinic", "htn_primary_2025", "htn_guideline_2024")
ROWS = 20_000 if LONG else 80


@pytest.mark.parametrize("name", PACKS)
def test_one_patient_and_many_are_answered_as_the_pack_answers_the_chart(name: str) -> None:
    asked, here = pack(name), opened(name)
    of = library.embed(asked.compiled, asked.decisions)
    hosts = Hosts(asked.compiled, of, 20261123)
    rows = [hosts.row() for _ in range(ROWS)]
    whole, kept_whole = here.stratify(rows)
    for i, row in enumerate(rows):
        admission = asked.admit(hosts.chart(row))
        found, kept = here.decide(row)
        assert found == hosted.expected(of, asked, *asked.rows.evaluate(admission.open, admission.assumed)), i
        assert whole[i] == found and kept_whole[i] == kept
        rejected = {one.fact for one in admission.readings if one.value is None}
        states = zip(of.inputs, row, kept, strict=True)
        assert all((one.id in rejected) == (out > 0) for one, given, out in states if given[1] == GIVEN), i


def test_a_window_that_is_given_beats_the_one_worked_out_from_the_day() -> None:
    asked, here = pack("htn_primary_2025"), opened("htn_primary_2025")
    of = library.embed(asked.compiled, asked.decisions)
    hosts = Hosts(asked.compiled, of, 5)
    windows = [i for i, one in enumerate(of.inputs) if one.origin == "window"]
    told = 0
    for _ in range(ROWS):
        row = hosts.row()
        admission = asked.admit(hosts.chart(row))
        first, second = dict(admission.open), dict(admission.assumed)
        for i in windows:
            one, value = of.inputs[i], hosts.random.randint(0, 3)
            value = value % 2 if one.kind == "bool" else max(one.low, value)
            row[i] = (value, GIVEN)
            first[one.id] = second[one.id] = 1 << value if one.kind == "bool" else (value, value)
        expected = hosted.expected(of, asked, *asked.rows.evaluate(first, second))
        assert here.decide(row)[0] == expected
        told += expected != hosted.expected(of, asked, *asked.rows.evaluate(admission.open, admission.assumed))
    assert told > ROWS / 10


def test_blocks_of_any_length_are_answered_alike() -> None:
    asked, here = pack("htn_guideline_2024"), opened("htn_guideline_2024")
    hosts = Hosts(asked.compiled, library.embed(asked.compiled, asked.decisions), 7)
    rows = [hosts.row() for _ in range(67)]
    found, kept = here.stratify(rows)
    for many in (0, 1, 63, 64, 65, 4097):
        whole, out = here.stratify([rows[i % 67] for i in range(many)])
        assert whole == [found[i % 67] for i in range(many)] and out == [kept[i % 67] for i in range(many)]


def test_what_is_to_be_given_and_asked_is_listed_as_the_pack_has_it() -> None:
    asked, here = pack("htn_primary_2025"), opened("htn_primary_2025")
    of = library.embed(asked.compiled, asked.decisions)
    assert here.about["id"] == asked.id and here.about["hash"] == asked.hash and here.about["edition"] == asked.edition
    for one, input in zip(of.inputs, here.inputs, strict=True):
        assert text(input.id) == one.id and text(input.unit) == one.unit and text(input.list) == one.list
        assert (input.step_over, input.step_under) == (one.step.numerator, one.step.denominator)
        assert (input.low, input.high, bool(input.alone)) == (one.low, one.high, one.alone)
        codes = one.values or (("false", "true") if one.kind == "bool" else ())
        assert tuple(text(input.code[i].id) for i in range(input.codes)) == codes
        assert lib().sangao_input_find(here.pack, one.id.encode()) == of.inputs.index(one)
        assert text(input.zh) and text(input.en)
    for name, decision in zip(of.decisions, here.decisions, strict=True):
        outcome = asked.compiled.decisions[name].outcome
        assert text(decision.id) == name and bool(decision.ordered) == outcome.ordered and not text(decision.refused)
        assert tuple(text(decision.outcome[i].id) for i in range(decision.outcomes)) == outcome.codes
        assert text(decision.zh) == asked.compiled.words[name].zh
    named = {text(one.id): one for one in here.inputs}
    assert text(named["sbp_office"].zh) == "诊室收缩压" and named["sbp_office"].step_under == 100
    assert text(named["conditions"].code[1].id) == "complete" and text(named["diabetes"].list) == "conditions"


def test_what_no_fact_can_be_is_kept_out_and_unknown() -> None:
    here = opened("htn_primary_2025")
    at = {text(one.id): i for i, one in enumerate(here.inputs)}
    grade = [text(one.id) for one in here.decisions].index("htn.grade")
    row = [(0, 0)] * len(here.inputs)

    def ask(**given: tuple[int, int]) -> tuple[tuple[int, ...], set[str]]:
        asked = list(row)
        for name, value in given.items():
            asked[at[name]] = value
        answers, kept = here.decide(asked)
        return answers[grade], {f"{name} {kept[i]}" for name, i in at.items() if kept[i]}

    assert ask(sbp_office=(15200, 1), dbp_office=(9600, 1))[0][:2] == (0, 2)
    assert ask(sbp_office=(15200, 1), dbp_office=(9600, 1))[1] == set()
    blank = ask()[0]
    assert blank[:4] == (2, hosted.NONE, 0, 4) and blank[4] == 0b11111
    assert ask(sbp_office=(15200, 0), dbp_office=(9600, 0)) == (blank, set())
    assert ask(sbp_office=(-1, 1)) == (blank, {"sbp_office 1"})
    assert ask(sbp_office=(9600, 1), dbp_office=(15200, 1)) == (blank, {"sbp_office 2", "dbp_office 2"})
    assert ask(sex=(2, 1), diabetes=(7, 1))[1] == {"sex 1", "diabetes 1"}


def test_threads_share_a_pack() -> None:
    asked, here = pack("htn_guideline_2024"), opened("htn_guideline_2024")
    hosts = Hosts(asked.compiled, library.embed(asked.compiled, asked.decisions), 13)
    rows = [hosts.row() for _ in range(40)]
    expected = [here.decide(row) for row in rows]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(here.decide, rows)) == expected
