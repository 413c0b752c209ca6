"""Drugs by name: read whole or not at all, combinations with everything they hold, every class of the rules covered."""

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.terms import book
from sangao.adapters.terms.loading import shipped
from sangao.engine.rules.documents import FactDoc
from sangao.engine.rules.folder import read_shared

CHINESE = re.compile("[一-鿿]")


@cache
def classes() -> dict[str, FactDoc]:
    facts = read_shared(shipped())[0].facts
    return {str(name): doc for name, doc in facts.items() if doc.host_list == "medications" and doc.kind == "bool"}


def drug(text: str) -> set[str]:
    return set(book().drug(None, None, text))


def test_every_class_the_rules_speak_of_has_a_chinese_generic_name() -> None:
    assert len(classes()) > 50
    words = book().drugs.names.words
    named = {fact for name in words if CHINESE.match(name) for fact in book().drug(None, None, name)}
    assert classes().keys() - named == set()


def test_every_class_with_atc_codes_is_read_from_each_of_them() -> None:
    for fact, doc in classes().items():
        for code in doc.codes.get("atc", ()):  # type: ignore[call-overload]
            assert fact in book().drug("http://www.whocc.no/atc", str(code)), (fact, code)


def test_every_name_of_a_fact_still_says_that_fact() -> None:
    for fact, doc in classes().items():
        for name in (doc.name.zh, doc.name.en, *doc.synonyms):
            assert fact in drug(name), (fact, name)


def test_a_substance_says_the_classes_it_stands_under_and_all_that_contain_them() -> None:
    for name, facts in book().drugs.facts.items():
        said = drug(name)
        assert set(facts) <= said <= classes().keys(), name
        assert said or book().bystander(name), name


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("苯磺酸氨氯地平片", {"ccb_dhp"}),
        ("马来酸左旋氨氯地平片 2.5mg", {"ccb_dhp"}),
        ("[甲]硝苯地平控释片（拜新同）30mg*7片/盒", {"ccb_dhp"}),
        ("缬沙坦胶囊(北京诺华制药有限公司)", {"arb"}),
        ("厄贝沙坦氢氯噻嗪片", {"arb", "thiazide"}),
        ("安博诺", {"arb", "thiazide"}),
        ("氢氯噻嗪 + 缬沙坦", {"arb", "thiazide"}),
        ("缬沙坦氨氯地平片(Ⅰ)", {"arb", "ccb_dhp"}),
        ("培哚普利吲达帕胺片", {"acei", "thiazide"}),
        ("马来酸依那普利叶酸片", {"acei"}),
        ("尼群洛尔片", {"ccb_dhp", "beta_blocker"}),
        ("复方卡托普利片", {"acei", "thiazide"}),
        ("复方利血平片", {"reserpine", "vasodilator", "thiazide"}),
        ("北京降压0号", {"reserpine", "vasodilator", "thiazide", "k_sparing_diuretic"}),
        ("复方利血平氨苯蝶啶片", {"reserpine", "vasodilator", "thiazide", "k_sparing_diuretic"}),
        ("珍菊降压片", {"central_antihypertensive", "thiazide"}),
        ("沙库巴曲缬沙坦钠片 50mg", {"arni"}),
        ("沙库巴曲/缬沙坦", {"arni"}),
        ("Sacubitril 24 MG / valsartan 26 MG Oral Tablet", {"arni"}),
        ("拉贝洛尔", {"beta_blocker"}),
    ],
)
def test_blood_pressure_drugs(text: str, holds: set[str]) -> None:
    assert drug(text) == {*holds, "on_antihypertensive"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("盐酸二甲双胍缓释片(Ⅱ)", {"metformin"}),
        ("西格列汀二甲双胍片(Ⅱ)", {"dpp4i", "metformin"}),
        ("利格列汀片", {"dpp4i", "linagliptin"}),
        ("格列本脲", {"sulfonylurea", "glibenclamide"}),
        ("消渴丸", {"xiaokewan", "sulfonylurea", "glibenclamide"}),
        ("瑞格列奈", {"glinide"}),
        ("多格列艾汀片", set()),
        ("替尔泊肽注射液", set()),
        ("门冬胰岛素30注射液(诺和锐30)特充", {"insulin"}),
        ("精蛋白生物合成人胰岛素注射液(预混30R)", {"insulin"}),
        ("德谷胰岛素利拉鲁肽注射液", {"insulin", "glp1ra"}),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", {"metformin"}),
    ],
)
def test_glucose_drugs(text: str, holds: set[str]) -> None:
    assert drug(text) == {*holds, "on_glucose_lowering"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("氨氯地平阿托伐他汀钙片", {"ccb_dhp", "on_antihypertensive", "statin", "on_lipid_lowering"}),
        ("依折麦布辛伐他汀片", {"ezetimibe", "statin", "on_lipid_lowering"}),
        ("血脂康胶囊", {"statin", "on_lipid_lowering"}),
        ("海博麦布片", {"hybutimibe", "on_lipid_lowering"}),
        ("吉非罗齐", {"gemfibrozil", "fibrate", "on_lipid_lowering"}),
        ("阿司匹林肠溶片100mg", {"aspirin"}),
        ("硫酸氢氯吡格雷片", {"clopidogrel"}),
        ("氯吡格雷阿司匹林片", {"clopidogrel", "aspirin"}),
        ("黛力新", {"antipsychotic", "antidepressant"}),
        ("洛匹那韦利托那韦片", {"hiv_antiviral", "cyp3a4_inhibitor"}),
        ("布洛芬缓释胶囊", {"nsaid"}),
        ("酚麻美敏片", {"decongestant"}),
    ],
)
def test_other_drugs(text: str, holds: set[str]) -> None:
    assert drug(text) == holds


@pytest.mark.parametrize(
    "text",
    ["停用络活喜", "络活喜?", "无", "不详", "神奇降压茶", "降压药", "缬沙坦(含某成分)", "缬沙坦某某片", "复方缬沙坦",
     "布洛芬乳膏", "双氯芬酸二乙胺乳胶剂", "硝苯", "地平", "氨氯", "沙坦", "马来酸片", "10mg", "片", "", " ", "?",
     "amlo", "amlodipines", "Hydrocortisone 10 MG/ML Topical Cream", "酮康唑洗剂", "不用二甲双胍", "二甲双胍过敏"],
)  # fmt: skip
def test_a_name_that_is_not_understood_whole_is_no_drug_and_no_bystander(text: str) -> None:
    assert drug(text) == set() and not book().bystander(text)


@pytest.mark.parametrize(
    "text", ["阿莫西林胶囊 0.25g", "奥美拉唑肠溶胶囊", "叶酸片", "维生素B12", "Amoxicillin 250 MG / Clavulanate 125 MG"]
)
def test_a_bystander_is_known_and_says_nothing(text: str) -> None:
    assert drug(text) == set() and book().bystander(text)


def test_a_bystander_beside_a_drug_hides_nothing() -> None:
    assert drug("依那普利 叶酸") == {"acei", "on_antihypertensive"} and not book().bystander("依那普利 叶酸")


def test_code_and_name_together_say_what_either_says() -> None:
    assert set(book().drug("atc", "C08CA01", "缬沙坦氨氯地平片")) == {"ccb_dhp", "arb", "on_antihypertensive"}
    assert set(book().drug("医保药品编码", "XC08CAA128A001", "络活喜")) == {"ccb_dhp", "on_antihypertensive"}
    assert book().drug("医保药品编码", "C08CA01", "") == (), "a code of another system is not read as ATC"


@pytest.mark.parametrize("code", ["C08CA", "C08", "c08ca01", " Ｃ０８CA01 "])
def test_an_atc_code_matches_by_its_beginning(code: str) -> None:
    said = book().drug(None, code)
    assert "on_antihypertensive" in said and ("ccb_dhp" in said) == (len(code.strip()) > 3)


def test_traps_of_the_atc_table() -> None:
    assert "arb" not in book().drug(None, "C09DX04") and "glinide" not in book().drug(None, "A10BX18")
    assert "glp1ra" in book().drug(None, "A10AE56") and book().drug(None, "A10BX16") == ("on_glucose_lowering",)


def test_no_name_has_two_meanings_and_none_is_a_filler_word() -> None:
    words = book().drugs.names.words
    for name, facts in book().drugs.facts.items():
        assert words[name.lower()] == (name,), facts


SUBSTANCES = sorted(book().drugs.facts)


@given(st.lists(st.sampled_from(SUBSTANCES), min_size=1, max_size=3, unique=True))
def test_a_name_that_spells_its_substances_is_all_of_them(parts: list[str]) -> None:
    known = book().drugs
    if frozenset(parts) in known.sets:
        return
    each = {fact for one in parts for fact in drug(one)}
    assert each <= drug("、".join(parts)), "separated"
    read = known.names.read("".join(parts) + "片")
    assert set(read) == set(parts) or len(read) < len(parts), (
        "a longer name may stand where two meet, never a wrong one more"
    )


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    assert set(book().drug(None, None, text)) <= classes().keys()
    book().drug(None, text)
    book().condition(None, text)
    book().unit(text)
    book().element(text)


def test_a_very_long_text_is_not_looked_at() -> None:
    assert drug("缬沙坦" * 100_000) == set()
