"""Documents → the compiled pack, in steps; all problems of a folder come at once.

>>> [step.__name__ for step in steps()]
['order', 'word', 'measure', 'pathway', 'promise', 'question', 'case', 'back', 'prune']
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sangao.engine.passes.find import find_folder

if TYPE_CHECKING:
    from sangao.engine.errors import Problem
    from sangao.engine.pack.ir import Pack
    from sangao.engine.passes.work import Work


def steps() -> "tuple[Callable[[Work], Work], ...]":
    """Return the steps that follow reading and composing, in order."""
    from sangao.engine.passes.backing import back
    from sangao.engine.passes.measures import measure
    from sangao.engine.passes.order import order
    from sangao.engine.passes.pathways import pathway
    from sangao.engine.passes.proofs import case, promise
    from sangao.engine.passes.prune import prune
    from sangao.engine.passes.questions import question
    from sangao.engine.passes.words import word

    return (order, word, measure, pathway, promise, question, case, back, prune)


def compile_folder(
    path: str | Path,
    *,
    shared: str | Path | None = None,
    settings: Mapping[str, str] | None = None,
    search: Iterable[str | Path] = (),
    overlays: Iterable[str | Path] = (),
) -> "Pack":
    """Compile a guideline folder with all it uses.

    `shared` defaults to the folder `shared` beside it, or ours; `settings` fills site settings; `search` names further
    places of the packs it uses; `overlays` are files of local changes. Raises `SangaoError` with every problem, by
    place.
    """
    from sangao.engine.passes.compiling import compiled

    return compiled([Path(path)], _path(shared), dict(settings or {}), tuple(search), [Path(one) for one in overlays])


def compile_folders(
    paths: Iterable[str | Path],
    *,
    shared: str | Path | None = None,
    settings: Mapping[str, str] | None = None,
    search: Iterable[str | Path] = (),
    overlays: Iterable[str | Path] = (),
) -> "Pack":
    """Compile several folders side by side into one pack, as a folder that `uses` them all would be.

    A decision that two of them define is a problem; all problems of all folders come together.
    """
    from sangao.engine.passes.compiling import compiled

    many = [Path(path) for path in paths]
    return compiled(many, _path(shared), dict(settings or {}), tuple(search), [Path(one) for one in overlays])


def _path(path: str | Path | None) -> Path | None:
    return Path(path) if path is not None else None


def check(pack: "Pack", notes: bool = True) -> "list[Problem]":
    """Return every problem of a compiled pack that is found without a patient (`sangao.engine.passes.checks`)."""
    from sangao.engine.passes import checks

    return checks.check(pack, notes)


__all__ = ["check", "compile_folder", "compile_folders", "find_folder", "steps"]
