"""Whatever is sent, the reader neither breaks nor hangs, and damage never makes an answer firmer or another one.

The law: take resources with one reading per fact and damage them anywhere (a node is taken away, or becomes something
of another shape). What was possible before is still possible: a damaged bundle settles nothing that the whole one does
not settle so, and where the damage leaves a resource in its place it assumes nothing new either. This is the law of
learning carried to the wire: to repair a bundle is to learn.
"""

import copy
import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangao.adapters.fhir.reading import Reading, read
from sangao.engine.answer import Result
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.fhir.made import (
    ON,
    SNOMED,
    bundle,
    concept,
    condition,
    medication,
    observation,
    patient,
    pressure,
    quantity,
)
from tests.adapters.fhir.test_listing import allergy
from tests.adapters.fhir.test_relating import relative
from tests.laws.odd import deep, odd
from tests.laws.test_learning import within
from tests.opened import opened

PACKS = ("htn_guideline_2024", "dm_primary_2025")
WRONG = [None, {}, [], True, "", "nonsense", -1e300, [[]], {"value": {}}, ["x", None], deep(40)]
"""What a damaged node becomes: nothing of it is a code, a date or a number in range."""
MORE = 40 if os.environ.get("SANGAO_TIER") == "long" else 1
Path = tuple[str | int, ...]


def whole() -> dict[str, Any]:
    return bundle(
        patient(),
        pressure(152, 96),
        observation("14771-0", 7.4, "mmol/L"),
        observation("4548-4", 6.8, "%"),
        observation("2089-1", 148, "mg/dL"),
        observation("14682-9", 96, "umol/L"),
        observation("9318-7", 45, "mg/g"),
        observation("39156-5", 28.4, "kg/m2"),
        observation("72166-2", valueCodeableConcept=concept("449868002", SNOMED)),
        condition("I63.9"),
        condition("44054006", SNOMED),
        medication("C09AA02"),
        medication("A10BA02"),
        relative(age=45),
        allergy(),
    )


def paths(node: Any, at: Path = ()) -> Iterator[Path]:
    if at:
        yield at
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from paths(value, (*at, key))


PATHS = sorted((one for one in paths(whole()) if one[0] == "entry" and len(one) > 1), key=str)


def changed(source: dict[str, Any], path: Path, value: Any, gone: bool = False) -> dict[str, Any]:
    """Return the source with a node replaced or taken away; a path that an earlier damage cut off changes nothing."""
    made = copy.deepcopy(source)
    node: Any = made
    try:
        for step in path[:-1]:
            node = node[step]
        if gone:
            del node[path[-1]]
        elif path[-1] in node or isinstance(node, list):
            node[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass
    return made


def answered(pack: Pack, found: Reading) -> Result:
    """Decide, and say everything there is to say."""
    found.chart.hash()
    result = pack.decide_all(found.chart)
    for problem in result.problems:
        json.dumps(problem.to_dict()).encode("utf-8", "surrogatepass")
    return result


@cache
def before(name: str) -> Result:
    return answered(opened(name), read(whole(), ON))


@cache
def presuming(name: str) -> frozenset[str]:
    """Return the decisions that rest on one which takes facts for granted where enough else is known (`enough`)."""
    decisions = opened(name).compiled.decisions
    found: set[str] = set()
    for one in decisions.values():  # in order: what a decision reads stands before it
        if one.enough or found.intersection(one.asks) or found.intersection(one.reads):
            found.add(one.id)
    return frozenset(found)


def widened(damaged: dict[str, Any], assumed: bool) -> None:
    """Assert that everything possible before the damage is still possible."""
    try:
        found = read(damaged, ON)
    except SangaoError as error:
        assert [one.code for one in error.problems] == ["fhir.several_patients"]
        return
    for name in PACKS:
        pack = opened(name)
        result = answered(pack, found)
        for decision, answer in result.decisions.items():
            outcome = pack.compiled.decisions[decision].outcome
            assert within(outcome, before(name)[decision].open, answer.open), decision
            if assumed and decision not in presuming(name):
                assert within(outcome, before(name)[decision].taken, answer.taken), decision


def test_the_whole_bundle_settles_something() -> None:
    settled = [one.decision for name in PACKS for one in before(name).decisions.values() if one.status == "settled"]
    assert {"htn.grade", "htn.risk", "dm.diagnosis"} & set(settled) and len(settled) > 20


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(WRONG)), min_size=1, max_size=4))
@settings(max_examples=90 * MORE)
@example([(("entry", 1, "resource", "component", 0), None)])
@example([(("entry", 9, "resource", "code"), {}), (("entry", 11, "resource", "status"), "nonsense")])
@example([(("entry", 9, "resource", "resourceType"), None)])
@example([(("entry", 14, "resource", "patient", "reference"), "nonsense")])
def test_damage_in_place_settles_and_assumes_nothing_new(damages: list[tuple[Path, Any]]) -> None:
    made = whole()
    for path, value in damages:
        made = changed(made, path, value)
    widened(made, assumed=True)


@given(st.lists(st.sampled_from(PATHS), min_size=1, max_size=5, unique=True))
@settings(max_examples=60 * MORE)
def test_what_is_taken_away_settles_nothing_new(gone: list[Path]) -> None:
    made = whole()
    for path in gone:
        made = changed(made, path, None, gone=True)
    widened(made, assumed=False)


def visits() -> dict[str, Any]:
    """Return a patient seen several times, better each time: the newest readings alone would look well."""
    days = ["2025-06-01", "2025-09-01", "2026-01-15", "2026-03-08"]
    seen = [(168, 102, 9.1, 8.2), (152, 96, 7.8, 7.4), (138, 86, 6.6, 6.6), (118, 74, 5.2, 5.6)]
    found = [patient()]
    for day, (systolic, diastolic, glucose, hba1c) in zip(days, seen, strict=True):
        found += [
            pressure(systolic, diastolic, day),
            observation("14771-0", glucose, "mmol/L", day, id=f"g{day}"),
            observation("4548-4", hba1c, "%", day, id=f"h{day}"),
        ]
    return bundle(*found)


VALUES = sorted((one for one in paths(visits()) if "valueQuantity" in one or one[-1] == "status"), key=str)


@given(st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(WRONG)), min_size=1, max_size=4))
@settings(max_examples=50 * MORE)
def test_a_value_nobody_can_read_never_makes_way_for_another_visit(damages: list[tuple[Path, Any]]) -> None:
    made = visits()
    for path, value in damages:
        made = changed(made, path, value)
    for name in PACKS:
        pack = opened(name)
        before_, damaged = answered(pack, read(visits(), ON)), answered(pack, read(made, ON))
        for decision, answer in damaged.decisions.items():
            outcome = pack.compiled.decisions[decision].outcome
            assert within(outcome, before_[decision].open, answer.open), decision


STATUSES = ["preliminary", "registered", "unknown", "cancelled", "entered-in-error", "draft", "stopped", "completed"]


@given(st.sampled_from(range(1, 15)), st.sampled_from([*STATUSES, "on-hold", "partial", "health-unknown", None, 7]))
@settings(max_examples=60 * MORE)
def test_no_status_makes_an_answer_firmer(entry: int, status: Any) -> None:
    widened(changed(whole(), ("entry", entry, "resource", "status"), status), assumed=False)


@given(st.sampled_from(PATHS), odd, st.sampled_from(PATHS), odd | st.just(deep(500)))
@settings(max_examples=90 * MORE)
def test_nothing_that_is_sent_makes_the_reader_raise(first: Path, one: Any, second: Path, other: Any) -> None:
    made = changed(changed(whole(), first, one), second, other)
    try:
        found = read(made, ON)
    except SangaoError as error:
        assert error.usage
        return
    answered(opened(PACKS[0]), found)


resources = st.recursive(
    odd,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({str(key) for path in PATHS for key in path if isinstance(key, str)})), inner
        )
    ),
    max_leaves=20,
)


@given(resources, st.sampled_from(["Observation", "Condition", "Bundle", "Patient", "MedicationRequest", "Parameters"]))
@settings(max_examples=90 * MORE)
def test_no_json_at_all_makes_the_reader_raise(inside: Any, kind: str) -> None:
    made = {**inside, "resourceType": kind} if isinstance(inside, dict) else {"resourceType": kind, "entry": inside}
    try:
        found = read([made, inside], ON)
    except SangaoError as error:
        assert error.usage
        return
    answered(opened(PACKS[0]), found)


def test_bundles_without_end_are_read_to_the_end() -> None:
    nested: Any = pressure(152, 96)
    for _ in range(3000):
        nested = bundle(nested)
    assert [one.value for one in read(nested, ON).chart.readings] == [152, 96]
    many = bundle(*(observation("8480-6", 120, "mm[Hg]", id=f"o{i}") for i in range(3000)))
    assert len(read(many, ON).chart.readings) == 3000
    copies = bundle(*(observation("8480-6", 100 + i / 100, "mm[Hg]", id="same") for i in range(3000)))
    assert len(read(copies, ON).chart.readings) == 3000
    bottomless = [{**observation("8480-6", 120, "mm[Hg]"), "note": deep(50_000)} for _ in range(2)]
    assert {one.value for one in read(bundle(*bottomless), ON).chart.readings} == {120}


def test_a_comparator_taken_away_is_another_statement_and_so_not_part_of_the_law() -> None:
    bounded = observation("9318-7", valueQuantity=quantity(30, "mg/g", comparator="<"))
    assert read(bounded, ON).chart.readings[0].value == "<30"
