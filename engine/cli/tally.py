"""What a run over many patients came to: counts per outcome, what stayed unknown, which blank fact costs most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.answer import Status
from sangao.engine.chart import Chart
from sangao.engine.cli.cells import cell, frozen, plain
from sangao.engine.cli.jobs import Done, Question
from sangao.engine.errors import Problem
from sangao.engine.explain import names
from sangao.engine.guide import Pack
from sangao.engine.pack import ir
from sangao.engine.run import answers, residual

SAMPLE = 40  # patients asked what they lack
SEARCHES = 240  # and the searches spent on them: an estimate, said to be one


@dataclass(slots=True)
class Tally:
    """Sums over all batches of a run."""

    packs: Sequence[Pack]
    questions: Sequence[Question]
    rows: int = 0
    answered: int = 0
    rejected: int = 0
    doubled: int = 0
    policy: str = "each"  # what was done with the rows of a person who stands twice
    resumed: int = 0  # rows that an earlier run had done
    batches: int = 0
    counts: list[Counter[Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    groups: list[Counter[tuple[str, str]]] = field(default_factory=list)
    sample: dict[tuple[int, int], Chart | None] = field(default_factory=dict)  # by batch and row
    _seen: int = 0
    _stride: int = 1

    def __post_init__(self) -> None:
        self.counts = [Counter() for _ in self.questions]

    def add(self, done: Done) -> None:
        """Add a batch."""
        self.rows += done.rows
        self.answered += done.answered
        self.rejected += len(done.rejects)
        self.notes.update(done.notes)
        self.codes.update(one[5] for one in done.rejects)
        for total, mine in zip(self.counts, done.counts, strict=True):
            total.update(mine)
        if done.groups and not self.groups:
            self.groups = [Counter() for _ in self.questions]
        for groups, some in zip(self.groups, done.groups, strict=False):
            groups.update(some)
        for row, chart in done.sample:
            if self._seen % self._stride == 0:
                self.sample[self.batches, row] = chart
            self._seen += 1
            if len(self.sample) > 2 * SAMPLE:  # spread over the file: thin out and look at every other batch from now
                self.sample = dict(list(self.sample.items())[::2])
                self._stride *= 2
        self.batches += 1

    # --- going on with an earlier run ---------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """Return the sums as JSON can hold them; of the sampled patients where they stand."""
        return {
            "numbers": [self.rows, self.answered, self.rejected, self.batches, self._seen, self._stride],
            "counts": [list(one.items()) for one in self.counts],
            "notes": self.notes,
            "codes": self.codes,
            "groups": [list(one.items()) for one in self.groups],
            "sample": list(self.sample),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up the sums of an earlier run; the sampled patients are `remembered` when their batch comes by."""
        self.rows, self.answered, self.rejected, self.batches, self._seen, self._stride = state["numbers"]
        self.counts = [Counter({frozen(pair): number for pair, number in one}) for one in state["counts"]]
        self.notes, self.codes = Counter(state["notes"]), Counter(state["codes"])
        self.groups = [Counter({(pair[0], pair[1]): number for pair, number in one}) for one in state["groups"]]
        self.sample = {(batch, row): None for batch, row in state["sample"]}

    def awaited(self, batch: int) -> list[int]:
        """Return the rows of a batch whose patients were sampled in an earlier run."""
        return [row for place, row in self.sample if place == batch]

    def remember(self, batch: int, row: int, chart: Chart | None) -> None:
        """Take a patient who was sampled in an earlier run."""
        self.sample[batch, row] = chart

    # --- reading it ---------------------------------------------------------------------------------------------------
    def decision(self, i: int) -> ir.Decision:
        """Return the decision a question asks."""
        question = self.questions[i]
        return self.packs[question.pack].compiled.decisions[question.decision]

    def cells(self, i: int) -> Counter[str]:
        """Return how many answers of a question count as what (`cells.cell`)."""
        found: Counter[str] = Counter()
        for pair, number in self.counts[i].items():
            found[cell(self.decision(i), pair)] += number
        return found

    def by_status(self, i: int) -> dict[Status, int]:
        """Return how many answers of a question are settled, provisional, unknown."""
        found: dict[Status, int] = {"settled": 0, "provisional": 0, "unknown": 0}
        for one, number in self._answers(i):
            found[one.status] += number
        return found

    def outcomes(self, i: int) -> dict[str, int]:
        """Return how many patients have each outcome (of a set: each item) in declared order; unknown is none."""
        decision = self.decision(i)
        kind = decision.outcome.kind
        if kind in ("number", "date"):
            numbers: Counter[str] = Counter()
            for one, number in self._answers(i):
                if one.status != "unknown":
                    numbers[plain(one.value)] += number
            return dict(sorted(numbers.items(), key=lambda pair: (len(pair[0]), pair[0]))) if len(numbers) <= 12 else {}
        found = dict.fromkeys(decision.outcome.codes, 0)
        for one, number in self._answers(i):
            if one.status != "unknown":
                for code in one.value if isinstance(one.value, tuple) else (plain(one.value),):
                    found[code] += number
        return found

    def _answers(self, i: int) -> Any:
        decision = self.decision(i)
        for (opened, assumed), number in self.counts[i].items():
            yield answers.answer(decision, opened, assumed), number

    def costly(self) -> tuple[list[tuple[str, int]], int, int]:
        """Return the blank facts whose first missing set leaves most sampled answers open, with the size of the sample.

        An estimate: (fact, answers it would help to settle), patients asked, answers looked at.
        """
        found: Counter[str] = Counter()
        looked = 0
        sampled = [chart for chart in self.sample.values() if chart is not None]
        patients = sampled[:: max(1, len(sampled) // SAMPLE)][:SAMPLE]
        for i, chart in enumerate(patients):
            here = 0
            for j in range(len(self.questions)):  # each patient starts at another question, so that all get their turn
                if here == SEARCHES // SAMPLE:
                    break
                question = self.questions[(i * 7 + j) % len(self.questions)]
                pack = self.packs[question.pack]
                if pack.decide(question.decision, chart).status != "unknown":
                    continue
                given = pack.admit(chart)
                sets = residual.missing(pack.rows, question.decision, given.open, given.assumed).sets
                found.update(sets[0] if sets else ())
                here += 1
            looked += here
        return found.most_common(5), len(patients), looked

    def title(self, i: int, lang: str) -> str:
        """Return what a question is called."""
        question = self.questions[i]
        title = names.thing(self.packs[question.pack].compiled, question.decision, lang)
        return f"{title} · {question.name}"

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the table as a whole."""
        if not self.doubled or self.policy != "each":
            return ()
        return (Problem("table.duplicate_key", parts={"count": f"{self.doubled:,}"}),)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary for programs."""
        costly, patients, looked = self.costly()
        return {
            "rows": self.rows,
            "answered": self.answered,
            "rejected_values": self.rejected,
            "rejected_by_code": dict(sorted(self.codes.items())),
            "notes": dict(sorted(self.notes.items())),
            "duplicate_keys": self.doubled,
            "duplicates": self.policy,
            "problems": [one.to_dict() for one in self.problems()],
            "packs": [{"id": one.id, "edition": one.edition, "hash": one.hash} for one in self.packs],
            "decisions": {
                question.name: {
                    "pack": self.packs[question.pack].id,
                    **self.by_status(i),
                    "outcomes": self.outcomes(i),
                }
                for i, question in enumerate(self.questions)
            },
            "costly": {
                "sample": True,
                "patients": patients,
                "answers": looked,
                "facts": [{"fact": fact, "answers": number} for fact, number in costly],
            },
        }
