"""Texts with values in them: said only when every value in them is settled, else the title says it without numbers."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sangao.engine import quantity
from sangao.engine.answer import Quantity
from sangao.engine.explain import argument, names
from sangao.engine.language.holes import Hole, fill, holes
from sangao.engine.pack import ir
from sangao.engine.run import answers
from sangao.engine.run.spec import single


def filled(case: argument.Case, ids: Sequence[str], lang: str) -> str:
    """Return the text of an advice for one patient in `zh` or `en`; its title where a value in it is not settled.

    Of several that advise the same action the first that carries the patient's own values speaks, else the first.
    """
    for id in ids:
        own = _own(case, case.pack.words.get(id, ir.Words()), lang)
        if own is not None:
            return own
    words = case.pack.words.get(ids[0], ir.Words())
    said, title = (words.says_zh, words.zh) if lang == "zh" else (words.says_en, words.en)
    return title if "{" in said else said or title


def _own(case: argument.Case, words: ir.Words, lang: str) -> str | None:
    """Return a text with its values, None when it carries none or one of them is not settled."""
    said = words.says_zh if lang == "zh" else words.says_en
    if "{" not in said:
        return None
    values = {hole: _value(case, hole, lang) for hole in {Hole(one.name, one.digits) for one in holes(said)}}
    return None if None in values.values() else fill(said, lambda hole: values[hole] or "")


def _value(case: argument.Case, hole: Hole, lang: str) -> str | None:
    """Return a settled value in words with its unit, None when it is not settled."""
    made = case.pack.decisions.get(hole.name)
    if made is not None:
        if not single(made.outcome, case.opened[made.id]):
            return None
        value = answers.value(made.outcome, case.opened[made.id])
        if isinstance(value, Quantity):
            return _number(value.number, value.unit, hole, lang)
        return names.outcome(case.pack, made.id, value, lang)
    leaf = case.pack.leaves[hole.name]
    return _reading(case, leaf, case.admission.open[leaf.id], hole, lang)


def _reading(case: argument.Case, leaf: ir.Leaf, value: Any, hole: Hole, lang: str) -> str | None:
    if leaf.kind in ("number", "date"):
        if value is None or value[0] != value[1]:
            return None
        if leaf.kind == "date":
            return str(answers.value(ir.Outcome("date"), value))
        return _number(quantity.from_grid(value[0], leaf.step), leaf.unit, hole, lang)
    if int(value).bit_count() != 1:
        return None
    at = int(value).bit_length() - 1
    if leaf.kind == "bool":
        return names.TRUTH[bool(at)][lang]
    return names.value_name(case.pack.dictionary.facts[leaf.facts[0]], leaf.values[at], lang)


def _number(number: str, unit: str, hole: Hole, lang: str) -> str:
    """Round half-even for display only: nothing is decided on what is shown."""
    if hole.digits is not None:
        number = str(Decimal(number).quantize(Decimal(1).scaleb(-hole.digits), ROUND_HALF_EVEN))
    return f"{number} {names.unit(unit, lang)}".strip()
