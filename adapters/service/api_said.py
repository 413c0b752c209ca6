"""The shapes of what the plain JSON interface says, for its OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class Text(BaseModel):
    """Words in both languages."""

    zh: str
    en: str


class ProblemOut(BaseModel):
    """One thing that is wrong, and what to do about it (docs/problems.md lists the codes)."""

    code: str
    severity: Literal["error", "warning", "note"]
    where: str | None
    fact: str | None
    given: Any
    text: Text
    help: Text


class Problems(BaseModel):
    """Why a request was refused."""

    problems: list[ProblemOut]


class PackRef(BaseModel):
    """A pack by id, edition and hash."""

    id: str
    edition: str
    hash: str


class Claim(BaseModel):
    """What is claimed: `settled`, `provisional` (rests on assumptions), or `unknown` within bounds."""

    value: Any
    status: Literal["settled", "provisional", "unknown"]
    at_least: Any
    at_most: Any
    possible: list[Any]


class AnswerOut(Claim):
    """One answer; what was not worked out (`detail` is `claims`) is null."""

    missing: list[list[str]] | None
    more: bool | None
    minimal: bool | None
    needs: dict[str, Any] | None
    ask_first: str | None
    assumed: list[str] | None
    because: list[dict[str, Any]] | None
    change: list[dict[str, Any]] | None


class ResultOut(BaseModel):
    """`sangao.result/1`, with the id under which the decision log holds it (null where no log is kept)."""

    schema_: Annotated[Literal["sangao.result/1"], Field(alias="schema")]
    entry: str | None
    packs: list[PackRef]
    on: str
    decisions: dict[str, AnswerOut]
    advice: list[dict[str, Any]] | None
    folded: list[dict[str, Any]] | None
    ask: list[dict[str, Any]] | None
    problems: list[ProblemOut]


class ExplainOut(BaseModel):
    """One answer argued."""

    entry: str | None
    pack: PackRef
    on: str
    decision: str
    title: Text
    text: Text
    answer: AnswerOut
    problems: list[ProblemOut]


class Lacking(BaseModel):
    """What one decision lacks."""

    status: Literal["settled", "provisional", "unknown"]
    missing: list[list[str]]
    more: bool
    minimal: bool
    needs: dict[str, Any]
    ask_first: str | None


class MissingOut(BaseModel):
    """What is missing, decision by decision, and what to ask first over all of them."""

    entry: str | None
    pack: PackRef
    on: str
    decisions: dict[str, Lacking]
    ask: list[dict[str, Any]]
    problems: list[ProblemOut]


class RowOut(BaseModel):
    """One patient of a batch, in the order they came."""

    entry: str | None
    key: str | None
    on: str
    decisions: dict[str, Claim]
    problems: list[ProblemOut]


class StratifyOut(BaseModel):
    """A batch answered."""

    pack: PackRef
    rows: list[RowOut]


class PackOut(PackRef):
    """A pack that is served: its name here, its title, its decisions by id with what they may answer."""

    name: str
    title: Text
    decisions: dict[str, dict[str, Any]]
    facts: dict[str, dict[str, Any]]


class PackLine(PackRef):
    """A pack that is served, in one line."""

    name: str
    title: Text
    default: bool


class PacksOut(BaseModel):
    """The packs a caller may ask."""

    packs: list[PackLine]


class ReplayOut(BaseModel):
    """`sangao.replay/1`: entries asked again, with every difference explained."""

    schema_: Annotated[Literal["sangao.replay/1"], Field(alias="schema")]
    entries: list[dict[str, Any]]
    problems: list[ProblemOut]


class Noted(BaseModel):
    """Where a feedback stands in the log."""

    entry: str | None
    seq: int | None


class PageOut(BaseModel):
    """A link to one page, and until when it opens."""

    entry: str
    url: str
    expires: str
