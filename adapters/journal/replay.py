"""Stored decisions asked again, under the pack of that time and under today's, and every difference explained.

Under its own pack a decision must come out as it stands in the log: when it does not, the log or the engine is wrong,
and that is a problem (`journal.not_repeated`). Under today's pack a difference is news: which rule says so, then and
now. The day is that of the chart both times, so that only the rules differ.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sangao.adapters.journal import says
from sangao.adapters.journal.entry import Row
from sangao.adapters.journal.feedback import told
from sangao.adapters.journal.told import advised, brief
from sangao.engine.answer import Result
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError
from sangao.engine.guide import Pack

LANGS: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Change:
    """One decision or advice that comes out otherwise: what the log holds, what was answered now, in words zh and en.

    `was` or `now` is None where one of the packs has no such decision, or gives no such advice.
    """

    kind: Literal["decision", "advice"]
    of: str
    was: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    says: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        says = dict(zip(LANGS, self.says, strict=True))
        return {"kind": self.kind, "of": self.of, "was": self.was, "now": self.now, "says": says}


@dataclass(frozen=True, slots=True)
class Under:
    """An entry asked again under one pack."""

    pack: str
    edition: str
    hash: str
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        pack = {"id": self.pack, "edition": self.edition, "hash": self.hash}
        return {"pack": pack, "same": not self.changes, "changes": [one.to_dict() for one in self.changes]}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry asked again; `own` and `today` are None where the pack or the facts are not to be had (`problems`).

    `feedback` is what users made of the answer then.
    """

    row: Row
    own: Under | None
    today: Under | None
    problems: tuple[Problem, ...]
    feedback: tuple[Row, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        draft = self.row.draft
        return {
            "entry": {
                "id": draft.subject,
                "seq": self.row.seq,
                "time": draft.time,
                "tenant": draft.tenant,
                "service": draft.service,
                "pack": {"id": draft.pack, "hash": draft.pack_hash},
                "chart_hash": draft.chart_hash,
            },
            "own": None if self.own is None else self.own.to_dict(),
            "today": None if self.today is None else self.today.to_dict(),
            "problems": [one.to_dict() for one in self.problems],
            "feedback": [told(one) for one in self.feedback],
        }


def replay(row: Row, own: Pack | None, today: Pack | None, feedback: Sequence[Row] = ()) -> Replayed:
    """Ask one answer of the log again; a pack that is not to be had is left out, `feedback` stands beside it."""
    problems = [] if own else [Problem("journal.no_pack", parts={"hash": row.draft.pack_hash[:12] or "—"})]
    stored = _read(row.draft.body)
    chart = chart_of(row)
    if chart is None or stored is None:
        missing = Problem("journal.no_facts") if chart is None else Problem("journal.altered", parts={"seq": row.seq})
        return Replayed(row, None, None, (*problems, missing), tuple(feedback))
    was = Told(own or today, stored)
    first = under(was, own, chart, here=True) if own else None
    if first is not None and first.changes:
        problems.append(Problem("journal.not_repeated", parts={"seq": row.seq}))
    return Replayed(row, first, under(was, today, chart) if today else None, tuple(problems), tuple(feedback))


def chart_of(row: Row) -> Chart | None:
    """Return the chart that an entry holds, None where it holds none."""
    facts = None if row.draft.facts is None else _read(row.draft.facts)
    try:
        return None if facts is None else Chart.from_dict(facts)
    except SangaoError:
        return None


def told_of(row: Row) -> "Told":
    """Return what an entry holds of its answer."""
    return Told(None, _read(row.draft.body) or {})


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the log holds of an answer, with a pack that has words for it."""

    pack: Pack | None
    answer: Mapping[str, Any]

    @property
    def decisions(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the claims by decision."""
        return _mappings(self.answer.get("decisions"))

    @property
    def advice(self) -> Mapping[str, Mapping[str, Any]] | None:
        """Return the advice by id, None where none was asked for."""
        found = self.answer.get("advice")
        return None if found is None else _mappings(found)

    def problems(self, code: str) -> int:
        """Return how many problems of a code the chart had when it was asked."""
        found = self.answer.get("problems")
        number = found.get(code) if isinstance(found, Mapping) else None
        return number if isinstance(number, int) else 0


def _mappings(found: Any) -> dict[str, Mapping[str, Any]]:
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}


def under(was: Told, pack: Pack, chart: Chart, *, here: bool = False) -> Under:
    """Return what a pack answers otherwise than the log holds; `here` says that it is the pack of that time."""
    result = pack.decide_all(chart)
    then = None if here or was.pack is None or was.pack is pack else was.pack.decide_all(chart)
    changes = [*_decisions(was, result, then), *_advice(was, result)]
    return Under(pack.id, pack.edition, pack.hash, tuple(changes))


def _decisions(was: Told, result: Result, then: Result | None) -> Iterator[Change]:
    for name, claim in was.decisions.items():
        answer = result.decisions.get(name)
        now = None if answer is None else brief(answer)
        if now != claim:
            told = tuple(says.decision(was.pack, name, claim, now, result, then, lang) for lang in LANGS)
            yield Change("decision", name, claim, now, (told[0], told[1]))


def _advice(was: Told, result: Result) -> Iterator[Change]:
    if was.advice is None:
        return
    now = {one.ids[0]: advised(one) for one in (*result.advice.shown, *result.advice.folded)}
    for name in dict.fromkeys([*was.advice, *now]):
        before, after = was.advice.get(name), now.get(name)
        if before != after:
            told = tuple(says.advice(was.pack, name, before, after, result, lang) for lang in LANGS)
            yield Change("advice", name, before, after, (told[0], told[1]))
