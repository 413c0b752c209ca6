"""Identity numbers: nothing is taken from one that does not hold, and none is ever shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters import identity
from sangao.adapters.identity import CHECKS, WEIGHTS, Person, read, resembles

WOMAN = "11010519491231002X"


def with_check(first: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + CHECKS[total % 11]


@pytest.mark.parametrize(
    "text", [WOMAN, WOMAN.lower(), "１１０１０５１９４９１２３１００２Ⅹ", f" ID{WOMAN} ", "110105 19491231 002X"]
)
def test_a_number_that_holds_gives_sex_and_birth_date(text: str) -> None:
    assert read(text) == identity.Read(Person("female", date(1949, 12, 31)))


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_a_blank_says_nothing(text: str) -> None:
    assert read(text) == identity.Read()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310021", "chinese.identity_wrong"),  # the check digit
        (with_check("11010519490230002"), "chinese.identity_wrong"),  # 30 February
        (with_check("11010518000101002"), "chinese.identity_wrong"),
        (with_check("11010520300101002"), "chinese.identity_wrong"),  # not born yet
        ("X10105194912310021", "chinese.identity_wrong"),
        ("1101051949123100", "chinese.identity_wrong"),
        ("护照 E12345678", "chinese.identity_wrong"),
        ("1" * 10_000, "chinese.identity_wrong"),
        ("110105491231002", "chinese.identity_old"),
    ],
)
def test_anything_else_gives_nothing(text: str, code: str) -> None:
    found = read(text, date(2025, 3, 9))
    assert found.person is None and found.problem is not None and found.problem.code == code
    assert found.problem.given is None and text not in found.problem.report("zh")


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place: int, more: int) -> None:
    digit = str((int(WOMAN[place]) + more) % 10)
    assert read(WOMAN[:place] + digit + WOMAN[place + 1 :]).person is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_fail(text: str) -> None:
    found = read(text)
    assert (found.person is None) or resembles(text)


def test_what_looks_like_a_number_is_no_key() -> None:
    assert resembles("110105194912310021") and resembles("110105491231002")
    assert not resembles("HR201102113366666") and not resembles(None) and not resembles("123456789012345678")
