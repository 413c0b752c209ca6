"""Packs that adopt or use others, and the cases and origins they carry."""

from pathlib import Path

import pytest

from sangao.engine.errors import SangaoError
from sangao.engine.explain.argument import backing
from sangao.engine.pack import canon, ir
from sangao.engine.passes import compile_folder
from tests.engine.passes.compiled import GRADE, PACK, Folder, condition, decision_text

GUIDELINES = Path(__file__).parents[3] / "guidelines"


def test_adopted_documents_speak_with_the_adopting_pack(folder: Folder) -> None:
    base = decision_text("sbp >= $t.limit") + "---\n" + GRADE
    folder(
        base,
        name="base",
        pack=PACK.format(name="base", document="DOC-B", more=""),
        params='t.limit: [{from: "2017-01-01", is: 140 mmHg}]',
    )
    uses = "uses: [{pack: base, adopt: true}]\noccasion: {bp: {take: last_two}}"
    own = """
decision: t.grade
title: {zh: 自有分级, en: own grade}
outcomes: [plain, other]
default: {then: plain}
except: {e: {when: t.it, then: other}}
"""
    path = folder(
        own,
        pack=PACK.format(name="a", document="DOC-A", more=uses),
        params='t.limit: [{from: "2025-01-01", is: 130 mmHg}]',
    )
    pack = compile_folder(path)
    assert condition(pack) == ir.Compare(">=", ir.Read("sbp~last_two"), ir.Int(13000))
    assert pack.words["t.it"].document == "DOC-A"
    assert pack.words["t.it"].place.startswith("base/rules/rules.yaml")
    assert isinstance(pack.decisions["t.grade"].form, ir.Tree)
    assert not any(case.decide == "t.grade" for case in pack.cases)  # the cases of what gave way stay behind


def test_a_used_pack_keeps_its_own_voice_and_brings_what_it_asks_hidden(folder: Folder) -> None:
    other = (
        GRADE.replace("promises: [raising s never lowers t.grade, raising dbp never lowers t.grade]\n", "")
        + """
---
decision: t.risk
title: {zh: 风险, en: risk}
outcomes: [low, high]
default: {then: low}
except: {up: {when: "t.grade >= high and sbp >= 150 mmHg", then: high}}
"""
    )
    folder(
        other,
        name="other",
        pack=PACK.format(name="other", document="DOC-B", more="occasion: {bp: {take: closest_two}}"),
    )
    uses = "uses: [{pack: other, only: [t.risk], as: {t.risk: t.risk@2018}}]\noccasion: {bp: {take: last_two}}"
    own = (
        GRADE
        + """
---
decision: t.mine
title: {zh: 我的, en: mine}
outcomes: bool
default: {then: "false"}
except: {e: {when: "t.risk@2018 = high and sbp < 160 mmHg", then: "true"}}
"""
    )
    pack = compile_folder(folder(own, pack=PACK.format(name="a", document="DOC-A", more=uses)))
    assert list(pack.decisions) == ["t.grade", "t.grade@other", "t.risk@2018", "t.mine"]
    assert pack.decisions["t.grade@other"].hidden and not pack.decisions["t.risk@2018"].hidden
    assert pack.decisions["t.risk@2018"].asks == ("t.grade@other",)
    assert pack.words["t.risk@2018"].document == "DOC-B" and pack.words["t.mine"].document == "DOC-A"
    theirs = pack.leaves["sbp~closest_two"].source
    assert isinstance(theirs, ir.Bare) and theirs.rule is not None and theirs.rule.occasion == "closest_two"
    assert pack.leaves["sbp~last_two"].source == ir.Bare("sbp")


def test_a_row_of_somebody_elses_document_keeps_the_origin_of_that_document(folder: Folder) -> None:
    path = folder(
        "criteria: t.c\ntitle: {zh: 测, en: t}\nitems:\n"
        "  - {id: a, name: {zh: 甲, en: a}, when: diabetes, cite: [T-CLS-01, T-CLS-02]}\n"
    )
    sources = path.parent / "shared" / "sources.yaml"
    sources.write_text(sources.read_text("utf-8").replace("guideline B, origin: national", "plan B, origin: local"))
    pack = compile_folder(path)
    assert pack.citations["T-CLS-01|DOC-A"].origin == "" and pack.citations["T-CLS-02|DOC-A"].origin == "local"
    backed = backing(pack, pack.words["t.c/a"])
    assert [one["origin"] for one in backed] == ["national", "local"]


def test_the_cases_of_a_used_pack_are_its_own_to_answer_for(folder: Folder) -> None:
    pack = PACK.format(name="other", document="DOC-B", more="")
    other = folder(decision_text("sbp >= 140 mmHg"), name="other", pack=pack, cases="- {it: [")
    with pytest.raises(SangaoError) as error:
        compile_folder(other)
    assert "cases/cases.yaml" in {one.where.file for one in error.value.problems}
    using = PACK.format(name="using", document="DOC-A", more="uses: [{pack: other}]")
    assert "t.it" in compile_folder(folder(name="using", pack=using)).decisions
    adopting = PACK.format(name="adopting", document="DOC-A", more="uses: [{pack: other, adopt: true}]")
    with pytest.raises(SangaoError) as error:  # what is adopted is answered for by who adopts it
        compile_folder(folder(name="adopting", pack=adopting))
    assert "other/cases/cases.yaml" in {one.where.file for one in error.value.problems}


def test_the_same_folder_gives_the_same_bytes() -> None:
    first, second = (canon.dumps(compile_folder(GUIDELINES / "family_doctor")) for _ in range(2))
    assert first == second
