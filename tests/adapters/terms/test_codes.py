"""Every code the knowledge and the facts give is in the book, or its absence is explained in SOURCES.md."""

import re
from functools import cache
from pathlib import Path

import pytest

from sangao.adapters.terms import book
from sangao.adapters.terms.documents import checked
from sangao.adapters.terms.loading import shipped
from sangao.engine.rules.documents import FactDoc
from sangao.engine.rules.folder import read_shared

KNOWLEDGE = Path(__file__).parents[4] / "shared" / "knowledge" / "interfaces.md"
LOINC = re.compile(r"(?<![\d.])\d{3,5}-\d(?!\d)")
ELEMENT = re.compile(r"DE\d\d\.\d\d\.\d{3}\.\d\d")


@cache
def facts() -> dict[str, FactDoc]:
    return {str(name): doc for name, doc in read_shared(shipped())[0].facts.items()}


@cache
def explained() -> str:
    return (shipped() / "terms" / "SOURCES.md").read_text("utf-8")


def loinc() -> list[tuple[str, str]]:
    return [(name, str(code)) for name, doc in facts().items() for code in doc.codes.get("loinc", ())]  # type: ignore[call-overload]


def elements() -> list[tuple[str, str]]:
    return [(name, str(code)) for name, doc in facts().items() for code in doc.codes.get("de", ())]  # type: ignore[call-overload]


def test_every_loinc_code_of_a_fact_says_that_fact_or_stands_in_the_sources() -> None:
    assert len(loinc()) > 70
    for name, code in loinc():
        match = book().observation("loinc", code)
        assert (match is not None and match.fact == name) or code in explained(), (name, code)


def test_every_data_element_of_a_fact_says_that_fact_or_stands_in_the_sources() -> None:
    assert len(elements()) > 50
    for name, code in elements():
        assert book().element(code) == name or code in explained(), (name, code)


@pytest.mark.skipif(not KNOWLEDGE.is_file(), reason="the knowledge folder ../shared/knowledge is not here")
def test_every_code_of_the_interface_tables_is_known_or_its_absence_is_explained() -> None:
    text = KNOWLEDGE.read_text("utf-8")
    tables = text[text.index("### 1.1") : text.index("### 1.6")]
    for code in set(LOINC.findall(tables)):
        known = book().observation("loinc", code) or book().panel("loinc", code) or book().aside("loinc", code)
        assert known or code in explained(), code
    for code in set(ELEMENT.findall(tables)):
        assert book().element(code) or book().part(code) or book().aside("de", code) or code in explained(), code


@pytest.mark.skipif(not KNOWLEDGE.is_file(), reason="the knowledge folder ../shared/knowledge is not here")
def test_no_code_is_in_the_book_that_no_table_gives() -> None:
    given = KNOWLEDGE.read_text("utf-8")
    for code in (*book().observations, *book().elements, *book().parts, *book().passed, *book().diagnoses.snomed):
        shortened = code.startswith("DE") and code[7:] in given  # the tables write DE05.01.024.00 / .025.00
        assert code in given or shortened, code


def test_the_book_agrees_with_the_kinds_units_and_values_of_facts() -> None:
    for match in book().observations.values():
        doc = facts()[match.fact]
        assert match.kind == doc.kind
        for name, value in match.qualifiers:
            assert value == "unknown" or value in doc.select[name], (match.fact, name)  # type: ignore[index]
    for fact, words in book().answers.items():
        assert set(words.values()) <= set(facts()[fact].values)


def test_a_number_by_mass_never_passes_without_its_unit() -> None:
    by_mass = ("1558-6", "1518-0", "2345-7", "2339-0", "2093-3", "2089-1", "2085-9", "2571-8", "2160-0", "38483-4")
    for code in by_mass:
        match = book().observation("loinc", code)
        assert match is not None and match.unit is None, code


def test_glucose_of_blood_is_of_an_unknown_sample_and_cannot_diagnose() -> None:
    for code in ("15074-8", "2339-0"):
        match = book().observation("loinc", code)
        assert match is not None and match.qualifiers == (("sample", "unknown"),)


def test_goals_panels_and_other_positions_are_no_readings() -> None:
    for code in ("86911-5", "8460-8", "8461-6", "85354-9", "55284-4", "8277-6"):
        assert book().observation("loinc", code) is None
    assert book().panel("loinc", "55284-4") and book().aside("loinc", "8460-8")


@pytest.mark.parametrize(
    "system", ["http://loinc.org", "http://loinc.org/", "urn:oid:2.16.840.1.113883.6.1", "LN", None]
)
def test_a_system_has_many_names(system: str | None) -> None:
    match = book().observation(system, " ８４８０-6 ")
    assert match is not None and match.fact == "sbp_office"


def test_a_code_of_another_system_means_nothing() -> None:
    assert book().observation("http://snomed.info/sct", "8480-6") is None
    assert book().observation("house", "8480-6") is None and book().observation(None, "") is None


@pytest.mark.parametrize("code", ["8480-7", "8480", "-6", "8480-66", "８", "", "a-1"])
def test_a_wrong_check_digit_is_no_code(code: str) -> None:
    assert not checked(code)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("DEO4.lO.174.OO", "sbp_office"), ("de04.10.174.00", "sbp_office"), ("ＤＥ04.10.176.00", "dbp_office"),
     ("DE04.10.174.01", None), ("DE999.99", None), ("DE", None), ("", None), ("8480-6", None)],
)  # fmt: skip
def test_letters_that_stand_for_digits_are_put_right(written: str, meant: str | None) -> None:
    assert book().element(written) == meant


def test_an_element_of_a_list_or_set_aside_is_no_fact() -> None:
    for code in (*book().parts, *book().passed):
        assert book().element(code) is None, code
