"""The section `program` of a `.sangao` file: a pack for hosts without Python, as flat little-endian tables.

`sangao.engine.native` reads it in C (`sangao.h`, `library.c`); nothing in it is executed before it was verified. Head:
magic, u32 version, then the number of bytes of texts, of names, inputs, decisions, equations, slots and bytes of the
program (u32 each), and the hash of the pack it was made from. Then six texts about the pack, names (id, zh, en),
inputs, decisions, equations, slots, texts, program; all words are 32 bits, a text is the place of its first byte, 0 the
empty one.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sangao.engine.pack import ir
from sangao.engine.run.circuit import NO
from sangao.engine.run.cones import cone
from sangao.engine.run.day import Day
from sangao.engine.run.flat import Out
from sangao.engine.run.inputs import DAY, Input
from sangao.engine.run.lowering import Column, Field, Flat, lower_over
from sangao.engine.run.solvable import Equation

MAGIC = b"SANGHOST"
VERSION = 1
HEAD = struct.Struct("<8s8I32s")
KINDS = ("bool", "code", "number", "date", "set")
ORIGINS = ("fact", "list", "day", "window")
PARTS = ("value", "valid", "there", "low", "high", "found")
FORMS = ("powers", "kidney_2009", "kidney_2021", "due")
ITEMS = 63  # of a set: its masks are signed integers for a host
CODES = 255  # of a fact: its place is a byte

CLOSED: Final[tuple[Field, ...]] = ("possible", "taken")
ENDS: Final[tuple[Field, ...]] = ("possible", "taken", "at_least", "at_most", "value", "certain")
FIELDS: dict[str, tuple[Field, ...]] = {
    "bool": CLOSED,
    "code": CLOSED,
    "set": ("possible", "taken", "certain", "sure"),
    "number": ENDS,
    "date": ENDS,
}
NAMES = {
    DAY: ("判断日", "the day judged by"),
    "conditions": ("疾病清单", "list of conditions"),
    "medications": ("用药清单", "list of medications"),
    "symptoms": ("症状清单", "list of symptoms"),
    "family_history": ("家族史清单", "list of family history"),
    "delivered": ("已提供", "delivered"),
    "complete": ("已核对完整", "complete"),
    "false": ("否", "no"),
    "true": ("是", "yes"),
}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A pack as hosts hold it: inputs, decisions, the program between them; `kept_out`: two outputs per input or -1."""

    inputs: tuple[Input, ...]
    equations: tuple[Equation, ...]
    slots: tuple[tuple[int, str], ...]
    decisions: tuple[str, ...]
    flat: Flat
    kept_out: tuple[tuple[int, int], ...]


def embed(pack: ir.Pack, decisions: Iterable[str]) -> Embedded:
    """Return the program of some decisions over what a host gives of one day. Raises KeyError for an unknown one.

    A decision that a program cannot hold stands in `flat.refused` with the reason.
    """
    wanted = tuple(dict.fromkeys(decisions))
    refused = {one: why for one in wanted if (why := _too_wide(pack, one))}
    held = [one for one in wanted if one not in refused]
    day = Day(pack, dict.fromkeys(leaf for one in held for leaf in cone(pack, one)[0]))
    planes = [(day.outside.get(one.id, NO), day.denied.get(one.id, NO)) for one in day.inputs]
    more = [plane for pair in planes for plane in pair if plane != NO]
    flat = lower_over(
        pack,
        held,
        day.circuit,
        day.leaves,
        lambda one: FIELDS[one.outcome.kind],
        [(Out.BITS, (plane,)) for plane in more],
    )
    if len(flat.program.slots) != len(day.slots):
        raise AssertionError("a leaf entered that no input feeds")
    first = len(flat.outs)
    kept_out: list[tuple[int, int]] = []
    for pair in planes:
        places = [-1, -1]
        for i, plane in enumerate(pair):
            if plane != NO:
                places[i], first = first, first + 1
        kept_out.append((places[0], places[1]))
    flat = replace(flat, refused={**refused, **flat.refused})
    return Embedded(tuple(day.inputs), tuple(day.equations), tuple(day.slots), wanted, flat, tuple(kept_out))


def _too_wide(pack: ir.Pack, decision: str) -> str:
    """Return why a host could not hold a decision, or the empty text."""
    outcome = pack.decisions[decision].outcome
    if outcome.kind == "set" and len(outcome.codes) > ITEMS:
        return f"more than {ITEMS} items"
    wide = [leaf for leaf in cone(pack, decision)[0] if len(pack.leaves[leaf].values) > CODES]
    return f"{wide[0]}: more than {CODES} codes" if wide else ""


def dumps(pack: ir.Pack, hash: str, decisions: Iterable[str]) -> bytes:
    """Return the section of a pack (of this hash) for some decisions."""
    return section(pack, hash, embed(pack, decisions))


def section(pack: ir.Pack, hash: str, of: Embedded) -> bytes:
    """Return the section of an embedded pack (of this hash)."""
    return _Section(pack, of).whole(hash)


@dataclass(slots=True)
class _Section:
    """The tables of a section, growing."""

    pack: ir.Pack
    of: Embedded
    heap: bytearray = field(default_factory=lambda: bytearray(1))
    found: dict[str, int] = field(default_factory=lambda: {"": 0})
    names: list[int] = field(default_factory=list)

    def text(self, text: str) -> int:
        """Return the place of a text."""
        if text not in self.found:
            self.found[text] = len(self.heap)
            self.heap += text.replace("\0", " ").encode() + b"\0"
        return self.found[text]

    def named(self, many: Sequence[tuple[str, str, str]]) -> tuple[int, int]:
        """Add names (id, zh, en); return the place of the first and how many."""
        first = len(self.names) // 3
        self.names += [self.text(part) for one in many for part in one]
        return first, len(many)

    def whole(self, hash: str) -> bytes:
        """Return the whole section."""
        meta = self.pack.meta
        about = [meta.id, meta.edition, meta.zh, meta.en, meta.start or "", meta.end or ""]
        words = [self.text(one) for one in about]
        inputs = [
            part for one, kept in zip(self.of.inputs, self.of.kept_out, strict=True) for part in self.input(one, kept)
        ]
        decisions = [part for one in self.of.decisions for part in self.decision(self.pack.decisions[one])]
        equations = [part for one in self.of.equations for part in self.equation(one)]
        slots = [part for at, name in self.of.slots for part in (at, PARTS.index(name))]
        program = self.of.flat.program.dumps()
        self.heap += bytes(-len(self.heap) % 4)
        sizes = (
            len(self.heap),
            len(self.names) // 3,
            len(self.of.inputs),
            len(self.of.decisions),
            len(self.of.equations),
            len(self.of.slots),
        )
        head = HEAD.pack(MAGIC, VERSION, *sizes, len(program), bytes.fromhex(hash))
        table = [*words, *self.names, *inputs, *decisions, *equations, *slots]
        return head + struct.pack(f"<{len(table)}i", *table) + bytes(self.heap) + program

    def input(self, one: Input, kept_out: tuple[int, int]) -> list[int]:
        """Return the 17 words of an input."""
        fact = self.pack.dictionary.facts.get(one.id) if one.origin == "fact" else None
        zh, en = NAMES.get(one.id, ("", ""))
        codes = [(code, *NAMES.get(code, (code, code))) for code in one.values or ("false", "true")]
        if fact is not None:
            zh, en = fact.zh, fact.en
            if fact.values:
                names_of = dict(zip(fact.values, fact.value_names, strict=False))  # a code may have no other name
                codes = [(code, *names_of.get(code, (code, code))) for code in fact.values]
        elif one.origin == "window" and (words := self.pack.words.get(f"leaf:{one.id}")):
            zh, en = words.zh or words.says_zh, words.en or words.says_en
        texts = [self.text(x) for x in (one.id, zh or one.id, en or one.id, one.unit, one.list, one.formula)]
        step = (one.step.numerator, one.step.denominator)
        names = self.named(codes if one.kind in ("bool", "code") else [])
        kinds = (KINDS.index(one.kind), ORIGINS.index(one.origin), int(one.alone))
        return [*texts, *kinds, *step, one.low, one.high, *names, *kept_out]

    def decision(self, one: ir.Decision) -> list[int]:
        """Return the 17 words of a decision."""
        outcome, words = one.outcome, self.pack.words.get(one.id, ir.Words())
        codes = []
        for code in outcome.codes:
            said = self.pack.words.get(f"{one.id}={code}", ir.Words())
            zh, en = NAMES.get(code, (code, code)) if outcome.kind == "bool" else (code, code)
            codes.append((code, said.zh or zh, said.en or en))
        refused = self.of.flat.refused.get(one.id, "")
        texts = [self.text(x) for x in (one.id, words.zh or one.id, words.en or one.id, outcome.unit, refused)]
        step = (outcome.step.numerator, outcome.step.denominator)
        at = {column: i for i, column in enumerate(self.of.flat.outs)}
        outs = [-1 if refused else at[Column(one.id, name)] for name in FIELDS[outcome.kind]]
        outs += [-1] * (6 - len(outs))
        return [*texts, KINDS.index(outcome.kind), int(outcome.ordered), *step, *self.named(codes), *outs]

    def equation(self, one: Equation) -> list[int]:
        """Return the 21 words of an equation; its scale is two integers of 64 bits."""
        at = {input.id: i for i, input in enumerate(self.of.inputs)}
        inputs = [at[fact] for fact in one.inputs] + [-1] * (3 - len(one.inputs))
        powers = [*one.powers, 0, 0, 0][:3]
        scale = struct.unpack("<4i", struct.pack("<2q", one.scale.numerator, one.scale.denominator))
        reach = [end for pair in [*one.reach, (0, 0), (0, 0)][:3] for end in pair]
        kind = FORMS.index(one.form)
        return [kind, *inputs, *powers, int(one.whole), one.female, *scale, *reach, one.low, one.high]
