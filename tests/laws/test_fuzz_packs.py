"""Whatever stands in a `.sangao` file, it is a pack that answers, or refused; nothing of it is ever executed."""

import hashlib
import json
from functools import cache
from random import Random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.explain import page
from sangao.engine.guide import Pack
from sangao.engine.pack import canon
from tests.laws.odd import NUMBERS, TEXTS
from tests.laws.test_fuzz_charts import clinic

PARTS = ("meaning", "text", "cases")
CODE = "__import__('os').mkdir('/tmp/sangao_was_executed')"
SPITE = [
    CODE,
    f"x\n{CODE}",
    f"' + {CODE} + '",
    -1,
    2**70,
    {"!": "Always", "truth": CODE},
    {"!": "Int", "value": CODE},
    {"!": "Fraction", "is": "1e999999999"},
    {"!": "Fraction", "is": "1/0"},
    {"!": "Pack"},
    {"!": "dict"},
    {"!": []},
    [],
    {},
    None,
    True,
    *TEXTS[:8],
    *NUMBERS[:8],
]


@cache
def parts() -> dict[str, Any]:
    found = canon.sections(canon.dumps(clinic().compiled))
    return {name: json.loads(found[name]) for name in PARTS}


def sealed(content: dict[str, Any]) -> bytes:
    """Return a file whose hashes are right, whatever it holds."""
    data = {name: json.dumps(content[name]).encode() for name in PARTS}
    at = canon.HEAD.size + canon.SECTION.size * len(data)
    table = b""
    for name, one in data.items():
        table += canon.SECTION.pack(name.encode(), at, len(one), hashlib.sha256(one).digest())
        at += len(one)
    return canon.HEAD.pack(canon.MAGIC, canon.VERSION, len(data)) + table + b"".join(data.values())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every value below one."""
    found = [path] if path else []
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in below:
        found += places(part, (*path, key))
    return found


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a value with another at a path."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


CHARTS = (
    Chart.of({}, on="2025-03-09"),
    Chart.of(
        {"sbp_office": 152, "dbp_office": 96, "age": 63, "sex": "male", "weight": 80, "height": 170, "creatinine": 90},
        on="2025-03-09",
        conditions=["diabetes"],
        readings=[{"fact": "glucose", "value": ">33.3", "at": "2025-03-01", "sample": "capillary"}],
    ),
)


def opened(data: bytes) -> None:
    """Open a file; a pack that opens answers every chart in both languages."""
    try:
        pack = Pack(canon.loads(data, "fuzzed.sangao"))
    except SangaoError as error:
        other = {"host.not_a_pack", "host.pack_newer", "host.pack_older"}
        assert {one.code for one in error.problems} <= {*other, "host.pack_damaged"}
        assert error.usage
        return
    for chart in CHARTS:
        result = pack.decide_all(chart)
        json.dumps(result.to_dict())
        assert page.text(result, "zh", None) and page.text(result, "en", None)


@given(st.binary(max_size=200), st.integers(0, 40_000), st.integers(0, 20))
@example(b"", 0, 0)
@example(b"SANGAOPK", 0, 0)
@example(canon.HEAD.pack(canon.MAGIC, canon.VERSION, 2**32 - 1), 0, 0)
@example(canon.HEAD.pack(canon.MAGIC, 0, 0), 0, 0)
def test_no_bytes_make_the_opener_raise(data: bytes, start: int, gone: int) -> None:
    opened(data)
    whole = canon.dumps(clinic().compiled)
    opened(whole[:start] + data + whole[start + gone :])


@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_no_content_under_right_hashes_makes_a_pack_raise(random: Random, times: int) -> None:
    content = parts()
    everywhere = {name: places(content[name]) for name in PARTS}
    for _ in range(times):
        name = random.choice(("meaning", "meaning", "meaning", "text", "cases"))
        path = random.choice(everywhere[name])
        try:
            old = at(content[name], path)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
        other = at(parts()[name], random.choice(everywhere[name]))
        near = (
            [old + 1, old - 1, -old]
            if type(old) is int
            else [old[:-1], old[1:], old * 2]
            if isinstance(old, list)
            else []
        )
        content = {**content, name: changed(content[name], path, random.choice([*SPITE, other, other, *near]))}
    opened(sealed(content))


def test_nothing_was_executed() -> None:
    from pathlib import Path

    for path in places(parts()["meaning"]):
        if path[-1] != "!" and type(at(parts()["meaning"], path)) in (str, int) and len(path) % 5 == 0:
            opened(sealed({**parts(), "meaning": changed(parts()["meaning"], path, CODE)}))
    assert not Path("/tmp/sangao_was_executed").exists()
