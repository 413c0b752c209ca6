"""Text of an expression to tokens, each with its place."""

import re
from dataclasses import dataclass
from typing import Literal

from sangao.engine.errors import Span as Place
from sangao.engine.errors import fail
from sangao.engine.quantity import unit_name

LONGEST = 20_000  # characters of one expression

WORDS = frozenset({"and", "or", "not", "in", "is", "where", "within", "inside", "true", "false"})
"""Words that can never be names or units."""

NAME = r"[^\W\d][\w]*(?:\.\w+)*(?:@\w+(?:\.\w+)*)?"
UNIT = r"(?:%|/?[^\W\d_])(?:[^\W_]|%|/(?=[^\W_]|[({])|\.(?=[^\W_])|[·\[\]{}_]|(?<=/)\([^()\s]*\))*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<date>"[^"]*"|'[^']*')
    |(?P<number>[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)
    |(?P<param>\${NAME})
    |(?P<name>{NAME})
    |(?P<sign><=|>=|!=|==|[<>=+\-*(){{}},])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_UNIT = re.compile(UNIT)
_SPACED_UNIT = re.compile(rf"[ \t]*({UNIT})")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; the unit of a number travels with it."""

    kind: Literal["date", "number", "param", "name", "word", "sign", "end"]
    text: str
    place: Place
    unit: str = ""


def place_in(text: str, at: int, where: Place) -> Place:
    """Return the place of a character, `where` being the place of the first; further lines count their own columns."""
    line = text.count("\n", 0, at)
    return Place(where.file, where.line + line, at - text.rfind("\n", 0, at) if line else where.column + at)


def unit_after(text: str, at: int) -> tuple[str, int]:
    """Return the unit that follows a number (empty when a word or a sign does) and where it ends.

    What is no unit once its name is settled (a `½`, which is 1⁄2) is none before.

    >>> unit_after("140 毫米汞柱", 3), unit_after("140½", 3)
    (('毫米汞柱', 8), ('', 3))
    """
    match = _SPACED_UNIT.match(text, at)
    if match is None or match[1] in WORDS or not _UNIT.fullmatch(unit_name(match[1])):
        return "", at
    return match[1], match.end()


def tokens(text: str, where: Place) -> list[Token]:
    """Return the tokens of a text, an `end` last; raises `SangaoError` at the first character without meaning."""
    if len(text) > LONGEST:
        raise fail("language.too_long", where, limit=LONGEST)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None and match.lastgroup is not None  # `other` takes whatever is left
        kind, word, place = match.lastgroup, match[0], place_in(text, at, where)
        at = match.end()
        match kind:
            case "number":
                unit, at = unit_after(text, at)
                found.append(Token("number", word, place, unit))
            case "name":
                found.append(Token("word" if word in WORDS else "name", word, place))
            case "param":
                found.append(Token("param", word[1:], place))
            case "date":
                found.append(Token("date", word[1:-1], place))
            case "sign":
                found.append(Token("sign", word, place))
            case "other" if word in "\"'":
                raise fail("language.quote", place)
            case "other":
                raise fail("language.character", place, found=word)
    found.append(Token("end", "", place_in(text, len(text), where)))
    return found
