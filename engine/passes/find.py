"""Where guideline folders are: by path, beside the folder that uses them, under the search paths, among our own."""

from collections.abc import Iterable
from pathlib import Path

from sangao.engine.errors import SangaoError, fail
from sangao.engine.passes.work import nearest


def find_folder(name: str | Path, paths: Iterable[str | Path] = ()) -> Path:
    """Return the folder of a pack: a path that holds pack.yaml, or a name under `paths` or `sangao.guidelines`.

    A folder that is no pack's name is returned too: its reader says that `pack.yaml` is missing, with all else.
    Raises `SangaoError` (host.unknown_pack, a usage error) that names the nearest.
    """
    if (Path(name) / "pack.yaml").is_file():
        return Path(name).resolve()
    try:
        return beside(str(name), None, paths)
    except SangaoError:
        if not Path(name).is_dir():
            raise
        return Path(name).resolve()


def beside(name: str, parent: Path | None, paths: Iterable[str | Path] = ()) -> Path:
    """Return the folder of a pack that another one uses: beside it, under `paths`, or ours; raises `SangaoError`."""
    places = [*([parent] if parent else []), *(Path(path) for path in paths), _ours()]
    for place in places:
        if (place / name / "pack.yaml").is_file():
            return (place / name).resolve()
    known = [folder.parent.name for place in places for folder in sorted(place.glob("*/pack.yaml"))]
    raise fail("host.unknown_pack", usage=True, name=str(name), nearest=nearest(str(name), known))


def _ours() -> Path:
    import sangao.guidelines

    return Path(next(iter(sangao.guidelines.__path__)))
