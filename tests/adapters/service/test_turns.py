"""Work of calls takes turns, and no work waits for ever for another."""

import asyncio
import threading

import pytest

from sangao.adapters.service.house import Work


def test_long_work_is_overtaken() -> None:
    work = Work(2, 20)
    overtaken = threading.Event()

    async def both() -> list[bool]:
        long = asyncio.create_task(work.run(overtaken.wait, 15))
        await asyncio.sleep(0.05)  # it has its turn by now
        await work.run(overtaken.set)
        return [await long]

    assert asyncio.run(both()) == [True], "the second call was answered while the first still worked"
    work.close()


def test_work_that_fails_gives_its_turn_back() -> None:
    work = Work(1, 20)

    async def failing() -> bool:
        with pytest.raises(ZeroDivisionError):
            await work.run(lambda: 1 // 0)
        return await work.run(work._turn.locked)

    assert asyncio.run(failing()), "the next call has the turn"
    assert not work._turn.locked()
    work.close()
