"""Who moved from which answer to which since an earlier run, and whether the data or the rules moved them.

Two tables of answers are joined by person key. A move is the data's where the pack is the same; where it is another
one, the earlier pack is asked of today's data: if it says what it said then, the pack moved the person, if it says what
is said now, the data did. A new day counts as data: people grow older and readings go stale.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sangao.engine.cli.cells import plain
from sangao.engine.cli.doubled import Doubles, Policy, some
from sangao.engine.cli.earlier import Kept, Said, answers_of
from sangao.engine.guide import Pack
from sangao.engine.run import answers
from sangao.engine.run.many import Many

Because = Literal["data", "pack", "both", "unclear"]
HEADER = ("key", "decision", "from", "from.status", "to", "to.status", "because")
WORDS: Mapping[str, tuple[str, str]] = {
    "data": ("资料或日期变化", "the data or the day"),
    "pack": ("规则变化", "the rules"),
    "both": ("资料与规则都变", "data and rules together"),
    "unclear": ("规则包已换,原因未分清", "the pack changed; which of the two is not known"),
}
FindPack = Callable[[str, str], Pack | None]


@dataclass(slots=True)
class Moves:
    """What became of the persons of an earlier run.

    `shared` are the decisions both runs asked; `repeated` counts keys that stand twice and cannot be compared.
    """

    shared: tuple[str, ...]
    people: int = 0
    new: int = 0
    gone: int = 0
    repeated: int = 0
    moved: list[tuple[str, int, Said, Said]] = field(default_factory=list)
    because: list[Because] = field(default_factory=list)

    def counts(self) -> dict[str, Counter[tuple[str, str, str]]]:
        """Return, per decision, how many moved from where to where and why; unknown is ""."""
        found: dict[str, Counter[tuple[str, str, str]]] = {name: Counter() for name in self.shared}
        for (_, place, before, after), why in zip(self.moved, self.because, strict=True):
            found[self.shared[place]][before[0], after[0], why] += 1
        return found

    def to_csv(self) -> str:
        """Return every move, one a line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        for (key, place, before, after), why in zip(self.moved, self.because, strict=True):
            writer.writerow((key, self.shared[place], *before, *after, why))
        return out.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Return the counts for programs."""
        rows = {
            name: [
                {"from": before or None, "to": after or None, "because": why, "people": number}
                for (before, after, why), number in sorted(found.items(), key=lambda one: (-one[1], one[0]))
            ]
            for name, found in self.counts().items()
        }
        numbers = {"compared": self.people, "new": self.new, "gone": self.gone, "repeated_keys": self.repeated}
        return {**numbers, "moves": len(self.moved), "decisions": rows}


def compared(before: Kept, after: Kept) -> Moves:
    """Return the moves between two tables of answers; why is not told yet."""
    shared = tuple(name for name in after.decisions if name in before.decisions)
    found = Moves(shared)
    then: dict[str, tuple[Said, ...] | None] = {}
    for key, said in before.read(shared):
        then[key] = said if key not in then else None
    met: set[str] = set()
    twice: set[str] = {key for key, said in then.items() if said is None}
    for key, _ in after.read(shared):
        if key in met:
            twice.add(key)
        met.add(key)
    found.repeated = len(twice)
    for key, said in after.read(shared):
        if key in twice:
            continue
        earlier = then.get(key)
        if earlier is None:
            found.new += 1
            continue
        found.people += 1
        if earlier != said:
            pairs = enumerate(zip(earlier, said, strict=True))
            found.moved += [(key, place, one, other) for place, (one, other) in pairs if one != other]
    found.gone = sum(key not in met for key in then if key not in twice)
    return found


def explained(found: Moves, before: Kept, after: Kept, find: FindPack, bound: Any, policy: Policy, rows: int) -> None:
    """Say of each move whether data or pack changed; `find` gives an earlier pack by id and hash."""
    same = {name: before.pack(name) == after.pack(name) for name in found.shared}
    asked: dict[tuple[str, str], list[int]] = {}
    for place, name in enumerate(found.shared):
        if not same[name]:
            asked.setdefault(before.pack(name), []).append(place)
    packs = {which: find(*which) for which in asked}
    wanted = {key for key, place, _, _ in found.moved if not same[found.shared[place]]}
    again: dict[tuple[str, int], Said] = {}
    for which, places in asked.items():
        pack = packs[which]
        if pack is not None:
            ids = {place: found.shared[place].partition("@")[0] for place in places}
            for key, told in _asked_again(pack, list(ids.values()), wanted, bound, policy, rows):
                again |= {(key, place): told[name] for place, name in ids.items()}
    for key, place, one, other in found.moved:
        said = again.get((key, place))
        why: Because = "both"
        if same[found.shared[place]]:
            why = "data"
        elif said is None:
            why = "unclear"
        elif said == one:
            why = "pack"
        elif said == other:
            why = "data"
        found.because.append(why)


def _asked_again(
    pack: Pack, names: Sequence[str], wanted: set[str], bound: Any, policy: Policy, rows: int
) -> Iterator[tuple[str, dict[str, Said]]]:
    """Yield what a pack says of some persons of a source, by key."""
    many = Many(pack.compiled, names)
    kinds = {name: pack.compiled.decisions[name] for name in names}
    for job in Doubles(bound, policy, rows).jobs():
        places = [i for i, patient in enumerate(bound.keys(job.batch)) if patient in wanted and i not in job.left_out]
        for row, patient in zip(places, some(bound, job.batch, places), strict=True):
            chart = job.instead.get(row, patient).chart
            if chart is None:
                continue
            admitted = many.admit(chart)
            opened, assumed = many.rows.run(admitted.open, admitted.assumed)
            said: dict[str, Said] = {}
            for name, pair in zip(many.rows.decisions, zip(opened, assumed, strict=True), strict=True):
                if name in kinds:
                    one = answers.answer(kinds[name], *pair)
                    said[name] = (plain(one.value), one.status)
            yield patient.key, said


def since(previous: Path, out: Path, made: Path, find: FindPack, bound: Any, policy: Policy, rows: int) -> Moves:
    """Return the moves from an earlier table to the one `made`, which will be called `out`."""
    before, after = answers_of(previous), answers_of(made, out)
    found = compared(before, after)
    explained(found, before, after, find, bound, policy, rows)
    return found
