"""The report of measures as CSV, a line per reading of each goal."""

import csv
import io

from sangao.engine.cli.programme import goals_of
from sangao.engine.cli.reckoning import Reckoning

COLUMNS = (
    "id", "title_zh", "title_en", "n", "d", "unknown", "open", "unknown_share", "rate", "low", "high", "least", "most",
    "status", "against", "points_low", "points_high", "change_low", "change_high", "goal", "verdict", "cites",
)  # fmt: skip


def to_csv(result: Reckoning) -> str:
    """Return the lines of the report as CSV: a line per reading of each goal, or per measure without a profile."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for found, goal in result.rows():
        row = result.measured_as(found)
        moved = result.moved(found, goal) or {"against": None, "points": [None, None], "change": [None, None]}
        line = {
            **{key: row.get(key) for key in COLUMNS},
            "title_zh": row["title"]["zh"],
            "title_en": row["title"]["en"],
            "against": moved["against"],
            **{
                f"{kind}_{end}": moved[kind][i]
                for kind in ("points", "change")
                for i, end in enumerate(("low", "high"))
            },
            "cites": " ".join(map(str, goal.cite))
            if goal is not None
            else " ".join(one["row"] for one in row["cites"]),
        }
        if goal is None:
            writer.writerow(line)
            continue
        for one, verdict in zip(goals_of(goal), result.readings(goal), strict=True):
            writer.writerow({**line, "goal": one.text, "verdict": verdict})
    return text.getvalue()
