"""The packs a service answers with: several per tenant, verified, exchanged all at once while requests run.

    packs = Packs(offers({"packs": {"default": "htn_primary_2025"}}))
    pack = packs.get(tenant="linqu", name=None)      # a request keeps the pack it got until it has answered

`reload` loads beside what serves and then puts one new table in the place of the old. A pack that does not load leaves
the earlier one serving, and `standing` says so; one that never loaded cannot be asked, and the others can. A pack whose
key is trusted no more is withdrawn at once: what nobody vouches for does not answer.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import EllipsisType

from sangao.adapters.handed import contents
from sangao.adapters.service import signing
from sangao.adapters.service.offers import Made, Offered, Offers
from sangao.adapters.service.standing import SETTINGS, Loaded, Reloaded, Standing
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem, SangaoError, Span, fail
from sangao.engine.guide import Pack, load
from sangao.engine.pack import kept

log = logging.getLogger("sangao.service.packs")
WITHDRAWN = "operations.pack_withdrawn"
Keys = tuple[Path, ...] | None
"""PEM files of the public keys of which one must have signed a pack; None: no signature is asked for."""


@dataclass(frozen=True, slots=True)
class _Table:
    """All that serves at one moment; replaced as a whole, so that a request sees either the old or the new."""

    offers: Offers
    loaded: Mapping[Made, Loaded] = field(default_factory=dict)


class Packs:
    """The registry of a service; safe to ask from any thread while another reloads it.

    With `keys` only signed `.sangao` files are loaded, and none at all where they are empty. `find` turns the name of a
    shipped guideline into its folder; by default those that installed adapters bring are known. `prepare` is given each
    pack before it serves (to keep it beside the log of its answers); a pack for which it fails does not serve. Raises
    SangaoError when nothing at all loads, and for keys that cannot be read.
    """

    def __init__(
        self,
        offers: Offers,
        keys: Keys = None,
        find: Callable[[str], str] | None = None,
        prepare: Callable[[Pack], None] | None = None,
    ) -> None:
        self._keys: Keys = None
        self._find = find or _installed
        self._prepare = prepare
        self._refused: tuple[Problem, ...] = ()
        self._one_at_a_time = threading.Lock()
        self._table = _Table(offers)
        tried = self.reload(keys=keys)
        if not any(one.pack for one in self._table.loaded.values()):
            raise SangaoError(tried.problems, usage=True)

    def get(self, tenant: str | None = None, name: str | None = None) -> Pack:
        """Return the pack that a tenant is served under a name, its first one without a name.

        Raises SangaoError: `operations.unknown_tenant`, `operations.unknown_served`, `operations.pack_unavailable`,
        `operations.pack_withdrawn`.
        """
        table = self._table
        offered = _offered(table.offers, tenant)
        name = next(iter(offered)) if name is None else name
        made = offered.get(name)
        if made is None:
            raise fail("operations.unknown_served", usage=True, name=name, known="、".join(offered))
        one = table.loaded[made]
        if one.pack is None:
            raise fail(WITHDRAWN if one.withdrawn else "operations.pack_unavailable", name=name)
        return one.pack

    def names(self, tenant: str | None = None) -> tuple[str, ...]:
        """Return the names a tenant may ask, the default one first; raises as `get` does for a tenant."""
        return tuple(_offered(self._table.offers, tenant))

    def by_hash(self, hash: str) -> Pack | None:
        """Return the pack of this hash when it serves now, for replay."""
        found = (one.pack for one in self._table.loaded.values() if one.pack is not None)
        return next((pack for pack in found if pack.hash == hash), None)

    def standing(self) -> tuple[Standing, ...]:
        """Return every served pack with what is wrong with it, for the health page and the log."""
        table = self._table
        everybody = [Standing(None, name, table.loaded[made]) for name, made in table.offers.everybody.items()]
        theirs = [
            Standing(tenant, name, table.loaded[made])
            for tenant, offered in table.offers.tenants.items()
            for name, made in offered.items()
            if table.offers.everybody.get(name) != made
        ]
        refused = [Standing(None, SETTINGS, Loaded("", frozenset(), problems=self._refused))] if self._refused else []
        return tuple(everybody + theirs + refused)

    def served(self) -> tuple[Pack, ...] | None:
        """Return every pack that serves; None while one that should has not loaded."""
        loaded = [one.pack for one in self._table.loaded.values()]
        return tuple(one for one in loaded if one) if all(loaded) else None

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Note that new settings could not be taken, until a reload goes well; what serves goes on serving."""
        self._refused = problems
        for problem in problems:
            log.error("settings not taken: %s", problem.report("en"))

    def reload(self, offers: Offers | None = None, keys: Keys | EllipsisType = ..., *, again: bool = False) -> Reloaded:
        """Load what has changed on disk or in the settings (`...`: the keys as before), then exchange the whole table.

        `again` also tries what did not load and has not changed. Requests that hold a pack are not disturbed. Raises
        SangaoError for keys that cannot be read; then everything stays as it was, but for the packs that no key which
        can be read vouches for.
        """
        with self._one_at_a_time:
            paths = self._keys if keys is ... else keys
            try:
                trusted = None if paths is None else signing.trusted(paths)
            except SangaoError:
                if self._keys is not None:  # a key whose file is gone may have been taken away because it leaked
                    self._keys = signing.readable(paths or ())
                    self._exchange(self._table.offers, signing.trusted(self._keys))
                raise
            self._keys, self._refused = paths, ()
            return self._exchange(offers or self._table.offers, trusted, again)

    def _exchange(self, offers: Offers, trusted: signing.Trusted | None, again: bool = False) -> Reloaded:
        before = self._table
        after = {made: self._tried(made, before.loaded.get(made), trusted, again) for made in offers.made()}
        self._table = _Table(offers, after)
        changed = [made for made, one in after.items() if one.pack and one != before.loaded.get(made)]
        fresh = [one for one in after.values() if one not in before.loaded.values()]
        for problem in (problem for one in fresh for problem in one.problems):
            log.error("pack not loaded: %s", problem.report("en"))
        return Reloaded(
            tuple(sorted({name for name, made in _pairs(offers) if made in changed and not after[made].problems})),
            tuple(problem for one in after.values() for problem in one.problems),
        )

    def changed(self) -> bool:
        """Return whether a `.sangao` file or its signature is another than the one tried last: a few looks at files.

        Folders are read again by `reload` only; they are how rules are written, files how they travel.
        """
        table = self._table
        return any(_file_stamp(made.saved) != one.stamp for made, one in table.loaded.items() if made.saved)

    def _tried(self, made: Made, before: Loaded | None, keys: signing.Trusted | None, again: bool) -> Loaded:
        stamp, trusted = self._stamp(made), None if keys is None else frozenset(keys)
        same = before is not None and (before.stamp, before.trusted) == (stamp, trusted)
        if before is not None and same and not (again and before.problems):
            return before
        try:
            pack, key = self._opened(made, keys)
            pack.decide_all(Chart.of())  # everything is compiled before the first patient, and answers an empty chart
            if self._prepare is not None:
                self._prepare(pack)
            return Loaded(stamp, trusted, pack, key, datetime.now(UTC))
        except SangaoError as error:
            problems = error.problems
        except Exception:
            log.exception("pack not loaded")
            problems = (Problem("operations.pack_unavailable", parts={"name": "、".join(made.sources)}),)
        if before is None or (before.pack is None and not before.withdrawn):
            return Loaded(stamp, trusted, problems=problems)
        if before.pack is None or (trusted is not None and before.key not in trusted):
            withdrawn = Problem(WITHDRAWN, parts={"name": "、".join(made.sources)})
            return Loaded(stamp, trusted, problems=(withdrawn, *problems), withdrawn=True)
        parts = {"name": before.pack.id, "hash": before.pack.hash[:12]}
        return replace(
            before, stamp=stamp, trusted=trusted, problems=(Problem("operations.pack_kept", parts=parts), *problems)
        )

    def _opened(self, made: Made, keys: signing.Trusted | None) -> tuple[Pack, str | None]:
        file = made.saved
        if file is None:
            if keys is not None:
                raise fail("operations.unsigned", Span("、".join(made.sources)))
            sources = [self._find(one) for one in made.sources]
            return load(sources, settings=dict(made.settings), overlays=made.overlays), None
        if made.overlays or made.settings:
            raise fail("operations.settings_on_saved" if made.settings else "host.overlay_on_saved", Span(str(file)))
        data = contents(file)
        key = None if keys is None else signing.verify(data, file, keys)
        return signing.opened(data, file), key

    def _stamp(self, made: Made) -> str:
        if made.saved is not None:
            return _file_stamp(made.saved)
        try:
            folders = [Path(self._find(one)) for one in made.sources]
            return kept.stamp(folders, dict(made.settings), [kept.overlay(one) for one in made.overlays])
        except (OSError, SangaoError):
            return ""


def _file_stamp(file: Path) -> str:
    """Return the state of a pack file and its signature; empty while they cannot be looked at."""
    try:
        found = [one.stat() for one in (file, signing.beside(file)) if one.exists()]
    except OSError:
        return ""
    return " ".join(f"{one.st_ino}.{one.st_size}.{one.st_mtime_ns}" for one in found)


def _offered(offers: Offers, tenant: str | None) -> Offered:
    if tenant is None or not offers.tenants:
        return offers.everybody
    if tenant not in offers.tenants:
        raise fail("operations.unknown_tenant", usage=True, name=tenant, known="、".join(offers.tenants))
    return offers.tenants[tenant]


def _pairs(offers: Offers) -> list[tuple[str, Made]]:
    theirs = [
        (f"{tenant}/{name}", made) for tenant, offered in offers.tenants.items() for name, made in offered.items()
    ]
    return list(offers.everybody.items()) + theirs


def _installed(name: str) -> str:
    """Return the folder of a guideline that an installed adapter brings, else the name as it is."""
    from sangao.adapters.hub import hub
    from sangao.engine.cli.desk import Desk

    if Path(name).exists():
        return name
    return next((str(one) for one in Desk(hub().hook).folders() if one.name == name), name)
