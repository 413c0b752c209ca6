"""One meaning, many runners: the columns in Python say what the definition says, for every pack and every length."""

from dataclasses import replace
from random import Random

import pytest

from sangao.engine.chart import Chart
from sangao.engine.guide import load
from sangao.engine.pack import ir
from sangao.engine.run import columns, flat
from sangao.engine.run.circuit import Circuit
from sangao.engine.run.columns import Answered, enter, run
from sangao.engine.run.lowering import lower
from tests.laws.charts import Charts
from tests.laws.columns import LENGTHS, LONG, RICH, lowered, made, same
from tests.laws.random_packs import values
from tests.laws.test_charts import PACKS, pack

SEEDS = range(20_000 if LONG else 300)


def numeric() -> tuple[ir.Pack, str]:
    """Return a random pack and a number of it that some decision reads."""
    for seed in range(100):
        rules, _ = made(seed)
        for name, leaf in rules.leaves.items():
            if leaf.kind == "number" and any(name in one.reads for one in rules.decisions.values()):
                return rules, name
    raise AssertionError("no such pack")


@pytest.mark.parametrize("first", range(0, len(SEEDS), 50))
def test_columns_say_what_the_definition_says_of_random_packs(first: int) -> None:
    for seed in SEEDS[first : first + 50]:
        rules, charts = made(seed)
        flat = lowered(rules)
        same(rules, Answered(flat, run(flat.program, enter(flat, charts)), len(charts)), charts)


@pytest.mark.parametrize("name", PACKS)
def test_columns_say_what_rows_say_of_generated_charts(name: str) -> None:
    asked, charts = pack(name), Charts(pack(name).compiled, 20261122)
    program = lowered(asked.compiled)
    admitted = [asked.admit(Chart.from_dict(charts.one())) for _ in range(5_000 if LONG else 60)]
    entered = [(one.open, one.assumed) for one in admitted]
    answered = Answered(program, run(program.program, enter(program, entered)), len(entered))
    expected = [asked.rows.evaluate(*one) for one in entered]
    for decision in asked.compiled.decisions.values():
        found = answered.abstract(decision)
        for i, (opened, assumed) in enumerate(expected):
            assert found[i] == (opened[decision.id], assumed[decision.id]), (decision.id, i)


@pytest.mark.parametrize("rows", LENGTHS)
def test_a_patient_is_answered_alike_wherever_the_row_stands(rows: int) -> None:
    rules, charts = made(RICH)
    program = lowered(rules)
    alone = Answered(program, run(program.program, enter(program, charts)), len(charts))
    order = [Random(rows).randrange(len(charts)) for _ in range(rows)]
    many = Answered(program, run(program.program, enter(program, [charts[i] for i in order])), rows)
    for place in program.outs:
        one = alone.column(*place)
        assert many.column(*place) == [one[i] for i in order]


def test_plain_leaves_give_the_same_answers_as_half_known_ones() -> None:
    asked = load("htn_primary_2025")
    charts = Charts(asked.compiled, 3)
    admitted = [asked.admit(Chart.from_dict(charts.one())) for _ in range(100)]
    entered = [(one.open, one.assumed) for one in admitted]
    half = {
        name
        for name, leaf in asked.compiled.leaves.items()
        for both in entered
        for one in both
        if (leaf.kind in ("number", "date") and one[name] is not None and one[name][0] != one[name][1])
        or (leaf.kind == "code" and one[name].bit_count() not in (1, len(leaf.values)))
    }
    wide, narrow = lowered(asked.compiled), lower(asked.compiled, asked.compiled.decisions, half=half)
    first = Answered(wide, run(wide.program, enter(wide, entered)), len(entered))
    second = Answered(narrow, run(narrow.program, enter(narrow, entered)), len(entered))
    for decision in asked.compiled.decisions.values():
        assert first.abstract(decision) == second.abstract(decision), decision.id


def test_a_half_known_value_never_enters_a_plain_leaf() -> None:
    rules, name = numeric()
    wanted = [one.id for one in rules.decisions.values() if name in one.reads]
    program = lower(rules, wanted)
    chart = values(Random(1), rules, 1.0)[0] | {name: (1, 2)}
    with pytest.raises(ValueError, match="half-known"):
        enter(program, [(chart, chart)])


def test_numbers_that_could_overflow_are_refused_by_name() -> None:
    rules, name = numeric()
    product = ir.Times(1 << 20, ir.Times(1 << 20, ir.Plus((ir.Read(name), ir.Times(-3, ir.Read(name))))))
    form = ir.Advice(ir.Compare(">", product, ir.Read(name)), "refer", "upward", "urgent")
    bad = ir.Decision("too.wide", ir.Outcome("bool", ("false", "true"), True), form, (name,))
    above = ir.Advice(ir.Ask("too.wide"), "refer", "upward", "urgent")
    asks = ir.Decision("above", bad.outcome, above, (), ("too.wide",))
    more = replace(rules, decisions={**rules.decisions, "too.wide": bad, "above": asks})
    found = lower(more, more.decisions)
    assert list(found.refused) == ["too.wide", "above"]
    assert "too.wide" in found.refused["above"]
    assert {one.decision for one in found.outs} == set(rules.decisions)


def test_the_rich_pack_is_rich() -> None:
    program = lowered(made(RICH)[0]).program
    assert len(program.slots) >= 10
    assert len(set(program.code[::5])) >= 18


def test_a_program_survives_its_bytes() -> None:
    for seed in range(20):
        program = lowered(made(seed)[0]).program
        assert flat.loads(program.dumps()) == program


def test_damaged_bytes_are_rejected_or_are_a_sound_program() -> None:
    random = Random(1)
    data = lowered(made(RICH)[0]).program.dumps()
    rejected = 0
    for _ in range(3_000):
        wrong = bytearray(data)
        wrong[random.randrange(len(wrong))] = random.randrange(256)
        try:
            flat.verify(flat.loads(bytes(wrong)))
        except flat.Malformed:
            rejected += 1
    assert rejected > 300
    for size in range(0, len(data), 7):
        with pytest.raises(flat.Malformed):
            flat.loads(data[:size])


def test_equal_parts_of_a_circuit_are_one() -> None:
    circuit = Circuit()
    a, b = circuit.bits(0), circuit.bits(1)
    assert circuit.both(a, b) == circuit.both(b, a)
    assert circuit.both(a, circuit.both(a, b)) == circuit.both(a, b)
    assert circuit.both(a, circuit.both(a, b) ^ 1) == circuit.both(a, b ^ 1)
    assert circuit.both(a ^ 1, circuit.both(a, b)) == 0
    assert circuit.either(a, circuit.both(a, b)) == a


def test_bitmaps_hold_the_first_patient_in_the_lowest_bit() -> None:
    assert columns.bitmap([True] + [False] * 8 + [True]) == b"\x01\x02"
    assert columns.bitmap([]) == b""
