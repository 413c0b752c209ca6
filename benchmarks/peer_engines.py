"""The same rules in other engines, each behind `run(values) -> (outcome per asked decision)`; absent ones are named."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

from dialects import CEL, PYTHON, RULE_ENGINE, ZEN, Subset, read

from sangao.engine.pack import ir

Run = Callable[[dict[str, int]], tuple[int, ...]]


def zen(pack: ir.Pack, target: str, asked: tuple[str, ...], trace: bool) -> Run:
    """ZEN: one expression node with every rule as a key; with its own trace switched on or off."""
    import zen as engine  # type: ignore[import-not-found]

    subset = Subset(pack, target, ZEN)
    keys = [{"id": key, "key": key, "value": text} for key, text in subset.steps]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "e", "type": "expressionNode", "name": "e", "content": {"expressions": keys, "passThrough": False}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [{"id": f"{a}{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "e"), ("e", "out"))]
    decision = engine.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    options = {"trace": True} if trace else {}

    def run(values: dict[str, int]) -> tuple[int, ...]:
        result = decision.evaluate(values, options)["result"]
        return tuple(read(subset, result.__getitem__, one) for one in asked)

    return run


def rule_engine(pack: ir.Pack, target: str, asked: tuple[str, ...], trace: bool) -> Run:
    """rule-engine: one compiled rule per condition and result, the context growing as they are evaluated."""
    import rule_engine as engine  # type: ignore[import-not-found]

    subset = Subset(pack, target, RULE_ENGINE)
    rules = [(key, engine.Rule(text)) for key, text in subset.steps]

    def run(values: dict[str, int]) -> tuple[int, ...]:
        context: dict[str, Any] = dict(values)
        for key, rule in rules:
            context[key] = rule.evaluate(context)
        return tuple(read(subset, context.__getitem__, one) for one in asked)

    return run


def cel(pack: ir.Pack, target: str, asked: tuple[str, ...], trace: bool) -> Run:
    """cel-python: one program per condition and result."""
    import celpy  # type: ignore[import-not-found]

    subset = Subset(pack, target, CEL)
    environment = celpy.Environment()
    programs = [(key, environment.program(environment.compile(text))) for key, text in subset.steps]

    def run(values: dict[str, int]) -> tuple[int, ...]:
        context: dict[str, Any] = {key: celpy.celtypes.IntType(value) for key, value in values.items()}
        for key, program in programs:
            context[key] = program.evaluate(context)
        return tuple(read(subset, context.__getitem__, one) for one in asked)

    return run


def durable_rules(pack: ir.Pack, target: str, asked: tuple[str, ...], trace: bool) -> Run:
    """durable-rules: conditions over facts as one ruleset; what asks other decisions is added in Python."""
    from durable.engine import MessageNotHandledException  # type: ignore[import-not-found]
    from durable.lang import assert_fact, m, retract_fact, ruleset, when_all  # type: ignore[import-not-found]

    subset = Subset(pack, target, PYTHON)
    hits: set[str] = set()

    def term(expr: ir.Expr) -> Any:
        match expr:
            case ir.Read(leaf):
                return getattr(m, subset.names[leaf]) == 1
            case ir.Member(ir.Read(leaf), mask):
                found = [getattr(m, subset.names[leaf]) == i for i in range(mask.bit_length()) if mask >> i & 1]
            case ir.Compare(op, ir.Read(leaf), ir.Int(value)):
                return {
                    "<": lambda x: x < value, "<=": lambda x: x <= value, ">": lambda x: x > value,
                    ">=": lambda x: x >= value, "=": lambda x: x == value, "!=": lambda x: x != value,
                }[op](getattr(m, subset.names[leaf]))  # fmt: skip
            case ir.Both(items) | ir.Either(items):
                found = [term(one) for one in items]
            case _:
                raise TypeError(f"not in the subset: {expr!r}")
        joined = found[0]
        for one in found[1:]:
            joined = joined & one if isinstance(expr, ir.Both) else joined | one
        return joined

    def rule(key: str, expr: ir.Expr) -> None:
        def act(_: Any) -> None:
            hits.add(key)

        act.__name__ = f"act_{key}"
        when_all(term(expr))(act)

    name = "sangao_bench"
    with contextlib.redirect_stdout(io.StringIO()), ruleset(name):
        for key, expr in subset.conditions.items():
            rule(key, expr)
    rest = [(key, compile(text, key, "eval")) for key, text in subset.steps if key not in subset.conditions]
    number = 0

    def run(values: dict[str, int]) -> tuple[int, ...]:
        nonlocal number
        number += 1
        hits.clear()
        message = {**values, "id": number}
        with contextlib.suppress(MessageNotHandledException):
            assert_fact(name, message)
            retract_fact(name, message)
        context: dict[str, Any] = {**values, **{key: key in hits for key in subset.conditions}}
        for key, code in rest:
            context[key] = eval(code, {"__builtins__": {}}, context)
        return tuple(read(subset, context.__getitem__, one) for one in asked)

    return run


PEERS: dict[str, tuple[Callable[..., Run], bool]] = {
    "zen-engine with trace": (zen, True),
    "zen-engine": (zen, False),
    "durable-rules (part in Python)": (durable_rules, False),
    "rule-engine": (rule_engine, False),
    "cel-python": (cel, False),
}
