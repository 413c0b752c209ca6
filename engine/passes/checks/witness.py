"""Regions of patients in the words of a clinic, and one patient of a region as a case ready to be pasted."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Space, Variable
from sangao.engine.passes.checks.study import Study
from sangao.engine.quantity import from_grid

Box = dict[int, int]  # level → mask of values; a level left out: all values
MOST_BOXES = 4


def boxes(space: Space, region: int, free: int) -> list[Box]:
    """Return few maximal boxes that cover a region (they may reach into `free`, where no patient can be)."""
    d = space.d
    found: list[Box] = []
    rest = d.without(region, free)
    while len(found) <= MOST_BOXES:
        path = d.pick(rest)
        if path is None:
            break
        box = grown(space, d.either(region, free), {level: 1 << value for level, value in path.items()})
        found.append(box)
        rest = d.without(rest, d.all([d.test(level, mask) for level, mask in box.items()]))
    return found


def grown(space: Space, room: int, box: Box) -> Box:
    """Widen a box inside `room` one variable after the other: to all values, else band by band."""
    for level in sorted(box):
        whole = {name: mask for name, mask in box.items() if name != level}
        if space.d.holds_in(room, whole):
            box = whole
            continue
        for value in _nearest(space.variables[level], box[level]):
            wider = {**box, level: box[level] | 1 << value}
            contiguous = space.variables[level].kind == "closed" or _touches(box[level], value)
            if contiguous and space.d.holds_in(room, wider):
                box = wider
    return box


def _nearest(one: Variable, mask: int) -> list[int]:
    at = mask.bit_length() - 1
    return [*range(at + 1, one.size), *range(at - 1, -1, -1)]


def _touches(mask: int, value: int) -> bool:
    return bool((mask << 1 | mask >> 1) >> value & 1)


# --- words ------------------------------------------------------------------------------------------------------------
def said(about: Study, space: Space, box: Mapping[int, int], lang: str) -> str:
    """Return a box in words; what does not matter is not named."""
    parts = [_part(about, space.variables[level], mask, lang) for level, mask in sorted(box.items())]
    comma = "，" if lang == "zh" else ", "
    return comma.join(parts) or ("任何情况" if lang == "zh" else "anything")


def _part(about: Study, one: Variable, mask: int, lang: str) -> str:
    name = called(about.pack, one, lang)
    if one.kind == "closed":
        return _values(about.pack, one, name, mask, lang)
    low, _ = one.band((mask & -mask).bit_length() - 1)
    _, high = one.band(mask.bit_length() - 1)
    step, unit = scale(about.pack, one)
    parts = []
    if low is not None and low != one.low:
        parts.append(f"≥{from_grid(low, step)}")
    if high is not None and high != one.high:
        parts.append(f"<{from_grid(high + 1, step)}")
    joined = (" 且 " if lang == "zh" else " and ").join(parts) or ("任意" if lang == "zh" else "any")
    return f"{name} {joined} {unit}".strip()


def _values(pack: ir.Pack, one: Variable, name: str, mask: int, lang: str) -> str:
    held = [value for value in range(one.size) if mask >> value & 1]
    if one.size == 2 and _is_truth(pack, one):
        yes = held == [1]
        return f"{name} {'是' if yes else '否'}" if lang == "zh" else f"{name} {'yes' if yes else 'no'}"
    codes = ("/" if lang == "zh" else " or ").join(value_name(pack, one, value, lang) for value in held)
    return f"{name} {codes}"


def _is_truth(pack: ir.Pack, one: Variable) -> bool:
    kind, name = one.key
    if kind == "leaf":
        return pack.leaves[name].kind == "bool"
    return kind == "has" or pack.decisions[name].outcome.kind == "bool"


def value_name(pack: ir.Pack, one: Variable, value: int, lang: str) -> str:
    """Return the name of a value of a code leaf or of an outcome of a decision."""
    kind, name = one.key
    if kind == "leaf":
        fact = pack.dictionary.facts[pack.leaves[name].facts[0]]
        code = pack.leaves[name].values[value]
        known = code in fact.values and len(fact.value_names) == len(fact.values)
        return fact.value_names[fact.values.index(code)][lang == "en"] if known else code
    code = pack.decisions[name].outcome.codes[value]
    words = pack.words.get(f"{name}={code}")
    return (getattr(words, lang) if words else "") or code


def called(pack: ir.Pack, one: Variable, lang: str) -> str:
    """Return the name of a variable."""
    kind, name = one.key
    if kind == "line":
        terms = [(by, called(pack, Variable("number", key, 1), lang)) for key, by in name]
        text = "".join(f" {'+' if by > 0 else '−'} {'' if abs(by) == 1 else f'{abs(by)}×'}{term}" for by, term in terms)
        return text.removeprefix(" + ").strip()
    if kind == "has":
        decision, item = name
        code = pack.decisions[decision].outcome.codes[item]
        words = pack.words.get(f"{decision}/{code}") or pack.words.get(f"{decision}={code}")
        return (getattr(words, lang) if words else "") or code
    if kind == "ask":
        words = pack.words.get(name)
        return (getattr(words, lang) if words else "") or name
    words = pack.words.get(f"leaf:{name}")
    if words is not None:
        return str(getattr(words, lang)) or name
    fact = pack.dictionary.facts.get(pack.leaves[name].facts[0])
    return str(getattr(fact, lang)) if fact is not None else name


def scale(pack: ir.Pack, one: Variable) -> tuple[Fraction, str]:
    """Return the step and the unit of a number variable (of a sum: of its first part)."""
    kind, name = one.key[1][0][0] if one.joint else one.key
    if kind == "leaf":
        leaf = pack.leaves[name]
        return leaf.step, leaf.unit
    outcome = pack.decisions[name].outcome
    return outcome.step, outcome.unit


# --- a case -----------------------------------------------------------------------------------------------------------
def ready_case(about: Study, space: Space, path: Mapping[int, int], decide: str, expect: str) -> str:
    """Return one patient of a region as a case; what no plain fact can give stands beside it as a comment."""
    give, beside = [], []
    for level, value in sorted(path.items()):
        one = space.variables[level]
        text = value_text(about, one, value)
        leaf = about.pack.leaves[one.key[1]] if one.key[0] == "leaf" else None
        if leaf is not None and not isinstance(leaf.source, ir.Window):
            give.append(f"{leaf.source.fact}: {text}")
        else:
            beside.append(f"{_key(about.pack, one)} = {text}")
    case = f"- {{it: witness, decide: {decide}, give: {{{', '.join(give)}}}, expect: {{{expect}}}}}"
    return case + (f"   # {'; '.join(beside)}" if beside else "")


def _key(pack: ir.Pack, one: Variable) -> str:
    kind, name = one.key
    if kind == "has":
        return f"{pack.decisions[name[0]].outcome.codes[name[1]]} in {name[0]}"
    return called(pack, one, "en") if kind == "line" else str(name)


def value_text(about: Study, one: Variable, value: int) -> str:
    """Return a value of a variable as an author writes it: of a number band, one that a device can show."""
    pack = about.pack
    if one.kind == "closed":
        if _is_truth(pack, one):
            return "true" if value else "false"
        kind, name = one.key
        return pack.leaves[name].values[value] if kind == "leaf" else pack.decisions[name].outcome.codes[value]
    step, unit = scale(pack, one)
    low, high = one.band(value)
    return f"{from_grid(_shown(low, high, one.low, _nice(about, one, step)), step)} {unit}".strip()


def _nice(about: Study, one: Variable, step: Fraction) -> int:
    leaf = about.pack.leaves.get(one.key[1]) if one.key[0] == "leaf" else None
    fact = about.pack.dictionary.facts.get(leaf.facts[0]) if leaf else None
    return max(1, int(fact.resolution / step)) if fact is not None and fact.kind == "number" else 1


def _shown(low: int | None, high: int | None, least: int | None, shown: int) -> int:
    """Return the least round value of a band, of the lowest band the greatest."""
    if low is None or low == least:
        if high is None:
            return low or 0
        value = high // shown * shown
        return value if low is None or value >= low else high
    value = -(-low // shown) * shown
    return value if high is None or value <= high else low


def expected(about: Study, decision: ir.Decision, value: Any) -> str:
    """Return what a decision answers with, for `expect:`."""
    if isinstance(value, int):
        codes = decision.outcome.codes or ("false", "true")
        held = [code for i, code in enumerate(codes) if value >> i & 1]
        return "value: " + " or ".join(held)
    if isinstance(value, ir.Int):
        return f"value: {from_grid(value.value, decision.outcome.step)} {decision.outcome.unit}".strip()
    return ""
