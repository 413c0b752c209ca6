"""How many adults of NHANES are answered otherwise by the next edition. To write docs/editions.md anew:

.venv/bin/python -m tests.guidelines.editions
"""

import json
from collections.abc import Iterator
from typing import Any

from typer.testing import CliRunner

from sangao.adapters.main import app
from tests.guidelines.nhanes import DATA, MAP, ROOT

PAGE = ROOT / "docs" / "editions.md"
PAIRS = (
    ("htn_primary_2017", "htn_primary_2020"),
    ("htn_primary_2020", "htn_primary_2025"),
    ("htn_guideline_2018", "htn_guideline_2024"),
    ("dm_primary_2018", "dm_primary_2022"),
    ("dm_primary_2022", "dm_primary_2025"),
)
HEAD = """# 版本比较 · Editions compared

由 `python -m tests.guidelines.editions` 写成，勿手工修改。NHANES 2017–2020 的 8,965 名成人逐人用前后两版作答；
每行一项判断，列出答案改变的人数与最多的三种改变(`?` 为资料不足)。区域(哪些患者会变)用 `sangao diff 前版 后版` 查看。
Written by the tests' own program. Each adult of NHANES is answered by both editions; a row is a decision with the
number of people whose answer moves and the three commonest moves. `sangao diff FIRST SECOND` shows the regions.
"""


def compared(first: str, second: str) -> dict[str, Any]:
    """Return what `sangao diff` says of two packs with the people of the survey."""
    asked = ["diff", first, second, "--on", str(DATA), "--map", str(MAP), "--regions", "1", "--format", "json"]
    found = CliRunner().invoke(app(), asked)
    assert found.exit_code == 0, found.output
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def section(found: dict[str, Any]) -> Iterator[str]:
    """Yield the part of the page about one pair."""
    first, second = found["packs"]
    titles = {one["decision"]: (one["zh"], one["en"]) for one in found["differing"]}
    yield f"\n## {first['id']} → {second['id']}\n"
    alike, differing = len(found["alike"]), len(found["differing"])
    yield f"相同 {alike} 项，不同 {differing} 项 · {alike} decisions alike, {differing} answered otherwise.\n"
    yield "| 判断 decision | 人数 people | 最多的改变 commonest moves |\n|---|---|---|"
    for decision, moves in found["people"].items():
        moved = sorted((one for one in moves if one["before"] != one["after"]), key=lambda one: -one["people"])
        if moved:
            told = "；".join(f"{one['before']} → {one['after']} {one['people']}" for one in moved[:3])
            zh, en = titles.get(decision, ("", ""))
            yield f"| {zh} {en} `{decision}` | {sum(one['people'] for one in moved)} | {told} |"


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(line for pair in PAIRS for line in section(compared(*pair))) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
