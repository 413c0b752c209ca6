"""The canonical text of a tree: `parse(unparse(node)) == node` for every tree that a text has."""

from sangao.engine.language import tree
from sangao.engine.language.tree import Node
from sangao.engine.quantity import decimal_text

# How tightly a form binds; a form that binds less than its place asks for stands in parentheses.
_OR, _AND, _NOT, _TEST, _SUM, _TERM, _ATOM = range(7)


def unparse(node: Node) -> str:
    """Return the canonical text of a tree.

    >>> from sangao.engine.language.parser import parse
    >>> unparse(parse("(sbp>=140mmHg)or not ( a  and b )"))
    'sbp >= 140 mmHg or not (a and b)'
    """
    return _text(node, _OR)


def _text(node: Node, place: int) -> str:
    text, binds = _form(node)
    return f"({text})" if binds < place else text


def _form(node: Node) -> tuple[str, int]:
    match node:
        case tree.Number(value, unit):
            return f"{decimal_text(value)} {unit}".rstrip(), _ATOM if value >= 0 else _TERM
        case tree.Day(day):
            return f'"{day.isoformat()}"', _ATOM
        case tree.Bool(value):
            return "true" if value else "false", _ATOM
        case tree.Name(id):
            return id, _ATOM
        case tree.Param(id):
            return f"${id}", _ATOM
        case tree.Plus(items):
            return _sum(items), _SUM
        case tree.Minus(item):
            return f"-{_text(item, _TERM)}", _TERM
        case tree.Times(by, item):
            return f"{decimal_text(by)} * {_text(item, _ATOM)}", _TERM
        case tree.Call(function, items):
            return f"{function}({', '.join(_text(item, _OR) for item in items)})", _ATOM
        case tree.Window():
            return _window(node), _ATOM
        case tree.Compare(op, left, right):
            return f"{_text(left, _SUM)} {op} {_text(right, _SUM)}", _TEST
        case tree.Among(item, codes):
            return f"{_text(item, _SUM)} in {{{', '.join(code.id for code in codes)}}}", _TEST
        case tree.Has(item, decision):
            return f"{item.id} in {decision.id}", _TEST
        case tree.Known(item, known):
            return f"{_text(item, _SUM)} is {'known' if known else 'unknown'}", _TEST
        case tree.And(items):
            return " and ".join(_text(item, _NOT) for item in items), _AND
        case tree.Or(items):
            return " or ".join(_text(item, _AND) for item in items), _OR
        case tree.Not(item):
            return f"not {_text(item, _NOT)}", _NOT


def _sum(items: tuple[Node, ...]) -> str:
    text = _text(items[0], _TERM)
    for item in items[1:]:
        match item:
            case tree.Minus(negated):
                text += f" - {_text(negated, _TERM)}"
            case tree.Number(value, unit) if value < 0:
                text += f" - {_text(tree.Number(-value, unit), _TERM)}"
            case _:
                text += f" + {_text(item, _TERM)}"
    return text


def _window(node: tree.Window) -> str:
    parts = [f"{node.n}, {node.subject.id}" if node.n is not None else node.subject.id]
    if node.where is not None:
        parts.append(f"where {_text(node.where, _OR)}")
    if node.within is not None:
        parts.append(f"within {length_text(node.within)}")
    if node.inside is not None:
        parts.append(f"inside any {length_text(node.inside)}")
    return f"{node.op}({' '.join(parts)})"


def length_text(length: tree.Length) -> str:
    """Return a length as it is written.

    >>> from fractions import Fraction
    >>> length_text(tree.Length(Fraction(4), "weeks"))
    '4 weeks'
    """
    if length.param is not None:
        return f"${length.param}"
    return length.unit if length.unit == "this year" else f"{decimal_text(length.count)} {length.unit}"
