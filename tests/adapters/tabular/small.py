"""A pack of a handful of decisions and a table of made-up persons: what a run over a table does, in milliseconds."""

import csv
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.guide import Pack
from sangao.engine.passes import compile_folder

BASE = Path(__file__).parents[2] / "documents" / "base"
HEADER = ("编号", "机构", "血压", "年龄", "性别", "体重", "身高", "糖尿病", "诊断")
MAP: dict[str, Any] = {
    "key": "编号",
    "on": "2025-10-20",
    "lists": {"conditions": {"from": ["诊断"]}},
    "columns": {
        "血压": {"facts": ["sbp_office", "dbp_office"]},
        "年龄": "age",
        "性别": {"fact": "sex", "values": {"男": "male", "女": "female"}},
        "体重": "weight",
        "身高": "height",
        "糖尿病": {"fact": "diabetes", "values": {"是": True, "否": False}},
        "诊断": {"list": "conditions", "none": ["无"]},
    },
}
ASKED = ("htn.grade", "obesity", "dm.high")


@cache
def clinic() -> Pack:
    """The pack."""
    return Pack(compile_folder(BASE / "clinic", shared=BASE / "shared"))


def people(number: int, seed: int = 7) -> list[dict[str, str]]:
    """So many persons, with blanks and slips; the same every time."""
    draw = random.Random(seed)

    def some(text: object) -> str:
        return "" if draw.random() < 0.1 else str(text)

    return [
        dict(
            zip(
                HEADER,
                (
                    f"R{i:04}",
                    draw.choice(("城关", "城关", "城关", "东沟", "西山")),
                    some(f"{draw.randint(95, 190)}/{draw.randint(55, 94)}" if draw.random() < 0.97 else "152"),
                    some(draw.randint(18, 95)),
                    some(draw.choice("男女")),
                    some(round(draw.uniform(40, 110), 1)),
                    some(draw.randint(145, 190)),
                    some(draw.choice("是否否否")),
                    draw.choice(("", "无", "I10", "E11.9;I10", "怪病")),
                ),
                strict=True,
            )
        )
        for i in range(number)
    ]


def write(path: Path, rows: list[dict[str, str]], mapping: dict[str, Any] | None = None) -> None:
    """Write persons as CSV, with the mapping and the pack beside them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (path.parent / "map.yaml").write_text(json.dumps(mapping or MAP, ensure_ascii=False), encoding="utf-8")
    clinic().save(path.parent / "pack.sangao")


def run(source: str, out: str, *more: str) -> Any:
    """Stratify a source of the folder one stands in."""
    given = ["stratify", source, "--map", "map.yaml", "--pack", "pack.sangao", "--out", out, "--format", "json"]
    return CliRunner().invoke(app(), [*given, *(part for name in ASKED for part in ("--by", name)), *more])


def done(source: str, out: str, *more: str) -> Any:
    """Stratify a source and return the summary."""
    result = run(source, out, *more)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def codes(result: Any) -> list[str]:
    """Return the codes of the problems a command ended with."""
    assert result.exit_code == 2, (result.output, result.exception)
    return [one["code"] for one in json.loads(result.stderr)["problems"]]


def read(path: Path | str) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
