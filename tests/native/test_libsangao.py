"""libsangao: what `decide` answers, it answers; what is no pack or no argument gives an error code and words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from sangao.engine import formulas
from sangao.engine.guide import Pack
from sangao.engine.pack import canon, ir
from sangao.engine.run import library
from sangao.engine.run.admit import completed_years
from tests.laws.columns import LONG
from tests.laws.hosts import GIVEN, Hosts
from tests.laws.test_charts import pack as shipped
from tests.native import hosted
from tests.native.clinic import clinic
from tests.native.hosted import Hosted, ffi, lib, needs_library, text

pytestmark = needs_library
PACKS = ("clinic", "htn_primary_2025", "htn_guideline_2024")
ROWS = 20_000 if LONG else 80


@cache
def pack(name: str) -> Pack:
    return Pack(clinic()) if name == "clinic" else shipped(name)


@cache
def opened(name: str) -> Hosted:
    return Hosted(hosted.saved(pack(name)))


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


# --- errors -----------------------------------------------------------------------------------------------------------
CODES = {
    "unreadable": 1,
    "not a pack": 2,
    "newer": 3,
    "damaged": 4,
    "no program": 5,
    "argument": 7,
    "refused": 8,
}


def refusal(data: bytes) -> tuple[int, str]:
    with pytest.raises(ValueError) as found:
        Hosted(data)
    code, words = found.value.args
    assert words.startswith(text(lib().sangao_code_text(code)))
    return code, words


@cache
def meaning() -> bytes:
    return canon.section(pack("htn_guideline_2024").compiled, canon.MEANING)


def rehashed(program: bytes) -> bytes:
    """Return a pack file with another program, hashed as if it were right."""
    parts, table = {"meaning": meaning(), "program": program}, b""
    at = canon.HEAD.size + canon.SECTION.size * len(parts)
    for name, data in parts.items():
        table += canon.SECTION.pack(name.encode(), at, len(data), sha256(data).digest())
        at += len(data)
    return canon.HEAD.pack(canon.MAGIC, canon.VERSION, len(parts)) + table + b"".join(parts.values())


def test_what_is_no_pack_is_refused_in_words() -> None:
    asked = pack("htn_guideline_2024")
    data = hosted.saved(asked)
    program = canon.sections(data)["program"]
    assert refusal(b"")[0] == refusal(b"PK\3\4" * 20)[0] == CODES["not a pack"]
    assert refusal(data[:8] + b"\2\0\0\0" + data[12:])[0] == CODES["newer"]
    assert refusal(canon.dumps(asked.compiled))[0] == CODES["no program"]
    assert "sangao build" in refusal(canon.dumps(asked.compiled))[1]
    assert refusal(data[:12] + b"\xff" * 4 + data[16:])[0] == CODES["damaged"]
    assert all(refusal(data[:size])[0] in (2, 4) for size in range(0, len(data), 29_989))
    assert "was changed" in refusal(data[:-1] + bytes([data[-1] ^ 1]))[1]
    other = library.dumps(asked.compiled, pack("lipid_2023").hash, asked.decisions)
    assert "another pack" in refusal(rehashed(other))[1]
    assert refusal(rehashed(program[:8] + b"\2\0\0\0" + program[12:]))[0] == CODES["newer"]
    assert refusal(rehashed(program + b"\0"))[0] == CODES["damaged"]


def test_a_damaged_program_with_the_right_hash_is_refused_or_harmless() -> None:
    asked = pack("htn_guideline_2024")
    data, random = hosted.saved(asked), Random(11)
    program = canon.sections(data)["program"]
    refused = 0
    for round in range(4_000 if LONG else 250):
        wrong = bytearray(program)
        at = random.randrange(200 if round % 3 == 0 else 40_000 if round % 3 == 1 else len(wrong))
        wrong[at] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
        try:
            here = Hosted(rehashed(bytes(wrong)))
        except ValueError as error:
            assert error.args[0] in (CODES["newer"], CODES["damaged"])
            refused += 1
        else:
            here.decide([(0, 1)] * len(here.inputs))
    assert refused > 50


def test_a_file_that_is_not_there_and_one_that_is(tmp_path: Path) -> None:
    why, out = ffi.new("sangao_why *"), ffi.new("sangao_pack **")
    assert lib().sangao_pack_open(str(tmp_path / "none.sangao").encode(), out, why) == CODES["unreadable"]
    assert "none.sangao" in text(why.text) and out[0] == ffi.NULL
    assert lib().sangao_pack_open(str(tmp_path).encode(), out, why) == CODES["unreadable"]
    path = tmp_path / "高血压.sangao"
    path.write_bytes(hosted.saved(pack("htn_guideline_2024")))
    assert lib().sangao_pack_open(str(path).encode(), out, ffi.NULL) == 0
    lib().sangao_pack_close(out[0])
    lib().sangao_pack_close(ffi.NULL)


def test_arguments_that_make_no_sense_are_refused_in_words() -> None:
    here, why = opened("htn_guideline_2024"), ffi.new("sangao_why *")
    c, many = lib(), len(here.inputs)
    values, states = ffi.new("int32_t[]", many), ffi.new("uint8_t[]", many)
    answers = ffi.new("sangao_answer[]", len(here.decisions))
    wrong = ffi.new("int32_t[]", [len(here.decisions)])
    assert c.sangao_decide(ffi.NULL, values, states, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, ffi.NULL, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, states, wrong, 1, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, states, wrong, -1, answers, ffi.NULL, why) == CODES["argument"]
    states[3] = 3
    assert c.sangao_decide(here.pack, values, states, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert text(here.inputs[3].id) in text(why.text)
    out = ffi.new("sangao_answers *")
    columns = ffi.new("sangao_column[]", 2)

    def stratify(given: int = 1, asked: int = 1, rows: int = 1) -> int:
        return int(c.sangao_stratify(here.pack, columns, given, out, asked, rows, why))

    columns[0].values = columns[1].values = values
    assert stratify() == 0, "nothing that is given or wanted need be there"
    assert stratify(rows=-1) == stratify(given=-1) == stratify(asked=-1) == CODES["argument"]
    assert stratify(given=2) == CODES["argument"] and "two columns" in text(why.text)
    columns[0].input = many
    assert stratify() == CODES["argument"]
    columns[0].input = 0
    columns[0].values = ffi.cast("int32_t *", ffi.cast("char *", values) + 1)
    assert stratify() == CODES["argument"] and "aligned" in text(why.text)
    columns[0].values = ffi.NULL
    assert stratify() == CODES["argument"] and stratify(rows=0) == 0
    assert c.sangao_input_at(here.pack, -1) == c.sangao_decision_at(here.pack, 10**6) == ffi.NULL
    assert c.sangao_input_find(here.pack, b"no_such") == c.sangao_decision_find(here.pack, ffi.NULL) == -1
    assert text(c.sangao_code_text(-5)) and text(c.sangao_code_text(99))


def test_a_decision_that_the_program_does_not_hold_is_named_with_its_reason() -> None:
    asked = pack("htn_guideline_2024")
    of = library.embed(asked.compiled, asked.decisions)
    less = replace(of, flat=replace(of.flat, refused={"htn.grade": "too wide"}))
    section = library.section(asked.compiled, asked.hash, less)
    here = Hosted(canon.dumps(asked.compiled, {"program": section}))
    at = of.decisions.index("htn.grade")
    assert [text(one.refused) for one in here.decisions if text(one.refused)] == ["too wide"]
    assert here.decide([(0, 0)] * len(of.inputs))[0][at] == (2, *[hosted.NONE] * 3, 0)
    answer, why = ffi.new("sangao_answer *"), ffi.new("sangao_why *")
    values, states = ffi.new("int32_t[]", len(of.inputs)), ffi.new("uint8_t[]", len(of.inputs))
    code = lib().sangao_decide(here.pack, values, states, ffi.new("int32_t[]", [at]), 1, answer, ffi.NULL, why)
    assert code == CODES["refused"] and "htn.grade: too wide" in text(why.text)


def test_threads_share_a_pack() -> None:
    asked, here = pack("htn_guideline_2024"), opened("htn_guideline_2024")
    hosts = Hosts(asked.compiled, library.embed(asked.compiled, asked.decisions), 13)
    rows = [hosts.row() for _ in range(40)]
    expected = [here.decide(row) for row in rows]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(here.decide, rows)) == expected


def test_days_and_years_are_those_of_the_calendar() -> None:
    random, last = Random(17), date.max.toordinal()
    for _ in range(3_000):
        day, other = date.fromordinal(random.randint(1, last)), date(random.randint(1, 2100), 2, 28)
        assert lib().sangao_day(day.year, day.month, day.day) == day.toordinal()
        for born, on in ((day, other), (other, day), (date(2000, 2, 29), day)):
            years = completed_years(born.toordinal(), on.toordinal())
            assert lib().sangao_years(born.toordinal(), on.toordinal()) == (years if born <= on else -1)
    for year, month, day in ((2025, 2, 29), (2025, 13, 1), (2025, 0, 1), (0, 1, 1), (10000, 1, 1), (2025, 4, 31)):
        assert lib().sangao_day(year, month, day) == 0
    assert lib().sangao_years(0, 5) == lib().sangao_years(5, last + 1) == -1


# --- equations --------------------------------------------------------------------------------------------------------
def numbers(name: str, *leaves: str) -> tuple[Hosted, list[str], ir.Pack]:
    """Return a pack whose decisions are the numbers of its leaves, its inputs in order, and what it was made from."""
    whole = pack(name).compiled
    asked = {}
    for one in leaves:
        leaf = whole.leaves[one]
        form = ir.Tree(ir.Branch("default", ir.Always(2), ir.Read(one)))
        asked[f"law.{one}"] = ir.Decision(
            f"law.{one}", ir.Outcome("number", (), True, leaf.unit, leaf.step), form, (one,)
        )
    part = replace(whole, decisions=asked)
    section = library.dumps(part, sha256(meaning()).hexdigest(), list(asked))
    here = Hosted(rehashed(section))
    return here, [text(one.id) for one in here.inputs], part


@pytest.mark.parametrize(
    "name, leaf", [("htn_guideline_2024", "bmi"), ("htn_guideline_2024", "egfr"), ("lipid_2023", "non_hdl")]
)
def test_equations_are_solved_as_admission_solves_them(name: str, leaf: str) -> None:
    here, inputs, part = numbers(name, leaf)
    source = part.leaves[leaf].source
    assert isinstance(source, ir.Derived)
    given = [part.leaves[one] for one in source.inputs]
    random, known = Random(19), 0
    for _ in range(20_000 if LONG else 1_500):
        values = []
        for one in given:
            low, high = one.low or 0, len(one.values) - 1 if one.values else one.high or 0
            wide = random.random() < 0.2
            values.append(
                random.randint(low, high) if wide or one.values else random.randint(low, low + (high - low) // 4)
            )
        if leaf == "bmi" and random.random() < 0.2:
            values[1] = 20_000  # 2 m: every other weight lies on the edge between two steps
        arguments = [
            (one.values[value],) if one.values else (value, value) for one, value in zip(given, values, strict=True)
        ]
        wanted, _ = formulas.apply(
            formulas.FORMULAS[source.formula],
            arguments,
            [one.step for one in given],
            part.leaves[leaf].step,
            (part.leaves[leaf].low, part.leaves[leaf].high),
        )
        row = [(0, 0)] * len(inputs)
        for one, value in zip(source.inputs, values, strict=True):
            row[inputs.index(one)] = (value, GIVEN)
        answer, kept = here.decide(row)
        if not any(kept):
            assert answer[0][:4] == ((2, *[hosted.NONE] * 3) if wanted is None else (0, *[wanted[0]] * 3)), values
            known += wanted is not None
    assert known > 300
    row[inputs.index(leaf)] = (part.leaves[leaf].high or 0, GIVEN)
    assert here.decide(row)[0][0][1] == part.leaves[leaf].high, "what was measured beats what is computed"
    row[inputs.index(leaf)] = (0, 2)
    assert here.decide(row)[0][0][0] == 2, "what was measured and cannot be told is not computed instead"
