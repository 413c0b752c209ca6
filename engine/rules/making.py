"""Documents of decisions that are made, not written: each keeps the place and the backing of what it was made from."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sangao.engine.errors import Span
from sangao.engine.rules.forms import DecisionDoc, DefaultDoc, ExceptionDoc
from sangao.engine.rules.leaves import Document, Names
from sangao.engine.rules.pathways import ExecutedDoc, PathwayDoc, StepDoc, TaskDoc
from sangao.engine.rules.text import Text

D = TypeVar("D", bound=Document)


def made_decision(
    doc: PathwayDoc,
    id: str,
    title: Names,
    of: TaskDoc | ExecutedDoc | None = None,
    lets: Mapping[Text, Text] | None = None,
    **more: Any,
) -> DecisionDoc:
    """Return a decision that stands where its task or profile does, else where the pathway does."""
    place = doc if of is None else of
    at = title.zh.place() if of is not None else doc.id.span
    given = {name: value for name, value in more.items() if value is not None}
    given["except"] = given.pop("exceptions", {})
    for said in given.get("names", {}).values():
        if not said.span.line:
            placed(said, place)
    made = DecisionDoc.model_validate(
        {"decision": Text(id, at, -1), "title": title, "let": dict(doc.let if lets is None else lets), **given}
    )
    return placed(made, place)


def made_exception(
    of: StepDoc | TaskDoc | ExecutedDoc,
    when: Text,
    then: str,
    *,
    above: Iterable[str] = ("default",),
    over: Iterable[str] = (),
    says: Names | None = None,
) -> ExceptionDoc:
    """Return an exception with the backing and the place of what it is made from."""
    given: dict[str, Any] = {
        "when": when,
        "then": then if isinstance(then, Text) else Text(then, of.span, -1),
        "of": [Text(one, of.span, -1) for one in above],
        "over": [Text(one, of.span, -1) for one in over],
        "cite": of.cite,
        "about": of.about,
    }
    if says is not None or of.says is not None:
        given["says"] = says if says is not None else of.says
    return placed(ExceptionDoc.model_validate(given), of)


def made_default(of: TaskDoc | ExecutedDoc, then: str, says: tuple[str, str]) -> DefaultDoc:
    """Return a default with the backing and the place of what it is made from."""
    own = then if isinstance(then, Text) else Text(then, of.span, -1)
    return placed(DefaultDoc(then=own, cite=of.cite, about=of.about, says=words(*says)), of)


def placed(made: D, at: Document | Span) -> D:
    """Give a document the place of what it was made from."""
    made._span = at if isinstance(at, Span) else at.span
    return made


def words(zh: str, en: str) -> Names:
    """Return words in both languages."""
    return Names.model_validate({"zh": zh, "en": en})


def task_title(task: TaskDoc, zh: str, en: str) -> Names:
    """Return a title made from the name of a task."""
    return words(zh.format(task.name.zh), en.format(task.name.en))


def pathway_title(doc: PathwayDoc, zh: str, en: str) -> Names:
    """Return a title made from that of the pathway."""
    return words(zh.format(doc.title.zh), en.format(doc.title.en))
