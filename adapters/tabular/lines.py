"""Text files as hospitals export them → records with their line numbers: encoding, separator, quotes, ragged rows."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sangao.engine.errors import Span, fail, why

SEPARATORS = (",", ";", "\t")
LONGEST = 30  # lines of one record; a quote that stays open longer was never closed
CHUNK = 1 << 20
Record = tuple[int, list[str]]  # line number from 1, fields


@dataclass(frozen=True, slots=True)
class Encoded:
    """How a file is written, and how many lines it has."""

    encoding: str
    lines: int


def detect(path: Path, given: str | None = None) -> Encoded:
    """Return the encoding of a file: by its mark, else UTF-8 when all of it is, else GB18030 (GBK, GB2312).

    Raises SangaoError when the file cannot be read or fits neither.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if given is None and start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            given = "utf-16"
        candidates = [given] if given else ["utf-8-sig", "gb18030"]
        "a".encode(candidates[0])  # LookupError for what is no encoding of text, such as `hex`
        furthest: dict[int, str] = {}  # where each gives up: the one that got furthest is the one it was written in
        for encoding in candidates:
            lines, line = _count(path, encoding)
            if not line:
                return Encoded(encoding, lines)
            furthest.setdefault(line, encoding)
        line = max(furthest)
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except LookupError as error:
        raise fail("table.no_encoding", Span(str(path)), usage=True, encoding=given or "") from error
    except ValueError as error:
        raise fail("table.undecodable", Span(str(path)), usage=True, encoding=given or "", line=1) from error
    encoding = furthest[line].removesuffix("-sig")
    raise fail("table.undecodable", Span(str(path), line, 1), usage=True, encoding=encoding, line=line)


def _count(path: Path, encoding: str) -> tuple[int, int]:
    """Return how many lines decode, and the line that does not (0: all do)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, last = 0, "\n"
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                return lines, lines + 1 + chunk[: max(getattr(error, "start", 0), 0)].count(b"\n")
            lines += text.count("\n")
            last = text[-1:] or last
            if not chunk:
                return lines + (last != "\n"), 0


def separator(header: str, wanted: Sequence[str]) -> str:
    """Return the separator that finds most of the wanted columns in a header, the commonest when that ties.

    >>> separator("编号;血压,单位", ["编号"]), separator("id\\tsbp", ["id", "sbp"])
    (';', '\\t')
    """

    def worth(one: str) -> tuple[int, int]:
        names = {name.strip() for name in fields(header, one)}
        return sum(name in names for name in wanted), header.count(one)

    return max(SEPARATORS, key=worth)


def fields(text: str, by: str) -> list[str]:
    """Return the fields of one record; quotes that make no sense are taken as they stand."""
    try:
        return next(csv.reader([text], delimiter=by), [])
    except csv.Error:
        return text.rstrip("\r\n").split(by)


def records(lines: Iterator[str], by: str, width: int, start: int) -> Iterator[Record]:
    """Yield records with the number of their first line; a quote that was never closed costs one line, not the rest.

    `width` is the number of fields of the header, `start` the number of the first line. Empty lines are passed over.

    >>> list(records(iter(['1,"a\\n', 'b"\\n', '2,5" pipe\\n', '3,c\\n']), ",", 2, 2))
    [(2, ['1', 'a\\nb']), (4, ['2', '5" pipe']), (5, ['3', 'c'])]
    """
    waiting: list[str] = []
    number = start - 1

    def take() -> str | None:
        return waiting.pop() if waiting else next(lines, None)

    while (line := take()) is not None:
        number += 1
        if '"' not in line:
            if line.strip("\r\n \ufeff" + by):
                yield number, line.rstrip("\r\n").split(by)
            continue
        text, more = line, list[str]()
        while text.count('"') % 2 and len(more) < LONGEST:
            following = take()
            if following is None:
                break
            more.append(following)
            text += following
        found = fields(text, by)
        if more and (len(found) != width or text.count('"') % 2):
            waiting.extend(reversed(more))
            yield number, fields(line, by)
            continue
        yield number, found
        number += len(more)
