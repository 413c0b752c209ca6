"""Strict YAML: nothing is converted, places are right, refusals are told, nothing makes the reader crash or hang."""

import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangao.engine.errors import Problem
from sangao.engine.rules import strict_yaml
from sangao.engine.rules.strict_yaml import DEPTH, PATIENCE, SIZE, read_yaml
from sangao.engine.rules.text import Items, Map, Text


def read(text: str) -> tuple[list[Any], list[str]]:
    documents, problems = read_yaml(text.encode(), "a.yaml")
    return documents, [f"{problem.code} {problem.where.line}:{problem.where.column}" for problem in problems]


def texts(node: Any) -> list[Text]:
    if isinstance(node, Map):
        return [text for key, value in node.items() for text in [key, *texts(value)]]
    return [text for item in node for text in texts(item)] if isinstance(node, Items) else [node]


@pytest.mark.parametrize(
    "written",
    ["140", "0140", "1_000", "1:30", "1e3", ".inf", "0x1F", "true", "false", "2025-03", "=", "140 mmHg", "< 1.8"],
)
def test_a_plain_value_stays_the_text_that_was_written(written: str) -> None:
    documents, problems = read(f"a: {written}")
    assert (documents[0]["a"], problems) == (written, [])


def test_a_place_counts_characters_and_not_bytes() -> None:
    documents, _ = read("标题: {中文: 血压, en: 'sbp >= 140'}\n")
    place = documents[0]["标题"]["en"]
    assert (place.span.line, place.span.column) == (1, 18)
    assert place.place(7).column == 18 + 1 + 7


def test_a_place_inside_a_text_is_not_guessed_where_the_text_was_folded_or_escaped() -> None:
    documents, _ = read("a: \"x\\u4e00y\"\nb: |\n  sbp\n  >= 140\nc: one\n  two\nd: \"'\"\ne: 'a''b'")
    assert [documents[0][key].inset for key in "abcde"] == [-1, -1, -1, 1, -1]
    assert documents[0]["b"].place(3) == documents[0]["b"].span


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\x85\u2028\u2029\xa0"), max_size=12)
    )
)
def test_every_quoted_text_comes_back_with_its_own_place(values: list[str]) -> None:
    lines = ["- '" + value.replace("'", "''") + "'" for value in values]
    documents, problems = read("\n".join(lines))
    assert problems == []
    assert (documents[0] if values else []) == values
    for number, text in enumerate(documents[0] if values else []):
        assert (text.span.line, text.span.column) == (number + 1, 3)


def test_all_problems_of_a_file_are_told_at_once_in_order() -> None:
    _, problems = read("a: yes\nb: {a: 1, a: 2}\nc: &x 1\nd: !!str 1\ne: ~\nf: 2025-01-01\n? [g]\n: 1\n<<: {}\n")
    assert problems == [
        "rules.implicit_boolean 1:4",
        "rules.duplicate_key 2:11",
        "rules.anchor 3:4",
        "rules.tag 4:4",
        "rules.null 5:4",
        "rules.bare_date 6:4",
        "rules.complex_key 7:3",
        "rules.merge_key 9:1",
    ]


def test_of_two_equal_keys_the_first_stays_and_both_places_are_told() -> None:
    documents, problems = read_yaml(b"a: 1\nb: 2\na: 3\n", "a.yaml")
    assert documents == [{"a": "1", "b": "2"}]
    assert (str(problems[0].where), [str(place) for place in problems[0].also]) == ("a.yaml:3:1", ["a.yaml:1:1"])


def test_the_key_on_is_no_boolean_but_the_value_is() -> None:
    assert read("on: 'x'\nno: 'x'") == ([{"on": "x", "no": "x"}], [])
    assert read("a: on")[1] == ["rules.implicit_boolean 1:4"]


def test_quotes_make_a_text_of_anything() -> None:
    assert read("a: 'yes'\nb: ''\nc: \"2025-01-01\"\nd: '~'")[1] == []


def test_reading_goes_on_behind_a_syntax_error() -> None:
    documents, problems = read("a: {\n---\nb: yes\n---\nc: ]\n---\nd: 1\n")
    assert documents == [{"b": "yes"}, {"d": "1"}]
    assert [problem.split()[0] for problem in problems] == ["rules.syntax", "rules.implicit_boolean", "rules.syntax"]


def test_nothing_between_two_documents_is_no_document() -> None:
    assert read("---\n---\n# nothing\n---\na: 1\n---\n") == ([{"a": "1"}], [])
    assert read("") == ([], [])


def test_a_byte_order_mark_is_welcome() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1", "a.yaml") == ([{"a": "1"}], [])


def test_bytes_that_are_not_utf8_are_placed() -> None:
    _, problems = read_yaml("a: 血压\nb: 高".encode()[:-1] + b"\xff", "a.yaml")
    assert [(problem.code, str(problem.where)) for problem in problems] == [("rules.bad_utf8", "a.yaml:2:4")]


def test_a_control_character_is_placed() -> None:
    assert read("a: 1\nb: x\x00y")[1] == ["rules.syntax 2:5"]


def test_nothing_is_ever_constructed(tmp_path: Any) -> None:
    made = tmp_path / "made"
    documents, problems = read(f"a: !!python/object/apply:os.mkdir ['{made}']")
    assert not made.exists()
    assert problems == ["rules.tag 1:4"]
    assert documents == [{"a": [str(made)]}]


def test_depth_has_a_limit_and_stops_the_file() -> None:
    assert read("[" * DEPTH + "]" * DEPTH)[1] == []
    assert read("[" * (DEPTH + 1) + "]" * (DEPTH + 1))[1] == [f"rules.too_deep 1:{DEPTH + 1}"]
    assert read("a:\n" + "".join(" " * n + "a:\n" for n in range(1, DEPTH + 5)))[1][-1].startswith("rules.too_deep")


BOMBS = {
    "aliases": b"a: &a [x, x]\n" + b"".join(b"k%d: &k%d [*a, *a, *a]\n" % (n, n) for n in range(20_000)),
    "brackets": b"[" * SIZE,
    "braces": b"{" * SIZE,
    "keys": b"{" + b"a: 1, " * 150_000 + b"}",
    "questions": b"? " * (SIZE // 2),
    "documents": b"---\n" * (SIZE // 4),
    "broken documents": b"--- ]\n" * (SIZE // 6),
    "number": b"a: " + b"9" * (SIZE - 3),
    "tabs": b"\t\n" * (SIZE // 2),
    "quotes": b'"' * SIZE,
    "dashes": b"- " * (SIZE // 2),
    "comment": b"#" * SIZE,
    "indents": b"".join(b" " * n + b"-\n" for n in range(1300)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_file_hangs_the_reader(name: str) -> None:
    started = time.process_time()
    _, problems = read_yaml(BOMBS[name][:SIZE], "a.yaml")
    assert time.process_time() - started < 20
    assert all(isinstance(problem, Problem) for problem in problems)
    if name in ("broken documents", "tabs"):
        assert 0 < len(problems) <= 2 * PATIENCE


ODD = st.text(
    st.sampled_from(list("{}[]:,-?&*!|>'\"%@`#\n \t\r~<=.0123456789aynoTe血\x00\ufeff\u2028\x85")), max_size=200
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | ODD.map(str.encode))
@example(b"%TAG ! tag:x,2000:\n--- !a {}")
@example(b"--- |\n a\n...\n%YAML 9.9\n---\nb")
@example("a: |\x85 b\u2028c".encode())
@example(b"\xff\xfea\x00")
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    documents, problems = read_yaml(data, "a.yaml")
    for problem in problems:
        assert problem.where.line >= 1 and problem.where.column >= 1 and problem.report("en")
    for document in documents:
        assert all(type(text) is Text for text in texts(document))


@settings(max_examples=150, deadline=None)
@given(ODD)
def test_the_parser_in_python_accepts_what_the_parser_in_c_accepts(text: str) -> None:
    # a machine without libyaml reads the same folder; the two word their errors differently and differ on odd breaks
    if any(character in text for character in "\r\x85\u2028\ufeff\x00\t"):
        text = "a: 1"
    with pytest.MonkeyPatch.context() as patch:
        fast = read_yaml(text.encode())
        patch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)
        slow = read_yaml(text.encode())
    if not any(problem.code == "rules.syntax" for problem in fast[1] + slow[1]):
        assert fast == slow
