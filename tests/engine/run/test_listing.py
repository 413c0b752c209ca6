"""Work lists: who stands on one, who may, in which order, what is told, who is drawn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sangao
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from sangao.engine.run.listing import Lister, Person, Plan, Sample, Shown, drawn, place, total
from tests.town import PACK, RULES

FREE = """---
criteria: l.free_of_drugs
title: {zh: 未用降压药, en: takes no drug}
items:
  - {id: none, name: {zh: 未用, en: none}, when: "not on_antihypertensive"}
"""
ON = "2025-10-08"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("lists") / "town"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "rules" / "all.yaml").write_text(RULES + FREE, encoding="utf-8")
    return sangao.load(folder)


def chart(**given: Any) -> Chart:
    lists: dict[str, Any] = {key: given.pop(key) for key in ("medications", "complete") if key in given}
    return Chart.from_dict({"on": ON, "facts": given, **lists})


def listed(pack: Pack, plan: Plan, people: dict[str, Chart]) -> tuple[list[str], list[str], dict[str, Any]]:
    found = Lister(pack.compiled, plan).listed(people.items())
    assert found.looked_at == len(people)
    return [one.key for one in found.people], [one.key for one in found.unsure], found.totals


def test_who_is_not_known_stands_apart_and_never_off_the_list(pack: Pack) -> None:
    people = {"old": chart(age=65), "young": chart(age=64), "empty": chart()}
    assert listed(pack, Plan("l.old", (Shown("age"),)), people)[:2] == (["old"], ["empty"])


def test_of_a_half_known_set_the_certain_members_are_told(pack: Pack) -> None:
    lister = Lister(pack.compiled, Plan("l.old", (Shown("l.wants"),)))
    _, person, _ = lister.person("p", chart(age=70, sbp_office=150))
    assert person.told["l.wants"] == {"at_least": ["pressure"], "at_most": ["glucose", "pressure"]}
    _, person, _ = lister.person("p", chart(age=70))
    assert person.told["l.wants"] is None
    _, person, _ = lister.person("p", chart(age=70, sbp_office=150, fpg=5.0))
    assert person.told["l.wants"] == ["pressure"]


def test_only_of_whom_the_exclusion_is_known_stands_nowhere_and_is_counted(pack: Pack) -> None:
    plan = Plan("l.old", (Shown("age"),), exclusion="l.free_of_drugs")
    free = {"medications": [], "complete": ["medications"]}
    people = {
        "left": chart(age=65, **free),
        "stays": chart(age=66, medications=["on_antihypertensive"]),
        "not_asked": chart(age=67),
        "unsure_left": chart(**free),
        "unsure": chart(),
        "young": chart(age=20, **free),
    }
    assert listed(pack, plan, people)[:2] == (["stays", "not_asked"], ["unsure"])
    assert Lister(pack.compiled, plan).listed(people.items()).excluded == 2  # who would not stand there is not counted


def test_what_rests_on_an_assumption_is_listed_and_marked(pack: Pack) -> None:
    plan = Plan("l.free_of_drugs", (Shown("age"),))
    found = Lister(pack.compiled, plan).listed(
        {"assumed": chart(medications=[]), "known": chart(medications=[], complete=["medications"])}.items()
    )
    assert [(one.key, one.provisional) for one in found.people] == [("assumed", True), ("known", False)]


def test_a_date_that_never_was_is_told_as_never_and_comes_last(pack: Pack) -> None:
    people = {
        "never": chart(age=70, referral_sent_date="never"),
        "blank": chart(age=70),
        "late": chart(age=70, referral_sent_date="2025-09-01"),
        "early": chart(age=70, referral_sent_date="2025-08-01"),
    }
    plan = Plan("l.old", (Shown("referral_sent_date"),), (("referral_sent_date", "earliest"),))
    found = Lister(pack.compiled, plan).listed(people.items())
    assert [one.key for one in found.people] == ["early", "late", "never", "blank"]
    assert [one.told["referral_sent_date"] for one in found.people] == ["2025-08-01", "2025-09-01", "never", None]


def test_totals_leave_out_what_is_not_known(pack: Pack) -> None:
    people = {"a": chart(age=70, fpg=5.0), "b": chart(age=80), "off": chart(age=20, fpg=9.0)}
    plan = Plan("l.old", (Shown("fpg", "sum"), Shown("l.old", "count"), Shown("l.wants", "sum")))
    assert listed(pack, plan, people)[2] == {"fpg": "5", "l.old": "2", "l.wants": "0"}


def test_a_name_the_pack_does_not_know_is_refused(pack: Pack) -> None:
    with pytest.raises(KeyError, match=r"l\.young"):
        Lister(pack.compiled, Plan("l.old", (Shown("l.young"),)))


ORDERS = st.sampled_from(["earliest", "latest"])
DAYS = st.one_of(st.none(), st.just("never"), st.dates().map(lambda one: one.isoformat()))


@given(st.lists(DAYS), ORDERS)
def test_every_day_has_a_place_and_what_is_not_known_the_last(days: list[str | None], first: Any) -> None:
    ordered = sorted(days, key=lambda one: place(one, first))
    known = [one for one in ordered if one is not None]
    assert ordered[len(known) :] == [None] * (len(days) - len(known))
    said = [one.replace("never", "9999-12-31") for one in known]
    assert said == sorted(said, reverse=first == "latest")


@given(st.permutations([str(i) for i in range(12)]), st.integers(1, 4), st.text(max_size=4))
def test_a_draw_does_not_depend_on_the_order_people_come_in(keys: list[str], number: int, seed: str) -> None:
    def people(order: list[str]) -> list[Person]:
        return [Person(key, chart().on, {"clinic": int(key) % 3 or None}) for key in order]

    sample = Sample(number, "clinic", seed)
    found = {one.key for one in drawn(people(keys), sample)}
    assert found == {one.key for one in drawn(people(sorted(keys)), sample)}
    assert len(found) == 3 * number


def test_two_periods_draw_apart() -> None:
    people = [Person(str(i), chart().on, {"clinic": None}) for i in range(100)]
    first, second = (drawn(people, Sample(10, "clinic", f"quality_sample:{one}")) for one in ("2026Q1", "2026Q2"))
    assert {one.key for one in first} != {one.key for one in second}


def test_a_total_of_sets_is_no_number() -> None:
    assert total("sum", [{"at_least": ["a"], "at_most": ["a", "b"]}, None]) == "0"
