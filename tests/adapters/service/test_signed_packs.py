"""Signed packs: with keys only what a trusted key vouches for answers, and no longer than it is trusted."""

import threading
from pathlib import Path
from typing import Any

import pytest

from sangao.adapters.service import signing
from sangao.adapters.service.offers import offers
from sangao.adapters.service.packs import Packs
from sangao.adapters.service.reload import Watch, open_packs, said
from sangao.adapters.service.settings import Settings, read_settings
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from tests.adapters.service.clinics import CLINIC, CLINIC_FOLDER, MINIMAL, MINIMAL_FOLDER, code, put
from tests.adapters.service.test_signing import key


def test_with_keys_only_signed_files_are_loaded(tmp_path: Path, saved: dict[str, bytes]) -> None:
    private, public = key(tmp_path, "committee")
    signed, bare = tmp_path / "signed.sangao", tmp_path / "bare.sangao"
    put(signed, saved[CLINIC])
    put(bare, saved[CLINIC])
    signing.sign(signed, private)
    packs = Packs(offers({"packs": {"default": str(signed), "bare": str(bare), "folder": CLINIC_FOLDER}}), (public,))
    standing = {one.name: one.loaded for one in packs.standing()}
    assert standing["default"].key == next(iter(signing.trusted([public])))
    for name in ("bare", "folder"):
        assert [one.code for one in standing[name].problems] == ["operations.unsigned"]
        with pytest.raises(SangaoError):
            packs.get(None, name)


def test_a_file_changed_after_it_was_signed_is_not_taken(tmp_path: Path, saved: dict[str, bytes]) -> None:
    private, public = key(tmp_path, "committee")
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    signing.sign(file, private)
    packs = Packs(offers({"packs": {"default": str(file)}}), (public,))
    put(file, saved[MINIMAL])  # the signature comes a moment later, as two files do
    assert [one.code for one in packs.reload().problems] == ["operations.pack_kept", "operations.wrong_signature"]
    assert packs.get().id == CLINIC
    signing.sign(file, private)
    assert packs.changed() and packs.reload().changed == ("default",) and packs.get().id == MINIMAL


@pytest.fixture
def vouched(tmp_path: Path, saved: dict[str, bytes]) -> tuple[Path, Path, Path, Packs]:
    """Return a signed file, its private and its public key, and the packs that serve it beside nothing else."""
    private, public = key(tmp_path, "old")
    file = tmp_path / "county.sangao"
    put(file, saved[CLINIC])
    signing.sign(file, private)
    return file, private, public, Packs(offers({"packs": {"default": str(file)}}), (public,))


def refused(packs: Packs) -> str:
    with pytest.raises(SangaoError) as error:
        packs.get()
    return code(error)


def test_a_pack_whose_key_is_taken_away_answers_no_more(
    tmp_path: Path, vouched: tuple[Path, Path, Path, Packs]
) -> None:
    _, _, public, packs = vouched
    _, other = key(tmp_path, "new")
    held = packs.get()
    withdrawn = ["operations.pack_withdrawn", "operations.untrusted"]
    assert [one.code for one in packs.reload(keys=(other,)).problems] == withdrawn
    assert refused(packs) == "operations.pack_withdrawn" and packs.by_hash(held.hash) is None
    assert held.decide_all(Chart.of()), "a request that holds it finishes"
    packs.reload(again=True)
    assert refused(packs) == "operations.pack_withdrawn", "the reason stays as long as it holds"
    (one,) = packs.standing()
    assert one.to_dict()["hash"] is None and [found["code"] for found in one.to_dict()["problems"]] == withdrawn
    assert packs.reload(keys=(public, other)).changed == ("default",) and packs.get().id == CLINIC


def test_a_pack_signed_anew_replaces_the_one_of_a_key_taken_away(
    tmp_path: Path, vouched: tuple[Path, Path, Path, Packs]
) -> None:
    file, _, _, packs = vouched
    private, public = key(tmp_path, "new")
    packs.reload(keys=(public,))
    signing.sign(file, private)
    assert packs.changed() and packs.reload().changed == ("default",) and packs.get().id == CLINIC


@pytest.mark.parametrize("damage", ["none", "cut", "gone"])
def test_what_is_on_disk_does_not_save_a_pack_whose_key_is_taken_away(
    tmp_path: Path, vouched: tuple[Path, Path, Path, Packs], damage: str
) -> None:
    file, _, public, packs = vouched
    _, other = key(tmp_path, "new")
    if damage == "gone":
        file.unlink()
    elif damage == "cut":
        put(file, b"half")
    packs.reload(keys=(public, other))
    assert packs.get().id == CLINIC, "a key more changes nothing, and a damaged file leaves the one in memory"
    packs.reload(keys=(other,))
    assert refused(packs) == "operations.pack_withdrawn"


def test_where_nobody_is_trusted_nothing_answers(vouched: tuple[Path, Path, Path, Packs]) -> None:
    packs = vouched[3]
    packs.reload(keys=())
    assert refused(packs) == "operations.pack_withdrawn"
    with pytest.raises(SangaoError):
        Packs(offers({"packs": {"default": CLINIC_FOLDER}}), ())
    assert said(Settings(tables={"signing": {"keys": []}}))[1] == ()
    assert said(Settings())[1] is None


def test_a_pack_loaded_before_signatures_were_asked_for_is_withdrawn(tmp_path: Path) -> None:
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}}))
    done = packs.reload(keys=(key(tmp_path, "new")[1],))
    assert [one.code for one in done.problems] == ["operations.pack_withdrawn", "operations.unsigned"]
    assert refused(packs) == "operations.pack_withdrawn"


def test_a_key_whose_file_is_gone_vouches_for_nothing(
    tmp_path: Path, vouched: tuple[Path, Path, Path, Packs], saved: dict[str, bytes]
) -> None:
    _, _, public, packs = vouched
    private, other = key(tmp_path, "new")
    kept = tmp_path / "kept.sangao"
    put(kept, saved[MINIMAL])
    signing.sign(kept, private)
    both = offers({"packs": {"default": str(tmp_path / "county.sangao"), "kept": str(kept)}})
    packs.reload(both, (public, other))
    public.unlink()
    with pytest.raises(SangaoError):
        packs.reload(both, (public, other))
    assert refused(packs) == "operations.pack_withdrawn" and packs.get(None, "kept").id == MINIMAL
    packs.reload(again=True)
    assert refused(packs) == "operations.pack_withdrawn", "a look at the files does not bring the key back"


def test_keys_that_cannot_be_read_change_nothing_else(tmp_path: Path) -> None:
    packs = Packs(offers({"packs": {"default": CLINIC_FOLDER}}))
    with pytest.raises(SangaoError):
        packs.reload(offers({"packs": {"default": MINIMAL_FOLDER}}), (tmp_path / "absent.pem",))
    assert packs.get().id == CLINIC and packs.reload().problems == ()


@pytest.mark.parametrize("table", [{}, {"key": ["a.pem"]}, {"keys": ["a.pem"], "key": "b.pem"}])
def test_a_misspelt_setting_does_not_turn_signatures_off(table: dict[str, Any]) -> None:
    with pytest.raises(SangaoError) as error:
        said(Settings(tables={"signing": table}))
    assert code(error) == "operations.wrong_packs"


def test_the_watch_withdraws_a_pack_when_the_settings_name_its_key_no_more(
    tmp_path: Path, vouched: tuple[Path, Path, Path, Packs]
) -> None:
    toml, told = tmp_path / "service.toml", threading.Semaphore(0)
    key(tmp_path, "new")

    def write(*names: str) -> None:
        put(toml, f'[packs]\ndefault = "county.sangao"\n[signing]\nkeys = {list(names)}\n'.encode())

    write(vouched[2].name)
    given = read_settings(toml, {})
    packs = open_packs(given)
    watch = Watch(packs, given, 0.02, lambda done: told.release())
    watch.start()
    try:
        for names in ((vouched[2].name, "absent.pem"), ("new.pub.pem",), ()):
            write(*names)
            assert told.acquire(timeout=20)
            if "absent.pem" in names:
                assert packs.get().id == CLINIC, "a key that cannot be read takes none of the others along"
            else:
                assert refused(packs) == "operations.pack_withdrawn"
        write(vouched[2].name)
        assert told.acquire(timeout=20) and packs.get().id == CLINIC
    finally:
        watch.stop()
