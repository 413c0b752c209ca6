"""How served packs stand, as an operator sees them: what answers, and what is wrong with the newest form of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sangao.engine.errors import Problem
from sangao.engine.guide import Pack

SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack as it was last tried: `pack` answers (None: nothing does), `problems` say why its newest form does not.

    `stamp` is the state of the files that was tried, `trusted` the keys that were (None: no signature was asked for);
    `key` vouches for the pack. `withdrawn`: one answered until its key was trusted no more.
    """

    stamp: str
    trusted: frozenset[str] | None
    pack: Pack | None = None
    key: str | None = None
    since: datetime | None = None
    problems: tuple[Problem, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One served pack as an operator sees it; `tenant` is None for those that everybody is offered.

    Settings that could not be taken stand beside the packs, under the name `settings`.
    """

    tenant: str | None
    name: str
    loaded: Loaded

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, for the health page."""
        one = self.loaded
        return {
            "tenant": self.tenant,
            "name": self.name,
            "id": one.pack.id if one.pack else None,
            "edition": one.pack.edition if one.pack else None,
            "hash": one.pack.hash if one.pack else None,
            "key": one.key,
            "since": one.since.isoformat(timespec="seconds") if one.since else None,
            "problems": [problem.to_dict() for problem in one.problems],
        }


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did: names of what was loaded anew, and every problem of what was not."""

    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
