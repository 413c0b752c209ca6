"""Words and proofs, no part of the meaning: what is said, cited, dated, promised and proved by cases."""

from dataclasses import dataclass
from typing import Literal

from sangao.engine.pack.expressions import Expr


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a node (decision, row, branch, item, advice, parameter): texts in zh and en, and its backing.

    Keys of `Pack.words`: `htn.grade` a decision, `htn.grade/mild` a row, branch (`default`: the default) or item,
    `htn.grade=grade1` an outcome, `htn.grade:sbp` a table input, `$htn.dx.sbp` a parameter, `leaf:<id>` a window or
    formula, `htn.advice/when` the condition of advice.
    Of advice: title in `zh`/`en`, `text` in `says`, the reason of `hold` in `unknown`.

    `says` is a sentence (authored or generated from the rule); `place` is `file:line:column` in the guideline folder.
    """

    zh: str = ""
    en: str = ""
    says_zh: str = ""
    says_en: str = ""
    unknown_zh: str = ""
    unknown_en: str = ""
    cite: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    origin: Literal["national", "local", "project"] = "national"
    document: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A row of the knowledge tables as a document states it: where in it, how well it was seen.

    `origin`: whose document it is, when that is another than the pack's own (a national row in a local pack).
    """

    row: str
    document: str
    where: str
    evidence: Literal["seen", "known", "default"]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Param:
    """A dated, cited number: the values in force by date; the pack's edition date chooses one."""

    id: str
    value: str
    start: str | None
    end: str | None
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """`monotone`: raising `leaf` never lowers/raises `decision`; `implies`: `left` ⇒ `right`; `never`: not `left`."""

    kind: Literal["monotone", "implies", "never"]
    text: str
    place: str
    decision: str | None = None
    leaf: str | None = None
    direction: int = 1
    left: Expr | None = None
    right: Expr | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its right answer, beside the rules: `give` and `expect` are JSON text."""

    it: str
    decide: str
    on: str | None
    give: str
    expect: str
    proves: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question that several decisions answer. Where two of them say different things, `shown_by` (advice) holds.

    `silent`: outcomes that say nothing; `alike`: (`decision=code`, word) for outcomes that say what another calls
    otherwise; `where`: the patients the question is asked of.
    """

    id: str
    between: tuple[str, ...]
    shown_by: str
    silent: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    where: Expr | None = None
    place: str = ""
