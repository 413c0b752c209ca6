"""Bad folders: what is wrong, where, and which name was meant."""

# ruff: noqa: E501

from collections.abc import Callable
from pathlib import Path

import pytest

from sangao.engine.errors import SangaoError
from sangao.engine.passes import compile_folder, compile_folders, find_folder

Folder = Callable[..., Path]


def problems(path: Path) -> list[str]:
    """Return `line:column code` of every error of a folder, in order."""
    with pytest.raises(SangaoError) as caught:
        compile_folder(path)
    found = [one for one in caught.value.problems if one.severity == "error"]
    for one in found:
        for lang in ("zh", "en"):
            assert "{" not in one.text(lang).replace("{…}", ""), one.text(lang)
    return [f"{one.where.line}:{one.where.column} {one.code}" for one in found]


def decision_text(when: str, more: str = "") -> str:
    return f"""decision: t.it
title: {{zh: 测试, en: test}}
outcomes: bool
default: {{then: "false"}}
except:
  yes: {{when: '{when}', then: "true"}}
{more}
"""


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("sbp_ >= 140 mmHg", "6:16 meaning.unknown_name"),
        ("sbp >= 140", "6:16 meaning.unit_missing"),
        ("sbp >= 18.7 kPa", "6:16 meaning.unit"),
        ("fpg >= 126 mg/dL", "6:16 meaning.unit"),
        ("sbp >= fpg", "6:16 meaning.unit"),
        ("age >= 0 years", "6:16 checks.constant_comparison"),
        ("sbp > 320 mmHg", "6:16 checks.constant_comparison"),
        ("sbp = 140.001 mmHg", "6:16 checks.constant_comparison"),
        ("diabetes and age > 130 years", "6:29 checks.constant_comparison"),
        ("count(diabetes, stroke) >= 3", "6:16 checks.constant_comparison"),
        ("smoke >= never", "6:16 checks.constant_comparison"),
        ("true", "6:16 checks.constant_comparison"),
        ("sex > male", "6:16 meaning.not_ordered"),
        ("sex = man", "6:22 meaning.unknown_code"),
        ("sex = sbp", "6:22 meaning.code_against"),
        ("sbp in {male}", "6:16 meaning.not_coded"),
        ("sbp", "6:16 meaning.not_a_condition"),
        ("diabetes + 1 >= 2", "6:16 meaning.not_a_number"),
        ("diabetes >= 2", "6:16 meaning.not_comparable"),
        ("bp", "6:16 meaning.bare_group"),
        ("fpg is known", "6:16 meaning.known"),
        ("ever(bp where fpg >= 7.0 mmol/L)", "6:30 meaning.outside_group"),
        ("ever(bpp where sbp >= 140 mmHg)", "6:21 meaning.unknown_subject"),
        ("ever(bp)", "6:16 meaning.window_condition"),
        ("mean(diabetes) > 2", "6:16 meaning.window_kind"),
        ("streak(3, bp where sbp >= 140 mmHg inside any 2 months)", "6:62 meaning.inside_months"),
        ("sbp >= $t.limit", "6:23 meaning.unknown_param"),
        ("x in t.it", "6:21 meaning.cycle"),
        ("sbp >=", "6:22 language.ends_early"),
        ('seen_on >= 3 days', "6:16 meaning.unit"),
        ('seen_on + seen_on >= "2025-01-01"', "6:16 meaning.unit"),
    ],
)  # fmt: skip
def test_a_condition_that_means_nothing_is_named_with_its_place(folder: Folder, when: str, code: str) -> None:
    assert problems(folder(decision_text(when))) == [code]


def test_all_problems_come_at_once_and_sorted(folder: Folder) -> None:
    text = (
        decision_text("sbp >= 140 and agee > 3 years") + "---\n" + decision_text("fpg > 1 mmHg").replace("t.it", "t.b")
    )
    assert problems(folder(text)) == ["6:16 meaning.unit_missing", "6:31 meaning.unknown_name", "14:16 meaning.unit"]


def test_the_nearest_name_is_offered(folder: Folder) -> None:
    with pytest.raises(SangaoError) as caught:
        compile_folder(folder(decision_text("diabtes")))
    (found,) = [one for one in caught.value.problems if one.severity == "error"]
    assert found.parts["nearest"] == "diabetes"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('let: {a: "b", b: "a"}', ["7:11 meaning.let_cycle", "7:19 meaning.let_cycle"]),
        ('let: {idle: "sbp >= 140"}', ["7:14 meaning.unit_missing"]),
        ('let: {sbp: "diabetes"}', ["7:7 meaning.shadowed"]),
        ("must_ask: [stroke]", ["7:12 meaning.must_ask_unread"]),
        ("must_ask: [strok]", ["7:12 rules.unknown_fact"]),
        ("cite: [T-CLS-09]", ["7:8 meaning.unknown_row"]),
        ("cite: [T-OPEN-01]", ["7:8 meaning.doubtful_row"]),
        ('enough: "diabetes"\nassuming: {diabetes: "false"}', ["7:10 meaning.enough"]),
        ('enough: "stroke is known"\nassuming: {fpg: "< 7"}', ["8:12 meaning.assuming_unread"]),
        ("promises: [raising sbp always lowers t.it]", ["7:12 meaning.promise"]),
        ("promises: [raising sbp never lowers t.it]", ["7:12 meaning.promise_unread"]),
        ("promises: [raising sbpp never lowers t.it]", ["7:12 rules.unknown_fact"]),
        ("promises: [diabetes implies t.itt]", ["7:29 meaning.unknown_name"]),
        ("cases: [{it: c, give: {sbpp: 1}, expect: {value: true}}]", ["7:24 rules.unknown_fact"]),
        ("cases: [{it: c, decide: t.b, give: {}, expect: {value: true}}]", ["7:25 meaning.unknown_decision"]),
        ("cases: [{it: c, give: {}, expect: {value: maybe}}]", ["7:43 rules.unknown_outcome"]),
    ],
)  # fmt: skip
def test_parts_beside_the_rules_are_checked(folder: Folder, more: str, code: list[str]) -> None:
    assert problems(folder(decision_text("diabetes", more))) == code


def test_decisions_in_a_circle_are_named(folder: Folder) -> None:
    text = decision_text("t.b") + "---\n" + decision_text("t.c").replace("t.it", "t.b")
    text += "---\n" + decision_text("t.b").replace("t.it", "t.c")
    with pytest.raises(SangaoError) as caught:
        compile_folder(folder(text))
    (found,) = [one for one in caught.value.problems if one.severity == "error"]
    assert (found.code, found.parts["cycle"]) == ("meaning.cycle", "t.b → t.c → t.b")


@pytest.mark.parametrize(
    ("excepts", "code"),
    [
        ("{a: {when: diabetes, then: 'true', of: b}, b: {when: stroke, then: 'true', of: a}}", "meaning.exception_cycle"),
        ("{a: {when: diabetes, then: 'true'}, b: {when: stroke, then: 'true', of: a, over: [a]}}", "meaning.over_not_sibling"),
        ("{a: {when: diabetes, then: 'true', over: [b]}, b: {when: stroke, then: 'true', over: [a]}}", "meaning.over_ring"),
        ("{a: {when: diabetes, then: 'true', of: all}, b: {when: stroke, then: 'true', over: [a]}}", "meaning.over_ring"),
        ("{a: {when: diabetes, then: 'true', over: [b]}, b: {when: stroke, then: 'true', over: [c]}, "
         "c: {when: 'not stroke', then: 'true', over: [a]}}", "meaning.over_ring"),
    ],
)  # fmt: skip
def test_exceptions_that_hang_wrongly(folder: Folder, excepts: str, code: str) -> None:
    text = f"decision: t.it\ntitle: {{zh: 测, en: t}}\noutcomes: bool\ndefault: {{then: 'false'}}\nexcept: {excepts}\n"
    assert {one.split(" ")[1] for one in problems(folder(text))} == {code}


TABLE = """table: t.t
title: {{zh: 表, en: table}}
inputs: {{s: {of}}}
hit: unique
outcomes: [low, high]
rows:
  - {{s: "{cell}", then: low}}
  - {{s: "-", then: high}}
"""


@pytest.mark.parametrize(
    ("of", "cell", "code"),
    [
        ("sbp", "> 320", "7:9 checks.dead_cell"),
        ("sbp", "= 120.001", "7:9 checks.dead_cell"),
        ("sbp", ">= 18 kPa", "7:9 meaning.unit"),
        ("sbp", "male", "7:9 meaning.cell_kind"),
        ("sex", "men", "7:9 meaning.unknown_code"),
        ("diabetes", "> 3", "7:9 meaning.cell_kind"),
        ("seen_on", "> 3", "3:10 meaning.input_kind"),
        ("sbp", "[120..", "7:9 language.cell"),
    ],
)
def test_cells_that_no_patient_can_have(folder: Folder, of: str, cell: str, code: str) -> None:
    found = problems(folder(TABLE.format(of=of, cell=cell)))
    assert [one.split(" ")[1] for one in found] == [code.split(" ")[1]]
    assert [one.split(":")[0] for one in found] == [code.split(":")[0]]


SCORE = """score: t.s
title: {{zh: 分, en: score}}
items: [{{id: age, of: age, points: {points}}}]
order: [low, high]
bands: {bands}
"""


@pytest.mark.parametrize(
    ("points", "bands", "code"),
    [
        ('{"< 40": 0, "> 40": 3}', '{low: "< 2", high: ">= 2"}', "meaning.points_gap"),
        ('{"<= 40": 0, ">= 40": 3}', '{low: "< 2", high: ">= 2"}', "meaning.points_overlap"),
        ('{"< 40": 0, ">= 40": 3}', '{low: "< 2", high: "> 2"}', "meaning.bands_order"),
        ('{"< 40": 0, ">= 40": 3}', '{low: "< 2", high: "[2..3)"}', "meaning.bands_end"),
        ('{"< 40": 0, ">= 40": 3}', '{low: "> 2", high: "<= 2"}', "meaning.bands_order"),
    ],
)
def test_scores_cover_all_there_is(folder: Folder, points: str, bands: str, code: str) -> None:
    found = problems(folder(SCORE.format(points=points, bands=bands)))
    assert [one.split(" ")[1] for one in found] == [code]


PACK = """
pack: {name}
edition: "2025"
family: {name}
title: {{zh: 测试, en: test}}
origin: national
document: DOC-A
dates: {{from: "2025-01-01"}}
{more}
"""


def test_two_sources_of_one_decision_are_parted_or_refused(folder: Folder) -> None:
    folder(decision_text("diabetes"), name="b")
    folder(decision_text("stroke"), name="c")
    path = folder(name="a", pack=PACK.format(name="a", more="uses: [{pack: b}, {pack: c}]"))
    assert problems(path) == ["9:26 meaning.doubled_decision"]
    parted = "uses: [{pack: b}, {pack: c, as: {t.it: t.it@c}}]"
    path = folder(name="d", pack=PACK.format(name="d", more=parted))
    assert list(compile_folder(path).decisions) == ["t.it", "t.it@c"]


def test_uses_that_go_wrong_are_named(folder: Folder) -> None:
    folder(name="b", pack=PACK.format(name="b", more="uses: [{pack: a}]"))
    assert problems(folder(name="a", pack=PACK.format(name="a", more="uses: [{pack: b}]"))) == [
        "9:15 meaning.uses_cycle"
    ]
    assert problems(folder(name="c", pack=PACK.format(name="c", more="uses: [{pack: zz}]"))) == [
        "9:15 host.unknown_pack"
    ]
    folder(decision_text("diabetes"), name="d")
    more = "uses: [{pack: d, only: [t.its]}]"
    assert problems(folder(name="e", pack=PACK.format(name="e", more=more))) == ["9:25 meaning.not_in_pack"]


def test_a_formula_fits_its_facts(folder: Folder) -> None:
    text = "formula: bmi\nuse: bmi@1\ninputs: {weight: height, size: height}\n"
    assert problems(folder(text)) == [
        "1:10 meaning.formula_input",
        "3:18 meaning.unit",
        "3:26 meaning.formula_input",
    ]
    assert problems(folder(text.replace("bmi@1", "bmi@9"), name="b")) == ["2:6 meaning.unknown_formula"]


def test_site_settings_must_be_declared(folder: Folder) -> None:
    path = folder(decision_text("diabetes and has_lab"))
    assert compile_folder(path, settings={"has_lab": "true"}).settings == {"has_lab": "true"}
    with pytest.raises(SangaoError, match="unknown_setting"):
        compile_folder(path, settings={"sbp": "140"})
    with pytest.raises(SangaoError, match="setting_value"):
        compile_folder(path, settings={"has_lab": "perhaps"})


def test_folders_side_by_side_are_one_pack(folder: Folder) -> None:
    first, second = (
        folder(decision_text("diabetes"), name="b"),
        folder(decision_text("stroke").replace("t.it", "t.c"), name="c"),
    )
    assert list(compile_folders([first, second]).decisions) == ["t.it", "t.c"]
    third = folder(decision_text("stroke"), name="d")
    with pytest.raises(SangaoError, match="doubled_decision"):
        compile_folders([first, third])


def test_an_unknown_pack_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "my_pack").mkdir()
    (tmp_path / "my_pack" / "pack.yaml").write_text("pack: my_pack\n", "utf-8")
    assert find_folder("my_pack", [tmp_path]) == tmp_path / "my_pack"
    with pytest.raises(SangaoError, match="my_pack") as caught:
        find_folder("my_pakc", [tmp_path])
    assert caught.value.usage


def test_a_folder_that_is_no_pack_yet_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    with pytest.raises(SangaoError) as caught:
        compile_folders([find_folder(tmp_path)])
    assert ("rules.missing_file", "pack.yaml") in [(one.code, one.parts.get("file")) for one in caught.value.problems]
