"""When an examination was: dates that stand in a statement of their own, and which other statements they speak of.

A date speaks of the smallest group it stands in: the statement it hangs on, its organizer, its section. Where that
group holds results of an examination beside signs and habits (a follow-up form in one piece), it is the results that it
dates; the signs are of the visit. In a check-up it dates everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sangao.adapters.chinese import elements, naming
from sangao.adapters.moments import moment
from sangao.adapters.terms import Book

CHECK_UP = "体检"
_NAME = re.compile(
    r"(.*?)(?:标本|样本|样品)?(检查|检验|检测|化验|测定|测量|采样|采集|采血|抽血)(?:日期时间|日期|时间)(?:\(.*\))?"
)
_SAMPLING = ("采样", "采集", "采血", "抽血")
_ELSEWHERE = ("心电", "超", "眼", "X线", "胸片", "CT", "MR", "足", "肺", "口腔", "妇科", "下次")
_NO_RESULT = ("DE02.", "DE03.", "DE04.01.", "DE04.10.", "DE05.", "DE06.", "DE08.")
_SIGNS = frozenset({"heart_rate", "height", "weight", "bmi", "waist", "hip", "spo2", "cig_per_day", "drink_amount"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A date of an examination: ISO text (None: nobody can read it), whether of the sampling, of which facts alone."""

    text: str | None
    sampling: bool = False
    of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class When:
    """The dates of a group: of all its results, of single facts; `doubtful`: they differ, and no date is known."""

    at: str | None = ""
    doubtful: bool = False
    of: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    results_only: bool = False

    def of_item(self, facts: Iterable[str], result: bool) -> tuple[str | None, bool]:
        """Return the date of a statement and whether it is doubtful; an empty date where none was stated."""
        for fact in facts:
            if fact in self.of:
                return self.of[fact]
        return ("", False) if self.results_only and not result else (self.at, self.doubtful)


def stated(code: str | None, name: str, value: str, book: Book) -> Stated | None:
    """Return the date that a statement is, by its element or its name; None for any other, and for a blank.

    >>> from sangao.adapters.terms import book
    >>> stated("DE06.00.048.00", "检查日期", "20250101", book())
    Stated(text='2025-01-01', sampling=False, of=frozenset())
    >>> stated(None, "糖化血红蛋白检查日期", "20250101", book()).of, stated(None, "检查医师", "李", book())
    (frozenset({'hba1c'}), None)
    """
    if not is_date(code, name, book):
        return None
    text = "" if value.strip().upper() in elements.BLANKS else moment(value)
    found = _NAME.fullmatch(name.strip())
    before = found[1] if found else ""
    if text == "" or any(word in name for word in _ELSEWHERE):
        return Stated("")
    facts = naming.called(before, book).facts
    sampling = code == elements.SAMPLED or (found is not None and found[2] in _SAMPLING)
    return Stated(text, sampling, facts)


def is_date(code: str | None, name: str, book: Book) -> bool:
    """Return whether a statement says when an examination was. A name counts where its id stands for no fact."""
    if code in elements.EXAMINED or code == elements.SAMPLED:
        return True
    return (code is None or book.element(code) is None) and _NAME.fullmatch(name.strip()) is not None


def is_result(code: str | None, name: str, book: Book) -> bool:
    """Return whether a statement is one of an examination, not a sign or a habit."""
    if code is not None:
        return not code.startswith(_NO_RESULT)
    reads = naming.called(name, book).reads
    return reads is None or not (reads in _SIGNS or reads.startswith(("sbp_", "dbp_")))


def together(dates: Iterable[Stated], results_only: bool) -> When:
    """Return what the dates of a group say: when the sample was taken goes before when it was examined.

    >>> one, other = Stated("2025-01-01"), Stated("2025-01-01T08:00")
    >>> together([one, other], False).at, together([one, Stated("2025-03-01")], False).doubtful
    ('2025-01-01T08:00', True)
    """
    known = [one for one in dates if one.text != ""]
    at, doubtful = _one([one for one in known if not one.of])
    facts = {fact for one in known for fact in one.of}
    return When(at, doubtful, {fact: _one([one for one in known if fact in one.of]) for fact in facts}, results_only)


def _one(dates: list[Stated]) -> tuple[str | None, bool]:
    dates = [one for one in dates if one.sampling] or dates
    if not dates:
        return "", False
    texts = [one.text for one in dates if one.text is not None]
    if len(texts) < len(dates):
        return None, False  # one that cannot be read: undated
    longest = max(texts, key=len)
    return (longest, False) if all(longest.startswith(one) for one in texts) else (None, True)
