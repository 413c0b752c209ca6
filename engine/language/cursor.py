"""Moving through the tokens of an expression, and saying what should have stood there."""

from sangao.engine.errors import SangaoError, fail
from sangao.engine.language import tree
from sangao.engine.language.lexer import Token

DEEPEST = 40  # levels of nesting; far beyond what anyone can read, far below Python's own limit


class Cursor:
    """The tokens of an expression, where we are in them, and how deep; the grammar stands in `parser`."""

    __slots__ = ("at", "deep", "found", "now")

    def __init__(self, found: list[Token]) -> None:
        self.found, self.at, self.deep = found, 0, 0
        self.now = found[0]

    def take(self) -> Token:
        """Return the token here and go on; the end stays."""
        token = self.now
        self.at += token.kind != "end"
        self.now = self.found[self.at]
        return token

    def done(self) -> bool:
        """Return whether all is read."""
        return self.now.kind == "end"

    def peek(self) -> Token:
        """Return the token after this one."""
        return self.found[min(self.at + 1, len(self.found) - 1)]

    def word(self, *words: str) -> bool:
        """Return whether one of these reserved words stands here."""
        return self.now.kind == "word" and self.now.text in words

    def sign(self, *signs: str) -> bool:
        """Return whether one of these signs stands here."""
        return self.now.kind == "sign" and self.now.text in signs

    def unexpected(self, zh: str, en: str) -> SangaoError:
        """Build the problem that something else must stand here."""
        now = self.now
        if now.kind == "end":
            return fail("language.ends_early", now.place, zh=zh, en=en)
        if now.text == "==":
            return fail("language.equals", now.place)
        return fail("language.unexpected", now.place, found=f"{now.text} {now.unit}".strip(), zh=zh, en=en)

    def demand(self, text: str) -> Token:
        """Take a sign that must stand here."""
        if not self.sign(text):
            raise self.unexpected(text, f"`{text}`")
        return self.take()

    def name(self, zh: str, en: str) -> tree.Name:
        """Take a name that must stand here."""
        if self.now.kind != "name":
            raise self.unexpected(zh, en)
        token = self.take()
        return tree.Name(token.text, token.place)

    def deeper(self) -> None:
        """Go one level down, at most `DEEPEST`."""
        self.deep += 1
        if self.deep > DEEPEST:
            raise fail("language.too_deep", self.now.place, limit=DEEPEST)
