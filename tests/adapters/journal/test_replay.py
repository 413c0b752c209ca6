"""Stored decisions asked again: the same under their own pack, explained where today's pack says otherwise."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sangao.adapters import main
from sangao.adapters.journal.entry import Row, drafted
from sangao.adapters.journal.feedback import feedback_of
from sangao.adapters.journal.page import text
from sangao.adapters.journal.replay import replay
from sangao.adapters.journal.shelf import Shelf, meaning
from sangao.engine.guide import Pack
from sangao.engine.pack import kept
from tests.adapters.journal.making import asked, log, plain
from tests.opened import opened

THEN = opened("htn_guideline_2018")
NOW = opened("htn_guideline_2024")


def row(pack: Pack, facts: dict[str, Any] | None = None, **rest: Any) -> Row:
    return Row(2, drafted(asked(pack, facts, **rest)), "", "")


def with_answer(found: Row, **changes: Any) -> Row:
    answer = {**json.loads(found.draft.body), **changes}
    return replace(found, draft=replace(found.draft, body=json.dumps(answer)))


@pytest.mark.parametrize("facts", [{}, {"dbp_office": 95}, {"sbp_office": 152, "dbp_office": 96, "age": 63}])
def test_under_its_own_pack_a_decision_comes_out_as_it_was(facts: dict[str, Any]) -> None:
    found = replay(row(THEN, facts, conditions=["diabetes"]), THEN, None)
    assert found.own is not None and found.own.changes == () and found.problems == ()


def test_under_todays_pack_every_difference_is_explained_by_the_rules_of_both_sides() -> None:
    found = replay(row(THEN, conditions=["diabetes"]), THEN, NOW)
    assert found.today is not None and found.today.hash == NOW.hash
    changes = {one.of: one for one in found.today.changes if one.kind == "decision"}
    target = changes["htn.target"]
    assert target.was is not None and target.now is not None and target.was != target.now
    zh, en = target.says
    assert "当时" in zh and "现在依据:" in zh and "HTN-TGT-" in zh and "2018" in zh and "2024" in zh
    assert "then" in en and "now because" in en
    assert "htn.grade" not in changes, "what comes out the same is not told"


def test_a_decision_that_todays_pack_lacks_is_said_to_be_lacking() -> None:
    found = replay(row(THEN), THEN, opened("lipid_2023"))
    assert found.today is not None
    grade = next(one for one in found.today.changes if one.of == "htn.grade")
    assert grade.now is None and "lipid_2023 没有这一判断" in grade.says[0]


def test_an_answer_that_does_not_repeat_is_a_problem() -> None:
    stored = with_answer(row(THEN), decisions={"htn.grade": {"value": "normal", "status": "settled"}})
    found = replay(stored, THEN, NOW)
    assert [one.code for one in found.problems] == ["journal.not_repeated"]
    assert found.own is not None and found.own.changes[0].was == {"value": "normal", "status": "settled"}


def test_an_entry_without_facts_or_pack_says_so() -> None:
    stored = row(THEN)
    empty = replace(stored, draft=replace(stored.draft, facts=None))
    assert [one.code for one in replay(empty, THEN, NOW).problems] == ["journal.no_facts"]
    found = replay(stored, None, NOW)
    assert [one.code for one in found.problems] == ["journal.no_pack"]
    assert found.own is None and found.today is not None and found.today.changes
    assert replay(stored, None, None).to_dict()["today"] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=4), part, max_size=3),
    max_leaves=6,
)
CLAIM = st.fixed_dictionaries({}, optional={key: JSON for key in ("value", "status", "at_least", "possible")})
ADVICE = st.fixed_dictionaries({}, optional={key: JSON for key in ("urgency", "status", "permission", "question")})
HTN_START = st.sampled_from(["htn.grade", "htn.targets", "nothing"])


@settings(max_examples=15)
@given(st.dictionaries(HTN_START, JSON | CLAIM, max_size=2), st.dictionaries(st.text(max_size=3), ADVICE, max_size=2))
def test_whatever_a_tampered_log_holds_is_told_not_raised(decisions: Any, advice: Any) -> None:
    found = replay(with_answer(row(NOW), decisions=decisions, advice=advice), NOW, None)
    assert json.dumps(found.to_dict())


def test_a_pack_is_found_in_the_log_in_the_cache_or_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAO_CACHE", str(tmp_path / "cache"))
    with log(tmp_path) as journal:
        assert Shelf(journal).pack(THEN.hash) is None
        assert Shelf(journal, [THEN]).pack(THEN.hash) is THEN
        journal.keep_pack(THEN)
        found = Shelf(journal).pack(THEN.hash)
        assert found is not None and found.compiled == THEN.compiled
        place = kept.place()
        assert place is not None
        place.mkdir()
        (place / "a.sangao").write_bytes(b"SANGAOPK, but no pack")
        (place / "b.sangao").write_bytes(b"")
        NOW.save(place / "c.sangao")
        assert meaning(place / "c.sangao") == NOW.hash and meaning(place / "a.sangao") is None
        other = Shelf(journal).pack(NOW.hash)
        assert other is not None and other.hash == NOW.hash


def test_a_kept_pack_that_was_exchanged_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAO_CACHE", "off")
    with log(tmp_path) as journal:
        journal.keep_pack(THEN)
        with journal.store.writing() as connection:
            connection.exec_driver_sql(f"update sangao_journal_packs set hash = '{NOW.hash}'")
        assert Shelf(journal).pack(NOW.hash) is None


# --- the commands -----------------------------------------------------------------------------------------------------
def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main.app(), [*arguments], catch_exceptions=False)
    return done.exit_code, done.output


def test_what_users_made_of_an_answer_stands_beside_it(tmp_path: Path) -> None:
    entry = asked(THEN)
    cards = {"cards": [{"uuid": "card-1"}, {"uuid": "card-2"}, {"uuid": 7}, "x"]}
    entry = replace(entry, answer={**entry.answer, "sent": cards}, tenant="linqu")
    with log(tmp_path) as journal:
        journal.record(entry)
        for of, tenant in ((entry.id, "linqu"), ("card-2", "linqu"), ("card-2", "another"), ("card-3", "linqu")):
            journal.feedback(of, "overridden", {"reason": {"code": "later", "display": "下次再议"}}, tenant=tenant)
        row = journal.entry(entry.id)
        found = feedback_of(journal, [row])[row.seq]
        assert [one.draft.subject for one in found] == [entry.id, "card-2"]
        again = replay(row, THEN, NOW, found)
        assert [one["outcome"] for one in again.to_dict()["feedback"]] == ["overridden"] * 2
        assert text([again], False, "zh").count("用户:未采纳(下次再议)") == 2
        assert "the user: overridden (下次再议)" in text([again], False, "en")
        assert feedback_of(journal, []) == {}


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Return a log of two decisions of 2018 and a plain one, with the pack beside them."""
    with log(tmp_path) as journal:
        journal.keep_pack(THEN)
        for facts in ({}, {"sbp_office": 152, "dbp_office": 96}):
            journal.record(asked(THEN, facts, conditions=["diabetes"]))
        journal.record(plain(tenant="linqu"))
    return str(tmp_path / "log.db")


def test_the_command_asks_all_again_and_counts(place: str) -> None:
    code, said = run("replay", "--journal", place, "--pack", "htn_guideline_2024", "--lang", "en")
    assert code == 0 and "3 entries: 0 unchanged, 2 changed, 1 that could not be asked" in said
    code, said = run("replay", "--journal", place, "--tenant", "", "--strict")
    assert code == 0 and "共 2 条:2 条不变" in said, "today's pack of the same name is the same pack"
    assert run("replay", "--journal", place, "--strict")[0] == 1
    assert run("replay", "--journal", place, "nobody")[0] == 2
    assert "共 0 条" in run("replay", "--journal", place, "--until", "2020-01-01")[1]


def test_the_command_gives_json_by_entry(place: str, tmp_path: Path) -> None:
    code, said = run("replay", "--journal", place, "--most", "1", "--format", "json")
    found = json.loads(said)
    (entry,) = found["entries"]
    assert found["more"] and "还有条目未看" in run("replay", "--journal", place, "--most", "2")[1]
    assert code == 0 and found["schema"] == "sangao.replay/1" and entry["own"]["same"] and entry["today"]["same"]
    assert run("replay", "--journal", place, entry["entry"]["id"])[0] == 0


def test_the_commands_verify_export_and_retain(place: str, tmp_path: Path) -> None:
    out = str(tmp_path / "log.jsonl")
    code, said = run("journal", "verify", place)
    assert code == 0 and "日志完好,至第 4 条" in said
    anchor = said.split()[-1]
    assert run("journal", "head", place) == (0, f"{anchor}\n")
    assert run("journal", "export", "--journal", place, "--out", out) == (0, "已写入 5 行\n")
    for log_ in (place, out):
        assert run("journal", "verify", log_, "--anchor", anchor)[0] == 0
        assert run("journal", "verify", log_, "--anchor", f"2:{'0' * 64}")[0] == 1
    some = str(tmp_path / "some.jsonl")
    assert run("journal", "export", "--journal", place, "--out", some, "--tenant", "linqu") == (0, "已写入 2 行\n")
    code, said = run("journal", "verify", some)
    assert code == 0 and "选取的各条完好" in said
    lines = (tmp_path / "some.jsonl").read_text().splitlines()
    (tmp_path / "some.jsonl").write_text("\n".join([lines[0].replace("grade1", "grade2"), lines[1]]))
    assert run("journal", "verify", some)[0] == 1
    code, said = run("replay", "--journal", out, "--given", "htn_guideline_2018", "--tenant", "")
    assert code == 0 and "共 2 条:2 条不变" in said
    assert run("journal", "retain", "--days", "30", "--journal", place) == (0, "已清理 0 条\n")
    assert run("journal", "export", "--journal", place, "--out", str(tmp_path / "no" / "way.jsonl"))[0] == 2
