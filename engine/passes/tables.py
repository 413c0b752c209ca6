"""Tables: inputs parted into bands, rows as masks over them."""

from sangao.engine.pack import ir
from sangao.engine.passes import bands, resolve
from sangao.engine.passes.lower import lower
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Failed
from sangao.engine.rules.documents import TableDoc


def table(doc: TableDoc, outcome: ir.Outcome, here: Here) -> ir.Table:
    """Lower a table; raises `Failed` when an input or a cell cannot be."""
    if outcome.kind not in ("code", "set", "bool"):
        raise here.work.fail("meaning.table_outcome", doc.id)
    inputs: list[ir.Input] = []
    columns: list[list[int | None]] = []
    for name, column in doc.inputs.items():
        with here.work.going_on():
            typed = lower(resolve.read(column.of, here), here)
            made, masks = bands.banded(str(name), typed, [row.cells[name] for row in doc.rows], name, here)
            inputs.append(made)
            columns.append(masks)
    if len(inputs) < len(doc.inputs):
        raise Failed("inputs")
    rows = tuple(
        ir.Row(str(row.key), tuple(masks[i] for masks in columns), outcome.codes.index(str(row.then)), row.mode)
        for i, row in enumerate(doc.rows)
    )
    return ir.Table(doc.hit, tuple(inputs), rows)
