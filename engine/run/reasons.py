"""Why an answer is still open: the leaves, and the tests of numbers, that can yet change it.

The walks through its decisions (`sangao.engine.run.walks`) are put together, each decision once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.bands import Line
from sangao.engine.run.walks import Walked, Walks

Abstract = Any


@dataclass(slots=True)
class Reasons:
    """Why a decision is open in the assumed pass; `leaves` in the order they were reached, with how often.

    `read` is all that the walks saw of what is settled: two charts with one `read` are open in the same way, whatever
    led there, so what further leaves can do is the same for both.
    """

    walks: Walks
    open_values: Mapping[str, Abstract]
    assumed_values: Mapping[str, Abstract]
    answers: Mapping[str, Abstract]
    leaves: dict[str, int] = field(default_factory=dict)
    lines: set[Line] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    read: list[int] = field(default_factory=list)

    def decision(self, name: str) -> None:
        """Reach a decision: nothing when it is settled."""
        if name in self.seen or spec.single(self.walks.pack.decisions[name].outcome, self.answers[name]):
            return
        self.seen.add(name)
        self._take(self.walks.of(name, None, self.open_values, self.assumed_values, self.answers))

    def item(self, decision: ir.Decision, item: ir.Item) -> bool:
        """Reach one criterion of a decision; return whether it is open."""
        found = self.walks.of(decision.id, item, self.open_values, self.assumed_values, self.answers)
        self._take(found)
        return found.open

    def _take(self, walked: Walked) -> None:
        self.lines |= walked.lines
        self.read.append(walked.read)
        for asked, name in walked.steps:
            if asked:
                self.decision(name)
            else:
                self.leaves[name] = self.leaves.get(name, 0) + 1
