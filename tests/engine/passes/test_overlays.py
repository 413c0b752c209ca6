"""Overlays: a county sets a number, adds an exception, drops a rule; what breaks a national promise does not load."""

from pathlib import Path

import pytest

import sangao
from sangao.engine import cases
from sangao.engine.errors import SangaoError
from sangao.engine.passes.overlays import without
from sangao.engine.rules.forms import ExceptionDoc
from sangao.engine.rules.text import Text

HEAD = """
overlay: here_2026
title: {zh: 试验县, en: a county on trial}
patches: htn_primary_2025
document: PINGYANG-CG2
dates: {from: "2026-01-01", until: "2026-12-31"}
"""
CASES = """
cases:
  - it: an empty chart
    decide: htn.start
    give: {}
    expect: {status: unknown}
"""
SET = """
set:
  htn.start.defer.sbp: {is: 145 mmHg, why: {zh: 更早用药, en: earlier}, about: [HTN-START-04]}
"""
WHY = "why: {zh: 本地安排, en: arranged here}"
KNOWN = {
    "conditions": ["hypertension"],
    "complete": ["conditions"],
    "facts": {
        "dbp_office": 85,
        "age": 60,
        "sex": "male",
        "lifestyle_months": 0,
        "on_antihypertensive": False,
        "home_days": 0,
        "abpm_day_count": 0,
    },
}


def written(folder: Path, body: str, head: str = HEAD) -> Path:
    path = folder / "here_2026.yaml"
    path.write_text(head + body + CASES, encoding="utf-8")
    return path


def patched(folder: Path, body: str, head: str = HEAD) -> sangao.Pack:
    return sangao.load("htn_primary_2025", overlays=[written(folder, body, head)])


def refused(folder: Path, body: str, head: str = HEAD) -> list[str]:
    with pytest.raises(SangaoError) as error:
        patched(folder, body, head)
    return [one.code for one in error.value.problems]


def chart(sbp: int, on: str = "2026-05-01") -> sangao.Chart:
    return sangao.Chart.from_dict({**KNOWN, "facts": {**KNOWN["facts"], "sbp_office": sbp}, "on": on})


def test_a_parameter_is_set_and_said_to_be_local(tmp_path: Path) -> None:
    here, national = patched(tmp_path, SET), sangao.load("htn_primary_2025")
    assert here.hash != national.hash
    assert [national.decide("htn.start", chart(sbp)).value for sbp in (144, 145, 149)] == ["may_defer"] * 3
    assert [here.decide("htn.start", chart(sbp)).value for sbp in (144, 145, 149)] == ["may_defer", "start", "start"]
    told = here.explain(here.decide("htn.start", chart(144)))
    assert "145" in told and "<150" not in told and "本地设置" in told
    assert "本地设置" not in national.explain(national.decide("htn.start", chart(144)))
    assert "国家规则" in here.explain(here.decide("htn.class", chart(144)))


def test_advice_is_disabled_and_a_setting_given(tmp_path: Path) -> None:
    body = f"disable:\n  - {{rule: htn.advice.life_salt, {WHY}}}\n"
    body += f"settings:\n  arni_available: {{is: true, {WHY}}}\n"
    here = patched(tmp_path, body)
    assert "htn.advice.life_salt" not in here.decisions
    assert here.compiled.settings == {"arni_available": "true"}


def test_an_exception_is_added(tmp_path: Path) -> None:
    add = f'  - {{to: htn.start, label: old, when: "age >= 60 years", then: start, of: [defer], {WHY}}}\n'
    here = patched(tmp_path, "add:\n" + add)
    answer = here.decide("htn.start", chart(144))
    assert answer.value == "start"
    assert "本地设置" in here.explain(answer)


def test_with_an_exception_goes_what_hangs_under_it_alone() -> None:
    def made(**rest: object) -> ExceptionDoc:
        return ExceptionDoc.model_validate({"when": "pregnant", "then": "start", "cite": ["HTN-START-02"], **rest})

    tree = {
        Text("high"): made(),
        Text("old"): made(of=["high"]),
        Text("older"): made(of=["old"], over=["mild"]),
        Text("either"): made(of=["high", "default"], over=["high", "mild"]),
        Text("mild"): made(over=["high"]),
        Text("all"): made(of=["all"]),
    }
    left = without("high", tree)
    assert {str(key): (one.of, one.over) for key, one in left.items()} == {
        "either": (("default",), ("mild",)),
        "mild": (("default",), ()),
        "all": (("all",), ()),
    }
    assert without("older", tree).keys() == tree.keys() - {"older"}


def test_an_overlay_that_breaks_a_promise_says_why(tmp_path: Path) -> None:
    add = f"  - {{to: htn.start, label: wait, when: pregnant, then: may_defer, of: all, {WHY}}}\n"
    path = written(tmp_path, "add:\n" + add)
    with pytest.raises(SangaoError) as error:
        sangao.load("htn_primary_2025", overlays=[path])
    broken = [one for one in error.value.problems if one.code == "checks.promise_broken"]
    assert any("not pregnant" in one.text("en") and "pregnant: true" in one.help("en") for one in broken)


def test_an_overlay_on_a_bundle_finds_the_parameter_in_the_pack_that_has_it(tmp_path: Path) -> None:
    head = HEAD.replace("patches: htn_primary_2025", "patches: sangao_national")
    here = sangao.load("sangao_national", overlays=[written(tmp_path, SET, head)])
    assert here.decide("htn.start", chart(146)).value == "start"


def test_outside_its_days_the_chart_gets_a_problem(tmp_path: Path) -> None:
    here = patched(tmp_path, SET)
    for day, told in (("2025-12-31", 1), ("2026-01-01", 0), ("2026-12-31", 0), ("2027-01-01", 1)):
        codes = [one.code for one in here.problems(chart(144, day))]
        assert codes.count("chart.outside_overlay") == told, day


def test_its_cases_are_run_and_the_national_ones_left_out(tmp_path: Path) -> None:
    found = cases.run_all(patched(tmp_path, SET))
    assert [one.case.it for one in found] == ["an empty chart"]
    assert not found[0].wrong


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("set:\n  htn.start.defer.sbq: {is: 145 mmHg, " + WHY + "}\n", "meaning.overlay_param"),
        ("settings:\n  smoke_status: {is: never, " + WHY + "}\n", "meaning.unknown_setting"),
        ("disable:\n  - {rule: htn.start/nothing, " + WHY + "}\n", "meaning.overlay_disable"),
        ("disable:\n  - {rule: htn.strat, " + WHY + "}\n", "meaning.unknown_decision"),
        ("add:\n  - {to: htn.start, label: defer, when: pregnant, then: start, " + WHY + "}\n", "meaning.overlay_add"),
        ("set:\n  htn.start.defer.sbp: {is: 145 kg, " + WHY + "}\n", "meaning.unit"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(tmp_path: Path, body: str, code: str) -> None:
    assert code in refused(tmp_path, body)


def test_it_names_its_pack_its_document_and_its_end(tmp_path: Path) -> None:
    assert "meaning.overlay_pack" in refused(tmp_path, SET, HEAD.replace("htn_primary_2025", "lipid_2023"))
    assert "meaning.unknown_document" in refused(tmp_path, SET, HEAD.replace("PINGYANG-CG2", "PINGYANG-CG3"))
    assert "rules.missing_key" in refused(tmp_path, SET, HEAD.replace(', until: "2026-12-31"', ""))
    assert "rules.overlay_name" in refused(tmp_path, SET, HEAD.replace("here_2026", "there_2026"))
    assert "rules.empty_range" in refused(tmp_path, SET, HEAD.replace('"2026-12-31"', '"2025-12-31"'))


def test_an_unknown_overlay_and_a_saved_pack_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(SangaoError) as unknown:
        sangao.load("htn_primary_2025", overlays=["nowhere_2026"])
    assert unknown.value.usage and unknown.value.problems[0].code == "host.unknown_overlay"
    saved = tmp_path / "a.sangao"
    patched(tmp_path, SET).save(saved)
    assert sangao.load(saved).compiled.meta.overlays[0].id == "here_2026"
    with pytest.raises(SangaoError) as late:
        sangao.load(saved, overlays=[written(tmp_path, SET)])
    assert late.value.problems[0].code == "host.overlay_on_saved"
