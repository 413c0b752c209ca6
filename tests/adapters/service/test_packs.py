"""Packs of a service: who may ask which, exchanged while requests run; the old one stays when the new does not load."""

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.adapters.service.offers import Made, offers
from sangao.adapters.service.packs import Packs
from sangao.adapters.service.reload import Watch, open_packs, said
from sangao.adapters.service.settings import Settings
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.adapters.service.clinics import CLINIC, CLINIC_FOLDER, MINIMAL, MINIMAL_FOLDER, code, put


def test_without_settings_the_national_bundle_is_offered() -> None:
    assert offers().everybody == {"default": Made(("sangao_national",))}
    assert said(Settings())[0] == offers()


def test_everything_wrong_in_the_settings_is_said_at_once() -> None:
    with pytest.raises(SangaoError) as error:
        offers({"packs": {"a": 3, "b": {"from": [], "over": 1}}, "tenants": {"t": {"packs": {"c": {"from": [1]}}}}})
    assert {one.code for one in error.value.problems} == {"operations.wrong_packs"}
    assert {one.parts["key"] for one in error.value.problems} >= {"packs.a", "packs.b", "packs.b.from"}
    assert "tenants.t.c.from" in {one.parts["key"] for one in error.value.problems}
    with pytest.raises(SangaoError) as error:
        open_packs(Settings(tables={"signing": {"keys": 7}}))
    assert code(error) == "operations.wrong_packs"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.fixed_dictionaries({}, optional={"packs": ANYTHING, "tenants": ANYTHING}))
def test_settings_of_any_shape_are_offers_or_problems(table: dict[str, Any]) -> None:
    try:
        found = offers(table)
    except SangaoError as error:
        assert {one.code for one in error.problems} == {"operations.wrong_packs"} and error.usage
    else:
        assert found.everybody and all(one.sources for one in found.made())


def test_each_tenant_has_its_own_beside_those_for_everybody() -> None:
    tenants = {"linqu": {"packs": {"default": MINIMAL_FOLDER}}, "shouguang": {"packs": {"lipid": MINIMAL_FOLDER}}}
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}, "tenants": tenants}))
    assert packs.get().id == packs.get("shouguang").id == CLINIC
    assert packs.get("linqu").id == MINIMAL
    assert packs.names("shouguang") == ("default", "lipid")
    assert packs.get("shouguang", "lipid") is packs.get("linqu"), "one pack is loaded once"
    assert packs.by_hash(packs.get().hash) is packs.get() and packs.by_hash("0" * 64) is None


OVERLAY = """\
overlay: here_2026
title: {zh: 某县 2026, en: a county 2026}
patches: clinic
document: PC-2025
dates: {from: "2025-01-01", until: "2025-12-31"}
disable:
  - {rule: obesity/obese, why: {zh: 本地安排, en: arranged here}}
cases:
  - {it: an empty chart, decide: obesity, give: {}, expect: {value: false}}
"""


def test_a_tenant_has_its_own_overlay_and_an_overlay_that_breaks_leaves_the_old_rules(tmp_path: Path) -> None:
    overlay = tmp_path / "here_2026.yaml"
    overlay.write_text(OVERLAY, encoding="utf-8")
    tenants = {"linqu": {"packs": {"default": {"from": CLINIC_FOLDER, "overlays": ["here_2026.yaml"]}}}}
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}, "tenants": tenants}, tmp_path))
    chart = Chart.of({"weight": 90, "height": 160}, on="2025-06-01")
    assert packs.get().decide("obesity", chart).value is True
    assert packs.get("linqu").decide("obesity", chart).value is False
    overlay.write_text(OVERLAY.replace("obesity/obese", "obesity/obsee"), encoding="utf-8")
    assert {one.code for one in packs.reload().problems} == {"operations.pack_kept", "meaning.overlay_disable"}
    assert packs.get("linqu").decide("obesity", chart).value is False
    overlay.write_text(OVERLAY.replace("disable:", "disable: []\nextra:"), encoding="utf-8")
    assert packs.reload().changed == () and packs.get("linqu").decide("obesity", chart).value is False
    overlay.write_text(OVERLAY.replace("某县", "本县"), encoding="utf-8")
    assert packs.reload().problems == ()


def test_a_tenant_that_is_not_named_gets_nobody_elses_rules() -> None:
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}, "tenants": {"linqu": {}}}))
    with pytest.raises(SangaoError) as error:
        packs.get("linku")
    assert code(error) == "operations.unknown_tenant"
    assert Packs(offers({"packs": {"default": CLINIC_FOLDER}})).get("anybody").id == CLINIC, (
        "where none is named, all are one"
    )


def test_a_pack_that_is_not_served_is_named() -> None:
    with pytest.raises(SangaoError) as error:
        Packs(offers({"packs": {"default": CLINIC_FOLDER}})).get(None, MINIMAL_FOLDER)
    assert code(error) == "operations.unknown_served" and error.value.problems[0].parts["known"] == "default"


def test_a_pack_that_never_loaded_cannot_be_asked_and_the_others_can(tmp_path: Path) -> None:
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER, "new": str(tmp_path / "absent.sangao")}}))
    assert packs.get().id == CLINIC
    with pytest.raises(SangaoError) as error:
        packs.get(None, "new")
    assert code(error) == "operations.pack_unavailable"
    (broken,) = [one for one in packs.standing() if one.loaded.problems]
    assert broken.to_dict()["hash"] is None and broken.to_dict()["problems"][0]["code"] == "host.unreadable"


def test_a_service_without_a_single_pack_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SangaoError) as error:
        Packs(offers({"packs": {"default": str(tmp_path / "absent.sangao")}}))
    assert code(error) == "host.unreadable"


def test_a_new_file_is_taken_and_old_requests_finish_on_the_old_pack(tmp_path: Path, saved: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    packs = Packs(offers({"packs": {"default": str(file)}}))
    held = packs.get()
    assert not packs.changed()
    put(file, saved[MINIMAL])
    assert packs.changed()
    assert packs.reload().changed == ("default",)
    assert not packs.changed() and packs.reload().changed == ()
    assert packs.get().id == MINIMAL
    assert held.decide("htn.grade", Chart.of({"dbp_office": 112})).value == "high"


@pytest.mark.parametrize("damage", ["cut", "letter", "gone"])
def test_a_pack_that_does_not_load_leaves_the_old_one_serving(
    tmp_path: Path, saved: dict[str, bytes], damage: str
) -> None:
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    packs = Packs(offers({"packs": {"default": str(file), "lipid": MINIMAL_FOLDER}}))
    before = packs.get()
    if damage == "gone":
        file.unlink()
    else:
        put(file, saved[MINIMAL][:5000] if damage == "cut" else b"a letter")
    done = packs.reload()
    assert done.changed == () and done.problems[0].code == "operations.pack_kept"
    assert packs.get() is before
    assert not packs.changed(), "the same damage is not tried every few seconds"
    (kept,) = [one for one in packs.standing() if one.loaded.problems]
    assert kept.to_dict()["hash"] == before.hash and len(kept.loaded.problems) == 2
    put(file, saved[MINIMAL])
    assert packs.reload().problems == () and packs.get().id == MINIMAL
    assert all(not one.loaded.problems for one in packs.standing())


def test_a_pack_that_fails_in_a_way_nobody_thought_of_leaves_the_old_one_too(
    tmp_path: Path, saved: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    packs = Packs(offers({"packs": {"default": str(file)}}))
    before = packs.get()

    def fails(self: Pack, chart: Chart) -> None:
        raise ZeroDivisionError

    put(file, saved[MINIMAL])
    with monkeypatch.context() as patch:
        patch.setattr(Pack, "decide_all", fails)
        assert [one.code for one in packs.reload().problems] == ["operations.pack_kept", "operations.pack_unavailable"]
    assert packs.get() is before
    assert packs.reload().problems and packs.get() is before, "nothing has changed, nothing is tried"
    assert packs.reload(again=True).changed == ("default",)


def test_a_pack_is_prepared_before_it_serves_and_not_served_when_that_fails(
    tmp_path: Path, saved: dict[str, bytes]
) -> None:
    file, prepared = tmp_path / "county.sangao", []

    def prepare(pack: Pack) -> None:
        prepared.append(pack.id)
        if pack.id == MINIMAL:
            raise OSError("no space left")

    put(file, saved[CLINIC])
    packs = Packs(offers({"packs": {"default": str(file)}}), prepare=prepare)
    put(file, saved[MINIMAL])
    assert [one.code for one in packs.reload().problems] == ["operations.pack_kept", "operations.pack_unavailable"]
    assert packs.get().id == CLINIC and prepared == [CLINIC, MINIMAL]


def test_packs_are_added_and_taken_away_by_new_settings() -> None:
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}}))
    before = packs.get()
    packs.reload(offers({"packs": {"default": CLINIC_FOLDER, "lipid": MINIMAL_FOLDER}}))
    assert packs.names() == ("default", "lipid") and packs.get() is before
    packs.reload(offers({"packs": {"default": MINIMAL_FOLDER}}))
    assert packs.names() == ("default",) and packs.get().id == MINIMAL


def test_a_saved_pack_takes_neither_overlays_nor_settings(tmp_path: Path, saved: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    more = {"a": {"from": str(file), "settings": {"has_lab": "true"}}, "b": {"from": str(file), "overlays": ["x"]}}
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER, **more}}))
    found = {one.name: [problem.code for problem in one.loaded.problems] for one in packs.standing()}
    assert found == {"default": [], "a": ["operations.settings_on_saved"], "b": ["host.overlay_on_saved"]}


def test_threads_that_ask_during_reloads_always_get_a_whole_pack(tmp_path: Path, saved: dict[str, bytes]) -> None:
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    packs = Packs(offers({"packs": {"default": str(file)}}))
    seen: set[str] = set()
    failed: list[BaseException] = []
    ended = threading.Event()

    def asks() -> None:
        try:
            while not ended.is_set():
                pack = packs.get()
                pack.decide_all(Chart.of({"sbp_office": 150}))
                seen.add(pack.id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=asks) for _ in range(3)]
    for one in threads:
        one.start()
    for data in (MINIMAL, CLINIC, MINIMAL):
        put(file, saved[data])
        assert packs.reload().changed == ("default",)
    ended.set()
    for one in threads:
        one.join()
    assert failed == [] and seen <= {CLINIC, MINIMAL} and packs.get().id == MINIMAL


def test_the_watch_takes_a_new_file_by_itself_and_settings_when_told(tmp_path: Path, saved: dict[str, bytes]) -> None:
    file, toml = tmp_path / "county.sangao", tmp_path / "service.toml"
    put(file, saved[CLINIC])
    toml.write_text('[packs]\ndefault = "county.sangao"\n', encoding="utf-8")
    told = threading.Semaphore(0)
    given = Settings(file=str(toml), tables={"packs": {"default": "county.sangao"}})
    packs = open_packs(given)
    watch = Watch(packs, given, 0.02, lambda done: told.release())
    watch.start()
    try:
        put(file, saved[MINIMAL])
        assert told.acquire(timeout=20) and packs.get().id == MINIMAL
        toml.write_text(f'[packs]\ndefault = "county.sangao"\nhtn = "{CLINIC_FOLDER}"\n', encoding="utf-8")
        assert told.acquire(timeout=20) and packs.names() == ("default", "htn"), "a touch is enough"
        watch.tell()
        assert told.acquire(timeout=20)
        toml.write_text("[packs\n", encoding="utf-8")
        assert told.acquire(timeout=20) and packs.names() == ("default", "htn"), (
            "settings with a mistake change nothing"
        )
        (refused,) = [one for one in packs.standing() if one.loaded.problems]
        assert (refused.name, refused.loaded.problems[0].code) == ("settings", "service.not_toml")
        toml.write_text('[packs]\ndefault = "county.sangao"\n', encoding="utf-8")
        assert told.acquire(timeout=20) and packs.names() == ("default",)
        assert all(not one.loaded.problems for one in packs.standing())
    finally:
        watch.stop()
