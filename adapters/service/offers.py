"""Which packs a service offers to whom, as its settings say.

    [packs]                                   # for everybody
    default = "sangao_national"               # a shipped name, a folder, or a saved .sangao file
    gates = {from = ["pathway_gates"], settings = {referral_receive_days = "3"}}

    [tenants.linqu.packs]                     # beside those for everybody; the same name puts another in its place
    default = "/srv/sangao/linqu.sangao"

Where tenants are named, a tenant that is not named is refused rather than answered by rules that are not its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sangao.engine.errors import Problem, SangaoError

DEFAULT = "default"
NATIONAL = "sangao_national"
NAMES = {"zh": "文字或文字的列表", "en": "text or a list of texts"}
_TABLE = {"zh": "一个表", "en": "a table"}
_TEXTS = {"zh": "名称到文字的表", "en": "a table of texts"}
_PACKS = {"zh": "只有 `packs` 一个表", "en": "the table `packs` and nothing else"}
_FROM = {"zh": "`from`、`overlays`、`settings`", "en": "`from`, `overlays`, `settings`"}


@dataclass(frozen=True, slots=True)
class Made:
    """What a pack is made from: sources, overlays on them, site settings; equal ones are loaded once."""

    sources: tuple[str, ...]
    overlays: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def saved(self) -> Path | None:
        """Return the `.sangao` file when that is what it is made from."""
        one = Path(self.sources[0]) if len(self.sources) == 1 else None
        return one if one is not None and (one.suffix == ".sangao" or one.is_file()) else None


Offered = Mapping[str, Made]
"""Packs by the name they are served under, the default one first."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Packs for everybody, and for each tenant all that it may ask (those for everybody among them)."""

    everybody: Offered
    tenants: Mapping[str, Offered]

    def made(self) -> tuple[Made, ...]:
        """Return everything that has to be loaded, once."""
        return tuple(dict.fromkeys(made for one in (self.everybody, *self.tenants.values()) for made in one.values()))


def offers(settings: Mapping[str, Any] | None = None, base: Path | None = None) -> Offers:
    """Read the tables `packs` and `tenants` of the settings; without `packs` the national bundle is offered.

    Relative paths that exist below `base`, the folder of the settings, are taken from there. Raises SangaoError with
    every `operations.wrong_packs` at once.

    >>> found = offers({"packs": {"default": "lipid_2023"}, "tenants": {"linqu": {"packs": {"htn": "tcm_2017"}}}})
    >>> list(found.everybody), list(found.tenants["linqu"])
    (['default'], ['default', 'htn'])
    """
    reader = _Reader(base)
    given = settings or {}
    everybody = reader.offered(given.get("packs", {}), "packs") or {DEFAULT: Made((NATIONAL,))}
    tenants = {
        str(name): everybody | reader.offered(reader.tenant(one, f"tenants.{name}"), f"tenants.{name}")
        for name, one in reader.table(given.get("tenants", {}), "tenants").items()
    }
    if reader.problems:
        raise SangaoError(reader.problems, usage=True)
    return Offers(everybody, tenants)


class _Reader:
    def __init__(self, base: Path | None) -> None:
        self.base = base
        self.problems: list[Problem] = []

    def offered(self, given: Any, key: str) -> dict[str, Made]:
        found = {str(name): self.made(one, f"{key}.{name}") for name, one in self.table(given, key).items()}
        whole = {name: made for name, made in found.items() if made is not None}
        return {name: whole[name] for name in sorted(whole, key=lambda name: name != DEFAULT)}

    def tenant(self, given: Any, key: str) -> Any:
        table = self.table(given, key)
        if table.keys() - {"packs"}:  # `pack` would leave the tenant with everybody's rules
            self.wrong(key, _PACKS)
        return table.get("packs", {})

    def made(self, given: Any, key: str) -> Made | None:
        if isinstance(given, str | list):
            given = {"from": given}
        table = self.table(given, key)
        if table.keys() - {"from", "overlays", "settings"}:
            self.wrong(key, _FROM)
        sources = self.names(table.get("from"), f"{key}.from")
        overlays = self.names(table.get("overlays", []), f"{key}.overlays")
        settings = self.table(table.get("settings", {}), f"{key}.settings")
        if not all(isinstance(one, str) for one in settings.values()):
            self.wrong(f"{key}.settings", _TEXTS)
        return Made(sources, overlays, tuple(sorted(settings.items()))) if sources else None

    def names(self, given: Any, key: str) -> tuple[str, ...]:
        many = [given] if isinstance(given, str) else given
        if not isinstance(many, list) or not all(isinstance(one, str) and one for one in many):
            self.wrong(key, NAMES)
            return ()
        if not many and key.endswith(".from"):
            self.wrong(key, NAMES)
        return tuple(self.placed(one) for one in many)

    def placed(self, name: str) -> str:
        below = self.base / name if self.base is not None else None
        return str(below) if below is not None and below.exists() else name

    def table(self, given: Any, key: str) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return given
        self.wrong(key, _TABLE)
        return {}

    def wrong(self, key: str, wanted: Mapping[str, str]) -> None:
        self.problems.append(Problem("operations.wrong_packs", parts={"key": key, "wanted": wanted}))
