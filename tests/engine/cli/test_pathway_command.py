"""`sangao pathway` prints where a patient stands, in both languages, and the same as data."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sangao.adapters import main

CHART = {"on": "2026-06-16", "facts": {"referral_sent_date": "2026-06-01", "referral_contact_date": "never"}}


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(CHART), "utf-8")
    return str(path)


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(main.app(), ["pathway", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("转诊闭环", "已转出", "转出后联系患者", "逾期", "2026-06-15", "全科医生", "下一步")),
        ("en", ("overdue", "next")),
    ],
)
def test_the_table_names_state_task_due_and_who(file: str, lang: str, words: tuple[str, ...]) -> None:
    text = printed(file, "--pathway", "gates.referral", "--lang", lang)
    assert [one for one in words if one not in text] == []


def test_both_pathways_as_data(file: str) -> None:
    found = json.loads(printed(file, "--format", "json"))
    assert [one["pathway"] for one in found] == ["gates.pathway", "gates.referral"]
    contact = next(one for one in found[1]["tasks"] if one["task"] == "contact")
    assert (contact["stands"], contact["due"]) == ("overdue", "2026-06-15")


def test_another_day(file: str) -> None:
    found = json.loads(printed(file, "--on", "2026-06-15", "--pathway", "gates.referral", "--format", "json"))
    assert next(one for one in found["tasks"] if one["task"] == "contact")["stands"] == "due"
