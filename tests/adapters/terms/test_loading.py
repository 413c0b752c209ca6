"""Loading: all problems of all files at once, a site's own folder beside ours, and nothing that is half read."""

from pathlib import Path

import pytest

from sangao.adapters.terms import book
from sangao.adapters.terms.loading import load, shipped
from sangao.engine.errors import SangaoError


def wrong(folder: Path) -> list[str]:
    with pytest.raises(SangaoError) as error:
        load(local=[folder])
    return [one.code for one in error.value.problems]


def test_the_shipped_book_is_loaded_once() -> None:
    assert book() is book()


def test_a_site_adds_brands_spellings_elements_and_names(tmp_path: Path) -> None:
    (tmp_path / "drugs.yaml").write_text(
        "substances: {ccb_dhp: [{zh: 某某地平, brands: [县医院一号]}]}\n"
        "combinations: [{zh: 院内合剂, of: [某某地平, 氢氯噻嗪]}]\n",
        encoding="utf-8",
    )
    (tmp_path / "conditions.yaml").write_text('names: {"高血压(慢病)": [hypertension]}\n', encoding="utf-8")
    (tmp_path / "units.yaml").write_text("units: {}\n", encoding="utf-8")
    (tmp_path / "elements.yaml").write_text("elements: {fpg: [DE04.50.999.00]}\n", encoding="utf-8")
    found = load(local=[tmp_path])
    assert found.drug(None, None, "县医院一号 5mg") == ("ccb_dhp", "on_antihypertensive")
    assert set(found.drug(None, None, "院内合剂")) == {"ccb_dhp", "thiazide", "on_antihypertensive"}
    assert found.condition(None, None, "高血压(慢病)") == ("hypertension",)
    assert found.element("DE04.50.999.00") == "fpg" and found.observation(None, "8480-6") is not None
    assert book().drug(None, None, "县医院一号") == (), "the shipped book is another one"


def test_the_environment_names_a_sites_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drugs.yaml").write_text("substances: {arb: [{zh: 某某沙坦}]}\n", encoding="utf-8")
    monkeypatch.setenv("SANGAO_TERMS", str(tmp_path))
    assert book.__wrapped__().drug(None, None, "某某沙坦片") == ("arb", "on_antihypertensive")


def test_a_site_cannot_give_a_name_of_ours_another_meaning(tmp_path: Path) -> None:
    (tmp_path / "drugs.yaml").write_text("substances: {arb: [{zh: 络活喜}]}\n", encoding="utf-8")
    (tmp_path / "conditions.yaml").write_text("names: {高血压: [diabetes]}\n", encoding="utf-8")
    (tmp_path / "elements.yaml").write_text("elements: {fpg: [DE04.10.174.00]}\n", encoding="utf-8")
    (tmp_path / "units.yaml").write_text("units: {mg/L: {spellings: [市斤]}}\n", encoding="utf-8")
    assert wrong(tmp_path) == ["terms.twice"] * 5, "mg/L stands twice too"


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "drugs.yaml").write_text(
        "substances: {arbs: [{zh: 某某沙坦, facts: [no_such]}]}\n"
        "combinations: [{zh: 合剂, of: [没有], facts: [nor_this]}]\n",
        encoding="utf-8",
    )
    (tmp_path / "conditions.yaml").write_text(
        "names: {某病: [no_such]}\nimplies: {mi: [nor_this]}\nrecorded: {I10.x00x099: {nothing: high}}\n",
        encoding="utf-8",
    )
    (tmp_path / "observations.yaml").write_text(
        "observations: {sbp: {loinc: {8480-7: mmHg}}}\nbesides: []\n", encoding="utf-8"
    )
    (tmp_path / "drug.yaml").write_text("{}\n", encoding="utf-8")
    found = wrong(tmp_path)
    assert sorted(set(found)) == [
        "rules.bad_id", "rules.unknown_key", "terms.stray", "terms.unknown_fact", "terms.unknown_substance"
    ]  # fmt: skip
    assert found.count("terms.unknown_fact") == 6


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert wrong(tmp_path / "nowhere") == ["host.unreadable"]


def test_our_own_files_must_all_be_there(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    for name in ("facts", "rows"):
        (tmp_path / name).symlink_to(shipped() / name)
    (tmp_path / "sources.yaml").symlink_to(shipped() / "sources.yaml")
    with pytest.raises(SangaoError) as error:
        load(tmp_path)
    assert len(error.value.problems) == 5
