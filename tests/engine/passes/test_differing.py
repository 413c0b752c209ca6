"""Two editions compared: regions are disjoint, complete, and hold exactly the patients who are answered differently."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

import sangao
from sangao.adapters.main import app
from sangao.engine.guide import Pack, load
from sangao.engine.pack import ir
from sangao.engine.passes.beside import beside
from sangao.engine.passes.checks import answers
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study
from sangao.engine.passes.differing import apart, compare
from sangao.engine.run import spec
from sangao.engine.truth import FALSE, TRUE
from tests.opened import opened

PAIRS = [
    ("htn_primary_2017", "htn_primary_2020"),
    ("htn_primary_2020", "htn_primary_2025"),
    ("htn_guideline_2018", "htn_guideline_2024"),
]


def pair(first: str, second: str) -> tuple[Pack, Pack]:
    return opened(first), opened(second)


@pytest.mark.parametrize("names", PAIRS)
def test_an_edition_does_not_differ_from_itself(names: tuple[str, str]) -> None:
    for name in names:
        found = compare(load(name).compiled, load(name).compiled)
        assert not found.differing and not found.only_first and not found.only_second and not found.otherwise


@pytest.mark.parametrize("names", PAIRS)
def test_boxes_are_disjoint_and_cover_the_region(names: tuple[str, str]) -> None:
    first, second = pair(*names)
    both = beside(first.compiled, second.compiled, opened=False)
    about, tried = Study(both.pack), 0
    for id in first.compiled.decisions:
        one, other = both.pack.decisions[id], both.pack.decisions.get(both.names.get(id, ""))
        if other is None or one.outcome != other.outcome or one.outcome.kind not in ("code", "bool"):
            continue
        space, nowhere = about.space(one, lambda at, id=id: [at.answer(id), at.answer(both.names[id])])
        d = space.d
        equal = d.combine("same", lambda a, b: a == b, space.answer(id), space.answer(both.names[id]))
        region, covered = d.negate(equal), d.false
        for number, (box, _) in enumerate(apart(space, region, nowhere)):
            here = d.all([d.test(level, mask) for level, mask in box.items()])
            assert d.without(d.both(here, covered), nowhere) == d.false, (id, "overlap")
            assert d.without(here, d.either(region, nowhere)) == d.false, (id, "too wide")
            covered = d.either(covered, here)
            if number == 300:
                break
        else:
            assert d.without(region, d.either(covered, nowhere)) == d.false, (id, "a hole")
            tried += region != d.false
    assert tried >= 3


def standing(space: Space, node: int, values: dict[str, object]) -> object:
    """Return what a diagram answers for one value of every leaf."""
    d = space.d
    while not d.is_terminal(node):
        one = space.variables[d._level[node]]
        value: Any = values[one.key[1]]
        at = sum(value[0] >= cut for cut in one.cuts) if one.kind == "number" else value.bit_length() - 1
        node = d._kids[node][at]
    return d.value(node)


@pytest.mark.parametrize("name", ["htn.class", "htn.risk", "htn.organ_damage"])
def test_opened_regions_hold_who_is_answered_differently(name: str) -> None:
    first, second = pair("htn_guideline_2018", "htn_guideline_2024")
    both = beside(first.compiled, second.compiled, opened=True)
    theirs = both.names[name]

    def build(space: Space) -> list[int]:
        if both.pack.decisions[name].outcome.kind == "set":
            return [
                *answers.items(space, both.pack.decisions[name]),
                *answers.items(space, both.pack.decisions[theirs]),
            ]
        return [space.answer(name), space.answer(theirs)]

    space = Space(both.pack, build, inline=True)
    nodes = build(space)
    if any(one.joint for one in space.variables):
        pytest.skip("a sum of leaves is a variable of its own")
    random, differ = Random(7), 0
    for _ in range(400):
        often = random.choice((0.0, 0.03, 0.3))
        values = {leaf.id: drawn(random, leaf, space, often) for leaf in both.pack.leaves.values()}
        found, _ = spec.evaluate(both.pack, values, values)
        told = [standing(space, node, values) for node in nodes]
        if both.pack.decisions[name].outcome.kind == "set":
            size = len(both.pack.decisions[name].outcome.codes)
            sides = [sum(bool(held) << i for i, held in enumerate(part)) for part in (told[:size], told[size:])]
            assert sides == [found[name][0], found[theirs][0]]
        else:
            assert told == [found[name], found[theirs]]
        differ += found[name] != found[theirs]
    assert differ or name != "htn.organ_damage"


def drawn(random: Random, leaf: ir.Leaf, space: Space, often: float) -> object:
    """Return one value of a leaf: a truth that holds so `often`, a number near what the rules ask of it."""
    if leaf.kind == "bool":
        return TRUE if random.random() < often else FALSE
    if leaf.kind == "code":
        return 1 << random.randrange(len(leaf.values))
    level = space.known(("leaf", leaf.id))
    cuts = space.variables[level].cuts if level is not None else []
    value = (random.choice(cuts or [0]) if random.random() < 0.2 + often else 0) + random.choice((-1, 0, 1))
    low, high = leaf.low, leaf.high
    value = max(value, low) if low is not None else value
    value = min(value, high) if high is not None else value
    return (value, value)


def test_the_split_cell_of_the_risk_table_is_found() -> None:
    found = {one.decision: one for one in sangao.diff("htn_guideline_2018", "htn_guideline_2024").differing}
    (cell,) = found["htn.risk"].regions
    assert (cell.before, cell.after) == ("none", "low")
    assert "130-139/85-89" in cell.zh
    assert "htn.risk_row" in found["htn.risk"].follows
    assert {region.after for region in found["htn.risk_factors"].regions} >= {"heart_rate", "urate"}


def test_the_command_shows_regions_and_counts_people(tmp_path: Path) -> None:
    charts = tmp_path / "people.ndjson"
    people = [
        {"patient": {"id": str(i)}, "on": "2026-05-01", "facts": {"heart_rate": rate}}
        for i, rate in enumerate((70, 90, 95))
    ]
    charts.write_text("\n".join(json.dumps(one) for one in people), encoding="utf-8")
    command = ["diff", "htn_guideline_2018", "htn_guideline_2024", "--decision", "htn.risk", "--on", str(charts)]
    shown = CliRunner().invoke(app(), command)
    assert shown.exit_code == 0, shown.output
    assert "静息心率>80次/分" in shown.output and "人数变化" in shown.output
    data = json.loads(CliRunner().invoke(app(), [*command, "--format", "json"]).output)
    assert data["schema"] == "sangao.diff/1" and [one["id"] for one in data["packs"]] == command[1:3]
    for pairs in data["people"].values():
        assert sum(one["people"] for one in pairs) == 3


def test_an_unknown_decision_is_a_usage_error() -> None:
    shown = CliRunner().invoke(app(), ["diff", "htn_guideline_2018", "htn_guideline_2024", "--decision", "htn.rsik"])
    assert shown.exit_code == 2
