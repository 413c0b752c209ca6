"""Compiled packs kept between processes, so that a command does not read a thousand rules again to answer one chart.

A kept pack is named by everything it was made from: the version of sangao, every YAML file of the folders around it and
every source of the compiler, by path, size and time (not the terms of hosts and the problems of other stages, which no
pack is made from). What cannot be read or written is simply compiled again. The folder is `$SANGAO_CACHE`, else
`sangao` under `$XDG_CACHE_HOME` or `~/.cache`; `SANGAO_CACHE=off` keeps nothing.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from sangao.engine.errors import SangaoError, fail
from sangao.engine.pack import canon, ir

COMPILER = (
    *("errors/__init__.py", "errors/language.py", "errors/rules.py", "errors/meaning", "errors/checks.py"),
    *("language", "pack", "passes", "quantity", "rules", "fact.py", "formulas.py"),
)
TERMS = "shared/terms"  # codes and names of hosts, read by adapters only
MOST = 64  # packs kept: more than are shipped, with and without overlays; the ones used longest ago go first


def place() -> Path | None:
    """Return the folder that packs are kept in, None when nothing shall be kept."""
    named = os.environ.get("SANGAO_CACHE")
    if named == "off":
        return None
    if named:
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sangao"


def stamp(folders: Iterable[Path], settings: Mapping[str, str], overlays: Sequence[Path] = ()) -> str:
    """Return the name of what these folders compile to, as they are now."""
    engine = Path(__file__).resolve().parents[1]
    roots = sorted({folder.resolve().parent for folder in folders} | {_ours()})
    local = [str(one.resolve()) for one in overlays]
    named = [sorted(map(str, folders)), sorted(settings.items()), local, canon.VERSION]
    digest = hashlib.sha256(json.dumps(named).encode())
    files = [(Path(one), "") for one in local]
    for root, kind in [*files, *((root, "*.yaml") for root in roots), *((engine / part, "*.py") for part in COMPILER)]:
        for path in sorted(root.rglob(kind)) if root.is_dir() else [root]:
            if root.is_dir() and path.parent == root / TERMS:
                continue
            found = path.stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def kept(
    folders: list[Path], settings: Mapping[str, str], make: Callable[[], ir.Pack], overlays: Sequence[Path] = ()
) -> ir.Pack:
    """Return the pack kept for these folders, else make it and keep it."""
    home = place()
    try:
        path = home / f"{stamp(folders, settings, overlays)}.sangao" if home else None
        if path is not None and path.is_file():
            found = canon.load(path)
            os.utime(path)
            return found
    except (OSError, SangaoError):
        path = None
    made = make()
    if path is not None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            canon.save(made, path)
            for old in sorted(path.parent.glob("*.sangao"), key=lambda one: one.stat().st_mtime)[:-MOST]:
                old.unlink(missing_ok=True)
        except (OSError, SangaoError):
            return made
    return made


def shipped(name: str) -> Path | None:
    """Return the folder of a shipped guideline, or the folder that a path names; None when there is none."""
    for path in (Path(name), _ours() / name):
        if (path / "pack.yaml").is_file():
            return path.resolve()
    return None


def overlay(name: str | Path) -> Path:
    """Return the file of an overlay, by path or as a shipped one's name; raises `SangaoError`, a usage error."""
    shipped = {one.stem: one for one in sorted((_ours() / "overlays").glob("*.yaml"))}
    found = Path(name) if Path(name).is_file() else shipped.get(str(name))
    if found is None:
        nearest = next(iter(get_close_matches(str(name), shipped, 1)), ", ".join(shipped) or "—")
        raise fail("host.unknown_overlay", usage=True, name=str(name), nearest=nearest)
    return found


def _ours() -> Path:
    return Path(__file__).resolve().parents[2] / "guidelines"
