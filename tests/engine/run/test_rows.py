"""The generated text: readable, placed, made once; the packs that ship are answered as the definition says."""

import os
import traceback
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

import sangao
from sangao.engine.fact import Dictionary, Fact
from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.rows import Rows, compile_rows
from sangao.engine.run.told import ANSWERS

LONG = os.environ.get("SANGAO_TIER") == "long"
FOLDERS = sorted(one.parent.name for one in Path(sangao.__file__).parent.glob("guidelines/*/pack.yaml"))
SHORT = ("htn_guideline_2018", "htn_primary_2025")

GRADE = ir.Table(
    "highest",
    (
        ir.Input("sbp", ir.Read("sbp"), "number", (14000, 16000), 3),
        ir.Input("dbp", ir.Read("dbp"), "number", (9000, 10000), 3),
    ),
    (ir.Row("normal", (1, 1), 0, "all"), ir.Row("mild", (2, 2), 1, "any"), ir.Row("severe", (4, 4), 2, "any")),
)


@pytest.fixture
def pack() -> ir.Pack:
    facts = {name: Fact(name, "number", name, name) for name in ("sbp", "dbp")}
    leaves = {name: ir.Leaf(name, "number", ir.Bare(name), (name,)) for name in facts}
    decisions = {
        "grade": ir.Decision("grade", ir.Outcome("code", ("normal", "mild", "severe"), True), GRADE, ("sbp", "dbp")),
        "refer": ir.Decision(
            "refer",
            ir.Outcome("bool", ("false", "true"), True),
            ir.Criteria((ir.Item("severe", ir.Member(ir.Ask("grade"), 4)),)),
            (),
            ("grade",),
        ),
    }
    words = {
        "grade": ir.Words(place="rules/grade.yaml:3:1"),
        "refer": ir.Words(place="rules/refer.yaml:1:1"),
        "refer/severe": ir.Words(place="rules/refer.yaml:14:9"),
    }
    meta = ir.Meta("small", "1", "small", "小", "small", "project", "")
    return ir.Pack(meta, Dictionary(facts), leaves, decisions, words=words)


def test_every_line_of_a_rule_ends_in_its_place(pack: ir.Pack) -> None:
    text = compile_rows(pack).source()
    assert "# rules/refer.yaml:14:9" in text
    assert "d_grade_0 & 4" in text


def test_a_traceback_names_the_place_of_the_rule(pack: ir.Pack) -> None:
    rows = compile_rows(pack)
    wrong: list[Any] = [("not", "numbers"), (9000, 9000)]
    with pytest.raises(TypeError) as error:
        rows.function("open")(wrong)
    assert "rules/grade.yaml:3:1" in "".join(traceback.format_exception(error.value))


def test_a_diastolic_of_112_settles_the_grade_and_a_trace_says_which_rows(pack: ir.Pack) -> None:
    rows = compile_rows(pack)
    answers, trace = rows.answer_numbers([None, 11200])
    assert [one.value for one in answers] == ["severe", True]
    assert [one.status for one in answers] == ["settled", "settled"]
    grade, refer = rows.named(answers, trace)
    assert grade.certain == ("severe",)
    assert set(grade.possible) == {"mild", "severe"}
    assert refer.certain == ("severe",)


def test_an_empty_chart_is_unknown_never_normal(pack: ir.Pack) -> None:
    rows = compile_rows(pack)
    grade, refer = rows.told(*rows.run_numbers([None, None]))
    assert (grade.status, grade.value, grade.at_least, grade.at_most) == ("unknown", None, "normal", "severe")
    assert (refer.status, refer.value) == ("unknown", None)


def test_an_unknown_decision_is_a_key_error(pack: ir.Pack) -> None:
    with pytest.raises(KeyError):
        compile_rows(pack).cone("htn.nothing")


def test_an_id_of_a_rule_never_becomes_code(pack: ir.Pack) -> None:
    evil = 'x"); raise SystemExit("'
    leaf = replace(pack.leaves["sbp"], id=evil)
    one = ir.Decision("a b\nc", ir.Outcome("bool", ("false", "true")), ir.Advice(
        ir.Compare(">=", ir.Read(evil), ir.Int(1)), "refer", "x", "soon"), (evil,))  # fmt: skip
    odd = replace(pack, leaves={evil: leaf}, decisions={"a b\nc": one})
    assert Rows(odd, (evil,), ("a b\nc",)).run_numbers([3]) == ((2,), (2,))


EVIL: Any = "__import__('os').abort()"


@pytest.mark.parametrize(
    "when",
    [
        ir.Member(ir.Ask("grade"), EVIL),
        ir.Compare(EVIL, ir.Read("sbp"), ir.Int(1)),
        ir.Compare("<", ir.Read("sbp"), ir.Int(EVIL)),
        ir.Compare("<", ir.Times(EVIL, ir.Read("sbp")), ir.Int(1)),
        ir.Compare("<", ir.Tally((ir.Has("grade", EVIL),)), ir.Int(1)),
        ir.Always(EVIL),
    ],
)
def test_text_in_the_place_of_a_number_is_refused_and_never_run(pack: ir.Pack, when: ir.Expr) -> None:
    criteria = ir.Decision("refer", ir.Outcome("bool", ("false", "true")), ir.Criteria((ir.Item("x", when),)))
    odd = replace(pack, decisions={**pack.decisions, "refer": criteria})
    for kind in ("numbers", "plain", "open"):
        with pytest.raises((TypeError, ValueError, KeyError)):
            Rows(odd, tuple(odd.leaves), tuple(odd.decisions)).source(kind)


def test_a_place_with_a_line_break_stays_a_comment(pack: ir.Pack) -> None:
    words = {
        "grade": ir.Words(place="rules/a.yaml:1:1\nraise SystemExit"),
        "refer": ir.Words(place="b\r\x0craise SystemExit"),
    }
    rows = compile_rows(replace(pack, words=words))
    assert rows.told(*rows.run_numbers([None, 11200]))[0].value == "severe"


@pytest.mark.parametrize("folder", FOLDERS if LONG else [one for one in FOLDERS if one in SHORT])
def test_the_packs_that_ship_are_answered_as_the_definition_says(folder: str) -> None:
    compiled = sangao.load(folder).compiled
    rows, random = compile_rows(compiled), Random(folder)
    for blank in (0.0, 0.1, 0.5, 0.9, 1.0):
        opened = {}
        for name, leaf in compiled.leaves.items():
            every = (1 << (len(leaf.values) or 2)) - 1
            at = random.randint(leaf.low or 0, 1000 if leaf.high is None else leaf.high)
            point = (at, at) if leaf.kind in ("number", "date") else 1 << random.randrange(every.bit_length())
            unknown = None if leaf.kind in ("number", "date") else every
            opened[name] = unknown if random.random() < blank else point
        bools = [name for name, leaf in compiled.leaves.items() if leaf.kind == "bool" and opened[name] == 3]
        assumed = {**opened, **{name: 1 for name in bools if random.random() < 0.8}}
        assert rows.evaluate(opened, assumed) == spec.evaluate(compiled, opened, assumed)


def test_what_is_remembered_of_many_different_charts_stays_bounded() -> None:
    items = tuple(ir.Item(f"i{i}", ir.Read(f"b{i}")) for i in range(14))
    codes = tuple(item.id for item in items)
    names = tuple(f"b{i}" for i in range(14))
    leaves = {name: ir.Leaf(name, "bool", ir.Bare(name), (name,)) for name in names}
    which = ir.Decision("which", ir.Outcome("set", codes), ir.Criteria(items), names)
    meta = ir.Meta("small", "1", "small", "小", "small", "project", "")
    rows = Rows(ir.Pack(meta, Dictionary({}), leaves, {"which": which}), names, ("which",))
    random = Random(1)
    for _ in range(3 * ANSWERS):
        numbers = [random.choice((0, 1, None)) for _ in names]
        held = tuple(code for code, one in zip(codes, numbers, strict=True) if one)
        assert rows.answer_numbers(numbers)[0][0].at_least == held
    assert len(rows._memory["which"].alike) <= ANSWERS
