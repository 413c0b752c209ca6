"""What is remembered for many charts gives, bit for bit, what admission gives for one."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from sangao.engine.chart import Chart, Entry, Reading
from sangao.engine.fact import Fact
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run.conditions import truth_of
from sangao.engine.run.many import Many
from sangao.engine.run.narrowed import narrowed
from sangao.engine.run.spec import Env, truth
from tests.opened import opened

PACKS = ["htn_primary_2025", "htn_guideline_2024", "bphs_2017"]
DAYS = ("2025-10-20", "2025-10-20", "2025-10-20", "2025-10-19", "2025-03-01", "2026-01-01", "2025", "soon", None)


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return opened(str(request.param))


def given(draw: Random, fact: Fact) -> Any:
    """A value of a fact, now and then one that cannot be used."""
    if draw.random() < 0.05:
        return draw.choice(["?", "999999", -1, ">1", "HI", "unknown", True])
    if fact.kind == "bool":
        return draw.random() < 0.5
    if fact.kind == "code":
        return draw.choice(fact.values)
    if fact.kind == "date":
        return draw.choice(["1961-03-02", "2024-02-29", "2020", "2025-10", "2025", "2031-01-01", "1850-01-01"])
    low, high = fact.warn or fact.hard or (0, 100)
    return round(draw.uniform(float(low), float(high)), draw.choice([0, 1, 2]))


def charts(pack: Pack, number: int, seed: int) -> Iterator[Chart]:
    """Charts as tables give them: equal readings are one object; some are too tangled for the quick way."""
    draw = Random(seed)
    facts = [one for one in pack.compiled.dictionary.facts.values() if not one.site]
    likely = [one for one in facts if one.id in {fact for leaf in pack.compiled.leaves.values() for fact in leaf.facts}]
    likely += [one for one in facts if one.id in ("birth_date", "age")]
    pool: dict[tuple[Any, ...], Reading] = {}
    members = {name: [one for one in facts if one.list == name] for name in ("conditions", "medications")}
    entries = [Entry(code, "code") for code in ("I10", "E11.9", "I25.1", "X99", "C09AA02", "C03")]
    entries += [Entry(one.id, "fact", end=draw.choice([None, "2025"])) for one in members["conditions"][:12]]
    for number_of in range(number):
        day = draw.choice(("2025-10-20", "2025-10-20", "2025-10-21"))
        readings = []
        for fact in draw.sample(likely, draw.randint(0, 25)):
            for _ in range(1 + (draw.random() < 0.02)):
                at = day if draw.random() < 0.9 else draw.choice(DAYS)
                key = (fact.id, given(draw, fact), at)
                readings.append(pool.setdefault((*key, str(type(key[1]))), Reading(*key[:2], None, at, "column")))
        lists = {
            name: tuple(draw.sample(entries, draw.choice([0, 0, 1, 2]))) for name in members if draw.random() < 0.6
        }
        complete = frozenset(name for name in lists if draw.random() < 0.4)
        yield Chart(str(number_of), _date(day), tuple(readings), lists, complete)


def _date(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


def test_remembering_changes_nothing(pack: Pack) -> None:
    many = Many(pack.compiled, pack.decisions)
    quick = 0
    for chart in charts(pack, 400, 11):
        found, long = many.admit(chart), many._long(chart)
        quick += many._quick(chart) is not None
        assert dict(zip(many.leaves, found.open, strict=True)) == dict(zip(many.leaves, long.open, strict=True))
        assert dict(zip(many.leaves, found.assumed, strict=True)) == dict(zip(many.leaves, long.assumed, strict=True))
        assert sorted(map(str, found.problems)) == sorted(map(str, long.problems))
    assert quick > 40  # else this would prove nothing


def test_a_narrowed_pack_answers_as_the_whole(pack: Pack) -> None:
    chosen = pack.decisions[::7]
    small = Pack(narrowed(pack.compiled, chosen))
    assert len(small.compiled.leaves) < len(pack.compiled.leaves)
    for chart in charts(pack, 40, 5):
        for name in chosen:
            one, other = small.decide(name, chart), pack.decide(name, chart)
            assert (one.value, one.status, one.possible, one.open) == (
                other.value,
                other.status,
                other.possible,
                other.open,
            )


def test_conditions_of_the_dictionary_mean_what_the_definition_says(pack: Pack) -> None:
    draw = Random(3)
    conditions = [*pack.compiled.guards.values(), *(one.when for one in pack.compiled.contradictions)]
    facts = pack.compiled.dictionary.facts
    for condition in conditions:
        function = truth_of(pack.compiled, condition)
        for _ in range(60):
            values: dict[str, Any] = {}
            for name in facts:
                fact = facts[name]
                low = draw.randint(0, 200)
                values[name] = (
                    draw.randint(1, 3)
                    if fact.kind == "bool"
                    else draw.randint(1, (1 << len(fact.values)) - 1)
                    if fact.kind == "code"
                    else draw.choice([None, (low, low + draw.choice([0, 0, 30]))])
                )
            assert function(values) == truth(condition, Env(values, {}))


def test_facts_that_are_absent_are_unknown() -> None:
    pack = opened("htn_guideline_2024").compiled
    condition = ir.Member(ir.Read("sex"), 1)
    assert truth_of(pack, condition)({}) == 3
