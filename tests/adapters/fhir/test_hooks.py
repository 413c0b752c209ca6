"""The command line reads bundles and writes resources, through the hooks alone."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sangao.adapters.fhir import read_chart, write_answer
from sangao.adapters.hub import hub
from sangao.adapters.main import app
from sangao.engine.cli.cohort import Refused, open_cohort
from sangao.engine.errors import SangaoError
from sangao.engine.fact import Dictionary
from tests.adapters.fhir.made import bundle, patient, pressure
from tests.opened import opened

ON = date(2026, 3, 9)


def run(*arguments: str, given: str | None = None) -> Any:
    return CliRunner().invoke(app(), ["decide", *arguments, "--pack", "htn_primary_2025", "--on", "2026-03-09"], given)


@pytest.mark.parametrize(
    "source",
    [b"", b"{}", b'{"facts": {}}', b"resourceType", b'{"resourceType": 3}', "[]", [], {}, 3, None, Path("a.csv")],
)
def test_what_is_not_fhir_is_left_to_others(source: Any) -> None:
    assert read_chart(source, ON) is None


def test_a_broken_text_is_left_to_the_reader_of_json_which_says_so() -> None:
    with pytest.raises(SangaoError) as raised:
        hub().hook.read_chart(source=b'{"resourceType": ', on=ON)
    assert [one.code for one in raised.value.problems] == ["host.not_json"]


@pytest.mark.parametrize("form", ["object", "text", "bytes", "file"])
def test_a_bundle_in_every_form_is_a_chart(form: str, tmp_path: Path) -> None:
    whole = bundle(patient(), pressure(152, 96))
    text = json.dumps(whole)
    (tmp_path / "b.json").write_text("\ufeff" + text, "utf-8")
    given = {"object": whole, "text": text, "bytes": text.encode(), "file": tmp_path / "b.json"}[form]
    found = hub().hook.read_chart(source=given, on=ON)
    assert found.id == "a" and [one.value for one in found.readings] == ["male", "1961-03-02", 152, 96]


def test_the_command_reads_a_bundle_and_writes_one(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle(patient(), pressure(152, 96))))
    told = run(str(file), "--decision", "htn.grade", "--lang", "en")
    assert told.exit_code == 0 and "grade 1" in told.stdout
    made = run(str(file), "--decision", "htn.grade", "--format", "fhir")
    (guidance,) = [one["resource"] for one in json.loads(made.stdout)["entry"]][:1]
    assert made.exit_code == 0 and guidance["status"] == "success"
    piped = run("-", "--format", "fhir-r5", "--decision", "htn.grade", given=file.read_text())
    assert json.loads(piped.stdout)["resourceType"] == "Bundle"


def test_several_patients_end_with_a_clear_problem(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle(patient("a"), patient("b"))))
    told = run(str(file), "--lang", "en")
    assert told.exit_code == 2 and "fhir.several_patients" in told.stderr


def test_a_form_nobody_writes_is_said(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle(patient())))
    told = run(str(file), "--format", "hieroglyphs")
    assert told.exit_code == 2 and "host.unknown_form" in told.stderr


def test_another_form_is_not_ours() -> None:
    result = opened("htn_primary_2025").decide_all(read_chart(bundle(), ON))
    assert write_answer(result, "html", "zh") is None


def test_a_county_of_bundles_is_a_cohort(tmp_path: Path) -> None:
    file = tmp_path / "people.ndjson"
    people = [bundle(patient(id), pressure(152, 96, subject={"reference": f"Patient/{id}"})) for id in "abc"]
    mixed = bundle(patient("d"), patient("e"))
    file.write_text("\n".join(json.dumps(one) for one in [*people, mixed]))
    refused: list[Refused] = []
    found = dict(open_cohort(hub().hook, file, None, ON, Dictionary({}, {}), "merge").charts(refused.append))
    assert list(found) == ["a", "b", "c"] and [one.problem.code for one in refused] == ["fhir.several_patients"]
    assert all(opened("htn_primary_2025").decide("htn.grade", one).value == "grade1" for one in found.values())
