"""A saved pack opens as what was saved, under the hash its meaning was checked with."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

import sangao
from sangao.engine.pack import canon, ir


@pytest.fixture(scope="module")
def compiled() -> ir.Pack:
    found: ir.Pack = sangao.load("bphs_2017").compiled
    return found


def test_an_opened_pack_equals_the_one_that_was_saved(compiled: ir.Pack) -> None:
    opened = canon.loads(canon.dumps(compiled))
    assert list(opened.decisions) == list(compiled.decisions)
    assert opened.decisions[next(reversed(list(compiled.decisions)))] in compiled.decisions.values()
    assert list(reversed(opened.decisions.values())) == list(reversed(compiled.decisions.values()))
    assert opened == compiled
    assert pickle.loads(pickle.dumps(opened)) == compiled


def test_a_saved_pack_opens_under_the_hash_of_its_meaning(compiled: ir.Pack, tmp_path: Path) -> None:
    path = tmp_path / "pack.sangao"
    assert canon.save(compiled, path) == sangao.load(path).hash == canon.pack_hash(compiled)
    other = replace(compiled, meta=replace(compiled.meta, edition="other"))
    assert canon.save(other, path) == sangao.load(path).hash == canon.pack_hash(other) != canon.pack_hash(compiled)


def test_a_pack_travels_to_another_process() -> None:
    pack = sangao.load("htn_primary_2025", settings={"hyperkalaemia_limit": "5.5"})
    sent = pickle.loads(pickle.dumps(pack))
    assert (sent.id, sent.hash, sent.compiled) == (pack.id, pack.hash, pack.compiled)
    chart = sangao.Chart.of({"sbp_office": 152, "dbp_office": 96, "potassium": 5.7}, on="2025-10-09")
    assert sent.decide_all(chart).to_dict() == pack.decide_all(chart).to_dict()
