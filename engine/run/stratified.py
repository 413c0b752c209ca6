"""Arrow in, Arrow out: one row per person → the answers of some decisions, the same as `decide` gives one by one.

Rows that are simple are filled and run in columns (`filled`, `bulk`); odd rows, and decisions that could not be
lowered, are answered by the row runner. Batch after batch, so that a stream of any length needs the room of one batch.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa

from sangao.engine.chart import LISTS, Chart
from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.pack import ir
from sangao.engine.run.arriving import Cells, bound, laid_out, python_values
from sangao.engine.run.arrowed import Told, bits, numbers, pairs_of
from sangao.engine.run.bulk import Bulk
from sangao.engine.run.columns import Batch
from sangao.engine.run.filled import Filling
from sangao.engine.run.flat import INT16, Out, Slot
from sangao.engine.run.held import Held
from sangao.engine.run.lowering import Field, Place, lower
from sangao.engine.run.many import Many
from sangao.engine.run.vectors import Array

ROWS = 1 << 16  # rows at a time
Found = dict[str, tuple[list[tuple[Any, Any]], Array]]


class Stratifier:
    """Answers some decisions of one pack for batches of rows; made once per run, not shared between threads.

    `refused` names the decisions that the row runner answers, with the reason; `problems` counts what was kept out of
    the rows taken one by one, by code; `odd` is the number of those rows.
    """

    def __init__(
        self,
        pack: ir.Pack,
        decisions: Sequence[str],
        *,
        on: date,
        lists: Collection[str] = (),
        complete: Collection[str] = (),
        threads: int | None = None,
    ) -> None:
        unknown = sorted({*lists, *complete} - set(LISTS))
        if unknown:
            raise SangaoError([Problem("chart.unknown_list", parts={"key": one}) for one in unknown], usage=True)
        self.pack, self.decisions, self.on = pack, tuple(decisions), on
        self.lists, self.complete = tuple(lists), frozenset(complete)
        self.threads = threads or min(os.cpu_count() or 1, 8)
        self.many = Many(pack, self.decisions)
        self.filling = Filling(self.many, on, self.lists, self.complete)
        kinds = {pack.decisions[one].outcome.kind for one in self.decisions}
        fields: set[Field] = {"possible", "taken", "certain", "sure"}
        if kinds & {"number", "date"}:
            fields |= {"value", "at_least", "at_most"}
        self.half = self.filling.half()
        flat = lower(self.many.pack, self.decisions, half=self.half, differ=self.filling.differ(), fields=fields)
        self.refused = dict(flat.refused)
        if not self.filling.simple:
            self.refused = dict.fromkeys(self.decisions, "a leaf rests on several groups or a setting on a condition")
        self.bulk = Bulk(flat)
        self.problems: Counter[str] = Counter()
        self.odd = 0
        self._same: tuple[int, dict[Place, tuple[Any, Array | None]]] = (0, {})
        self._told = {one: Told(pack.decisions[one]) for one in self.decisions}

    # --- batches ------------------------------------------------------------------------------------------------------
    def bind(self, names: Sequence[str], key: str | None) -> list[Cells]:
        """Return the columns of facts. Raises SangaoError for a key that is not there or a decision nothing feeds."""
        if key is not None and key not in names:
            near = get_close_matches(key, names, 1, 0.3)
            raise fail("table.no_column", usage=True, name=key, nearest=near[0] if near else "、".join(names[:8]))
        facts = self.pack.dictionary.facts
        given = [one for one in names if one != key]
        found = bound(given, facts, self.many.admitter.names, self.many.admitter.takers.__getitem__, self.on)
        strange = [one.name for one in found if one.fact is None]
        if strange:
            self._unfed({one.fact.id for one in found if one.fact is not None}, strange)
        return found

    def _unfed(self, there: set[str], strange: Sequence[str]) -> None:
        problems = []
        blank = self.many.admit(self.filling.empty)
        opened, assumed = self.many.rows.run(blank.open, blank.assumed)
        for i, name in enumerate(self.many.rows.decisions):
            if name in self._told and self._told[name].answer(opened[i], assumed[i]).status == "unknown":
                needed = Many(self.pack, [name])
                facts = {one for leaf in needed.pack.leaves.values() for one in needed.admitter.subjects(leaf)}
                if "age" in facts:
                    facts.add("birth_date")
                if not facts & there:
                    near = [near for one in strange for near in get_close_matches(one, sorted(facts), 1, 0.6)]
                    parts = {"decision": name, "columns": "、".join(strange[:8]), "nearest": "、".join(near) or "—"}
                    problems.append(Problem("table.unfed", parts=parts))
        if problems:
            raise SangaoError(problems, usage=True)

    def batch(self, columns: Sequence[tuple[Cells, Any]], rows: int) -> list[Any]:
        """Return the answer columns of one batch, five per decision."""
        found, odd = self.pairs(columns, rows)
        self._one_by_one(columns, np.flatnonzero(odd), found)
        return [part for name in self.decisions for part in self._told[name].columns(*found[name])]

    def pairs(self, columns: Sequence[tuple[Cells, Any]], rows: int) -> tuple[Found, Array]:
        """Return, per decision, its different pairs (open, assumed) and which of them each row has, and the odd rows.

        What stands in an odd row means nothing; where a decision is refused all rows are odd.
        """
        odd = np.zeros(rows, bool)
        lowered = [one for one in self.decisions if one not in self.refused]
        found: Found = {name: ([], np.zeros(rows, np.int64)) for name in self.decisions}
        if self.refused:
            odd[:] = True
        if not rows or not lowered:
            return found, odd
        seen = self.filling.seen(columns, rows, odd)
        filled = self.filling.fill(seen, rows, odd)
        done = self.bulk.run(Batch(self._slots(filled, rows, odd), rows), threads=self.threads)
        outs = {
            one: numbers(Out(kind), data, rows)
            for one, kind, data in zip(self.bulk.flat.outs, self.bulk.flat.program.outs, done.outs, strict=True)
        }
        for name in lowered:
            parts = {str(one.field): data for one, data in outs.items() if one.decision == name}
            found[name] = pairs_of(self.pack.decisions[name].outcome.kind, parts, rows)
        return found, odd

    def _slots(self, filled: Mapping[tuple[str, bool], Held], rows: int, odd: Array) -> tuple[Any, ...]:
        """Return the inputs of the program; rows that hold what it has no form for are marked in `odd`."""
        if self._same[0] != rows:
            self._same = rows, {}
        slots: list[Any] = []
        shapes: dict[tuple[str, bool], _Shape] = {}
        for place, kind in zip(self.bulk.flat.slots, self.bulk.flat.program.slots, strict=True):
            which = (place.leaf, place.assumed)
            given = which in filled
            kept = None if given else self._same[1].get(place)
            if kept is None:
                shape = shapes.get(which)
                if shape is None:
                    held = self.filling.held(filled, *which, rows)
                    shape = shapes[which] = _Shape(self.many.pack.leaves[place.leaf], held, place.leaf in self.half)
                slot = shape.slot(place, kind)
                kept = memoryview(slot).cast("B") if rows else slot.tobytes(), shape.odd
                if not given:  # what no column feeds is the same in every batch
                    self._same[1][place] = kept
            slots.append(kept[0])
            if kept[1] is not None:
                odd |= kept[1]
        return tuple(slots)

    def _one_by_one(self, columns: Sequence[tuple[Cells, Any]], places: Array, found: Found) -> None:
        """Answer some rows as charts and write their answers over what the columns gave."""
        if not len(places):
            return
        self.odd += len(places)
        cells = [(one, python_values(column.take(pa.array(places)))) for one, column in columns]
        known = {name: {pair: i for i, pair in enumerate(pairs)} for name, (pairs, _) in found.items()}
        lists = dict.fromkeys(self.lists, ())
        for number, row in enumerate(places):
            given = [one.given(values[number]) for one, values in cells if values[number] is not None]
            readings = tuple(reading for some, _ in given for reading in some)
            problems = tuple(problem for _, some in given for problem in some)
            chart = Chart(None, self.on, readings, lists, self.complete, problems)
            admitted = self.many.admit(chart)
            for problem in admitted.problems:
                self.problems[problem.code] += 1
            opened, assumed = self.many.rows.run(admitted.open, admitted.assumed)
            for name, pair in zip(self.many.rows.decisions, zip(opened, assumed, strict=True), strict=True):
                if name in found:
                    pairs, at = found[name]
                    place = known[name].setdefault(pair, len(pairs))
                    if place == len(pairs):
                        pairs.append(pair)
                    at[row] = place

    # --- tables -------------------------------------------------------------------------------------------------------
    def fields(self) -> list[Any]:
        """Return the fields of the answer columns."""
        return [field for name in self.decisions for field in self._told[name].fields]

    def run(self, source: Any, key: str | None = None, rows: int = ROWS) -> Iterator[Any]:
        """Yield record batches of answers, person key first; where none is named rows are numbered."""
        reader = reader_of(source)
        names = reader.schema.names
        cells = self.bind(names, key)
        at = {name: i for i, name in enumerate(names)}
        first = pa.field(key, reader.schema.field(key).type) if key is not None else pa.field("row", pa.int64())
        self.schema = pa.schema([first, *self.fields()])
        number = 0
        for whole in reader:
            for start in range(0, max(whole.num_rows, 1), rows):
                batch = whole.slice(start, rows)
                columns = [(one, laid_out(batch.column(at[one.name]))) for one in cells]
                keys = batch.column(at[key]) if key is not None else None
                if keys is None:
                    keys = pa.array(np.arange(number, number + batch.num_rows, dtype=np.int64))
                number += batch.num_rows
                yield pa.RecordBatch.from_arrays([keys, *self.batch(columns, batch.num_rows)], schema=self.schema)

    def metadata(self, described: Mapping[str, Any], columns: Sequence[Cells]) -> dict[str, str]:
        """Return what a reader of the answers needs, as texts: `sangao.*`."""
        unused = [one.name for one in columns if one.fact is None]
        facts = self.pack.dictionary.facts
        near = {one: get_close_matches(one, list(facts), 1, 0.5) for one in unused}
        told = {
            "sangao.table": described,
            "sangao.on": self.on.isoformat(),
            "sangao.refused": self.refused,
            "sangao.columns": {one.name: one.fact.id for one in columns if one.fact is not None},
            "sangao.unused": {one: found[0] if found else None for one, found in near.items()},
            "sangao.problems": dict(sorted(self.problems.items())),
            "sangao.one_by_one": self.odd,
        }
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
            for name, value in told.items()
        }


def described(pack: ir.Pack, hash: str, decisions: Sequence[str]) -> dict[str, Any]:
    """Return pack and outcomes as `sangao.table/1`."""
    outcomes = {one: pack.decisions[one].outcome for one in decisions}
    return {
        "schema": "sangao.table/1",
        "packs": [{"id": pack.meta.id, "edition": pack.meta.edition, "hash": hash}],
        "decisions": {
            name: {
                "pack": pack.meta.id,
                "kind": one.kind,
                "outcomes": list(one.codes),
                "ordered": one.ordered,
                "unit": one.unit or None,
            }
            for name, one in outcomes.items()
        },
    }


def reader_of(source: Any) -> Any:
    """Return a reader of record batches of anything that speaks Arrow. Raises SangaoError for anything else."""
    if isinstance(source, pa.RecordBatchReader):
        return source
    if isinstance(source, pa.Table):
        return source.to_reader()
    if isinstance(source, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(source.schema, [source])
    if hasattr(source, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(source)
    if hasattr(source, "__arrow_c_array__"):
        batch = pa.record_batch(source)
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    raise fail("table.not_arrow", usage=True, kind=type(source).__name__)


def stratified(
    pack: ir.Pack, hash: str, source: Any, decisions: Sequence[str], key: str | None, **settings: Any
) -> Any:
    """Return the answers of a whole source as one table; `on` may name the column with the day of each row."""
    reader = reader_of(source)
    if isinstance(settings["on"], str):
        return _daily(pack, hash, reader, decisions, key, settings)
    made = Stratifier(pack, decisions, **settings)
    columns = made.bind(reader.schema.names, key)
    batches = list(made.run(reader, key))
    if not batches:
        list(made.run(pa.Table.from_batches([], reader.schema).to_reader(), key))
    table = pa.Table.from_batches(batches, made.schema)
    return table.replace_schema_metadata(made.metadata(described(pack, hash, made.decisions), columns))


def _daily(
    pack: ir.Pack, hash: str, reader: Any, decisions: Sequence[str], key: str | None, settings: Mapping[str, Any]
) -> Any:
    from sangao.engine.run.daily import Daily

    column = settings["on"]
    made = Daily(lambda day: Stratifier(pack, decisions, **{**settings, "on": day}), column)
    columns = made.first.bind([name for name in reader.schema.names if name != column], key)
    tables = list(made.run(reader, key))
    if not tables:
        first = pa.field(key, reader.schema.field(key).type) if key is not None else pa.field("row", pa.int64())
        tables.append(pa.schema([first, *made.first.fields()]).empty_table())
    told = made.first.metadata(described(pack, hash, made.first.decisions), columns)
    return pa.concat_tables(tables).replace_schema_metadata({**told, "sangao.on": json.dumps({"column": column})})


class _Shape:
    """One leaf in every row of a batch, on its way into slots; `odd` marks rows that no slot has a form for."""

    def __init__(self, leaf: ir.Leaf, held: Held, half: bool) -> None:
        self.leaf, self.held = leaf, held
        self.closed = leaf.kind in ("bool", "code")
        self.odd: Array | None = None
        low = held.low
        if self.closed:
            self.low = low = low.astype(np.uint8) if len(leaf.values) <= 8 else low
            self.single = low & (low - low.dtype.type(1)) == 0
            if not half and leaf.kind == "code":
                self.odd = ~self.single & (low != (1 << len(leaf.values)) - 1)
            return
        apart = low is not held.high and not half
        if apart or (len(low) and (low.min() < -(2**31) or held.high.max() >= 2**31)):
            far = (low < -(2**31)) | (held.high >= 2**31)
            self.odd = held.known & (far | (low != held.high) if apart else far)

    def slot(self, place: Place, kind: int) -> Array:
        """Return one input of the program."""
        if place.part == "may":
            return bits(self.low & self.low.dtype.type(1 << place.value))
        if place.part == "valid":
            return bits(self.single if self.closed else self.held.known)
        if kind in (Slot.INT32, Slot.INT16):
            ends = self.held.high if place.part == "high" else self.held.low
            found = ends.astype(np.int32) if kind == Slot.INT32 else np.clip(ends, *INT16).astype(np.int16)
            found &= -self.held.known.astype(found.dtype)  # 0 where nothing is known
            return found
        if kind == Slot.BYTE:
            found = np.zeros(len(self.low), np.uint8)
            for i in range(1, len(self.leaf.values)):
                found |= (self.low == 1 << i).view(np.uint8) * np.uint8(i)
            return found
        return bits(self.low & 2)
