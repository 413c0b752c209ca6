"""How many people of each institution or township have each answer, with small counts withheld where that is asked."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sangao.engine.cli.cells import KNOWN, NONE, OPEN, SOME
from sangao.engine.cli.suppress import withheld, withheld_totals
from sangao.engine.cli.tally import Tally
from sangao.engine.explain import names

HEADER = ("kind", "group", "decision", "outcome", "zh", "en", "people")
WITHHELD = "*"
TOTAL = "total"
WORDS = {KNOWN: ("已知", "known"), NONE: ("无", "none"), SOME: ("有", "some"), TOTAL: ("合计", "all")}


@dataclass(frozen=True, slots=True)
class Grouped:
    """The counts of one question: rows are groups, columns cells; `hidden` as `suppress.withheld` gives it."""

    question: int
    groups: tuple[str, ...]
    cells: tuple[str, ...]
    people: tuple[tuple[int, ...], ...]
    hidden: frozenset[tuple[int, int]] = frozenset()

    def shown(self, row: int, column: int) -> int | None:
        """Return a count or (beyond the last row or column) a total, None where it is withheld."""
        if (row, column) in self.hidden:
            return None
        rows = self.people if row == len(self.groups) else self.people[row : row + 1]
        return sum(sum(one) if column == len(self.cells) else one[column] for one in rows)


def grouped(tally: Tally, least: int = 0) -> list[Grouped]:
    """Return the counts of a run by group; counts of 1 to `least - 1` cannot be told from them.

    People are counted once per question, so a group has the same total everywhere and it is withheld everywhere.
    """
    if not tally.groups:
        return []
    groups = sorted({group for one in tally.groups for group, _ in one}, key=lambda one: (not one, one))
    totals = [sum(number for (name, _), number in tally.groups[0].items() if name == group) for group in groups]
    gone, whole = withheld_totals(totals, least) if least else (frozenset[int](), False)
    found = []
    for i, counted in enumerate(tally.groups):
        cells = cells_of(tally, i)
        people = tuple(tuple(counted[group, cell] for cell in cells) for group in groups)
        hidden = withheld(people, least, gone, whole) if least else frozenset[tuple[int, int]]()
        found.append(Grouped(i, tuple(groups), cells, people, hidden))
    return found


def cells_of(tally: Tally, i: int) -> tuple[str, ...]:
    """Return what the answers of a question are counted as, in declared order, `unknown` last."""
    outcome = tally.decision(i).outcome
    if outcome.kind in ("number", "date"):
        return KNOWN, OPEN
    if outcome.kind == "set":
        return NONE, SOME, OPEN
    codes = ("false", "true") if outcome.kind == "bool" else tuple(outcome.codes)
    return *codes, OPEN


def name(tally: Tally, i: int, cell: str, lang: str) -> str:
    """Return a cell in words."""
    if cell == OPEN:
        return names.STATUS["unknown"][lang]
    if cell in WORDS and cell not in tally.decision(i).outcome.codes:
        return WORDS[cell][lang != "zh"]
    question = tally.questions[i]
    value: Any = cell == "true" if tally.decision(i).outcome.kind == "bool" else cell
    return names.outcome(tally.packs[question.pack].compiled, question.decision, value, lang)


def to_csv(tally: Tally, tables: Sequence[Grouped]) -> str:
    """Return the counts as CSV, one a line; `kind` tells a group from those of whom none is known and from totals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in tables:
        for row, group in enumerate((*one.groups, "")):
            kind = TOTAL if row == len(one.groups) else "group" if group else "blank"
            for column, cell in enumerate((*one.cells, TOTAL)):
                people = one.shown(row, column)
                words = (name(tally, one.question, cell, "zh"), name(tally, one.question, cell, "en"))
                shown = WITHHELD if people is None else people
                writer.writerow((kind, group, tally.questions[one.question].name, cell, *words, shown))
    return out.getvalue()


def to_dict(tally: Tally, tables: Sequence[Grouped]) -> Mapping[str, Any]:
    """Return the counts for programs; null is withheld."""
    return {
        tally.questions[one.question].name: {
            group: dict(_row(one, row)) for row, group in enumerate((*one.groups, TOTAL))
        }
        for one in tables
    }


def _row(one: Grouped, row: int) -> Iterator[tuple[str, int | None]]:
    for column, cell in enumerate((*one.cells, TOTAL)):
        yield cell, one.shown(row, column)
