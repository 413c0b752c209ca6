"""Where authorities differ for one patient it is shown: proved over every patient, refuted with one."""

from dataclasses import replace

import pytest

from sangao.engine.pack import ir
from sangao.engine.passes.checks.conflicts import hidden, overruled
from sangao.engine.passes.checks.study import Study
from tests.opened import opened


@pytest.fixture(scope="module")
def bundle() -> ir.Pack:
    return opened("sangao_national").compiled


def test_every_open_choice_of_the_bundle_is_shown(bundle: ir.Pack) -> None:
    assert len(bundle.questions) >= 4
    assert not hidden(Study(bundle))


@pytest.mark.parametrize("place", range(4))
def test_a_choice_that_nothing_shows_is_found_with_a_patient(bundle: ir.Pack, place: int) -> None:
    question = bundle.questions[place]
    advice = bundle.decisions[question.shown_by]
    assert isinstance(advice.form, ir.Advice)
    never = replace(advice, form=replace(advice.form, when=ir.Always(1)))
    broken = replace(bundle, decisions={**bundle.decisions, advice.id: never}, questions=(question,))
    (found,) = hidden(Study(broken))
    assert found.parts["one"] in question.between and found.parts["other"] in question.between
    assert question.shown_by in found.parts["case"] and found.text("zh") and found.help("en")


def test_an_outcome_that_says_nothing_opens_no_choice_only_when_named(bundle: ir.Pack) -> None:
    question = next(one for one in bundle.questions if "none" in one.silent)
    loud = replace(question, silent=())
    assert hidden(Study(replace(bundle, questions=(loud,))))


def test_a_recommended_drug_that_another_rule_forbids_is_noted_with_both_rules(bundle: ir.Pack) -> None:
    found = overruled(Study(bundle))
    assert all(one.severity == "note" for one in found)
    pairs = {(one.parts["wish"], one.parts["ban"]) for one in found}
    assert ("htn.beta_blocker.recommend", "htn.beta_blocker") in pairs
    assert ("dm.advice.acei_kidney", "htn.acei, htn.arb") in pairs  # pregnant: neither of the two
    assert ("dm.advice.start_metformin", "dm.advice.oral_in_pregnancy") in pairs
    one = next(one for one in found if one.parts["ban"] == "htn.beta_blocker")
    assert "HTN-CI-07" in one.text("zh") and "HTN-DRUG-20" in one.text("en") and "give:" in one.help("en")
