"""NHANES through the national bundle, counted. To record the counts anew after a rule has changed on purpose:

    .venv/bin/python -m tests.guidelines.nhanes

The data stand outside the project (../shared/data); nothing of them is copied into it.
"""

import json
from pathlib import Path
from typing import Any

from sangao.adapters.tabular import read_columns
from sangao.engine.cli.asking import chosen
from sangao.engine.cli.jobs import Done
from sangao.engine.cli.maps import read_map
from sangao.engine.cli.running import answered
from sangao.engine.cli.tally import Tally
from sangao.engine.guide import Pack, load

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data" / "nhanes_2017_2020_adults.csv"
MAP = ROOT / "examples" / "nhanes" / "map.yaml"
COUNTS = HERE / "nhanes_counts.json"
PACK = "sangao_national"


def bound(pack: Pack) -> Any:
    """The survey with its mapping, ready to be read under a pack."""
    return read_columns(source=DATA, mapping=read_map(MAP)).bind(pack.compiled.dictionary, None)


def run(pack: Pack, workers: int = 2) -> tuple[Tally, list[Done]]:
    """Every adult through every decision of a pack."""
    questions = chosen([pack], None)
    tally, batches = Tally([pack], questions), []
    for done in answered([pack], questions, bound(pack), None, workers):
        tally.add(done)
        batches.append(done)
    return tally, batches


def counts(tally: Tally) -> dict[str, Any]:
    """What is compared: statuses and outcomes per decision, refused values by reason."""
    decisions = {
        question.name: {**tally.by_status(i), "outcomes": {k: n for k, n in tally.outcomes(i).items() if n}}
        for i, question in enumerate(tally.questions)
    }
    refused = dict(sorted(tally.codes.items()))
    return {"rows": tally.rows, "answered": tally.answered, "refused": refused, "decisions": decisions}


if __name__ == "__main__":
    found = counts(run(load(PACK))[0])
    decisions = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in found.pop("decisions").items())
    head = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
    COUNTS.write_text(f'{{\n{head},\n "decisions": {{\n{decisions}\n }}\n}}\n', encoding="utf-8")
    print(f"{COUNTS}: recorded")
