"""Names read whole: a text is understood when every part of it is a known word, and not at all when one part is not.

Half a name must never pass for the whole: `厄贝沙坦氢氯噻嗪片` holds two drugs, `停用络活喜` none that is taken.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sangao.engine.quantity import normalise

LONGEST = 200  # of a text that is looked at
_WORD = re.compile(r"[a-z][a-z'-]*")
_WORDS = re.compile(r"[a-z][a-z'-]*(?: [a-z][a-z'-]*)*")
_PHRASE = 5  # words of the longest English name
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_DOUBT = "?？¿"


def plain(text: str) -> str:
    """Return a name as it is compared: half-width, lower case, no blank but single ones between English words.

    >>> plain("  Amlodipine   Besylate 5MG"), plain("苯磺酸 氨氯地平片")
    ('amlodipine besylate 5mg', '苯磺酸氨氯地平片')
    """
    kept = "".join(one for one in normalise(text).lower() if unicodedata.category(one) != "Cf")
    return re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "", " ".join(kept.split()))


@dataclass(frozen=True)
class Lexicon:
    """Words with what they mean; a word that means nothing by itself (a salt, a form) maps to an empty tuple.

    `numbers`: strengths may stand anywhere; `makers`: a bracket that ends so names who made it and is left out.
    """

    words: Mapping[str, tuple[str, ...]]
    numbers: bool = False
    makers: tuple[str, ...] = ()
    _begins: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for word in sorted(self.words, key=len, reverse=True):
            if not _WORDS.fullmatch(word):  # English words are looked up whole
                found.setdefault(word[:1], []).append(word)
        object.__setattr__(self, "_begins", {first: tuple(words) for first, words in found.items()})

    def read(self, text: str) -> tuple[str, ...]:
        """Return what a text means, in order and once each; empty when a part of it is unknown or nothing has meaning.

        >>> drugs = Lexicon({"缬沙坦": ("arb",), "氨氯地平": ("ccb",), "片": ()}, numbers=True)
        >>> drugs.read("缬沙坦氨氯地平片 80/5"), drugs.read("停用缬沙坦"), drugs.read("缬沙坦?")
        (('arb', 'ccb'), (), ())
        """
        if len(text) > LONGEST:
            return ()
        name = plain(text)
        whole = self.words.get(name)
        if whole:
            return whole
        name = self._without_maker(name)
        parts: list[tuple[str, ...] | None] = [None] * len(name) + [()]
        for at in range(len(name) - 1, -1, -1):
            for end, means in self._steps(name, at):
                rest = parts[end]
                if rest is not None:
                    parts[at] = (*means, *rest)
                    break
        return tuple(dict.fromkeys(parts[0] or ()))

    def _steps(self, name: str, at: int) -> Iterable[tuple[int, tuple[str, ...]]]:
        """Yield how a part of a name that starts here may end, the longest first, and what it means."""
        for word in self._begins.get(name[at], ()):
            if name.startswith(word, at) and not _splits(name, at + len(word)):
                yield at + len(word), self.words[word]
        if "a" <= name[at] <= "z":
            end, ends = at, []
            for _ in range(_PHRASE):
                found = _WORD.match(name, end)
                if found is None:
                    break
                ends.append(found.end())
                end = found.end() + (name[found.end() : found.end() + 1] == " ")
            for end in reversed(ends):
                if name[at:end] in self.words:
                    yield end, self.words[name[at:end]]
            return
        number = _NUMBER.match(name, at) if self.numbers else None
        if number is not None:
            yield number.end(), ()
        if name[at] not in _DOUBT and unicodedata.category(name[at])[0] in "PSZ":
            yield at + 1, ()

    def _without_maker(self, name: str) -> str:
        def kept(found: re.Match[str]) -> str:
            inside = found[0][1:-1]
            if not inside.endswith(self.makers) or any(word in inside for word, means in self.words.items() if means):
                return found[0]
            return ""

        return _BRACKETED.sub(kept, name) if self.makers else name


def _splits(name: str, at: int) -> bool:
    """Return whether a place lies inside an English word."""
    return "a" <= name[at - 1] <= "z" and "a" <= name[at : at + 1] <= "z"
