"""Codes that match by their beginning: an ICD-10 category covers what is under it, an ATC class its substances."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sangao.engine.run.lists import codes


@dataclass(frozen=True)
class Prefixes:
    """Fact → the beginnings of its codes, indexed for lookup; `form` is what a whole code looks like."""

    of: Mapping[str, tuple[str, ...]]
    form: re.Pattern[str]
    _facts: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for fact, beginnings in self.of.items():
            for one in beginnings:
                found.setdefault(one.upper(), []).append(fact)
        object.__setattr__(self, "_facts", {one: tuple(facts) for one, facts in found.items()})

    def find(self, text: str) -> tuple[str, ...]:
        """Return the facts a code speaks of, both halves of `E11.301+H36.0*` among them.

        >>> icd = Prefixes({"t2dm": ("E11",), "retinopathy": ("H36.0",)}, re.compile("[A-Z][0-9]{2}.*"))
        >>> icd.find("e11.301+h36.0*"), icd.find("Ｅ１１.9"), icd.find("E1"), icd.find("diabetes")
        (('t2dm', 'retinopathy'), ('t2dm',), (), ())
        """
        found: dict[str, None] = {}
        for code in codes(text):
            if self.form.fullmatch(code):
                for end in range(1, len(code) + 1):
                    found |= dict.fromkeys(self._facts.get(code[:end], ()))
        return tuple(found)


def broader(of: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return, per fact, the facts inside whose codes all of its own lie: what the narrower one says too.

    >>> broader({"chd": ("I20", "I21"), "mi": ("I21",)})
    {'chd': (), 'mi': ('chd',)}
    """
    return {
        fact: tuple(
            other
            for other, theirs in of.items()
            if other != fact and set(theirs) != set(mine) and all(code.startswith(theirs) for code in mine)
        )
        for fact, mine in of.items()
    }


def closed(facts: Iterable[str], implied: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return facts with all they imply, each once, the named ones first.

    >>> closed(["mi"], {"mi": ("chd",), "chd": ("ascvd",)})
    ('mi', 'chd', 'ascvd')
    """
    found = dict.fromkeys(facts)
    waiting = list(found)
    while waiting:
        for one in implied.get(waiting.pop(0), ()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return tuple(found)
