"""JSON → frozen data, each value of the very type that its field declares: what is no pack never becomes one.

The reverse of `sangao.engine.pack.canon.encode`. Readers are made from the annotations of the dataclasses, once per
class, when first needed; a value of another type is a `ValueError`. Nothing is converted, called or looked up by a name
that the file gives, apart from the classes listed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sangao.engine import fact, quantity
from sangao.engine.pack import ir

Reader = Callable[[Any], Any]
CLASSES: Mapping[str, type[Any]] = {
    name: one
    for module in (ir, fact)
    for name, one in vars(module).items()
    if isinstance(one, type) and hasattr(one, "__dataclass_fields__")
} | {"Span": quantity.Span}
SCALARS = (str, int, bool, NoneType)
_FRACTION = re.compile(r"-?\d{1,40}(/[1-9]\d{0,39})?", re.ASCII)  # no exponents: short texts of endless numbers


class Wrong(ValueError):
    """A value that its field cannot hold."""


def field_of(name: str) -> Reader:
    """Return the reader of one field of a pack. Raises `KeyError` for a field that packs do not have."""
    return _of_class("Pack")[name]


@cache
def _of_class(name: str) -> dict[str, Reader]:
    hints = get_type_hints(CLASSES[name])
    return {one.name: _of_type(hints[one.name]) for one in fields(CLASSES[name])}


@cache
def _needed(name: str) -> frozenset[str]:
    return frozenset(
        one.name for one in fields(CLASSES[name]) if one.default is MISSING and one.default_factory is MISSING
    )


def _of_type(hint: Any) -> Reader:
    """Return the reader of a type: of a union, by what a value looks like."""
    by_class: dict[str, None] = {}
    by_type: dict[type, Reader] = {}
    for one in _members(hint):
        origin = get_origin(one)
        if one in SCALARS:
            by_type[one] = _same
        elif origin is Literal:
            by_type |= {kind: _one_of(get_args(one)) for kind in {type(value) for value in get_args(one)}}
        elif origin is tuple:
            by_type[list] = _tuple(get_args(one))
        elif origin in (dict, Mapping):
            by_class["dict"] = None
            by_type[dict] = _mapping(_of_type(get_args(one)[1]))
        else:
            by_class[one.__name__] = None
    if by_class and "dict" not in by_class:
        by_type[dict] = _object(frozenset(by_class))
    if all(one is _same for one in by_type.values()):
        return _plain(frozenset(by_type))

    def read(value: Any) -> Any:
        reader = by_type.get(type(value))
        if reader is None:
            raise Wrong("type")
        return reader(value)

    return read


def _members(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, UnionType):
        return [member for one in get_args(hint) for member in _members(one)]
    return [hint]


def _same(value: Any) -> Any:
    return value


def _plain(kinds: frozenset[type]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) in kinds:
            return value
        raise Wrong("type")

    return read


def _one_of(values: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in values:
            raise Wrong("choice")
        return value

    return read


def _tuple(items: tuple[Any, ...]) -> Reader:
    many = len(items) == 2 and items[1] is Ellipsis
    readers = [_of_type(one) for one in (items[:1] if many else items)]

    def read_many(value: list[Any]) -> tuple[Any, ...]:
        return tuple([readers[0](one) for one in value])

    def read_each(value: list[Any]) -> tuple[Any, ...]:
        if len(value) != len(readers):
            raise Wrong("length")
        return tuple([reader(one) for reader, one in zip(readers, value, strict=True)])

    return read_many if many else read_each


def _mapping(reader: Reader) -> Reader:
    def read(value: dict[str, Any]) -> dict[str, Any]:
        if value.get("!") != "dict":
            raise Wrong("mapping")
        found: dict[str, Any] = {}
        for key, part in value["items"]:
            if type(key) is not str or key in found:
                raise Wrong("key")
            found[key] = reader(part)
        return found

    return read


def _object(names: frozenset[str]) -> Reader:
    made: dict[str, tuple[type[Any], dict[str, Reader], frozenset[str]]] = {}  # filled when read: types name each other

    def read(value: dict[str, Any]) -> Any:
        name = value.get("!")
        known = made.get(name)  # type: ignore[arg-type]
        if known is None:
            if name not in names:
                raise Wrong("class")
            if name == "Fraction":
                return _fraction(value.get("is"))
            known = made[name] = CLASSES[name], _of_class(name), _needed(name)
        kind, readers, needed = known
        found = {key: readers[key](part) for key, part in value.items() if key != "!"}
        if not needed <= found.keys():
            raise Wrong("field")
        return kind(**found)

    return read


def _fraction(text: Any) -> Fraction:
    if type(text) is not str or _FRACTION.fullmatch(text) is None:
        raise Wrong("fraction")
    return Fraction(text)
