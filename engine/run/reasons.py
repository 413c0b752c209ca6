"""Why an answer is still open: the leaves, and the tests of numbers, that can yet change it.

The walks through its decisions (`sangao.engine.run.walks`) are put together, each decision once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sangao.engine.pack import ir
from sangao.engine.run.bands import Line
from sangao.engine.run.trial import Trial
from sangao.engine.run.walks import Walked


@dataclass(slots=True)
class Reasons:
    """Why a decision is open in the assumed pass; `leaves` in the order they were reached.

    They tell of the moment they were made, whatever is put in its place later. `read` is all that the walks saw of what
    is settled: two charts with one `read` are open in the same way, whatever led there, so what further leaves can do
    is the same for both.
    """

    trial: Trial
    leaves: dict[str, None] = field(default_factory=dict)
    walked: list[Walked] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def read(self) -> tuple[int, ...]:
        """All that was seen of what is settled."""
        return tuple([one.read for one in self.walked])

    @property
    def lines(self) -> set[Line]:
        """The tests of numbers."""
        return set[Line]().union(*(one.lines for one in self.walked))

    def touching(self, leaf: str) -> set[Line]:
        """Return the tests that bear on one leaf."""
        return {line for one in self.walked for line in one.touching(leaf)}

    def many(self, most: int) -> bool:
        """Return whether there are so many tests."""
        return sum(len(one.lines) for one in self.walked) >= most and len(self.lines) >= most

    def decision(self, name: str) -> None:
        """Reach a decision and all that it asks; nothing of what is settled."""
        self._take(iter(((True, name),)))

    def item(self, decision: ir.Decision, item: ir.Item) -> bool:
        """Reach one criterion of a decision; return whether it is open."""
        found = self.trial.walk(decision.id, item)
        self.walked.append(found)
        self._take(iter(found.steps))
        return found.open

    def _take(self, steps: Iterator[tuple[bool, str]]) -> None:
        """Take steps and, where they come to a decision that is open, the walk through that one before they go on."""
        leaves, seen, trial = self.leaves, self.seen, self.trial
        under_way = [steps]
        while under_way:
            for asked, name in under_way[-1]:
                if not asked:
                    leaves[name] = None
                elif name not in seen and trial.of(name).open:
                    seen.add(name)
                    found = trial.walk(name)
                    self.walked.append(found)
                    under_way.append(iter(found.steps))
                    break
            else:
                under_way.pop()
