"""Decision diagrams over variables with any number of values: hash-consed, reduced, in a fixed order of variables.

A node is a number. A terminal holds a value (a truth, a mask of outcomes, an expression …); an inner node has a level
(the place of its variable in the order) and one child per value of that variable. Equal functions are equal numbers.

>>> diagrams = Diagrams()
>>> grade, old = diagrams.variable(3), diagrams.variable(2)
>>> high = diagrams.test(grade, 0b110)
>>> diagrams.both(high, diagrams.negate(high)) == diagrams.false
True
>>> diagrams.pick(diagrams.both(high, diagrams.test(old, 0b10)))
{0: 2, 1: 1}
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

BOTTOM = 1 << 30  # the level of terminals


@dataclass(slots=True)
class Diagrams:
    """The nodes of one space of variables; everything built here shares equal parts."""

    sizes: list[int] = field(default_factory=list)
    _level: list[int] = field(default_factory=list)
    _kids: list[tuple[int, ...]] = field(default_factory=list)
    _value: list[Any] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)
    _done: dict[Hashable, Any] = field(default_factory=dict)
    false: int = 0
    true: int = 0

    def __post_init__(self) -> None:
        self.false, self.true = self.terminal(False), self.terminal(True)

    # --- nodes --------------------------------------------------------------------------------------------------------
    def variable(self, size: int) -> int:
        """Add a variable with so many values after all others; return its level."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def terminal(self, value: Hashable) -> int:
        """Return the node that answers `value` whatever the variables."""
        return self._node((type(value), value), BOTTOM, (), value)

    def node(self, level: int, kids: tuple[int, ...]) -> int:
        """Return the node of a level with one child per value; a node that does not choose is its child."""
        if kids.count(kids[0]) == len(kids):
            return kids[0]
        return self._node((level, kids), level, kids, None)

    def _node(self, key: Hashable, level: int, kids: tuple[int, ...], value: Any) -> int:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._level)
            self._level.append(level)
            self._kids.append(kids)
            self._value.append(value)
        return found

    def test(self, level: int, mask: int) -> int:
        """Return the truth of "the variable has one of the values of `mask`"."""
        return self.node(level, tuple(self.true if mask >> i & 1 else self.false for i in range(self.sizes[level])))

    def value(self, node: int) -> Any:
        """Return what a terminal holds."""
        return self._value[node]

    def is_terminal(self, node: int) -> bool:
        """Return whether a node does not depend on any variable."""
        return self._level[node] == BOTTOM

    # --- functions ----------------------------------------------------------------------------------------------------
    def combine(
        self, name: str, function: Callable[[Any, Any], Hashable], a: int, b: int, unit: int | None = None
    ) -> int:
        """Return `function` of two diagrams, point by point; `name` tells functions apart.

        `unit` is a terminal that leaves the other side as it is, whichever side it stands on.
        """
        if a == unit:
            return b
        if b == unit:
            return a
        key = (name, a, b)
        found: int | None = self._done.get(key)
        if found is None:
            of_a, of_b = self._level[a], self._level[b]
            at = of_a if of_a < of_b else of_b
            if at == BOTTOM:
                found = self.terminal(function(self._value[a], self._value[b]))
            elif of_a != at:
                found = self.node(at, tuple([self.combine(name, function, a, two, unit) for two in self._kids[b]]))
            elif of_b != at:
                found = self.node(at, tuple([self.combine(name, function, one, b, unit) for one in self._kids[a]]))
            else:
                pairs = zip(self._kids[a], self._kids[b], strict=True)
                found = self.node(at, tuple([self.combine(name, function, one, two, unit) for one, two in pairs]))
            self._done[key] = found
        return found

    def _split(self, node: int, at: int) -> tuple[int, ...]:
        return self._kids[node] if self._level[node] == at else (node,) * self.sizes[at]

    def both(self, a: int, b: int) -> int:
        """Return the conjunction of two truths."""
        if a == b or b == self.true:
            return a
        if a == self.true:
            return b
        if self.false in (a, b):
            return self.false
        if a > b:
            a, b = b, a
        key = ("and", a, b)
        found: int | None = self._done.get(key)
        if found is None:
            at = min(self._level[a], self._level[b])
            pairs = zip(self._split(a, at), self._split(b, at), strict=True)
            found = self._done[key] = self.node(at, tuple([self.both(one, two) for one, two in pairs]))
        return found

    def negate(self, a: int) -> int:
        """Return the negation of a truth."""
        return self.map("not", lambda value: not value, a)

    def either(self, a: int, b: int) -> int:
        """Return the disjunction of two truths."""
        if a == b or b == self.false:
            return a
        if a == self.false:
            return b
        if self.true in (a, b):
            return self.true
        if a > b:
            a, b = b, a
        key = ("or", a, b)
        found: int | None = self._done.get(key)
        if found is None:
            at = min(self._level[a], self._level[b])
            pairs = zip(self._split(a, at), self._split(b, at), strict=True)
            found = self._done[key] = self.node(at, tuple([self.either(one, two) for one, two in pairs]))
        return found

    def all(self, nodes: Iterable[int]) -> int:
        """Return the conjunction of many truths."""
        result = self.true
        for node in nodes:
            result = self.both(result, node)
        return result

    def any(self, nodes: Iterable[int]) -> int:
        """Return the disjunction of many truths."""
        result = self.false
        for node in nodes:
            result = self.either(result, node)
        return result

    def without(self, a: int, b: int) -> int:
        """Return where `a` holds and `b` does not."""
        return self.both(a, self.negate(b))

    def choose(self, condition: int, then: int, other: int) -> int:
        """Return `then` where the condition holds, else `other`."""
        if condition == self.true or then == other:
            return then
        if condition == self.false:
            return other
        key = ("choose", condition, then, other)
        found: int | None = self._done.get(key)
        if found is None:
            three = (condition, then, other)
            at = min([self._level[one] for one in three])
            kids = zip(*[self._split(one, at) for one in three], strict=True)
            found = self._done[key] = self.node(at, tuple([self.choose(*each) for each in kids]))
        return found

    def map(self, name: str, function: Callable[[Any], Hashable], a: int) -> int:
        """Return `function` of every value of a diagram; `name` tells functions apart."""
        key = (name, a)
        found: int | None = self._done.get(key)
        if found is None:
            if self._level[a] == BOTTOM:
                found = self.terminal(function(self._value[a]))
            else:
                found = self.node(self._level[a], tuple([self.map(name, function, kid) for kid in self._kids[a]]))
            self._done[key] = found
        return found

    def where(self, level: int, value: int, a: int) -> int:
        """Return the diagram with one variable held at a value."""
        key = ("where", level, value, a)
        found: int | None = self._done.get(key)
        if found is None:
            at = self._level[a]
            if at > level:
                found = a
            elif at == level:
                found = self._kids[a][value]
            else:
                found = self.node(at, tuple([self.where(level, value, kid) for kid in self._kids[a]]))
            self._done[key] = found
        return found

    # --- looking ------------------------------------------------------------------------------------------------------
    def below(self, node: int) -> Iterator[int]:
        """Yield a node and everything below it, once."""
        seen, stack = {node}, [node]
        while stack:
            one = stack.pop()
            yield one
            fresh = set(self._kids[one]) - seen
            seen |= fresh
            stack += fresh

    def values(self, node: int) -> set[Any]:
        """Return the values a diagram can answer."""
        return {self._value[one] for one in self.below(node) if self._level[one] == BOTTOM}

    def levels(self, node: int) -> set[int]:
        """Return the variables a diagram depends on."""
        return {self._level[one] for one in self.below(node)} - {BOTTOM}

    def pick(self, node: int) -> dict[int, int] | None:
        """Return values of variables for which a truth holds (level → value), None when it never does."""
        return next(self.paths(node), None)

    def paths(self, node: int) -> Iterator[dict[int, int]]:
        """Yield ways a truth can hold, each as level → value; a variable that does not matter is left out."""
        if node == self.false:
            return
        if node == self.true:
            yield {}
            return
        tried = set()
        for value in reversed(range(len(self._kids[node]))):
            kid = self._kids[node][value]
            if kid not in tried:
                tried.add(kid)
                for rest in self.paths(kid):
                    yield {self._level[node]: value, **rest}

    def holds_in(self, node: int, box: Mapping[int, int]) -> bool:
        """Return whether a truth holds everywhere in a box (level → mask of values; a level left out: all values)."""
        seen, stack = {node}, [node]
        while stack:
            one = stack.pop()
            if one == self.false:
                return False
            mask = box.get(self._level[one], -1)
            fresh = {kid for i, kid in enumerate(self._kids[one]) if mask >> i & 1} - seen
            seen |= fresh
            stack += fresh
        return True
