"""Folders: documents with their places, all problems at once; no document makes the reader raise."""

import copy
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.engine.errors import Span
from sangao.engine.rules.coherence import check_document, check_fact, check_facts, check_params
from sangao.engine.rules.documents import (
    FORMS,
    AdviceDoc,
    CaseDoc,
    CriteriaDoc,
    DecisionDoc,
    FactsFile,
    FormulaDoc,
    PackDoc,
    ParamsFile,
    RowsFile,
    ScoreDoc,
    SourcesFile,
    TableDoc,
)
from sangao.engine.rules.fit import fit
from sangao.engine.rules.folder import Folder, read_folder, read_rules, read_shared
from sangao.engine.rules.once import reading_once
from sangao.engine.rules.strict_yaml import read_yaml
from sangao.engine.rules.text import Items, Map, Text

DOCUMENTS = Path(__file__).parents[2] / "documents"
GUIDELINES = Path(__file__).parents[3] / "guidelines"


def one(text: str, model: Any) -> Any:
    nodes, problems = read_yaml(text.encode(), "rules/a.yaml")
    made = fit(model, nodes[0], problems)
    assert [problem.report("en") for problem in problems] == []
    return made


def base(into: Path, rules: str = "") -> Path:
    shutil.copytree(DOCUMENTS / "base", into, dirs_exist_ok=True)
    (into / "minimal" / "rules").mkdir()
    (into / "minimal" / "rules" / "a.yaml").write_text(rules, encoding="utf-8")
    return into / "minimal"


def test_a_table_keeps_every_place() -> None:
    table = one((DOCUMENTS / "good" / "table.yaml").read_text(encoding="utf-8"), TableDoc)
    assert (table.id, table.hit, table.file) == ("htn.grade", "highest", "rules/a.yaml")
    assert table.inputs["sbp"].of == "sbp_office" and table.inputs["sbp"].name is None
    assert table.inputs["dbp"].name.en == "diastolic"
    first, _, last = table.rows
    assert (first.span, first.cells["sbp"].span) == (Span("rules/a.yaml", 12, 5), Span("rules/a.yaml", 12, 11))
    assert first.cells["sbp"].place(1).column == 13
    assert (last.key, last.says.zh, last.cite[0].span.line) == ("grade1", "达到 140 或 90", 14)
    assert table.cases[0].give.facts == {"dbp_office": "112 mmHg"}
    assert table.cases[0].give.conditions is None
    assert table.cases[3].expect.missing == (("sbp_office", "dbp_office"),)
    assert table.cases[3].expect.value is None


def test_short_forms_are_read_as_the_long_ones() -> None:
    decision = one(
        "decision: a.b\ntitle: {zh: 甲, en: a}\noutcomes: {number: mmHg}\ndefault: {then: 140 mmHg}\n"
        "except: {x: {when: a, then: b}, w: {when: a, then: b, of: x}, z: {when: a, then: b, of: [x, w], over: w}}",
        DecisionDoc,
    )
    assert [branch.of for branch in decision.exceptions.values()] == [("default",), ("x",), ("x", "w")]
    assert decision.exceptions["z"].over == ("w",)
    assert (decision.outcomes.kind, decision.outcomes.unit) == ("number", "mmHg")
    items = '[{id: f, when: a, points: 6}, {id: g, of: b, points: {"< 3": 1}}]'
    score = one("score: a.b\ntitle: {zh: 甲, en: a}\nitems: " + items, ScoreDoc)
    assert [item.points for item in score.items] == [6, {"< 3": 1}]
    criteria = "criteria: a.b\ntitle: {zh: 甲, en: a}\nof: OF\nitems: [{id: f, name: {zh: 甲, en: a}, when: b}]"
    needs = [one(criteria.replace("OF", of), CriteriaDoc).of.at_least for of in ("any", "all", "{at_least: 2}")]
    assert needs == [1, None, 2]
    assert one(criteria.replace("of: OF\n", ""), CriteriaDoc).of.at_least == 1


def test_a_list_that_was_delivered_empty_is_not_a_list_that_was_not_delivered() -> None:
    give = "{medications: [], conditions: [stroke, {fact: diabetes}]}"
    case = one(f"{{it: a, give: {give}, expect: {{status: unknown}}}}", CaseDoc)
    assert (case.give.medications, case.give.symptoms) == ((), None)
    assert [entry.fact for entry in case.give.conditions] == ["stroke", "diabetes"]


def test_words_of_python_keep_their_keys() -> None:
    pack = one((DOCUMENTS / "base/minimal/pack.yaml").read_text(encoding="utf-8"), PackDoc)
    assert (pack.dates.start, pack.dates.until, pack.advice_budget) == ("2025-09-24", None, 5)
    advice = one((DOCUMENTS / "good/advice.yaml").read_text(encoding="utf-8").split("---")[1], AdviceDoc)
    assert (advice.action.drug_class, advice.permission.go_on, advice.when_unknown) == ("acei", "stop", "ask")


def test_a_formula_needs_no_title() -> None:
    assert one("{formula: bmi, use: bmi@1, inputs: {weight: weight, height: height}}", FormulaDoc).title is None


def test_a_range_of_rows_is_written_out() -> None:
    cite = one("{it: a, give: {}, expect: {status: unknown}, proves: [HTN-CLS-08..11, HTN-REF-I04]}", CaseDoc).proves
    assert cite == ("HTN-CLS-08", "HTN-CLS-09", "HTN-CLS-10", "HTN-CLS-11", "HTN-REF-I04")
    assert cite[2].span == cite[0].span and cite[4].span.column > cite[0].span.column


def test_a_text_keeps_its_place_through_copies() -> None:
    text = Text("a", Span("f", 2, 3), 1)
    for copied in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (copied, copied.span, copied.inset) == (text, text.span, 1)


def test_a_folder_that_is_not_there_lacks_its_pack(tmp_path: Path) -> None:
    folder, problems = read_folder(tmp_path / "nowhere")
    assert folder == Folder(tmp_path / "nowhere")
    assert [problem.code for problem in problems if problem.severity == "error"] == ["rules.missing_file"]


def test_what_is_good_is_read_beside_what_is_bad(tmp_path: Path) -> None:
    text = (DOCUMENTS / "good" / "decision.yaml").read_text(encoding="utf-8")
    folder, problems = read_folder(base(tmp_path, "tabel: x\n---\n" + text), prefix="htn/")
    assert [str(document.id) for document in folder.documents] == ["htn.start"]
    assert [f"{problem.where} {problem.code}" for problem in problems] == ["htn/rules/a.yaml:1:1 rules.unknown_form"]
    assert folder.pack is not None and folder.sources and folder.changes
    assert folder.params["htn.dx.sbp"][0].value == "140 mmHg"  # type: ignore[index]


def test_within_reading_once_a_folder_is_read_again_when_a_file_of_it_has_changed(tmp_path: Path) -> None:
    pack = base(tmp_path, "tabel: x")
    assert read_rules(pack)[0] is not read_rules(pack)[0]
    with reading_once():
        first, told = read_rules(pack)
        told.clear()  # the list is the caller's
        again, problems = read_rules(pack)
        assert again is first and [one.code for one in problems] == ["rules.unknown_form"]
        assert [one.where.file for one in read_rules(pack, "htn/")[1]] == ["htn/rules/a.yaml"]
        (pack / "rules" / "b.yaml").write_text("tabel: x", encoding="utf-8")
        assert [one.where.file for one in read_rules(pack)[1]] == ["rules/a.yaml", "rules/b.yaml"]
    assert read_rules(pack)[0] is not read_rules(pack)[0]


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    pack = base(tmp_path)
    for name in ("c", "a", "b"):
        text = f"{{decision: x.{name}, title: {{zh: 甲, en: a}}, outcomes: bool, default: {{then: false}}}}"
        (pack / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert [document.id for document in read_folder(pack)[0].documents] == ["x.a", "x.b", "x.c"]


def test_cases_stand_as_a_list_or_under_cases(tmp_path: Path) -> None:
    pack = base(tmp_path)
    (pack / "cases").mkdir()
    case = "{it: a, decide: x.y, give: {}, expect: {status: unknown}}"
    (pack / "cases" / "a.yaml").write_text(f"- {case}\n---\ncases:\n  - {case}\n  - {case}\n", encoding="utf-8")
    folder, problems = read_folder(pack)
    assert ([case.span.line for case in folder.cases], problems) == ([1, 4, 5], [])


def test_the_shared_folder_is_read_whole() -> None:
    shared, problems = read_shared(DOCUMENTS / "base" / "shared")
    assert problems == []
    assert list(shared.facts)[:3] == ["sex", "age", "sbp_office"]
    fact = shared.facts[Text("sbp_office")]
    assert fact.name.span.file == "shared/facts/facts.yaml"
    assert (fact.units[Text("kPa")].times, fact.units[Text("kPa")].plus, fact.hard) == ("7.50062", None, ("40", "320"))
    assert shared.rows[Text("HTN-DX-99")].doubt
    assert shared.sources[Text("PC-2025")].origin == "national"


@pytest.mark.parametrize("path", sorted(GUIDELINES.glob("*/pack.yaml")), ids=lambda path: path.parent.name)
def test_our_own_guidelines_are_read_without_error(path: Path) -> None:
    _, problems = read_folder(path.parent)
    assert [problem.report("en") for problem in problems if problem.severity == "error"] == []


def test_our_own_facts_are_read_without_error() -> None:
    shared, problems = read_shared(GUIDELINES / "shared")
    assert [problem.report("en") for problem in problems] == []
    assert "sbp_office" in shared.facts and shared.rows and shared.sources


# --- nothing an author may write makes the reader raise --------------------------------------------------------------
MODELS: list[Any] = [*FORMS.values(), PackDoc, ParamsFile, FactsFile, SourcesFile, RowsFile, CaseDoc]
WORDS = sorted(
    {key for model in MODELS for key in list(model.keys())} | {"zh", "en", "then", "when", "of", "is", "from", "id"}
)
WORD = st.sampled_from(
    [
        *WORDS,
        "any",
        "all",
        "bool",
        "true",
        "number",
        "",
        "-1",
        "140 mmHg",
        "[0..120)",
        "9" * 40,
        "1/0",
        "0",
        "2025-01-01",
    ]
) | st.text(max_size=5)
PLACED = st.builds(Text, WORD, st.just(Span("a.yaml", 1, 1)))
NODES = st.recursive(
    PLACED,
    lambda inner: (
        st.builds(Map, st.dictionaries(PLACED, inner, max_size=6), st.just(Span("a.yaml", 2, 2)))
        | st.builds(Items, st.lists(inner, max_size=4), st.just(Span("a.yaml", 3, 3)))
    ),
    max_leaves=25,
)


def good_nodes() -> list[Any]:
    files = [*sorted((DOCUMENTS / "good").glob("*.yaml")), *sorted((DOCUMENTS / "base").rglob("*.yaml"))]
    return [node for file in files for node in read_yaml(file.read_bytes(), file.name)[0]]


def check(model: Any, node: Any) -> None:
    problems: list[Any] = []
    made = fit(model, node, problems)
    if isinstance(made, tuple(FORMS.values())):
        problems += check_document(made)
    elif isinstance(made, ParamsFile):
        problems += check_params(made.params)
    elif isinstance(made, FactsFile):
        for key, fact in made.facts.items():
            problems += check_fact(key, fact)
        problems += check_facts(made.facts, made.groups, made.consistency)
    assert made is not None or problems
    for problem in problems:
        assert problem.report("zh") and problem.report("en") and problem.where.line


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MODELS), NODES)
def test_no_tree_makes_a_model_raise(model: Any, node: Any) -> None:
    check(model, node)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_document_makes_a_model_raise(data: st.DataObject) -> None:
    node = copy.deepcopy(data.draw(st.sampled_from(GOOD_NODES)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = node
        while True:
            if not isinstance(at, Map | Items) or not at:
                break
            key = data.draw(st.sampled_from(list(at) if isinstance(at, Map) else list(range(len(at)))))
            if data.draw(st.booleans()):
                at[key] = data.draw(NODES)  # type: ignore[index]
                break
            at = at[key]  # type: ignore[index]
    for model in MODELS:
        check(model, node)


GOOD_NODES = good_nodes()
