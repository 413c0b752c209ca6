"""libsangao: what `decide` answers, it answers; what is no pack or no argument gives an error code and words."""

from functools import cache

import pytest

from sangao.engine.run import library
from tests.laws.columns import LONG
from tests.laws.hosts import GIVEN, Hosts
from tests.laws.test_charts import pack
from tests.native import hosted
from tests.native.hosted import Hosted, needs_library

pytestmark = needs_library
PACKS = ("htn_primary_2025", "htn_guideline_2024")
ROWS = 20_000 if LONG else 150


@cache
def opened(name: str) -> Hosted:
    return Hosted(hosted.saved(pack(name)))


@pytest.mark.parametrize("name", PACKS)
def test_one_patient_and_many_are_answered_as_the_pack_answers_the_chart(name: str) -> None:
    asked, here = pack(name), opened(name)
    of = library.embed(asked.compiled, asked.decisions)
    hosts = Hosts(asked.compiled, of, 20261123)
    rows = [hosts.row() for _ in range(ROWS)]
    whole, kept_whole = here.stratify(rows)
    for i, row in enumerate(rows):
        admission = asked.admit(hosts.chart(row))
        found, kept = here.decide(row)
        assert found == hosted.expected(of, asked, *asked.rows.evaluate(admission.open, admission.assumed)), i
        assert whole[i] == found and kept_whole[i] == kept
        rejected = {one.fact for one in admission.readings if one.value is None}
        states = zip(of.inputs, row, kept, strict=True)
        assert all((one.id in rejected) == (out > 0) for one, given, out in states if given[1] == GIVEN), i
