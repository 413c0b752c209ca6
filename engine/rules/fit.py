"""Fit what was read to a document model: every misfit becomes a problem with its place and the nearest known key."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError

from sangao.engine.errors import Problem, Span
from sangao.engine.rules.leaves import Document
from sangao.engine.rules.text import Items, Map, Text

D = TypeVar("D", bound=Document)
_SHAPES = {
    "dict_type": ("一个映射 {键: 值}", "a mapping {key: value}"),
    "model_type": ("一个映射 {键: 值}", "a mapping {key: value}"),
    "model_attributes_type": ("一个映射 {键: 值}", "a mapping {key: value}"),
    "tuple_type": ("一个列表 [a, b]", "a list [a, b]"),
    "too_long": ("恰好两个值的列表 [低, 高]", "a list of exactly two values [low, high]"),
    "too_short": ("恰好两个值的列表 [低, 高]", "a list of exactly two values [low, high]"),
}


def fit(model: type[D], node: Any, problems: list[Problem]) -> D | None:
    """Return the document, or None after adding all that is wrong with it to `problems`."""
    try:
        return model.model_validate(node)
    except ValidationError as error:
        problems += [_problem(node, item) for item in error.errors(include_url=False)]
        return None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that comes closest, or all of them when none is close.

    >>> nearest("promisses", ["title", "promises"])
    'promises'
    >>> nearest("x", ["title", "promises"])
    'title, promises'
    """
    words = list(known)
    return next(iter(get_close_matches(word, words, 1)), ", ".join(words[:12]))


def _problem(root: Any, error: Any) -> Problem:
    kind: str = error["type"]
    loc: tuple[str | int, ...] = error["loc"]
    place, holder = _locate(root, loc)
    last = str(loc[-1]) if loc else ""
    slip = kind == "rules.wrong_shape" and isinstance(holder, Map) and last in holder and _is_unknown(last, holder)
    if kind == "extra_forbidden" or slip:
        known = holder.reader.keys() if isinstance(holder, Map) and holder.reader is not None else ()
        return Problem("rules.unknown_key", place, {"key": last, "nearest": nearest(last, known)})
    if kind == "missing" and isinstance(loc[-1], str):
        return Problem("rules.missing_text" if last in ("zh", "en") else "rules.missing_key", place, {"key": last})
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return Problem("rules.bad_choice", place, {"given": error["input"], "choices": ", ".join(choices)})
    if kind.startswith("rules."):
        return Problem(kind, place, error.get("ctx", {}))
    zh, en = _SHAPES.get(kind, _SHAPES["too_short"] if kind == "missing" else (kind, kind))
    return Problem("rules.wrong_shape", place, {"wanted_zh": zh, "wanted_en": en})


def _is_unknown(key: str, holder: Map) -> bool:
    """Say whether a key, not its value, is what is wrong: not a key of the model, or a slip where any key may stand."""
    if holder.reader is None or key in set(holder.reader.keys()):
        return False
    if holder.reader.gathers is None:
        return True
    return not isinstance(holder[Text(key)], Text) and bool(get_close_matches(key, holder.reader.keys()))


def _locate(root: Any, loc: tuple[str | int, ...]) -> tuple[Span, Any]:
    """Walk a path of pydantic; parts that are not in the file (gathered fields, short forms) are stepped over."""
    node = root
    place: Span = getattr(root, "span", Span())
    for at, part in enumerate(loc):
        last = at == len(loc) - 1
        if isinstance(node, Map) and isinstance(part, str) and part in node:
            key = next(key for key in node if key == part)
            if loc[at + 1 :] == ("[key]",) or (last and _is_unknown(part, node)):
                return key.span, node  # the key itself is what is wrong
            node = node[key]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            continue
        if isinstance(node, Text | Map | Items):
            place = node.span
    return place, node
