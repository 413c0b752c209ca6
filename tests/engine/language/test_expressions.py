"""Expressions: text in, canonical text or a placed problem out; every text ends in one of the two."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sangao.engine.errors import SangaoError, Span
from sangao.engine.language import tree
from sangao.engine.language.cursor import DEEPEST
from sangao.engine.language.lexer import LONGEST, WORDS
from sangao.engine.language.parser import parse
from sangao.engine.language.phrases import Lang
from sangao.engine.language.sentence import Names, sentence
from sangao.engine.language.unparse import unparse
from sangao.engine.quantity import Span as Length
from sangao.engine.quantity import unit_name

HERE = Path(__file__).parent


def pairs(name: str) -> list[tuple[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    cut = (line.partition(" ⇒ ") for line in lines if line and not line.startswith("#"))
    return [(left, right) for left, _, right in cut]


def problem(text: str, where: Span) -> str:
    with pytest.raises(SangaoError) as caught:
        parse(text, where)
    (only,) = caught.value.problems
    assert only.text("zh") and only.text("en") and only.help("zh") and "{" not in only.text("en").replace("{codes}", "")
    assert only.where.file == where.file
    return f"{only.code}:{only.where.column}"


@pytest.mark.parametrize(("text", "canonical"), pairs("expressions.txt"))
def test_a_text_has_one_canonical_form(text: str, canonical: str) -> None:
    assert unparse(parse(text)) == canonical
    assert parse(canonical) == parse(text)


@pytest.mark.parametrize(("text", "expected"), pairs("problems.txt"))
def test_a_problem_names_its_column(text: str, expected: str) -> None:
    assert problem(text, Span("rules/a.yaml", 3, 10)) == expected


def test_a_further_line_counts_its_own_columns() -> None:
    with pytest.raises(SangaoError) as caught:
        parse("a and\n  b == c", Span("rules/a.yaml", 3, 10))
    assert str(caught.value.problems[0].where) == "rules/a.yaml:4:5"


def test_every_node_knows_its_place() -> None:
    node = parse("not (a >= 3 mmHg)", Span("r.yaml", 7, 5))
    assert isinstance(node, tree.Not) and isinstance(node.item, tree.Compare)
    assert [str(one.span) for one in (node, node.item, node.item.right)] == ["r.yaml:7:5", "r.yaml:7:10", "r.yaml:7:15"]


def test_precedence_is_or_and_not_test_sum_term() -> None:
    a, b, c = (tree.Name(name) for name in "abc")
    assert parse("a or b and not c") == tree.Or((a, tree.And((b, tree.Not(c)))))
    below = tree.Compare("<", tree.Plus((a, tree.Times(Fraction(2), b))), c)
    assert parse("not a + 2 * b < c") == tree.Not(below)
    assert parse("a - 2 * b") == tree.Plus((a, tree.Minus(tree.Times(Fraction(2), b))))


def test_min_max_count_are_windows_only_where_a_window_stands() -> None:
    assert parse("min(ldl)") == tree.Window("min", tree.Name("ldl"))
    assert parse("count(x)") == tree.Call("count", (tree.Name("x"),))
    within = tree.Length(Fraction(1), "years")
    assert parse("count(x within 1 years)") == tree.Window("count", tree.Name("x"), within=within)
    assert within.value == Length(months=12)


@pytest.mark.parametrize("text", ["(" * 500 + "a" + ")" * 500, "not " * 4000 + "a", "-" * 5000 + "a", "abs(" * 900])
def test_deep_nesting_is_a_problem_and_never_a_crash(text: str) -> None:
    assert problem(text, Span("r", 1, 1)).startswith("language.too_deep")


def test_the_deepest_nesting_allowed_still_reads_and_prints() -> None:
    node = parse("not " * DEEPEST + "a")
    assert parse(unparse(node)) == node


def test_long_chains_are_flat() -> None:
    node = parse(" or ".join(f"a{n} > {n}" for n in range(800)))
    assert isinstance(node, tree.Or) and len(node.items) == 800


def test_huge_texts_and_numbers_are_problems() -> None:
    assert problem("a > " + "9" * 5000, Span("r", 1, 1)) == "language.number:5"
    assert problem("a" * (LONGEST + 1), Span("r", 1, 1)) == "language.too_long:1"
    assert parse("a > " + "9" * 300) == tree.Compare(">", tree.Name("a"), tree.Number(Fraction(10**300 - 1)))


# --- every tree that a text has ---
_reserved = WORDS | {"min", "max", "abs", "count"}
names = st.from_regex(r"[a-z糖]{1,4}(\.[a-z0-9_]{1,3}){0,2}(@20[0-9]{2})?", fullmatch=True).filter(
    lambda name: name not in _reserved
)
units = st.sampled_from(["", "mmHg", "mmol/L", "%", "/min", "kg/m2", "mL/min/1.73m2", "umol/L", "years", "mg/24h", "h"])
decimals = st.decimals(-1000, 1000, places=3).map(Fraction)
lengths = st.builds(
    tree.Length, st.integers(0, 99).map(Fraction), st.sampled_from(["days", "weeks", "months", "years"])
)
leaves = (
    st.builds(tree.Number, decimals, units)
    | st.builds(tree.Day, st.dates(date(1900, 1, 1), date(2100, 1, 1)))
    | st.builds(tree.Bool, st.booleans())
    | st.builds(tree.Name, names)
    | st.builds(tree.Param, names)
    | st.builds(tree.Has, st.builds(tree.Name, names), st.builds(tree.Name, names))
    | st.builds(tree.Known, st.builds(tree.Name, names), st.booleans())
)


def windows(where: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    def build(op: str, count: int, **parts: object) -> tree.Node:
        n = count if op in ("running", "streak") else None
        if op == "count" and not any(parts[key] for key in ("where", "within", "inside")):
            op = "days"  # without a clause it is a function
        return tree.Window(op=op, n=n, **parts)  # type: ignore[arg-type]

    ops = st.sampled_from(["last", "first", "mean", "max", "min", "count", "days", "ever", "running", "streak"])
    clauses = {"where": st.none() | where, "within": st.none() | lengths, "inside": st.none() | lengths}
    return st.builds(build, ops, st.integers(1, 9), subject=st.builds(tree.Name, names), **clauses)


def larger(below: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    several = st.lists(below, min_size=2, max_size=3).map(tuple)
    codes = st.lists(st.builds(tree.Name, names), min_size=1, max_size=3).map(tuple)
    return (
        st.builds(tree.And, several)
        | st.builds(tree.Or, several)
        | st.builds(tree.Plus, several)
        | st.builds(tree.Not, below)
        | st.builds(tree.minus, below)
        | st.builds(tree.Times, decimals.map(abs), below)
        | st.builds(tree.Compare, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), below, below)
        | st.builds(tree.Among, below, codes)
        | st.builds(tree.Call, st.sampled_from(["min", "max", "count"]), several)
        | st.builds(tree.Call, st.just("abs"), below.map(lambda item: (item,)))
        | windows(below)
    )


@given(st.recursive(leaves, larger, max_leaves=12))
def test_what_is_printed_reads_back_as_the_same_tree(node: tree.Node) -> None:
    text = unparse(node)
    assert parse(text) == node
    assert unparse(parse(text)) == text


@given(st.recursive(leaves, larger, max_leaves=8), st.sampled_from(["zh", "en"]))
def test_every_tree_can_be_said(node: tree.Node, lang: Lang) -> None:
    plain = Names(lambda id, lang: id, lambda subject, code, lang: None, lambda id, lang: id)
    assert sentence(node, plain, lang).strip()


WORDING = """a sbp 收缩压 140 3.5 mmHg /min % and or not in is known true where within inside any last( min( count( days
weeks running( ( ) { } , < <= >= = != == + - * $p " ' "2025-01-01" @ . .. / [ ] ≥ é 1e9 9999999999"""
words = st.sampled_from([*WORDING.split(), "\n", "\t"])


@example("0¼")  # 1⁄4 once settled: no unit
@given(st.lists(words, max_size=25).map(" ".join) | st.text(max_size=60) | st.lists(words, max_size=25).map("".join))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    try:
        node = parse(text)
    except SangaoError as error:
        (only,) = error.problems
        assert only.code.startswith("language.") and only.where.line >= 1 and only.where.column >= 1
    else:
        assert parse(unparse(node)) == node


@given(st.text("abMmgLl/%·.123()[]{}_^µμ毫米汞柱分次 ", max_size=12))
def test_the_name_of_a_unit_is_its_own_name(text: str) -> None:
    assert unit_name(unit_name(text)) == unit_name(text)
