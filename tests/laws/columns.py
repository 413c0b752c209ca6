"""What the laws of the column executors share: batches of charts, answers read back, lengths around word and chunk."""

import os
from random import Random
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.columns import Answered
from sangao.engine.run.lowering import Flat, lower
from tests.laws.random_packs import Maker, values

LONG = os.environ.get("SANGAO_TIER") == "long"
LENGTHS = (0, 1, 7, 8, 63, 64, 65, 8191, 8192, 8193, 16385)
RICH = 447  # the seed of a pack with many leaves, whose program uses nearly every operation
Pass = dict[str, Any]


def made(seed: int, charts: int = 12) -> tuple[ir.Pack, list[tuple[Pass, Pass]]]:
    """Return a random pack, wild or lawful, and charts that know nothing, something or everything."""
    random = Random(seed)
    pack = Maker(random, random.random() < 0.3, True, 6).pack()
    return pack, [values(random, pack, random.choice((0.0, 0.4, 0.9, 1.0))) for _ in range(charts)]


def lowered(pack: ir.Pack) -> Flat:
    """Return the program of a whole pack, everything half-known; nothing of it may be refused."""
    flat = lower(pack, pack.decisions, half=pack.leaves)
    assert not flat.refused
    return flat


def same(pack: ir.Pack, answered: Answered, charts: list[tuple[Pass, Pass]]) -> None:
    """Check every decision of every chart against the definition: possible outcomes, value, status, bounds."""
    expected = [spec.evaluate(pack, *one) for one in charts]
    for decision in pack.decisions.values():
        found = answered.abstract(decision)
        settled, known = (answered.column(decision.id, field) for field in ("settled", "known"))
        for i, (opened, assumed) in enumerate(expected):
            before, after = opened[decision.id], assumed[decision.id]
            assert found[i] == (before, after), (decision.id, i)
            assert settled[i] == spec.single(decision.outcome, before)
            assert known[i] == spec.single(decision.outcome, after)
        if decision.outcome.kind in ("code", "bool"):
            value, low, high = (answered.column(decision.id, field) for field in ("value", "at_least", "at_most"))
            for i, (opened, assumed) in enumerate(expected):
                before, after = opened[decision.id], assumed[decision.id]
                assert not known[i] or after == 1 << value[i]
                assert (low[i], high[i]) == ((before & -before).bit_length() - 1, before.bit_length() - 1)
