"""Units under one name, however a host spells them; a unit nobody knows is None and never guessed."""

from functools import cache

import pytest

from sangao.adapters.terms import book
from sangao.adapters.terms.loading import shipped
from sangao.engine.quantity import unit_name
from sangao.engine.rules.folder import read_shared


@cache
def declared() -> frozenset[str]:
    found = read_shared(shipped())[0].facts.values()
    return frozenset(str(one) for doc in found for one in (*doc.units, *((doc.unit,) if doc.unit else ())))


def test_every_unit_of_a_fact_is_known() -> None:
    assert len(declared()) > 40
    for unit in declared():
        assert book().unit(unit) is not None, unit


def test_what_the_book_calls_a_unit_the_facts_accept() -> None:
    names = {unit_name(one) for one in declared()}
    for unit in set(book().units.values()) - {"", "Cel"}:
        assert unit in names, unit
    assert book().unit("℃") == book().unit("Cel") == "Cel"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("mmHg", "mmHg"), ("mm[Hg]", "mmHg"), ("MMHG", "mmHg"), ("毫米汞柱", "mmHg"), ("ｍｍＨｇ", "mmHg"),
     ("mmol/L", "mmol/L"), ("MMOL/L", "mmol/L"), ("毫摩尔/升", "mmol/L"), ("毫摩尔每升", "mmol/L"),
     ("mmol/L(毫摩尔/升)", "mmol/L"), ("μmol/L", "umol/L"), ("µmol/l", "umol/L"), ("umol/L", "umol/L"),
     ("次/分", "/min"), ("次每分钟", "/min"), ("bpm", "/min"), ("{beats}/min", "/min"), ("公斤", "kg"), ("Kg", "kg"),
     ("斤", "斤"), ("市斤", "斤"), ("两", "两/d"), ("mL/min/{1.73_m2}", "mL/min/1.73m2"),
     ("ml/min/1.73㎡", "mL/min/1.73m2"), ("mg/(24.h)", "mg/24h"), ("[iU]/L", "IU/L"), ("%", "%"), ("1", ""), ("", "")],
)  # fmt: skip
def test_spellings(written: str, meant: str) -> None:
    assert book().unit(written) == meant


@pytest.mark.parametrize(
    "written", ["尺", "10*9/L", "{score}", "mmol", "克拉", "152", "mmol/L(mg/dL)", "m m o l", "%%", "/"]
)
def test_a_unit_nobody_knows_is_none(written: str) -> None:
    assert book().unit(written) is None


def test_millimoles_and_millimetres_are_not_taken_for_each_other() -> None:
    assert book().unit("mm") == "mm" and book().ucum("mm") == "mm" and book().unit("mM") == "mmol/L"


def test_every_ucum_code_reads_back() -> None:
    for unit in set(book().units.values()):
        code = book().ucum(unit)
        assert code is None or book().unit(code) == unit, unit
    assert book().ucum("斤") is None and book().ucum("parsec") is None
