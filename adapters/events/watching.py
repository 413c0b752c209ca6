"""Events of many people over time: each is put to the pack, correlated by durable-rules, and told when it matters.

    with Watcher(pack, ["htn.diagnosis"]) as watcher:
        for one in watcher.arrive("p1", Chart.of({"sbp_office": 152, "dbp_office": 96}, on="2026-03-09")):
            ...

The pack has the last word. Every event re-asks it, whatever durable-rules says; what durable-rules finds is compared
with the pack's own windows and dates before it is told. Where they differ the pack's is told, and `disagreed` counts;
where durable-rules gives no answer at all the pack's is told, and `problems` says so.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sangao.adapters.events import gate
from sangao.adapters.events.bound import DUES, Bound, Watched, Way, bind
from sangao.adapters.events.happened import Changed, Found, Happened, Moved, Overdue
from sangao.adapters.events.patterns import CERTAINLY, NOT, POSSIBLY, Level, Pattern, days_of
from sangao.adapters.events.record import Expected, Record, as_of, expected_by, merged
from sangao.adapters.events.worker import CONTEXTS, REMEMBERED
from sangao.engine.answer import Answer
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.guide import Pack

log = logging.getLogger("sangao.events")
OPEN = frozenset({"not_yet_due", "not_done"})  # how a task may stand that nobody has heard of
Waiting = tuple[str, Expected]  # who, and what is expected of them


class Watcher:
    """Watches decisions, dates and pathways of a pack for the people whose events arrive; safe in any thread.

    `decisions`: told when their answer changes, and the patterns they rest on when they are met. `dates`: decisions
    that name a day by which something is expected. `pathways`: their states as a statechart, their tasks as
    expectations. `most`: how many people are held; all in memory, so a restart begins with the same events again
    (docs/events.md). Raises SangaoError for what the pack does not have, and `events.no_engine` without durable-rules.
    """

    def __init__(
        self,
        pack: Pack,
        decisions: Sequence[str] = (),
        *,
        dates: Sequence[str] = (),
        pathways: Sequence[str] = (),
        contexts: int = CONTEXTS,
        most: int = gate.MOST_PEOPLE,
    ) -> None:
        self._watched = Watched(tuple(dict.fromkeys(decisions)), tuple(dates), tuple(pathways), contexts)
        self._bound = bind(pack, self._watched)
        self._people: dict[str, Record] = {}
        self._most = most
        self._lock = threading.RLock()
        self.disagreed = 0
        self._problems: deque[Problem] = deque(maxlen=REMEMBERED)

    @property
    def bound(self) -> Bound:
        """Return the pack that is asked now, with its process."""
        return self._bound

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return the last problems with durable-rules: processes that ended, questions it left unanswered."""
        return (*self._problems, *self._bound.worker.problems)

    # --- what comes in ------------------------------------------------------------------------------------------------
    def arrive(self, person: str, chart: Chart) -> tuple[Happened, ...]:
        """Take what came in of one person, as a chart of its day, and return what comes of it.

        Raises SangaoError (`events.full`) for a new person where there are too many; then nothing was taken.
        """
        with self._lock:
            record = self._people.get(person)
            if record is None and len(self._people) >= self._most:
                raise fail("events.full", usage=True, most=self._most)  # to forget another would lose what they expect
            if record is None:
                record = self._people[person] = Record(chart)
                touched = days_of(chart)
            else:
                record.chart = merged(record.chart, chart)
                whole = days_of(record.chart)
                touched = {day: whole[day] for day in days_of(chart) if day in whole}
            changed = self._mark(record, touched.items())
            return (*self._found(person, record, changed), *self._told(person, record))

    def day(self, on: date) -> tuple[Happened, ...]:
        """Let time pass to a day: what was expected before it and has not come is overdue.

        Its people are asked again and told of only if the pack agrees. Nobody else is: answers that change by time
        alone are for a nightly run of the pack over everybody.
        """
        with self._lock:
            waiting = [(who, one) for who, record in self._people.items() for one in record.waiting()]
            late = [found for part in _parts(waiting) for found in self._late(part, on)]
            happened: list[Happened] = []
            for person in dict.fromkeys(who for who, _ in late):
                record = self._people[person]
                record.chart = as_of(record.chart, on)
                happened += self._told(person, record)
                for what, due in sorted(one for who, one in late if who == person and one in record.expected):
                    record.told.add((what, due))
                    happened.append(Overdue(person, on, what, date.fromordinal(due), record.expected[what, due]))
            for record in self._people.values():
                record.met.clear()
            return tuple(happened)

    def use(self, pack: Pack) -> tuple[Happened, ...]:
        """Go on with another pack, in another process: durable-rules cannot exchange a rule set. All are asked again.

        Raises SangaoError when the pack lacks what is watched; then the old one goes on.
        """
        with self._lock:
            before, self._bound = self._bound, bind(pack, self._watched)
            before.worker.close()
            happened: list[Happened] = []
            for person, record in self._people.items():
                record.marks.clear()
                changed = self._mark(record, days_of(record.chart).items())
                happened += [*self._found(person, record, changed), *self._told(person, record)]
            return tuple(happened)

    def forget(self, person: str) -> None:
        """Hold nothing of a person any more."""
        with self._lock:
            self._people.pop(person, None)

    def __len__(self) -> int:
        return len(self._people)

    def close(self) -> None:
        """End the process of durable-rules."""
        self._bound.worker.close()

    def __enter__(self) -> "Watcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- patterns -----------------------------------------------------------------------------------------------------
    def _mark(self, record: Record, days: Iterable[tuple[int, Chart]]) -> set[str]:
        """Ask the pack of each day; return the leaves of which a day is marked differently than before."""
        changed = set()
        for day, chart in days:
            for leaf, level in self._bound.marker.marks(chart).items():
                marked = record.marks.setdefault(leaf, {})
                if marked.get(day) != level:
                    changed.add(leaf)
                    if level is None:
                        del marked[day]
                    else:
                        marked[day] = level
        return changed

    def _found(self, person: str, record: Record, changed: set[str]) -> list[Found]:
        standing, blurred = self._bound.marker.standing(record.chart)
        found = []
        for pattern in self._bound.marker.patterns:
            first = pattern.first_day(record.chart.on)
            marks = {day: level for day, level in record.marks.get(pattern.leaf, {}).items() if day >= first}
            level = standing[pattern.id]
            looked = pattern.leaf in changed or pattern.within is not None
            if looked and pattern.id not in blurred and len(marks) <= gate.MOST_MARKS:
                level = self._agreed(self._correlated(pattern, marks), level, pattern.id)
            if level > record.levels.get(pattern.id, NOT):
                days = tuple(date.fromordinal(day) for day, one in sorted(marks.items()) if one != NOT)
                found.append(Found(person, record.chart.on, pattern.id, level == CERTAINLY, days))
            record.levels[pattern.id] = level
        return found

    def _correlated(self, pattern: Pattern, marks: dict[int, Level]) -> Level | None:
        """Return how far durable-rules finds a pattern met by marks; None: it gives no answer."""
        number = self._bound.numbers[pattern.id]
        certain = gate.marks(number, [(day, int(level == CERTAINLY)) for day, level in marks.items()])
        met = self._asked(certain)
        if met is None or met:
            return None if met is None else CERTAINLY
        possible = gate.marks(number, [(day, int(level != NOT)) for day, level in marks.items()])
        met = self._asked(possible) if possible != certain else []
        return None if met is None else POSSIBLY if met else NOT

    def _asked(self, question: gate.Question) -> list[int] | None:
        try:
            return self._bound.worker.ask(question)
        except SangaoError as error:  # the pack was asked, too, and nobody waits for another
            self._problems += error.problems
            log.error("durable-rules gives no answer; the pack's is told")
            return None

    def _agreed(self, said: Level | None, own: Level, about: str) -> Level:
        if said is not None and said != own:
            self.disagreed += 1
            log.warning("durable-rules and the pack disagree about %s; the pack's answer is told", about)
        return own

    # --- the pack -----------------------------------------------------------------------------------------------------
    def _told(self, person: str, record: Record) -> Iterator[Happened]:
        """Ask the pack again and tell what is different; then note what is expected from now on."""
        pack, chart, expected = self._bound.asked, record.chart, dict[Expected, bool]()
        for name in self._watched.decisions:
            before, answer = record.answers.get(name), pack.decide(name, chart)
            record.answers[name] = answer
            if before is None or _said(before) != _said(answer):
                yield Changed(person, chart.on, name, before, answer)
        for name in self._watched.dates:
            expected |= expected_by(name, pack.decide(name, chart), False)
        for way in self._bound.ways:
            progress = pack.pathway(way.pathway.id, chart)
            if progress.state.status == "settled":
                yield from self._moved(person, record, way, str(progress.state.value))
            for task in progress.tasks:
                if task.stands in ("due", "overdue") or OPEN & set(task.status.possible):
                    expected |= expected_by(f"{way.pathway.id}.{task.task}", task.due, task.stands == "overdue")
        record.expect(expected)

    def _moved(self, person: str, record: Record, way: Way, state: str) -> Iterator[Moved]:
        name, before = way.pathway.id, record.states.get(way.pathway.id)
        record.states[name] = state
        if before == state:
            return
        lawful: Level = NOT if before is not None else CERTAINLY
        if before in way.states:
            step = way.states[before], way.states[state]
            entered = self._asked(gate.step(self._bound.numbers[name], *step, len(way.states)))
            said = None if entered is None else CERTAINLY if entered == list(step) else NOT
            lawful = self._agreed(said, CERTAINLY if step in way.moves else NOT, name)
        yield Moved(person, record.chart.on, name, before, state, lawful == CERTAINLY)

    def _late(self, part: Sequence[Waiting], on: date) -> list[Waiting]:
        rows = [(due, int((what, due) in self._people[who].met)) for who, (what, due) in part]
        said = self._asked(gate.dues(self._bound.numbers[DUES], on.toordinal(), rows))
        own = [i for i, (due, met) in enumerate(rows) if due < on.toordinal() and not met]
        self._agreed(None if said is None else CERTAINLY if said == own else NOT, CERTAINLY, DUES)
        return [part[i] for i in own]


def _parts(waiting: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
    for start in range(0, len(waiting), gate.MOST_DUES):
        yield waiting[start : start + gate.MOST_DUES]


def _said(answer: Answer) -> tuple[object, ...]:
    return (answer.value, answer.status, answer.at_least, answer.at_most)
