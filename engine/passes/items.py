"""Forms made of items: criteria that are counted, scores that are added up, advice that follows from a condition."""

from sangao.engine.language.cells import parse_cell
from sangao.engine.pack import ir
from sangao.engine.passes import bands, resolve
from sangao.engine.passes.lower import condition, lower
from sangao.engine.passes.outcomes import named
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Failed, nearest
from sangao.engine.quantity import parse_span
from sangao.engine.rules.documents import AdviceDoc, CriteriaDoc, PointsDoc, ScoreDoc
from sangao.engine.rules.text import Text


def criteria(doc: CriteriaDoc, here: Here) -> ir.Criteria:
    """Lower named criteria; `any` needs one of them, `all` every one."""
    items: list[ir.Item] = []
    for item in doc.items:
        with here.work.going_on():
            items.append(ir.Item(str(item.id), condition(item.when, here)))
    if len(items) < len(doc.items):
        raise Failed("items")
    need = len(items) if doc.of.at_least is None else doc.of.at_least
    if not 1 <= need <= len(items):
        raise here.work.fail("meaning.need", doc.of.span, need=need, items=len(items))
    return ir.Criteria(tuple(items), need)


def score(doc: ScoreDoc, outcome: ir.Outcome, here: Here) -> ir.Score:
    """Lower a score; the points of every item cover all it can be, the bands all the sum can be."""
    items: list[ir.Points] = []
    for item in doc.items:
        with here.work.going_on():
            items.append(_points(item, here))
    if len(items) < len(doc.items):
        raise Failed("items")
    if outcome.kind == "number":
        return ir.Score(tuple(items))
    least = sum(min(item.points) for item in items)
    most = sum(max(item.points) for item in items)
    return ir.Score(tuple(items), _sum_bands(doc, outcome, (least, most), here))


def _points(item: PointsDoc, here: Here) -> ir.Points:
    if item.when is not None and isinstance(item.points, int):
        column = ir.Input(str(item.id), condition(item.when, here), "bool", (), 2)
        return ir.Points(str(item.id), column, (0, item.points))
    assert item.of is not None and not isinstance(item.points, int)  # `rules` has seen to it
    cells = list(item.points)
    typed = lower(resolve.read(item.of, here), here)
    column, masks = bands.banded(str(item.id), typed, cells, item.id, here)
    points: list[int] = []
    for band in range(column.bands):
        held = [cell for cell, mask in zip(cells, masks, strict=True) if mask is None or mask >> band & 1]
        if len(held) > 1:
            raise here.work.fail("meaning.points_overlap", held[1], held[0].place(), id=item.id, a=held[0], b=held[1])
        if not held:
            raise here.work.fail("meaning.points_gap", item.id, id=item.id, band=_band(column, typed, band))
        points.append(item.points[held[0]])
    return ir.Points(str(item.id), column, tuple(points))


def _band(column: ir.Input, typed: object, band: int) -> str:
    """Return what a band of an input holds, as an author would write it."""
    if column.kind == "bool":
        return ("false", "true")[band]
    values = getattr(typed, "values", None)
    if values is not None:
        return str(values[band])
    step = getattr(typed, "step", 1)
    ends = [str(float(cut * step)).removesuffix(".0") for cut in column.cuts]
    if band == 0:
        return f"< {ends[0]}" if ends else "-"
    return f">= {ends[-1]}" if band == len(ends) else f"[{ends[band - 1]}..{ends[band]})"


def _sum_bands(doc: ScoreDoc, outcome: ir.Outcome, limits: tuple[int, int], here: Here) -> tuple[int, ...]:
    """Return where each band of the sum begins; bands follow the order of the outcomes without gap or overlap."""
    work = here.work
    starts: list[int] = []
    reached: int | None = limits[0]
    for i, code in enumerate(outcome.codes):
        text = doc.bands[Text(code)]
        with bands.cell_problems(work):
            cell = parse_cell(str(text), text.place())
        found = bands.steps_of(cell, resolve.ONE, "", limits, text, here)
        low, high = found[0]
        begins = limits[0] if low is None else low
        if len(found) > 1 or reached is None or begins != reached:
            raise work.fail("meaning.bands_order", text, given=code, expected="—" if reached is None else reached)
        if i:
            starts.append(begins)
        reached = high
    if reached is not None:
        raise work.fail("meaning.bands_end", doc.id, sum=reached)
    return tuple(starts)


def advice(doc: AdviceDoc, here: Here) -> ir.Advice:
    """Lower an advice; what it overrules must be advice of the same pack."""
    due = None
    if doc.due is not None:
        due = parse_span(doc.due)
        if due is None:
            here.work.report("language.span", doc.due, found=doc.due)
    overrules: list[str] = []
    for id in doc.overrules:
        entry = here.scope.names.get(str(id))
        if entry is None or not isinstance(entry.doc, AdviceDoc):
            known = [name for name, one in here.scope.names.items() if isinstance(one.doc, AdviceDoc)]
            here.work.report("meaning.unknown_decision", id, name=id, nearest=nearest(id, known))
        else:
            overrules.append(named(entry, here.work))
    when = condition(doc.when, here)
    permission = doc.permission
    return ir.Advice(
        when,
        doc.action.kind,
        str(doc.action.code or doc.action.drug_class or ""),
        doc.urgency,
        doc.when_unknown,
        str(doc.action.drug_class) if doc.action.drug_class else None,
        permission.start if permission else None,
        permission.go_on if permission else None,
        due,
        tuple(overrules),
    )
