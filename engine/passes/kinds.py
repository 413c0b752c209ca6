"""The kinds of value an expression may have, and how they are called in problems."""

from dataclasses import dataclass

from sangao.engine.pack import ir
from sangao.engine.passes.units import Const, Num


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition."""

    expr: ir.Expr


@dataclass(frozen=True, slots=True)
class Coded:
    """A code fact or a closed decision."""

    item: ir.Read | ir.Ask
    name: str
    values: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Many:
    """A set decision."""

    decision: str
    items: tuple[str, ...]


Typed = Truth | Num | Const | Coded | Many


def kind(typed: Typed) -> dict[str, str]:
    """Return what a value is called, as parts of a message."""
    match typed:
        case Truth():
            return {"zh": "一个条件", "en": "a condition"}
        case Num() | Const():
            return {"zh": "一个数", "en": "a number"}
        case Coded(_, name):
            return {"zh": f"代码 `{name}`", "en": f"the code `{name}`"}
    return {"zh": "一个集合决策", "en": "a set decision"}


def constant(always: bool) -> dict[str, str]:
    """Return what a condition always is, as parts of a message."""
    return {"zh": "总是成立" if always else "总不成立", "en": "always true" if always else "always false"}
