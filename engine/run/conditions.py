"""Conditions of the dictionary as functions: guards, contradictions, the `where` of a window."""

from collections.abc import Callable, Mapping
from typing import Any

from sangao.engine.pack import ir
from sangao.engine.run import spec
from sangao.engine.run.cones import walk
from sangao.engine.run.phrases import Name, Phrases, nearest_zero
from sangao.engine.truth import UNKNOWN

SELDOM = 16  # times a condition is asked of the definition before a function of its own pays
BLANK = (float("-inf"), float("inf"))  # a number nothing is known of


def named_facts(expr: ir.Expr) -> set[str]:
    """Return the facts a condition of the dictionary names."""
    return {one.leaf for one in walk(expr) if isinstance(one, ir.Read)}


def truth_of(pack: ir.Pack, expr: ir.Expr) -> Callable[[Mapping[str, Any]], int]:
    """Return a condition over values named by fact id as a function; a fact that is absent or None is unknown.

    The text it is made from comes from the same phrases as the programs of `sangao.engine.run.rows`.
    """
    names: dict[str, Name] = {}
    lines = ["def run(values):"]
    for one in walk(expr):
        if not isinstance(one, ir.Read) or one.leaf in names:
            continue
        i, fact = len(names), pack.dictionary.facts[one.leaf]
        if fact.kind in ("number", "date"):
            names[one.leaf] = Name("number", f"a{i}", f"b{i}")
            lines.append(f"    a{i}, b{i} = values.get({one.leaf!r}) or BLANK")
        else:
            nothing = UNKNOWN if fact.kind == "bool" else (1 << len(fact.values)) - 1
            names[one.leaf] = Name(fact.kind, f"a{i}")
            lines.append(f"    a{i} = values.get({one.leaf!r}) or {nothing}")
    lines.append(f"    return {Phrases(names, {}).mask(expr)}")
    space: dict[str, Any] = {"BLANK": BLANK, "NINF": BLANK[0], "INF": BLANK[1], "nearest_zero": nearest_zero}
    exec(compile("\n".join(lines), f"<condition of {pack.meta.id}>", "exec"), space)
    found: Callable[[Mapping[str, Any]], int] = space["run"]
    return found


class Conditions:
    """The conditions of one pack's dictionary, asked of many charts. Only expressions that stand in the pack may be
    asked: they are known by their place in memory."""

    def __init__(self, pack: ir.Pack) -> None:
        self.pack = pack
        self._asked: dict[int, int] = {}
        self._made: dict[int, Callable[[Mapping[str, Any]], int]] = {}

    def truth(self, expr: ir.Expr, values: Mapping[str, Any]) -> int:
        """Return the truth of a condition over values by fact id; a fact that is absent or None is unknown."""
        made = self._made.get(id(expr))
        if made is None:
            asked = self._asked[id(expr)] = self._asked.get(id(expr), 0) + 1
            if asked <= SELDOM:
                return spec.truth(expr, spec.Env({one: self._known(one, values) for one in named_facts(expr)}, {}))
            made = self._made[id(expr)] = truth_of(self.pack, expr)
        return made(values)

    def _known(self, fact_id: str, values: Mapping[str, Any]) -> Any:
        value = values.get(fact_id)
        if value is not None:
            return value
        fact = self.pack.dictionary.facts[fact_id]
        return {"bool": UNKNOWN, "code": (1 << len(fact.values)) - 1}.get(fact.kind)
