"""A batch of patients → lines of the answer table, rejected values, counts. Runs in this process or in a worker."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sangao.engine.chart import Chart
from sangao.engine.cli.cells import Counts, Texts, counted, picked, placed, text
from sangao.engine.cli.jobs import NOTHING, Done, Question
from sangao.engine.cli.refused import LEFT_ASIDE, places
from sangao.engine.errors import Problem
from sangao.engine.pack import ir
from sangao.engine.run.many import Many

SPREAD = 250  # rows from one sampled patient to the next, at least
MOST = 32  # sampled patients of a batch that is answered in columns
SAID = 1_000  # problems whose words are remembered


class Answering:
    """Answers batches of a bound source for the questions asked; one per process."""

    def __init__(
        self, packs: Sequence[ir.Pack], questions: Sequence[Question], bound: Any, tabled: bool = False
    ) -> None:
        self.bound = bound
        self.tabled = tabled
        self.questions = tuple(questions)
        self.texts = [Texts(packs[one.pack].decisions[one.decision]) for one in questions]
        self.cells = [Counts(packs[one.pack].decisions[one.decision]) for one in questions]
        self.many: list[Many] = []
        chosen: dict[tuple[int, str], int] = {}  # place of each question among the answers of all packs in turn
        for i, pack in enumerate(packs):
            mine = [one.decision for one in questions if one.pack == i]
            if mine:
                many = Many(pack, mine)
                start = sum(len(one.rows.decisions) for one in self.many)
                chosen |= {(i, name): start + place for place, name in enumerate(many.rows.decisions)}
                self.many.append(many)
        places = [chosen[one.pack, one.decision] for one in questions]
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]]
        self.pick = itemgetter(*places) if len(places) > 1 else lambda pairs: (pairs[places[0]],)

        self.columnwise = _columnwise(packs, questions, bound)
        self._texts: dict[int, tuple[Problem, str, str]] = {}  # of problems met again and again, by their place

    def read(self, batch: Any) -> Any:
        """Return what is to be made of a batch before it is answered; another thread may do this."""
        return None if self.columnwise is None else self.columnwise.read(batch)

    def __call__(
        self, batch: Any, left_out: Mapping[int, str] = NOTHING, instead: Mapping[int, Any] = NOTHING, read: Any = None
    ) -> Done:
        """Answer one batch; `left_out` and `instead` as in `Job`, `read` what was made of it before."""
        if self.columnwise is None:
            return self._by_rows(batch, left_out, instead)
        return self._by_columns(batch, left_out, instead, self.columnwise.read(batch) if read is None else read)

    def _by_columns(self, batch: Any, left_out: Mapping[int, str], instead: Mapping[int, Any], read: Any) -> Done:
        """Answer a batch in columns; its odd rows one by one."""
        assert self.columnwise is not None
        keys, found, odd = self.columnwise(read)
        done = Done(rows=len(keys))
        known = [{pair: i for i, pair in enumerate(pairs)} for pairs, _ in found]
        gone = set()
        apart = sorted({*odd.tolist(), *left_out, *instead})
        asked = [row for row in apart if row not in instead]
        patients = dict(zip(asked, self.bound.some(batch, asked), strict=True)) | dict(instead)
        for row in apart:
            answered = self._row(patients[row], left_out.get(row), done)
            if answered is None:
                gone.add(row)
                continue
            for (pairs, at), met, pair in zip(found, known, answered, strict=True):
                place = met.setdefault(pair, len(pairs))
                if place == len(pairs):
                    pairs.append(pair)
                at[row] = place
        kept = [i for i in range(len(keys)) if i not in gone] if gone else None
        groups = self._groups(batch)
        if kept is not None:
            keys = [keys[i] for i in kept] if isinstance(keys, list) else picked(keys, kept)
            groups = [groups[i] for i in kept] if groups else groups
            found = [(pairs, at[kept]) for pairs, at in found]
        done.answered = len(keys)
        plain_rows = done.rows - len(apart)
        done.notes.update({code: number * plain_rows for code, number in self.columnwise.notes.items()})
        done.counts = [counted(pairs, at) for pairs, at in found]
        if groups:
            for cells, (pairs, at) in zip(self.cells, found, strict=True):
                each = [cells[pair] for pair in pairs]
                done.groups.append(Counter((group, each[i]) for group, i in zip(groups, at.tolist(), strict=True)))
        self._sample(batch, found, kept, instead, done)
        if self.tabled:
            done.table = keys, found
            return done
        columns = []
        for texts, (pairs, at) in zip(self.texts, found, strict=True):
            each = [texts[pair] for pair in pairs]
            columns.append([each[i] for i in at.tolist()])
        done.text = text(keys if isinstance(keys, list) else keys.to_pylist(), columns)
        return done

    def _sample(
        self,
        batch: Any,
        found: Sequence[tuple[Any, Any]],
        kept: list[int] | None,
        instead: Mapping[int, Any],
        done: Done,
    ) -> None:
        """Keep some patients with an answer that stays open."""
        several = [[_several(pair[1]) for pair in pairs] for pairs, _ in found]
        wanted: list[int] = []
        apart = max(SPREAD, done.rows // MOST)
        for start in range(0, done.answered, apart):
            for i in range(start, min(start + apart, done.answered)):
                row = i if kept is None else kept[i]
                if row not in instead and any(one[at[i]] for one, (_, at) in zip(several, found, strict=True)):
                    wanted.append(row)
                    break
        charts = zip(wanted, (patient.chart for patient in self.bound.some(batch, wanted)), strict=True)
        done.sample += [(row, chart) for row, chart in charts if chart is not None]

    def _by_rows(self, batch: Any, left_out: Mapping[int, str], instead: Mapping[int, Any]) -> Done:
        done = Done()
        table: list[tuple[Any, ...]] = []
        keys: list[str] = []
        kept: list[int] = []
        for row, patient in enumerate(self.bound.patients(batch)):
            done.rows += 1
            person = instead.get(row, patient)
            answered = self._row(person, left_out.get(row), done)
            if answered is None:
                continue
            table.append(answered)
            keys.append(person.key)
            kept.append(row)
            open_still = len(done.sample) * SPREAD <= done.rows and row not in instead
            if open_still and any(_several(pair[1]) for pair in answered):
                done.sample.append((row, patient.chart))
        done.answered = len(keys)
        columns = list(zip(*table, strict=True)) or [() for _ in self.questions]
        done.counts = [Counter(column) for column in columns]
        if groups := self._groups(batch):
            mine = [groups[i] for i in kept]
            done.groups = [
                Counter(zip(mine, [cells[pair] for pair in column], strict=True))
                for cells, column in zip(self.cells, columns, strict=True)
            ]
        if self.tabled:
            done.table = keys, [placed(column) for column in columns]
            return done
        texts = [[words[pair] for pair in column] for words, column in zip(self.texts, columns, strict=True)]
        done.text = text(keys, texts)
        return done

    def _groups(self, batch: Any) -> list[str]:
        """Return the group of each row, nothing where none was asked."""
        found: list[str] = self.bound.groups(batch) if hasattr(self.bound, "groups") else []
        return found

    def _row(self, patient: Any, left_out: str | None, done: Done) -> tuple[Any, ...] | None:
        """As `_patient`; a row left out is refused with the code it is left out for."""
        if left_out is None:
            return self._patient(patient, done)
        if left_out:
            problem = Problem(left_out)
            texts = (problem.text("zh"), problem.text("en"))
            done.rejects.append((patient.line, patient.key, "", "", "", left_out, *texts))
        return None

    def _patient(self, patient: Any, done: Done) -> tuple[Any, ...] | None:
        """Return the pairs of one patient, None where the row was rejected as a whole; note what was refused."""
        for one in patient.rejected:
            problem = Problem(one.code, parts=dict(one.parts))
            texts = (problem.text("zh"), problem.text("en"))
            done.rejects.append((one.line, patient.key, one.column, one.fact, one.value, one.code, *texts))
        chart = patient.chart
        if chart is None:
            return None
        pairs: list[tuple[Any, Any]] = []
        told: set[tuple[Any, ...]] = set()
        for many in self.many:
            admitted = many.admit(chart)
            if admitted.problems:
                self._problems(patient, chart, admitted.problems, done, told)
            opened, assumed = many.rows.run(admitted.open, admitted.assumed)
            pairs += zip(opened, assumed, strict=True)
        return self.pick(pairs)

    def _said(self, problem: Problem) -> tuple[str, str]:
        """Return a problem in words; equal cells share one problem, which is put into words once."""
        found = self._texts.get(id(problem))
        if found is None:
            if len(self._texts) >= SAID:
                self._texts.clear()
            found = self._texts[id(problem)] = problem, problem.text("zh"), problem.text("en")
        return found[1:]

    def _problems(
        self, patient: Any, chart: Chart, problems: Sequence[Problem], done: Done, told: set[tuple[Any, ...]]
    ) -> None:
        for problem in problems:
            same = (
                problem.code,
                problem.fact,
                str(problem.given),
                problem.parts.get("facts"),
                problem.parts.get("pack"),
            )
            if same in told:  # two packs may refuse the same value: it is one value
                continue
            told.add(same)
            if problem.severity == "error" or problem.code in LEFT_ASIDE:
                texts = self._said(problem)
                for column, fact, value in places(chart, problem):
                    done.rejects.append((patient.line, patient.key, column, fact, value, problem.code, *texts))
            else:
                done.notes[problem.code] += 1


def _columnwise(packs: Sequence[ir.Pack], questions: Sequence[Question], bound: Any) -> Any:
    """Return what answers batches of a source in columns, None where its mapping or this installation does not do."""
    wide = bound.wide() if hasattr(bound, "wide") else None
    if wide is None:
        return None
    try:
        from sangao.engine.cli.columnwise import Columnwise
    except ImportError:
        return None
    found = Columnwise(packs, [(one.pack, one.decision) for one in questions], bound, wide)
    return found if found.fit else None


def _several(taken: Any) -> bool:
    """Return whether a closed answer of the assumed pass has several outcomes left."""
    if isinstance(taken, int):
        return bool(taken & taken - 1)
    return taken is None or bool(taken[0] != taken[1])
