"""Random charts for a compiled pack: values around every threshold, blanks, lists, dated series, censored texts."""

import random
from datetime import date, timedelta
from typing import Any

from sangao.engine import quantity
from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from sangao.engine.run import cones

LISTS = ("conditions", "medications", "symptoms", "family_history")
ON = date(2026, 6, 15)
FILLED = (0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.3, 0.3, 0.5, 1.0)  # how much of a chart is there: most hold little


class Charts:
    """Makes chart JSON for one pack; the same seed gives the same charts."""

    def __init__(self, pack: ir.Pack, seed: int) -> None:
        self.pack = pack
        self.random = random.Random(seed)
        used = {fact for leaf in pack.leaves.values() for fact in leaf.facts}
        self.facts = [fact for fact in pack.dictionary.facts.values() if fact.id in used and not fact.site]
        self.edges = _edges(pack)
        self.ends = {
            fact.id: tuple(quantity.to_grid(end, grid=fact.grid) for end in fact.hard or ())
            for fact in pack.dictionary.facts.values()
            if fact.kind == "number"
        }
        self.texts: dict[tuple[str, int], str] = {}

    def one(self) -> dict[str, Any]:
        """Return one chart: sometimes nearly empty, sometimes nearly full."""
        filled = self.random.choice(FILLED)
        chosen = [fact for fact in self.facts if self.random.random() < filled]
        given: dict[str, Any] = {"on": ON.isoformat(), "facts": {}, "readings": []}
        for name in LISTS:
            if self.random.random() < filled:
                members = [fact.id for fact in self.facts if fact.list == name]
                number = self.random.choice((0, 0, 1, 2, len(members) // 2))
                given[name] = self.random.sample(members, min(number, len(members)))
                if self.random.random() < 0.3:
                    given.setdefault("complete", []).append(name)
        for fact in chosen:
            if fact.list is None or self.random.random() < 0.2:
                if self.random.random() < 0.8:
                    given["facts"][fact.id] = self.value(fact)
                else:
                    given["readings"] += self.series(fact)
        for group in self.pack.dictionary.groups.values():
            if self.random.random() < filled / 2:
                given["readings"] += self.occasions(group.members)
        return given

    def value(self, fact: Fact) -> Any:
        """Return a value near a threshold of the fact, now and then censored or nonsense."""
        if fact.kind == "bool":
            return self.random.random() < 0.4
        if fact.kind == "code":
            return self.random.choice(fact.values)
        if fact.kind == "date":
            return self._day(2000)
        edges = self.edges.get(fact.id) or [0]
        steps = self.random.choice(edges) + self.random.choice((-1, 0, 0, 1, -50, 50, self.random.randint(-2000, 2000)))
        if ends := self.ends[fact.id]:
            steps = min(max(steps, ends[0]), ends[1])
        text = self.texts.get((fact.id, steps))
        if text is None:
            text = self.texts[fact.id, steps] = quantity.from_grid(steps, fact.grid)
        roll = self.random.random()
        if roll < 0.02:
            return self.random.choice(("HI", "n/a", "-", f">{text}", f"<{text}"))
        return f"{text} {fact.unit}".strip() if roll < 0.3 else float(text)

    def series(self, fact: Fact) -> list[dict[str, Any]]:
        """Return a few dated readings of one fact."""
        number = self.random.randint(1, 4)
        return [{"fact": fact.id, "value": self.value(fact), "at": self._day(400)} for _ in range(number)]

    def occasions(self, members: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return a few occasions of a group, some days with several readings, some undated."""
        facts = [self.pack.dictionary.facts[one] for one in members]
        found = []
        for _ in range(self.random.randint(1, 6)):
            at = None if self.random.random() < 0.05 else self._day(60)
            for hour in range(self.random.choice((1, 1, 1, 2, 3))):
                held = {fact.id: self.value(fact) for fact in facts if self.random.random() < 0.9}
                found.append({"at": at and f"{at}T0{hour + 1}:00", "facts": held})
        return found

    def _day(self, back: int) -> str:
        return (ON - timedelta(days=self.random.randint(-1, back))).isoformat()


def _edges(pack: ir.Pack) -> dict[str, list[int]]:
    """Return the numbers that a pack compares each fact with, in grid steps of the fact."""
    found: dict[str, set[int]] = {}

    def note(leaf: str, value: int) -> None:
        for fact in pack.leaves[leaf].facts:
            found.setdefault(fact, set()).add(value)

    for decision in pack.decisions.values():
        form = decision.form
        inputs = form.inputs if isinstance(form, ir.Table) else ()
        for column in inputs:
            if isinstance(column.expr, ir.Read):
                for cut in column.cuts:
                    note(column.expr.leaf, cut)
        for top in cones.expressions(form):
            for expr in cones.walk(top):
                match expr:
                    case ir.Compare(_, ir.Read(leaf), ir.Int(value)) | ir.Compare(_, ir.Int(value), ir.Read(leaf)):
                        note(leaf, value)
    for leaf in pack.leaves.values():
        if isinstance(leaf.source, ir.Window) and leaf.source.where is not None:
            for expr in cones.walk(leaf.source.where):
                match expr:
                    case ir.Compare(_, ir.Read(fact), ir.Int(value)):
                        found.setdefault(fact, set()).add(value)
    return {fact: sorted(values) for fact, values in found.items()}
