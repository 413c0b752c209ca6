"""Answers for everybody in a folder of Parquet files, with Daft: `python daft_job.py PEOPLE.parquet ANSWERS_FOLDER`.

Runs on this machine; with `daft.set_runner_ray()` before the first line that reads, on a Ray cluster whose workers have
`pip install "sangao[daft]"`. Columns are named after facts; one day holds for all rows.
"""

import sys

import daft

from sangao.adapters.daft import stratify

DECISIONS = ["htn.class", "htn.grade", "htn.risk"]


def main(people: str, answers: str) -> None:
    """Read, answer, write."""
    frame = daft.read_parquet(people)
    found = stratify(frame, "htn_guideline_2024", DECISIONS, key="id", on="2025-10-20", lists=["conditions"])
    found.write_parquet(answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
