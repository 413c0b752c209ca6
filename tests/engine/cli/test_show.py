"""`sangao show` and the pages of `sangao check`, through the command line a user has."""

import json
from pathlib import Path

from typer.testing import CliRunner

from sangao.adapters.main import app
from tests.opened import opened

RUN = CliRunner()


def test_show_gives_sentences_a_table_and_sources() -> None:
    found = RUN.invoke(app(), ["show", "htn.grade", "--pack", "htn_guideline_2018"])
    assert found.exit_code == 0
    assert "→ 3级" in found.stdout and "HTN-CLS-06" in found.stdout and "[140..160)" in found.stdout


def test_show_as_json_holds_every_row_with_its_cells_and_citations() -> None:
    found = RUN.invoke(app(), ["show", "htn.grade", "--pack", "htn_guideline_2018", "--format", "json"])
    rule = json.loads(found.stdout)
    assert rule["hit"] == "highest" and rule["ordered"]
    [top] = [part for part in rule["parts"] if part["then"] == "grade3"]
    assert top["cells"]["sbp"] == {"zh": "≥180", "en": "≥180"} and top["cites"][0]["row"] == "HTN-CLS-06"


def test_without_an_id_everything_a_pack_can_be_asked_is_listed() -> None:
    asked = ["show", "--pack", "lipid_2023", "--pack", "tcm_2017"]
    listed = json.loads(RUN.invoke(app(), [*asked, "--format", "json"]).stdout)
    packs = [opened("lipid_2023"), opened("tcm_2017")]
    assert [(one["pack"], one["id"]) for one in listed] == [
        (pack.id, name) for pack in packs for name in pack.decisions
    ]
    printed = RUN.invoke(app(), [*asked, "--lang", "en"]).stdout.splitlines()
    assert len(printed) == len(listed) + 2
    assert "  ascvd.chart  ten-year chart  → below the chart, no class | low (below 5 %) | " in "\n".join(printed)


def test_an_unknown_decision_is_bad_usage() -> None:
    found = RUN.invoke(app(), ["show", "htn.grad", "--pack", "htn_guideline_2018"])
    assert found.exit_code == 2


def test_check_writes_the_trace_page(tmp_path: Path) -> None:
    page = tmp_path / "trace.md"
    found = RUN.invoke(app(), ["check", "htn_graded_management", "--trace", str(page)])
    assert found.exit_code == 0, found.output
    assert "| htn_graded_management |" in page.read_text(encoding="utf-8")


def test_check_says_the_same_of_several_documents_at_once(tmp_path: Path) -> None:
    names = ["htn_graded_management", str(tmp_path), "wst872_2025"]  # the second is an empty folder
    one, two = (RUN.invoke(app(), ["check", *names, "--jobs", jobs, "--format", "json"]) for jobs in ("1", "2"))
    assert (one.exit_code, two.exit_code) == (1, 1)
    assert one.output == two.output
    assert {(found["code"], found["where"]) for found in json.loads(one.stdout)["problems"]} == {
        ("rules.missing_file", "pack.yaml"),
        ("rules.missing_page", "CHANGES.md"),
        ("rules.missing_page", "SOURCES.md"),
    }
    names[1] = "no_such_guideline"
    one, two = (RUN.invoke(app(), ["check", *names, "--jobs", jobs, "--format", "json"]) for jobs in ("1", "2"))
    assert (one.exit_code, two.exit_code) == (2, 2)
    assert one.output == two.output and "host.unknown_pack" in one.output
    first, second = (RUN.invoke(app(), ["check", *names[::2], "--jobs", jobs]) for jobs in ("1", "2"))
    assert first.exit_code == second.exit_code == 0 and first.stdout == second.stdout
    assert first.stdout.index("htn_graded_management") < first.stdout.index("wst872_2025")
