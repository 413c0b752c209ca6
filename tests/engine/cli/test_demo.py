"""The demo runs from beginning to end, in both languages, and the county is the same every time."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sangao.adapters import main
from sangao.engine.chart import Chart
from sangao.engine.cli import county, demo
from tests.opened import opened


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("一名患者", "至少高危", "共 300 行")), ("en", ("one patient", "at least high", "300 rows"))],
)
def test_the_demo_argues_one_patient_and_stratifies_a_county(lang: str, words: tuple[str, ...], tmp_path: Path) -> None:
    done = CliRunner().invoke(main.app(), ["demo", "--lang", lang, "--people", "300", "--keep", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert all(word in done.output for word in words)
    assert len((tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()) == 301


def test_one_more_visit_settles_what_the_half_filled_chart_left_open() -> None:
    pack = opened("sangao_national")
    before = pack.decide_all(Chart.from_dict(demo.PATIENT))
    after = pack.decide_all(Chart.from_dict({**demo.PATIENT, "on": "2025-10-27", **demo._more()}))
    assert not before.problems and not after.problems
    assert (before["htn.risk"].value, before["htn.risk"].at_least) == (None, "high")
    assert after["htn.risk"].value == "high"
    assert before["htn.diagnosis"].value != "confirmed" and after["htn.diagnosis"].value == "confirmed"


def test_a_county_is_the_same_every_time() -> None:
    first, second = list(county.residents(50)), list(county.residents(50))
    assert first == second != list(county.residents(50, seed=1))
    assert set(county.MAPPING["columns"]) | {county.MAPPING["key"], "清单已核对"} == set(county.HEADER)
