"""What a run writes beside its answers: counts by group, a picture, who moved since an earlier run and why."""

import csv
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.cli import running
from sangao.engine.cli.site import with_settings
from sangao.engine.cli.stratify import settings_of
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.passes import compile_folder
from tests.adapters.tabular import small
from tests.adapters.tabular.small import codes, done, read

PEOPLE = 150
SITE = "has_lab"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "BATCH", 40)
    small.write(tmp_path / "county.csv", small.people(PEOPLE))
    return tmp_path


# --- persons who stand twice ------------------------------------------------------------------------------------------
VISITS = [
    {"编号": "a", "血压": "150/80", "年龄": "60"},
    {"编号": "b", "血压": "120/70"},
    {"编号": "a", "血压": "120/70"},
    {"编号": "", "血压": "160/80"},
    {"编号": "", "血压": "161/80"},
    {"编号": "c", "年龄": "40"},
    {"编号": "c", "血压": "130/70"},
]
EXPECTED: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "each": ([("a", "high"), ("b", "normal"), ("a", "normal"), ("c", ""), ("c", "normal")], []),
    "first": ([("a", "high"), ("b", "normal"), ("c", "")], ["4", "8"]),
    "last": ([("b", "normal"), ("a", "normal"), ("c", "normal")], ["2", "7"]),
    "refuse": ([("b", "normal")], ["2", "4", "7", "8"]),
    # Two readings of one day that differ: what both say is known, and no more.
    "merge": ([("b", "normal"), ("a", ""), ("c", "normal")], []),
}


@pytest.mark.parametrize("policy", EXPECTED)
@pytest.mark.parametrize("rows", [1, 3, 100])
def test_persons_who_stand_twice_are_treated_as_the_policy_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, policy: str, rows: int
) -> None:
    monkeypatch.setattr(running, "BATCH", rows)
    small.write(folder / "county.csv", [dict.fromkeys(small.HEADER, "") | visit for visit in VISITS])
    found = done("county.csv", "out.csv", "--duplicates", policy)
    answers, refused = EXPECTED[policy]
    assert [(row["编号"], row["htn.grade"]) for row in read("out.csv")] == answers
    rejects = read("out.csv.rejects.csv")
    assert [row["line"] for row in rejects if row["code"] == "table.doubled"] == refused
    assert [row["line"] for row in rejects if row["code"] == "table.no_key"] == ["5", "6"]
    assert (found["duplicates"], found["duplicate_keys"], found["rows"]) == (policy, 2, len(VISITS))
    assert [one["code"] for one in found["problems"]] == (["table.duplicate_key"] if policy == "each" else [])


@pytest.mark.parametrize("policy", ["first", "last", "merge", "refuse"])
def test_a_policy_means_the_same_where_rows_are_answered_in_columns(
    folder: Path, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    simple: dict[str, Any] = {
        "key": "编号",
        "on": "2025-10-20",
        "group": "机构",
        "columns": {"年龄": "age", "体重": "weight", "身高": "height", "糖尿病": small.MAP["columns"]["糖尿病"]},
    }
    people = small.people(60)
    small.write(folder / "county.csv", [*people, *people[:20:3], people[5], people[5]], simple)
    monkeypatch.setattr(running, "WIDE", 25)
    columns = done("county.csv", "columns.csv", "--duplicates", policy)
    monkeypatch.setattr("sangao.engine.cli.bulk._columnwise", lambda *given: None)
    rows = done("county.csv", "rows.csv", "--duplicates", policy)
    for part in ("", ".rejects.csv", ".groups.csv"):
        assert Path(f"columns.csv{part}").read_bytes() == Path(f"rows.csv{part}").read_bytes(), part
    assert {**columns, "out": 0, "rejects": 0} == {**rows, "out": 0, "rejects": 0}


# --- groups -----------------------------------------------------------------------------------------------------------
def test_groups_are_counted_as_the_answers_say(folder: Path) -> None:
    found = done("county.csv", "out.csv", "--group", "机构")
    where = {row["编号"]: row["机构"] for row in read("county.csv")}
    counted = Counter(
        (where[row["编号"]], "unknown" if row["htn.grade.status"] == "unknown" else row["htn.grade"])
        for row in read("out.csv")
    )
    told = {
        (row["group"], row["outcome"]): int(row["people"])
        for row in read("out.csv.groups.csv")
        if row["decision"] == "htn.grade" and row["kind"] == "group" and row["outcome"] != "total"
    }
    assert Counter(told) == counted
    assert found["groups"]["htn.grade"]["total"]["total"] == PEOPLE
    assert sum(found["groups"]["htn.grade"][name]["total"] for name in set(where.values())) == PEOPLE
    names = {(row["zh"], row["en"]) for row in read("out.csv.groups.csv") if row["outcome"] == "high"}
    assert names == {("升高", "high")}


def test_people_of_no_group_are_counted_apart(folder: Path) -> None:
    people = small.people(10)
    for person in people[:4]:
        person["机构"] = " "
    small.write(folder / "county.csv", people)
    done("county.csv", "out.csv", "--group", "机构")
    blank = [row for row in read("out.csv.groups.csv") if row["kind"] == "blank" and row["outcome"] == "total"]
    assert {row["people"] for row in blank} == {"4"}


def test_small_counts_are_withheld_and_cannot_be_worked_out(folder: Path) -> None:
    done("county.csv", "out.csv", "--group", "机构", "--suppress", "6")
    rows = read("out.csv.groups.csv")
    assert all(row["people"] == "*" or not 0 < int(row["people"]) < 6 for row in rows)
    for decision in small.ASKED:
        for group in ("城关", "东沟", "西山"):
            cells = [one for one in rows if one["decision"] == decision and one["group"] == group]
            hidden = sum(one["people"] == "*" for one in cells)
            assert hidden != 1, (decision, group)
    assert any(row["people"] == "*" for row in rows)
    assert codes(small.run("county.csv", "out.csv", "--suppress", "6")) == ["table.no_group"]


def test_a_group_column_that_is_not_there_is_named(folder: Path) -> None:
    assert codes(small.run("county.csv", "out.csv", "--group", "机购")) == ["table.no_column"]


# --- a picture --------------------------------------------------------------------------------------------------------
def test_the_picture_is_of_the_counts(folder: Path) -> None:
    found = done("county.csv", "out.csv", "--plot", "out.svg")
    root = ElementTree.fromstring(Path("out.svg").read_text(encoding="utf-8"))
    told = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    high = found["decisions"]["htn.grade"]["outcomes"]["high"]
    assert any(one is not None and one.startswith(f"升高 {high} (") for one in told)
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "血压分级 · htn.grade" in texts and "未知" in texts


def test_what_is_withheld_is_not_in_the_picture_and_names_cannot_break_it(folder: Path) -> None:
    people = small.people(PEOPLE)
    for person in people:
        person["机构"] = person["机构"].replace("东沟", '<"东沟"&>')
    small.write(folder / "county.csv", people)
    done("county.csv", "out.csv", "--group", "机构", "--suppress", "6", "--plot", "out.svg", "--lang", "en")
    root = ElementTree.fromstring(Path("out.svg").read_text(encoding="utf-8"))
    told = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any(one.startswith("* ") for one in told)
    assert not [one for one in told if not one.startswith("*") and 0 < int(one.split()[-2].replace(",", "")) < 6]
    assert '<"东沟"&>' in [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]


# --- an earlier run ---------------------------------------------------------------------------------------------------
def other_pack(folder: Path) -> Pack:
    """The clinic's pack with a lower limit."""
    shutil.copytree(small.BASE / "clinic", folder / "packs" / "clinic")
    rules = folder / "packs" / "clinic" / "rules" / "clinic.yaml"
    text = rules.read_text(encoding="utf-8")
    assert '"< 140"' in text and '">= 140"' in text
    rules.write_text(text.replace('"< 140"', '"< 130"').replace('">= 140"', '">= 130"'), encoding="utf-8")
    return Pack(compile_folder(folder / "packs" / "clinic", shared=small.BASE / "shared"))


def visits(folder: Path, **pressures: str) -> None:
    rows = [dict.fromkeys(small.HEADER, "") | {"编号": key, "血压": value} for key, value in pressures.items()]
    small.write(folder / "county.csv", rows)


@pytest.mark.parametrize("out", ["now.csv", "now.parquet"])
@pytest.mark.parametrize("before", ["then.csv", "then.arrow"])
def test_who_moved_and_why(folder: Path, out: str, before: str) -> None:
    if "csv" not in out + before or out.endswith("parquet") or before.endswith("arrow"):
        pytest.importorskip("pyarrow", reason="the extra `arrow` is not installed")
    visits(folder, a="135/70", b="120/70", c="150/70", d="135/70", e="", gone="120/70")
    done("county.csv", before)
    shutil.copy("pack.sangao", "then.sangao")
    # a: only the rule moved her; b: only her pressure; c: stays; d: pressure and rule cancel out; e: becomes known
    visits(folder, a="135/70", b="150/70", c="155/70", d="125/70", e="110/70", new="150/70")
    other_pack(folder).save("pack.sangao")
    found = done("county.csv", out, "--previous", before, "--previous-pack", "then.sangao")
    assert {key: found["previous"][key] for key in ("compared", "new", "gone", "repeated_keys", "moves")} == {
        "compared": 5,
        "new": 1,
        "gone": 1,
        "repeated_keys": 0,
        "moves": 3,
    }
    with Path(f"{out}.moves.csv").open(encoding="utf-8", newline="") as file:
        moves = [tuple(row[:1] + row[2:3] + row[4:5] + row[6:]) for row in list(csv.reader(file))[1:]]
    assert moves == [("a", "normal", "high", "pack"), ("b", "normal", "high", "data"), ("e", "", "normal", "data")]


def test_without_the_earlier_pack_the_reason_is_not_guessed(folder: Path) -> None:
    visits(folder, a="135/70", b="120/70")
    done("county.csv", "then.csv")
    visits(folder, a="135/70", b="150/70")
    done("county.csv", "same.csv", "--previous", "then.csv")
    assert [(row["key"], row["because"]) for row in read("same.csv.moves.csv")] == [("b", "data")]
    other = other_pack(folder)
    other.save("pack.sangao")
    done("county.csv", "now.csv", "--previous", "then.csv")
    assert {row["because"] for row in read("now.csv.moves.csv")} == {"unclear"}
    shutil.copy("pack.sangao", "other.sangao")
    wrong = small.run("county.csv", "now.csv", "--previous", "then.csv", "--previous-pack", "other.sangao")
    assert codes(wrong) == ["table.other_pack"]


def test_rule_and_data_together_may_move_somebody(folder: Path) -> None:
    visits(folder, a="", b="150/70")
    done("county.csv", "then.csv")
    shutil.copy("pack.sangao", "then.sangao")
    visits(folder, a="135/70", b="")  # a: unknown then, normal by the rule of then, high now
    other_pack(folder).save("pack.sangao")
    done("county.csv", "now.csv", "--previous", "then.csv", "--previous-pack", "then.sangao")
    assert [(row["key"], row["because"]) for row in read("now.csv.moves.csv")] == [("a", "both"), ("b", "data")]


def test_what_is_no_table_of_answers_is_refused_before_the_work(folder: Path) -> None:
    assert codes(small.run("county.csv", "out.csv", "--previous", "county.csv")) == ["table.no_answers"]
    assert codes(small.run("county.csv", "out.csv", "--previous", "nobody.csv")) == ["host.unreadable"]
    done("county.csv", "then.csv")
    assert codes(small.run("county.csv", "then.csv", "--previous", "then.csv")) == ["table.clash"]


def test_keys_that_stand_twice_are_not_compared(folder: Path) -> None:
    visits(folder, a="150/70", b="120/70")
    done("county.csv", "then.csv")
    rows = [dict.fromkeys(small.HEADER, "") | {"编号": key, "血压": "120/70"} for key in ("a", "a", "b")]
    small.write(folder / "county.csv", rows)
    found = done("county.csv", "now.csv", "--previous", "then.csv")["previous"]
    assert (found["compared"], found["repeated_keys"], found["moves"]) == (1, 1, 0)


def test_the_page_says_what_was_counted_and_who_moved(folder: Path) -> None:
    done("county.csv", "then.csv")
    people = small.people(PEOPLE)
    people[0]["血压"], people[1]["血压"] = "185/90", ""
    small.write(folder / "county.csv", people)
    given = ["stratify", "county.csv", "--map", "map.yaml", "--pack", "pack.sangao", "--out", "now.csv"]
    more = ["--by", "htn.grade", "--group", "机构", "--suppress", "4", "--previous", "then.csv"]
    shown = {
        lang: CliRunner().invoke(app(), [*given, *more, "--lang", lang], catch_exceptions=False).stdout
        for lang in ("zh", "en")
    }
    assert "中断" not in shown["zh"]
    for word in ("城关", "合计", "升高", "与上次相比:150 人可比", "资料或日期变化", "now.csv.moves.csv"):
        assert word in shown["zh"], word
    for word in ("城关", "all", "high", "since the earlier run: 150 people compared", "the data or the day"):
        assert word in shown["en"], word


def test_site_settings_come_from_the_command_line_and_from_the_mapping() -> None:
    def compiled(**settings: str) -> Pack:
        return Pack(compile_folder(small.BASE / "clinic", shared=small.BASE / "shared", settings=settings))

    pack = compiled()
    [with_it] = with_settings([pack], {SITE: "true"})
    assert with_it.compiled.settings[SITE] == "true" and with_it.hash != pack.hash
    assert with_it.hash == compiled(**{SITE: "true"}).hash, "as if the pack had been compiled with it"
    assert settings_of({"settings": {SITE: "false", "b": "1"}}, [f"{SITE}=true"]) == {SITE: "true", "b": "1"}
    with pytest.raises(SangaoError) as raised:
        with_settings([pack], {SITE: "perhaps", "no_such": "true"})
    assert [one.code for one in raised.value.problems] == ["meaning.setting_value", "meaning.unknown_setting"]


def test_every_option_is_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "county.md").read_text(encoding="utf-8")
    command = get_command(app()).commands["stratify"]  # type: ignore[attr-defined]
    options = {name for one in command.params for name in one.opts if name.startswith("--")}
    chinese, english = page.split("\n---\n")
    assert len(options) > 15
    for part in (chinese, english):
        assert not [name for name in options - {"--help"} if f"{name}`" not in part and f"{name} " not in part]


def test_a_folder_is_told_to_be_one(folder: Path) -> None:
    (folder / "charts").mkdir()
    found = small.run("charts", "out.csv")
    assert codes(found) == ["host.unreadable"] and "这是一个文件夹" in found.output
