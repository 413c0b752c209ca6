"""Cases of two packs as rows of integers with the answers of `pack.decide`: what every host of libsangao must say too.

`python tests/native/recorded.py` writes examples/recorded/; a test says whether the files are current. A case stands in
them when one row of integers holds all that its decision reads of the chart.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sangao.engine.answer import Answer  # noqa: E402
from sangao.engine.cases import asked  # noqa: E402
from sangao.engine.chart import Chart  # noqa: E402
from sangao.engine.guide import Pack, load  # noqa: E402
from sangao.engine.pack import ir  # noqa: E402
from sangao.engine.run import library  # noqa: E402
from sangao.engine.run.cones import cone  # noqa: E402
from sangao.engine.run.inputs import Input  # noqa: E402
from tests.laws.hosts import BLANK, GIVEN, UNSURE, Row, chart  # noqa: E402

FOLDER = ROOT / "examples" / "recorded"
RECORDED = {
    "htn_primary_2025": ("grade", "class", "diagnosis", "control", "start", "target", "referral", "next_visit"),
    "htn_guideline_2024": ("grade", "class", "risk", "risk_factors", "organ_damage", "target", "phenotype", "start"),
}
HEAD = """\
# Cases of the pack {pack}, written by tests/native/recorded.py; fields are separated by tabs.
# `case`: what is tested; `give`: an input and its integer, or `unsure`; `ask`: a decision, then status, value,
# at_least, at_most, possible as codes, integers or items (`a|b`); `-`: none.
# {left} further cases rest on readings that one row does not hold.
"""


def known(kind: str, value: Any) -> int | None:
    """Return the integer of an abstract value; None where it is not exact."""
    if kind in ("number", "date"):
        return value[0] if value is not None and value[0] == value[1] else None
    return value.bit_length() - 1 if value and value & value - 1 == 0 else None


def row_of(pack: Pack, inputs: tuple[Input, ...], of: Chart) -> Row:
    """Return the row of integers that says most of what a chart says."""
    admission = pack.admit(of)
    named = admission.timeline.named()
    said = {one.fact for one in admission.readings}
    row: Row = []
    for one in inputs:
        value: int | None
        if one.origin == "day":
            value, blank = of.on.toordinal(), BLANK
        elif one.origin == "list":
            there = one.id in {*of.lists, *of.complete}
            value, blank = (int(one.id in of.complete) if there else None), BLANK
        elif one.origin == "window":
            opened, assumed = admission.open.get(one.id), admission.assumed.get(one.id)
            value, blank = (known(one.kind, opened) if opened == assumed else None), BLANK
        else:
            value, blank = (known(one.kind, named[one.id]), UNSURE) if one.id in said else (None, BLANK)
        row.append((0, blank) if value is None else (value, GIVEN))
    return row


def holds(pack: Pack, inputs: tuple[Input, ...], row: Row, of: Chart, decision: str) -> bool:
    """Return whether a row gives the leaves of a decision exactly what the chart gives them."""
    wanted, found = pack.admit(of), pack.admit(chart(inputs, row, of.on))
    windows = {
        one.id: (value, value) if one.kind in ("number", "date") else 1 << value
        for one, (value, state) in zip(inputs, row, strict=True)
        if one.origin == "window" and state == GIVEN
    }
    leaves = cone(pack.compiled, decision)[0]
    return all(
        (wanted.open[one], wanted.assumed[one])
        == (windows.get(one, found.open[one]), windows.get(one, found.assumed[one]))
        for one in leaves
    )


def told(outcome: ir.Outcome, answer: Answer) -> list[str]:
    """Return an answer as the fields of a line."""
    low = high = value = "-"
    opened, taken = answer.open, answer.taken
    if outcome.kind in ("number", "date"):
        low, high = map(str, opened or ("-", "-"))
        value = "-" if answer.status == "unknown" else str(taken[0])
        return [answer.status, value, low, high, "-"]
    if outcome.kind == "set":
        low, high = items(outcome, opened[0]), items(outcome, opened[1])
        value = "-" if answer.status == "unknown" else items(outcome, taken[0])
        return [answer.status, value, low, high, high]
    if answer.status != "unknown":
        value = outcome.codes[taken.bit_length() - 1]
    if outcome.ordered:
        low, high = outcome.codes[(opened & -opened).bit_length() - 1], outcome.codes[opened.bit_length() - 1]
    return [answer.status, value, low, high, items(outcome, opened)]


def items(outcome: ir.Outcome, mask: int) -> str:
    """Return the codes of a mask; nothing at all is the empty text."""
    return "|".join(code for i, code in enumerate(outcome.codes) if mask >> i & 1)


def lines(pack: Pack) -> Iterator[str]:
    """Yield the lines of a pack."""
    inputs = library.embed(pack.compiled, pack.decisions).inputs
    decisions = [f"htn.{one}" for one in RECORDED[pack.id]]
    left, found = 0, []
    for case in pack.compiled.cases:
        if case.decide not in decisions:
            continue
        at, of = asked(pack, case)
        row = row_of(pack, inputs, of)
        if at is not pack or of.problems or not holds(pack, inputs, row, of, case.decide):
            left += 1
            continue
        found.append(f"case\t{case.it}")
        for one, (value, state) in zip(inputs, row, strict=True):
            if state != BLANK:
                found.append(f"give\t{one.id}\t{value if state == GIVEN else 'unsure'}")
        answer = pack.decide(case.decide, of)
        found.append("\t".join(["ask", case.decide, *told(pack.compiled.decisions[case.decide].outcome, answer)]))
    yield HEAD.format(pack=pack.id, left=left)
    yield f"pack\t{pack.id}\t{pack.edition}\n"
    yield "".join(f"{line}\n" for line in found)


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name in RECORDED:
        (FOLDER / f"{name}.tsv").write_text("".join(lines(load(name))), encoding="utf-8")


if __name__ == "__main__":
    main()
