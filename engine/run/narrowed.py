"""A pack cut down to what some decisions need: fewer leaves to admit, fewer decisions to run, the same answers."""

from collections.abc import Iterable
from dataclasses import replace

from sangao.engine.pack import ir
from sangao.engine.run.cones import cone


def narrowed(pack: ir.Pack, decisions: Iterable[str]) -> ir.Pack:
    """Return the pack with only these decisions and what they rest on; what it answers of them is unchanged."""
    leaves: dict[str, None] = {}
    kept: dict[str, None] = {}
    for name in decisions:
        below, asked = cone(pack, name)
        leaves |= dict.fromkeys(below)
        kept |= dict.fromkeys(asked)
    todo = list(leaves)
    while todo:
        source = pack.leaves[todo.pop()].source
        for one in source.inputs if isinstance(source, ir.Derived) else ():
            if one not in leaves:
                leaves[one] = None
                todo.append(one)
    return replace(
        pack,
        leaves={name: leaf for name, leaf in pack.leaves.items() if name in leaves},
        decisions={name: one for name, one in pack.decisions.items() if name in kept},
    )
