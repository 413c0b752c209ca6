"""Expressions and forms of one pass over columns: word for word what `spec` says of one chart."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Protocol

from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.circuit import YES, Circuit, Refused
from sangao.engine.run.known import Abstract, Closed, Ends, Items
from sangao.engine.run.regions import regions
from sangao.engine.run.trees import branch


class Around(Protocol):
    """What a pass reads: leaves, the answers before it in both passes, and what could not be lowered."""

    circuit: Circuit
    opened: dict[str, Abstract]
    assumed: dict[str, Abstract]
    refused: dict[str, str]

    def leaf(self, leaf: str, assumed: bool) -> Abstract: ...


class Pass:
    """Expressions and forms of one pass, open or assumed; `instead` stands for some leaves."""

    def __init__(self, maker: Around, assumed: bool, instead: Mapping[str, Abstract]) -> None:
        self.maker, self.circuit = maker, maker.circuit
        self.is_assumed, self.instead = assumed, instead

    def value(self, leaf: str) -> Abstract:
        found = self.instead.get(leaf)
        return self.maker.leaf(leaf, self.is_assumed) if found is None else found

    def answer(self, decision: str) -> Abstract:
        if decision in self.maker.refused:
            raise Refused(f"{decision}: {self.maker.refused[decision]}")
        return (self.maker.assumed if self.is_assumed else self.maker.opened)[decision]

    def items(self, decision: str) -> Items:
        found = self.answer(decision)
        assert isinstance(found, Items)
        return found

    def truth(self, expr: ir.Expr) -> Closed:
        circuit = self.circuit
        match expr:
            case ir.Always(value):
                return known.mask(2, value)
            case ir.Read() | ir.Ask():
                return self.closed(expr)
            case ir.Compare(op, left, right):
                return known.compare(circuit, op, self.number(left), self.number(right))
            case ir.Member(item, mask):
                planes = self.closed(item)
                inside = circuit.some(one for i, one in enumerate(planes) if mask >> i & 1)
                return circuit.some(one for i, one in enumerate(planes) if not mask >> i & 1), inside
            case ir.Has(decision, at):
                found = self.items(decision)
                return found.certain[at] ^ 1, found.possible[at]
            case ir.Both(items):
                truths = [self.truth(one) for one in items]
                return circuit.some(one[0] for one in truths), circuit.every(one[1] for one in truths)
            case ir.Either(items):
                truths = [self.truth(one) for one in items]
                return circuit.every(one[0] for one in truths), circuit.some(one[1] for one in truths)
            case ir.Not(inner):
                false, true = self.truth(inner)
                return true, false
        raise TypeError(f"not a condition: {expr!r}")

    def closed(self, expr: ir.Read | ir.Ask) -> Closed:
        found = self.value(expr.leaf) if isinstance(expr, ir.Read) else self.answer(expr.decision)
        return known.planes(found)

    def number(self, expr: ir.Expr) -> Ends:
        circuit = self.circuit
        match expr:
            case ir.Int(value):
                at = circuit.constant(value)
                return Ends(at, at, YES)
            case ir.Read() | ir.Ask():
                found = self.value(expr.leaf) if isinstance(expr, ir.Read) else self.answer(expr.decision)
                assert isinstance(found, Ends)
                return found
            case ir.Plus(items):
                return known.plus(circuit, [self.number(one) for one in items])
            case ir.Times(by, item):
                return known.times(circuit, by, self.number(item))
            case ir.Least(items):
                return known.least(circuit, [self.number(one) for one in items])
            case ir.Most(items):
                return known.most(circuit, [self.number(one) for one in items])
            case ir.Size(item):
                return known.size(circuit, self.number(item))
            case ir.Tally(items):
                truths = [self.truth(one) for one in items]
                return known.count(circuit, [known.certain(one) for one in truths], [one[1] for one in truths])
            case ir.CountIn(decision):
                return known.count(circuit, *self.items(decision))
        raise TypeError(f"not a number: {expr!r}")

    # --- forms --------------------------------------------------------------------------------------------------------
    def bands(self, column: ir.Input) -> "Bands":
        if column.kind == "number":
            return Bands(self.circuit, column, self.number(column.expr))
        closed = self.truth(column.expr) if column.kind == "bool" else self.closed(column.expr)  # type: ignore[arg-type]
        return Bands(self.circuit, column, closed)

    def form(self, decision: ir.Decision) -> Abstract:
        match decision.form:
            case ir.Table():
                return self.table(decision.form, len(decision.outcome.codes))
            case ir.Tree(root):
                return branch(self.circuit, root, self.truth, lambda node: self.own(node, decision.outcome))
            case ir.Criteria():
                return self.criteria(decision.form, decision.outcome)
            case ir.Score():
                return self.score(decision.form, decision.outcome)
            case ir.Advice(when):
                return self.truth(when)

    def own(self, node: ir.Branch, outcome: ir.Outcome) -> Abstract:
        if isinstance(node.then, int):
            return known.mask(len(outcome.codes), 1 << node.then)
        return self.number(node.then)

    def table(self, form: ir.Table, outcomes: int) -> Abstract:
        circuit = self.circuit
        bands = [self.bands(column) for column in form.inputs]
        there, elsewhere = regions(form, outcomes)

        def meets(boxes: list[tuple[int, ...]]) -> int:
            return circuit.some(
                circuit.every(one.may(mask) for one, mask in zip(bands, box, strict=True)) for box in boxes
            )

        possible = [meets(boxes) for boxes in there]
        if form.hit == "collect":
            return Items(tuple(meets(boxes) ^ 1 for boxes in elsewhere), tuple(possible))
        nothing = circuit.some(possible) ^ 1  # contradictory inputs leave everything, not nothing
        return tuple(circuit.either(one, nothing) for one in possible)

    def criteria(self, form: ir.Criteria, outcome: ir.Outcome) -> Abstract:
        truths = [self.truth(item.when) for item in form.items]
        sure, may = tuple(known.certain(one) for one in truths), tuple(one[1] for one in truths)
        if outcome.kind == "set":
            return Items(sure, may)
        if outcome.kind == "number":
            return known.count(self.circuit, sure, may)
        low, high, _ = known.count(self.circuit, sure, may)
        return self.circuit.at_least(low, form.need) ^ 1, self.circuit.at_least(high, form.need)

    def score(self, form: ir.Score, outcome: ir.Outcome) -> Abstract:
        circuit = self.circuit
        low: list[tuple[int, int]] = []
        high: list[tuple[int, int]] = []
        base = [0, 0]
        for item in form.items:
            bands = self.bands(item.input)
            steps = sorted(set(item.points))
            base[0] += steps[0]
            base[1] += steps[0]
            for before, step in pairwise(steps):
                below = sum(1 << band for band, one in enumerate(item.points) if one < step)
                above = sum(1 << band for band, one in enumerate(item.points) if one >= step)
                low.append((bands.may(below) ^ 1, step - before))
                high.append((bands.may(above), step - before))
        ends = Ends(circuit.total(base[0], low), circuit.total(base[1], high), YES)
        if outcome.kind == "number":
            return ends
        column = ir.Input("sum", ir.Int(0), "number", form.cuts, len(form.cuts) + 1)
        bands = Bands(circuit, column, ends)
        return tuple(bands.may(1 << band) for band in range(len(form.cuts) + 1))

    # --- `is known` ---------------------------------------------------------------------------------------------------
    def holds(self, leaf: str) -> int:
        found = self.value(leaf)
        return found.known if isinstance(found, Ends) else known.single(self.circuit, found)

    def known(self, test: ir.Known) -> int:
        parts = [self.holds(one) if isinstance(one, str) else self.known(one) for one in test.leaves]
        return self.circuit.some(parts) if test.mode == "any" else self.circuit.every(parts)


class Bands:
    """Where an input may lie in given bands."""

    def __init__(self, circuit: Circuit, column: ir.Input, found: Abstract) -> None:
        self.circuit, self.column, self.found = circuit, column, found
        self.asked: dict[int, int] = {}

    def may(self, mask: int) -> int:
        """Return where some band of `mask` agrees with what is known."""
        if mask not in self.asked:
            self.asked[mask] = self._may(mask)
        return self.asked[mask]

    def _may(self, mask: int) -> int:
        circuit, found, bands = self.circuit, self.found, self.column.bands
        if mask == (1 << bands) - 1:
            return YES
        if not isinstance(found, Ends):
            return circuit.some(one for i, one in enumerate(found) if mask >> i & 1)  # type: ignore[misc]
        parts = [found.known ^ 1] if mask else []
        band = 0
        while band < bands:
            first = band
            while band < bands and mask >> band & 1:
                band += 1
            if band > first:
                from_here = circuit.at_least(found.high, self.column.cuts[first - 1]) if first else YES
                up_to = circuit.at_least(found.low, self.column.cuts[band - 1]) ^ 1 if band < bands else YES
                parts.append(circuit.both(from_here, up_to))
            band += 1
        return circuit.some(parts)
