"""Kernel or Python, one thread or several: the same answers."""

import pytest

from sangao.engine import native
from sangao.engine.run.bulk import Bulk
from sangao.engine.run.columns import Batch, enter
from tests.laws.columns import RICH, lowered, made


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_the_kernel_on_threads_answers_as_python_does(threads: int) -> None:
    rules, charts = made(RICH, 100)
    flat = lowered(rules)
    batch = enter(flat, [charts[i * i % 100] for i in range(16384 * 3 + 77)])
    fast, slow = Bulk(flat), Bulk(flat, use_native=False)
    assert (fast.native, slow.native) == (native.is_native(), False)
    assert fast.run(batch, threads=threads).outs == slow.run(batch).outs


@pytest.mark.parametrize("use_native", [False, True])
def test_nobody_is_answered_with_nothing(use_native: bool) -> None:
    rules, _ = made(RICH)
    flat = lowered(rules)
    empty = Bulk(flat, use_native).run(enter(flat, []), threads=4)
    assert all(empty.column(*one) == [] for one in flat.outs)


@pytest.mark.parametrize("use_native", [False, True])
def test_columns_that_do_not_fit_are_refused(use_native: bool) -> None:
    rules, charts = made(RICH)
    flat = lowered(rules)
    good = enter(flat, charts)
    with pytest.raises(ValueError):
        Bulk(flat, use_native).run(Batch(good.slots[:-1], good.rows))
    with pytest.raises(ValueError):
        Bulk(flat, use_native).run(Batch(good.slots, good.rows + 9))
