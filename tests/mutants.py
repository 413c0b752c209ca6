"""Seeded defects of a compiled pack: what a slip of the pen would do to a rule, one at a time.

A bound moves by one step that a device can show, a half-open end is closed, `>=` becomes `>`, a row, an exception, an
item or a condition is dropped, an outcome or a unit is swapped. Each defect is made on the compiled form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sangao.engine.pack import ir
from sangao.engine.passes.checks.answers import branches
from sangao.engine.passes.checks.study import names
from sangao.engine.run.cones import direct
from tests.slips import other_unit, pace, slips

Bands = list[tuple[int | None, int | None]]  # half-open ranges


@dataclass(frozen=True, slots=True)
class Mutant:
    """A pack with one defect: where (`decision/row`), what, and the decision or leaf that it changed."""

    where: str
    what: str
    changed: ir.Decision | ir.Leaf

    def of(self, pack: ir.Pack) -> ir.Pack:
        """Return the pack with the defect."""
        if isinstance(self.changed, ir.Leaf):
            return replace(pack, leaves={**pack.leaves, self.changed.id: self.changed})
        return replace(pack, decisions={**pack.decisions, self.changed.id: self.changed})


def mutants(pack: ir.Pack) -> Iterator[Mutant]:
    """Yield every seeded defect of a pack's own decisions and of the windows they read."""
    read: set[str] = set()
    for decision in pack.decisions.values():
        if own(pack, decision):
            read |= set(decision.reads)
            for where, what, form in _forms(pack, decision):
                made = replace(decision, form=form)
                leaves, asks = direct(made)
                reads = tuple(one for one in pack.leaves if one in leaves)
                asked = tuple(one for one in pack.decisions if one in asks)
                yield Mutant(f"{decision.id}/{where}", what, replace(made, reads=reads, asks=asked))
    for name in sorted(read):
        yield from _windows(pack, pack.leaves[name])


def own(pack: ir.Pack, decision: ir.Decision) -> bool:
    """Return whether a decision is the pack's own; one that was brought in is tried where it comes from."""
    words = pack.words.get(decision.id)
    return not decision.hidden and words is not None and words.document == pack.meta.document and "@" not in decision.id


def _forms(pack: ir.Pack, decision: ir.Decision) -> Iterator[tuple[str, str, ir.Form]]:
    match decision.form:
        case ir.Table():
            yield from _table(pack, decision, decision.form)
        case ir.Tree(root):
            for where, what, node in _tree(pack, decision, root):
                yield where, what, ir.Tree(node)
        case ir.Criteria(items, need):
            for i, item in enumerate(items):
                if len(items) > 1 and decision.outcome.kind != "set":
                    yield item.id, "dropped", replace(decision.form, items=items[:i] + items[i + 1 :])
                if decision.outcome.kind == "set":
                    yield (
                        item.id,
                        "never holds",
                        replace(decision.form, items=(*items[:i], ir.Item(item.id, ir.Always(1)), *items[i + 1 :])),
                    )
                for what, when in slips(pack, item.when):
                    made = (*items[:i], ir.Item(item.id, when), *items[i + 1 :])
                    yield item.id, what, replace(decision.form, items=made)
            if decision.outcome.kind == "bool":
                for by in (-1, 1):
                    if 1 <= need + by <= len(items):
                        yield "need", f"{need} → {need + by}", replace(decision.form, need=need + by)
        case ir.Score(items, cuts):
            yield from _score(pack, decision.form, items, cuts)
        case ir.Advice(when):
            for what, changed in slips(pack, when):
                yield "when", what, replace(decision.form, when=changed)


# --- tables -----------------------------------------------------------------------------------------------------------
def _table(pack: ir.Pack, decision: ir.Decision, form: ir.Table) -> Iterator[tuple[str, str, ir.Form]]:
    rows = form.rows
    for i, row in enumerate(rows):
        if len(rows) > 1:
            yield row.id, "dropped", replace(form, rows=rows[:i] + rows[i + 1 :])
        other = (row.then + 1) % len(decision.outcome.codes)
        if other != row.then:
            yield row.id, "then swapped", _with(form, i, replace(row, then=other))
        looked = sum(cell is not None for cell in row.cells)
        if looked > 1:
            yield row.id, "any ↔ all", _with(form, i, replace(row, mode="any" if row.mode == "all" else "all"))
        for c, (column, cell) in enumerate(zip(form.inputs, row.cells, strict=True)):
            if cell is None:
                continue
            if looked > 1 or row.mode == "any":
                freed = (*row.cells[:c], None, *row.cells[c + 1 :])
                yield row.id, f"{column.name} dropped", _with(form, i, replace(row, cells=freed))
            if column.kind == "number":
                for what, bands in _moved(pack, column, ranges(column, cell)):
                    yield row.id, f"{column.name}: {what}", _banded(form, i, c, bands)
            elif cell.bit_count() > 1:
                for bit in range(column.bands):
                    if cell >> bit & 1:
                        fewer = (*row.cells[:c], cell & ~(1 << bit), *row.cells[c + 1 :])
                        yield row.id, f"{column.name}: code {bit} dropped", _with(form, i, replace(row, cells=fewer))
    for c, column in enumerate(form.inputs):
        for what, expr in slips(pack, column.expr):
            inputs = (*form.inputs[:c], replace(column, expr=expr), *form.inputs[c + 1 :])
            yield f":{column.name}", what, replace(form, inputs=inputs)


def _with(form: ir.Table, at: int, row: ir.Row) -> ir.Table:
    return replace(form, rows=(*form.rows[:at], row, *form.rows[at + 1 :]))


def ranges(column: ir.Input, cell: int) -> Bands:
    """Return the ranges a cell holds, neighbours joined."""
    found: Bands = []
    ends = [None, *column.cuts, None]
    for band in range(column.bands):
        if cell >> band & 1:
            low, high = ends[band], ends[band + 1]
            if found and found[-1][1] == low and low is not None:
                low = found.pop()[0]
            found.append((low, high))
    return found


def _moved(pack: ir.Pack, column: ir.Input, bands: Bands) -> Iterator[tuple[str, Bands]]:
    step, factor = pace(pack, column.expr), other_unit(pack, column.expr)
    for i, (low, high) in enumerate(bands):
        before, after = bands[:i], bands[i + 1 :]
        if low is not None:
            for by in (-step, step):
                yield f"low {low} → {low + by}", [*before, (low + by, high), *after]
            yield f"low {low} opened", [*before, (low + 1, high), *after]
        if high is not None:
            for by in (-step, step):
                yield f"high {high} → {high + by}", [*before, (low, high + by), *after]
            yield f"high {high} closed", [*before, (low, high + 1), *after]
    if factor is not None:
        yield "unit", [tuple(end if end is None else round(end * factor) for end in band) for band in bands]  # type: ignore[misc]


def _banded(form: ir.Table, at: int, c: int, bands: Bands) -> ir.Table:
    """Return a table with other ranges in one cell, its column parted anew."""
    column = form.inputs[c]
    ends = {end for band in bands for end in band if end is not None} | set(column.cuts)
    cuts = tuple(sorted(ends))
    rows = []
    for i, row in enumerate(form.rows):
        cell = row.cells[c]
        if cell is not None:
            held = bands if i == at else ranges(column, cell)
            row = replace(row, cells=(*row.cells[:c], _mask(cuts, held), *row.cells[c + 1 :]))
        rows.append(row)
    inputs = (*form.inputs[:c], replace(column, cuts=cuts, bands=len(cuts) + 1), *form.inputs[c + 1 :])
    return ir.Table(form.hit, inputs, tuple(rows))


def _mask(cuts: tuple[int, ...], bands: Bands) -> int:
    mask = 0
    starts = [None, *cuts]
    for band, start in enumerate(starts):
        for low, high in bands:
            above = low is None or (start is not None and start >= low)
            below = high is None or start is None or start < high
            if above and below and (low is None or high is None or low < high):
                mask |= 1 << band
    return mask


# --- trees and scores -------------------------------------------------------------------------------------------------
def _tree(pack: ir.Pack, decision: ir.Decision, root: ir.Branch) -> Iterator[tuple[str, str, ir.Branch]]:
    """Yield a tree with a slip; a label that hangs in several places slips in all of them, as its text does."""
    for node in {one.id: one for one in branches(root)}.values():
        if isinstance(node.then, int):
            other = (node.then + 1) % max(2, len(decision.outcome.codes))
            yield node.id, "then swapped", _put(root, replace(node, then=other))
        else:
            for what, then in slips(pack, node.then):
                yield node.id, what, _put(root, replace(node, then=then))
        for what, when in slips(pack, node.when):
            yield node.id, what, _put(root, replace(node, when=when))
        for other_id in {over for one in branches(root) if one.id == node.id for over in one.over}:
            yield node.id, f"over {other_id} dropped", _without_over(root, node.id, other_id)
        if node is not root:
            yield node.id, "dropped", _drop(root, node.id)


def _put(node: ir.Branch, made: ir.Branch) -> ir.Branch:
    if node.id == made.id:
        node = replace(node, then=made.then, when=made.when)
    return replace(node, exceptions=tuple(_put(one, made) for one in node.exceptions))


def _without_over(node: ir.Branch, label: str, other: str) -> ir.Branch:
    if node.id == label:
        node = replace(node, over=tuple(one for one in node.over if one != other))
    return replace(node, exceptions=tuple(_without_over(one, label, other) for one in node.exceptions))


def _drop(node: ir.Branch, label: str) -> ir.Branch:
    kept = tuple(
        replace(_drop(one, label), over=tuple(x for x in one.over if x != label))
        for one in node.exceptions
        if one.id != label
    )
    return replace(node, exceptions=kept)


def _score(
    pack: ir.Pack, form: ir.Score, items: tuple[ir.Points, ...], cuts: tuple[int, ...]
) -> Iterator[tuple[str, str, ir.Form]]:
    for i, item in enumerate(items):

        def put(made: ir.Points, at: int = i) -> ir.Score:
            return replace(form, items=(*items[:at], made, *items[at + 1 :]))

        yield item.id, "dropped", replace(form, items=items[:i] + items[i + 1 :])
        for band in range(item.input.bands):
            points = (*item.points[:band], item.points[band] + 1, *item.points[band + 1 :])
            yield item.id, f"points of band {band} + 1", put(replace(item, points=points))
        for c, cut in enumerate(item.input.cuts):
            for by in (-pace(pack, item.input.expr), pace(pack, item.input.expr), 1):
                moved = tuple(sorted({*item.input.cuts[:c], cut + by, *item.input.cuts[c + 1 :]}))
                if len(moved) == len(item.input.cuts):
                    yield item.id, f"cut {cut} → {cut + by}", put(replace(item, input=replace(item.input, cuts=moved)))
        for what, expr in slips(pack, item.input.expr):
            yield item.id, what, put(replace(item, input=replace(item.input, expr=expr)))
    for c, cut in enumerate(cuts):
        for by in (-1, 1):
            yield "bands", f"cut {cut} → {cut + by}", replace(form, cuts=(*cuts[:c], cut + by, *cuts[c + 1 :]))


# --- windows ----------------------------------------------------------------------------------------------------------
def _windows(pack: ir.Pack, leaf: ir.Leaf) -> Iterator[Mutant]:
    source = leaf.source
    if not isinstance(source, ir.Window):
        return
    where = f"leaf:{leaf.id}"
    if source.where is not None:
        # A condition of a window reads members by fact id: bare leaves of that name give grid and resolution.
        for what, one in slips(_facts(pack, names([source.where])), source.where):
            yield Mutant(where, what, replace(leaf, source=replace(source, where=one)))
    if source.op in ("last", "running", "streak"):
        yield Mutant(where, f"n {source.n} → {source.n + 1}", replace(leaf, source=replace(source, n=source.n + 1)))
        if source.n > 1:
            yield Mutant(where, f"n {source.n} → {source.n - 1}", replace(leaf, source=replace(source, n=source.n - 1)))
    for name in ("within", "inside"):
        if getattr(source, name) not in (None, ir.Span()):
            yield Mutant(where, f"{name} dropped", replace(leaf, source=replace(source, **{name: None})))


def _facts(pack: ir.Pack, facts: set[str]) -> ir.Pack:
    leaves = {}
    for name in facts:
        fact = pack.dictionary.facts[name]
        leaves[name] = ir.Leaf(name, fact.kind, ir.Bare(name), (name,), fact.unit, fact.grid, values=fact.values)
    return replace(pack, leaves=leaves)
