"""A program over what a host gives of one day answers as the pack answers the chart that holds the same."""

import pytest

from sangao.engine.guide import Pack
from sangao.engine.run import library
from sangao.engine.run.columns import Answered, Batch, run
from tests.laws.columns import LONG
from tests.laws.hosts import Hosts
from tests.laws.test_charts import pack
from tests.native.clinic import clinic

ROWS = 20_000 if LONG else 200
PACKS = ("clinic", "htn_primary_2025", "htn_guideline_2024", "dm_primary_2025", "lipid_2023")
PACKS += ("sangao_national",) if LONG else ()


@pytest.mark.parametrize("name", PACKS)
def test_integers_of_a_host_are_answered_as_the_chart_that_holds_them(name: str) -> None:
    asked = Pack(clinic()) if name == "clinic" else pack(name)
    of = library.embed(asked.compiled, asked.decisions)
    hosts = Hosts(asked.compiled, of, 20261122)
    many = min(ROWS, 2_000_000 // len(of.decisions) // 10)  # answers are held all at once
    rows = [hosts.row() for _ in range(many)]
    outs = run(of.flat.program, Batch(hosts.slots(rows), many))
    found = {one: Answered(of.flat, outs, many).abstract(asked.compiled.decisions[one]) for one in of.decisions}
    for i, row in enumerate(rows):
        admission = asked.admit(hosts.chart(row))
        opened, assumed = asked.rows.evaluate(admission.open, admission.assumed)
        for one in of.decisions:
            assert found[one][i] == (opened[one], assumed[one]), (one, i)
