"""An overlay: what one place changes in a pack, by whose order and until when. Typed, cited, expiring."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from sangao.engine.errors import Problem
from sangao.engine.rules.documents import CaseDoc, Document, ExceptionDoc
from sangao.engine.rules.folder import read_document
from sangao.engine.rules.leaves import Day, DecisionId, Formula, Name, Names, Rows, Some
from sangao.engine.rules.text import Text


class TermDoc(Document):
    """The days an overlay holds; both ends must stand, for a local setting is reviewed or it ends."""

    start: Day = Field(alias="from")
    until: Day


class SetDoc(Document):
    """A parameter's local value; `of` names the pack where several packs have a parameter of that name."""

    value: Text = Field(alias="is")
    of: Name | None = None
    why: Names
    cite: Rows = ()
    about: Rows = ()


class SettingDoc(Document):
    """A site setting's value."""

    value: Text = Field(alias="is")
    why: Names
    cite: Rows = ()
    about: Rows = ()


class AddDoc(ExceptionDoc):
    """A further exception `label` of the decision `to`."""

    to: DecisionId
    label: Name
    why: Names


class DisableDoc(Document):
    """A rule that does not hold here: advice, or `decision/label` of an exception, item or row."""

    rule: Formula
    why: Names
    cite: Rows = ()
    about: Rows = ()


class OverlayDoc(Document):
    """One file of overlays/."""

    overlay: Name
    title: Names
    patches: Name
    document: Text
    dates: TermDoc
    params: dict[DecisionId, SetDoc] = Field(default_factory=dict, alias="set")
    settings: dict[Name, SettingDoc] = Field(default_factory=dict)
    add: tuple[AddDoc, ...] = ()
    disable: tuple[DisableDoc, ...] = ()
    cases: Annotated[tuple[CaseDoc, ...], Some]


def read_overlay(path: str | Path) -> tuple[OverlayDoc | None, list[Problem]]:
    """Read one overlay; places name the file as it stands in its folder."""
    path = Path(path)
    overlay, problems = read_document(OverlayDoc, path)
    if overlay is not None:
        if str(overlay.overlay) != path.stem:
            problems.append(Problem("rules.overlay_name", overlay.overlay.span, {"file": path.name}))
        if overlay.dates.start > overlay.dates.until:
            low, high = overlay.dates.start, overlay.dates.until
            problems.append(Problem("rules.empty_range", high.span, {"low": low, "high": high}))
    return overlay, problems
