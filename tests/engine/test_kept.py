"""Packs kept between processes: used when nothing changed, made again when a rule did, never trusted when damaged."""

import shutil
from pathlib import Path

import pytest

from sangao.engine.guide import load
from sangao.engine.pack import kept

GUIDELINES = Path(__file__).parents[2] / "guidelines"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANGAO_CACHE", str(tmp_path / "cache"))
    for name in ("shared", "htn_guideline_base", "htn_guideline_2018"):
        shutil.copytree(GUIDELINES / name, tmp_path / "guidelines" / name)
    return tmp_path / "guidelines" / "htn_guideline_2018"


def files(folder: Path) -> list[Path]:
    return sorted((folder.parents[1] / "cache").glob("*.sangao"))


def test_a_pack_is_kept_and_the_kept_one_is_the_same(folder: Path) -> None:
    first = load(folder)
    assert len(files(folder)) == 1
    assert load(folder).hash == first.hash
    assert len(files(folder)) == 1


def test_a_changed_rule_is_compiled_again(folder: Path) -> None:
    before = load(folder).hash
    rule = folder / "rules" / "risk.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("hit: first", "hit: first #"), encoding="utf-8")
    assert load(folder).hash == before
    assert len(files(folder)) == 2


def test_a_damaged_kept_pack_is_compiled_again(folder: Path) -> None:
    before = load(folder).hash
    data = bytearray(files(folder)[0].read_bytes())
    data[-10] ^= 1
    files(folder)[0].write_bytes(bytes(data))
    assert load(folder).hash == before


def test_nothing_is_kept_when_it_is_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAO_CACHE", "off")
    assert kept.place() is None
    load(folder)
    assert files(folder) == []


def test_terms_of_hosts_make_no_pack_compile_anew(folder: Path) -> None:
    """Codes and brands are read by adapters; a county that adds a brand must not wait for a thousand rules."""
    before = kept.stamp([folder], {})
    drugs = folder.parent / "shared" / "terms" / "drugs.yaml"
    drugs.write_text(drugs.read_text(encoding="utf-8") + "# one more\n", encoding="utf-8")
    (drugs.parent / "county.yaml").write_text("names: {}\n", encoding="utf-8")
    assert kept.stamp([folder], {}) == before
    (folder.parent / "shared" / "facts" / "county.yaml").write_text("facts: {}\n", encoding="utf-8")
    assert kept.stamp([folder], {}) != before
