"""Problems and the one exception: where, what, which values, what to do, in Chinese and English.

A *problem* is data: a code of the catalogue, a place and the parts of its message. Nothing here raises on bad input of
a host; `SangaoError` carries the problems of a document (all of them at once) to an author or an operator.

The catalogue is split by the stage that reports: `ENTRIES` of `language`, `rules`, `checks`, `chart`, `host`. A message
never holds a patient's value: what was given travels in `Problem.given`, which a host may print or drop.
"""

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from math import isfinite
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
AREAS = (
    "language",
    "rules",
    "meaning.names",
    "meaning.kinds",
    "meaning.forms",
    "meaning.composition",
    "checks",
    "chart",
    "host",
    "table",
    "cohort",
    "measure",
    "pathway",
    "worklist",
    "report",
    "journal",
    "api",
    "service",
    "terms",
    "operations",
    "events",
    "fhir",
    "chinese",
    "hl7",
)

LONGEST = 1024  # bits of a whole number that is told as such


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text: file (relative to the folder that was loaded), line and column from 1.

    >>> str(Span("rules/grade.yaml", 14, 9))
    'rules/grade.yaml:14:9'
    """

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalogue entry: the texts are `str.format` templates over the parts of a problem."""

    severity: Severity
    zh: str
    en: str
    help_zh: str
    help_en: str


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every code with its entry.

    >>> all(entry.zh and entry.en and entry.help_zh and entry.help_en for entry in catalogue().values())
    True
    """
    merged: dict[str, Entry] = {}
    for area in AREAS:
        entries: dict[str, Entry] = import_module(f"sangao.engine.errors.{area}").ENTRIES
        doubled = merged.keys() & entries.keys()
        if doubled:
            raise ValueError(f"catalogue codes stand twice: {sorted(doubled)}")
        merged |= entries
    return merged


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, as data.

    `code` names the catalogue entry, `parts` fill its templates, `also` names further places (the other of two rows
    that overlap), `fact` and `given` belong to problems of a chart. Raises `KeyError` for a code the catalogue lacks.
    """

    code: str
    where: Span = Span()
    parts: Mapping[str, Any] = field(default_factory=dict)
    fact: str | None = None
    given: Any = None
    also: tuple[Span, ...] = ()

    @property
    def severity(self) -> Severity:
        """Return `error`, `warning` or `note` as the catalogue says."""
        return catalogue()[self.code].severity

    def text(self, lang: str = "zh") -> str:
        """Return the sentence that says what is wrong."""
        entry = catalogue()[self.code]
        return (entry.zh if lang == "zh" else entry.en).format_map(_Parts(self.parts, self.fact, lang))

    def help(self, lang: str = "zh") -> str:
        """Return the sentence that says what to do."""
        entry = catalogue()[self.code]
        return (entry.help_zh if lang == "zh" else entry.help_en).format_map(_Parts(self.parts, self.fact, lang))

    def report(self, lang: str = "zh") -> str:
        """Return the whole problem as a page of the manual: place, text, other places, help."""
        lines = [
            f"{self.where}: {self.text(lang)} [{self.code}]" if str(self.where) else f"{self.text(lang)} [{self.code}]"
        ]
        lines += [f"  {place}: {'另见此处' if lang == 'zh' else 'see also here'}" for place in self.also]
        lines.append(f"  {'处理' if lang == 'zh' else 'help'}: {self.help(lang)}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the problem object of the result JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "where": str(self.where) or None,
            "fact": self.fact,
            "given": _plain(self.given),
            "text": {"zh": self.text("zh"), "en": self.text("en")},
            "help": {"zh": self.help("zh"), "en": self.help("en")},
        }


def _plain(given: Any) -> Any:
    """Return what was given as JSON can say it: a number that JSON lacks, a date or half a character as its text.

    >>> from datetime import date
    >>> [_plain(one) for one in (7, 7.5, True, None, float("nan"), date(2025, 3, 9))]
    [7, 7.5, True, None, 'nan', '2025-03-09']
    """
    if given is None or isinstance(given, bool) or (isinstance(given, float) and isfinite(given)):
        return given
    if isinstance(given, int):
        return given if given.bit_length() < LONGEST else hex(given)[:LONGEST]
    return str(given).encode("utf-8", "backslashreplace").decode()


class _Parts(dict[str, Any]):
    """The parts of a message in one language; `{fact}` is always there.

    A part may be a mapping `{zh, en}`; a list of names in a text, joined by `、`, is joined by commas in English.
    """

    def __init__(self, parts: Mapping[str, Any], fact: str | None, lang: str) -> None:
        super().__init__({name: _said(part, lang) for name, part in parts.items()})
        self.setdefault("fact", fact or "")

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _said(part: Any, lang: str) -> Any:
    if isinstance(part, Mapping) and part.keys() == {"zh", "en"}:
        return part["zh" if lang == "zh" else "en"]
    return part.replace("、", ", ") if lang != "zh" and isinstance(part, str) else part


class SangaoError(Exception):
    """All problems of one document or call; `str` prints them one under the other.

    The command line ends with exit code 1 for problems in rules, 2 for bad usage and unreadable input (`usage=True`).
    """

    def __init__(self, problems: Iterable[Problem], *, usage: bool = False, lang: str = "zh") -> None:
        self.problems = tuple(problems)
        self.usage = usage
        super().__init__("\n".join(problem.report(lang) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.problems, self.usage)  # a worker process hands its problems on whole


def _again(problems: tuple[Problem, ...], usage: bool) -> SangaoError:
    return SangaoError(problems, usage=usage)


WHY = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "只读的磁盘",
    errno.ENOSPC: "磁盘已满",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENAMETOOLONG: "文件名过长",
}


def why(error: OSError | None = None) -> dict[str, str]:
    """Return what the operating system said (by default: there is no such file), as a part of a message.

    >>> why(FileNotFoundError(errno.ENOENT, "No such file or directory"))["zh"]
    '没有这个文件或文件夹'
    """
    found = error or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    said = found.strerror or type(found).__name__
    return {"zh": WHY.get(found.errno or 0, said), "en": said}


def fail(code: str, where: Span = Span(), *, usage: bool = False, **parts: Any) -> SangaoError:
    """Build the error of a single problem, to be raised by the caller.

    >>> raise fail("host.unknown_pack", name="htn_primary_2031", nearest="htn_primary_2025")
    Traceback (most recent call last):
    ...
    sangao.engine.errors.SangaoError: ...
    """
    return SangaoError([Problem(code, where, parts)], usage=usage)
