"""What a cohort came to: counts, rates, comparisons, verdicts, as data that can be kept and compared with later."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sangao.engine.cli.cohort import Cohort
from sangao.engine.cli.kept import SCHEMA, Earlier, Period, definition
from sangao.engine.cli.programme import flags as all_of
from sangao.engine.cli.programme import goals_of, verdicts
from sangao.engine.errors import Problem
from sangao.engine.explain.argument import backing
from sangao.engine.guide import Pack
from sangao.engine.rules.profiles import GoalDoc, Profile
from sangao.engine.run.compared import Ends, change, number, points, scaled, shown
from sangao.engine.run.goals import Verdict, together
from sangao.engine.run.measuring import Given, Measured, Tally


@dataclass(slots=True)
class Reckoning:
    """The result of one run, ready to be shown and kept."""

    pack: Pack
    profile: Profile | None
    period: Period
    tally: Tally
    entered: Mapping[str, Given]
    before: Mapping[str, Earlier]
    cohort: Cohort
    refused: Counter[str]
    measured: dict[str, Measured] = field(init=False)
    verdicts: dict[str, Verdict] = field(init=False)

    def __post_init__(self) -> None:
        self.measured = self.tally.results(self.entered)
        self.verdicts = {goal.key: together(self.readings(goal)) for goal in self.goals()}

    @property
    def problems(self) -> list[Problem]:
        """Return what is to be said before the numbers."""
        said = ((one.problem, one.other_length) for one in self.before.values())
        return [one for pair in said for one in pair if one is not None]

    def goals(self) -> tuple[GoalDoc, ...]:
        """Return the goals of the profile, none without one."""
        return self.profile.doc.goals if self.profile is not None else ()

    def of(self, goal: GoalDoc) -> Measured:
        """Return what a goal's measure came to, as the goal wants unknowns counted."""
        strict = self.measured.get(f"{goal.measure}:strict") if goal.unknown == "out" else None
        return strict or self.measured[str(goal.measure)]

    def against(self, found: Measured, goal: GoalDoc | None = None) -> str | None:
        """Return what a measure is compared with: as its goal says, else as it says itself, else what was given."""
        kind = (goal.against if goal is not None else None) or found.measure.against
        return kind or next((one for one in ("previous", "baseline") if one in self.before), None)

    def was(self, found: Measured, goal: GoalDoc | None = None) -> Ends:
        """Return the ends of a measure in the period it is compared with."""
        kept = self.before.get(self.against(found, goal) or "")
        if kept is None:
            return None, None
        name = found.measure.id
        return kept.ends.get(name, kept.ends.get(name.removesuffix(":strict"), (None, None)))

    def readings(self, goal: GoalDoc) -> list[Verdict]:
        """Return the verdict of every reading of a goal."""
        found = self.of(goal)
        return verdicts(goal, found.measure, (found.assumed.low, found.assumed.high), self.was(found, goal))

    def settled(self, goal: GoalDoc) -> bool:
        """Return whether the verdict of a goal is the same when nothing is assumed of anybody."""
        found = self.of(goal)
        bare = verdicts(goal, found.measure, (found.open.low, found.open.high), self.was(found, goal))
        return together(bare) == self.verdicts[goal.key]

    def rows(self) -> Iterator[tuple[Measured, GoalDoc | None]]:
        """Yield the lines of the report: every goal with its measure, then the measures that no goal speaks of."""
        said = set()
        for goal in self.goals():
            found = self.of(goal)
            said.add(found.measure.id)
            yield found, goal
        if self.profile is None:
            yield from ((one, None) for name, one in self.measured.items() if name not in said)

    def title(self, found: Measured, lang: str) -> str:
        """Return what a measure is called."""
        words = self.pack.compiled.words[found.measure.id.removesuffix(":strict")]
        strict = {"zh": "(不明按未达计)", "en": " (not known counts as not)"}[lang]
        return (words.zh if lang == "zh" else words.en) + (strict if found.measure.id.endswith(":strict") else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the result as `sangao.measures/1`."""
        profile = self.profile.doc if self.profile is not None else None
        return {
            "schema": SCHEMA,
            "pack": {"id": self.pack.id, "edition": self.pack.edition, "hash": self.pack.hash},
            "profile": str(profile.profile) if profile is not None else None,
            "period": {
                "name": self.period.text,
                "from": self.period.start.isoformat(),
                "until": self.period.until.isoformat(),
                "cutoff": self.cohort.on.isoformat() if self.cohort.on else None,
            },
            "cohort": {
                "source": self.cohort.path.name,
                "charts": self.cohort.read,
                "persons": self.tally.persons,
                "doubles": self.cohort.doubles,
                "doubled": self.cohort.doubled,
                "refused": dict(sorted(self.refused.items())),
            },
            "compared": {kind: {"file": one.name, "period": one.period} for kind, one in self.before.items()},
            "measures": [self.measured_as(one) for one in self.measured.values()],
            "goals": [self._goal(goal) for goal in self.goals()],
            "together": self.flags(),
        }

    def measured_as(self, found: Measured) -> dict[str, Any]:
        counts, per = found.assumed, Fraction(found.measure.per if found.is_rate else 1)
        persons = found.is_rate and found.measure.counts == "persons"
        among = counts.d if persons else Fraction(self.tally.persons)
        words = self.pack.compiled.words[found.measure.id.removesuffix(":strict")]
        return {
            "id": found.measure.id,
            "title": {lang: self.title(found, lang) for lang in ("zh", "en")},
            "counts": found.measure.counts,
            "direction": found.measure.direction,
            "n": _plain(counts.n),
            "d": _plain(counts.d),
            "unknown": counts.unknown,
            "open": counts.open,
            "unknown_share": shown(scaled(Fraction(counts.unknown) / among, Fraction(100))) if among else None,
            "rate": shown(scaled(counts.rate, per)),
            "low": shown(scaled(counts.low, per)),
            "high": shown(scaled(counts.high, per)),
            "least": shown(scaled(found.open.low, per)),
            "most": shown(scaled(found.open.high, per)),
            "per": found.measure.per if found.is_rate else None,
            "status": found.status,
            "definition": definition(self.pack.compiled, found.measure),
            "exact": {"low": _pair(counts.low), "high": _pair(counts.high)},
            "change": self.moved(found, None),
            "cites": backing(self.pack.compiled, words),
        }

    def moved(self, found: Measured, goal: GoalDoc | None) -> dict[str, Any] | None:
        was = self.was(found, goal)
        if was == (None, None):
            return None
        now = found.assumed.low, found.assumed.high
        per = Fraction(found.measure.per if found.is_rate else 1)
        gained, moved = points(now, was), change(now, was)
        return {
            "against": self.against(found, goal),
            "before": [shown(scaled(one, per)) for one in was],
            "points": [shown(scaled(one, per)) for one in gained],
            "change": [shown(scaled(one, Fraction(100))) for one in moved],
        }

    def _goal(self, goal: GoalDoc) -> dict[str, Any]:
        assert self.profile is not None
        found = self.of(goal)
        return {
            "id": goal.key,
            "measure": found.measure.id,
            "against": self.against(found, goal) if any(one.kind != "value" for one in goals_of(goal)) else None,
            "change": self.moved(found, goal),
            "readings": [
                {"goal": one.text, "verdict": verdict}
                for one, verdict in zip(goals_of(goal), self.readings(goal), strict=True)
            ],
            "verdict": self.verdicts[goal.key],
            "settled": self.settled(goal),
            "note": {"zh": str(goal.note.zh), "en": str(goal.note.en)} if goal.note is not None else None,
            "cites": [{"row": str(row), "document": str(self.profile.doc.document)} for row in goal.cite],
            "about": [str(row) for row in goal.about],
        }

    def flags(self) -> list[dict[str, Any]]:
        if self.profile is None:
            return []
        return [
            {
                "id": str(name),
                "title": {"zh": str(one.title.zh), "en": str(one.title.en)},
                "flags": {str(goal): self.verdicts[str(goal)] for goal in one.goals},
                "verdict": all_of(one, self.verdicts),
                "cites": [str(row) for row in one.cite],
            }
            for name, one in self.profile.doc.together.items()
        ]


def _plain(value: Fraction | None) -> int | str | None:
    return None if value is None else int(value) if value.denominator == 1 else number(value)


def _pair(value: Fraction | None) -> list[int] | None:
    return None if value is None else [value.numerator, value.denominator]
