"""What every command has at hand: the hooks, the language, the form of output, and the way errors end.

Exit codes: 0 done, 1 problems in rules or cases (or in data under `--strict`), 2 bad usage or unreadable input.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, Literal

import typer

from sangao.engine.errors import Problem, SangaoError, fail
from sangao.engine.guide import Pack, load

DEFAULT_PACK = "sangao_national"
SILENCE = 1.5  # seconds
Lang = Literal["zh", "en"]
Form = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Desk:
    """The hooks of the installed adapters (`pluggy` relay); commands find readers and packs through nothing else."""

    hook: Any

    def folders(self) -> list[Path]:
        """Return every guideline folder that an adapter brings, by name."""
        homes = [home for found in self.hook.guideline_folders() for home in found]
        return sorted(
            {pack.parent for home in homes for pack in Path(home).glob("*/pack.yaml")}, key=lambda one: one.name
        )

    def overlays(self) -> list[Path]:
        """Return every overlay beside the guideline folders that an adapter brings, by name."""
        homes = [home for found in self.hook.guideline_folders() for home in found]
        return sorted({one for home in homes for one in Path(home).glob("overlays/*.yaml")}, key=lambda one: one.name)

    def work_lists(self) -> list[Path]:
        """Return every work list beside the guideline folders that an adapter brings, by name."""
        homes = [home for found in self.hook.guideline_folders() for home in found]
        return sorted({one for home in homes for one in Path(home).glob("worklists/*.yaml")}, key=lambda one: one.name)

    def reports(self) -> list[Path]:
        """Return every report for patients beside the guideline folders that an adapter brings, by name."""
        homes = [home for found in self.hook.guideline_folders() for home in found]
        return sorted({one for home in homes for one in Path(home).glob("reports/*.yaml")}, key=lambda one: one.name)

    def profiles(self) -> list[Path]:
        """Return every programme profile beside the guideline folders that an adapter brings, by name."""
        homes = [home for found in self.hook.guideline_folders() for home in found]
        return sorted({one for home in homes for one in Path(home).glob("profiles/*.yaml")}, key=lambda one: one.name)

    def patched(self, overlay: str) -> Pack:
        """Open the pack that an overlay patches, with it; the cases are then those of the overlay."""
        from sangao.engine.rules.overlay import read_overlay

        document, problems = read_overlay(overlay)
        if document is None:
            raise SangaoError(problems)
        return self.pack(str(document.patches), [overlay])

    def pack(self, name: str, overlays: Sequence[str] = ()) -> Pack:
        """Open a pack by name, folder or saved file."""
        found: str | Path = name
        if not Path(name).exists():
            found = next((folder for folder in self.folders() if folder.name == name), name)
        with patience(name):
            return load(found, overlays=overlays)

    def packs(self, names: Sequence[str] | None, overlays: Sequence[str] | None = None) -> list[Pack]:
        """Open the packs asked for, the national bundle when none is, with the overlays of the place."""
        return [self.pack(name, overlays or ()) for name in names or [DEFAULT_PACK]]


def desk(context: typer.Context) -> Desk:
    """Return the desk the command line was started with."""
    found = context.find_object(Desk)
    if found is None:
        raise fail("host.no_hooks", usage=True)
    return found


@contextmanager
def patience(name: str) -> Iterator[None]:
    """Say on a terminal that a pack is being compiled, where that takes longer than a person waits in silence."""
    told = Timer(SILENCE, typer.echo, (f"正在编译规则包 {name},只需一次 · compiling {name}, once",), {"err": True})
    told.daemon = True
    if sys.stderr.isatty():
        told.start()
    try:
        yield
    finally:
        told.cancel()


@contextmanager
def ending(lang: Lang, form: Form = "text") -> Iterator[None]:
    """Turn problems into a printed page and an exit code; a stack is never shown for what a user wrote."""
    try:
        yield
    except SangaoError as error:
        report(error.problems, lang, form)
        raise typer.Exit(2 if error.usage else 1) from None


def report(problems: Sequence[Problem], lang: Lang, form: Form = "text") -> None:
    """Print problems to standard error, the whole page of each."""
    if form == "json":
        import json

        typer.echo(
            json.dumps({"problems": [one.to_dict() for one in problems]}, ensure_ascii=False, indent=2), err=True
        )
        return
    for one in problems:
        typer.echo(one.report(lang), err=True)
