"""Packs exchanged while the service runs: when a `.sangao` file changes, and when an operator says so.

`Watch` looks at the files every few seconds. It reads settings, keys and folders again when the settings file is
touched, and on SIGHUP. Everything is loaded in a thread of its own; requests go on meanwhile, and after the exchange
those that run finish on the pack they began with.
"""

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from sangao.adapters.service.offers import NAMES, Offers, offers
from sangao.adapters.service.packs import Keys, Packs
from sangao.adapters.service.settings import Settings, read_settings
from sangao.adapters.service.standing import Reloaded
from sangao.engine.errors import SangaoError, fail
from sangao.engine.guide import Pack

log = logging.getLogger("sangao.service.reload")
SECONDS = 5.0  # between two looks at the files


def open_packs(settings: Settings, prepare: Callable[[Pack], None] | None = None) -> Packs:
    """Load what the tables `packs`, `tenants` and `signing` of the settings of a service say. Raises SangaoError.

    `prepare` is given each pack before it serves, after a reload too.
    """
    offered, keys = said(settings)
    return Packs(offered, keys, prepare=prepare)


def said(settings: Settings) -> tuple[Offers, Keys]:
    """Return the offers, and the files of trusted public keys (`signing.keys`; without it packs need no signature).

    Paths are taken from the folder of the settings file. Raises SangaoError (`operations.wrong_packs`).
    """
    base = Path(settings.file).resolve().parent if settings.file else None
    offered = offers({"packs": settings.table("packs"), "tenants": settings.table("tenants")}, base)
    signing = settings.tables.get("signing")
    if signing is None:
        return offered, None
    keys = signing.get("keys")
    named = [one.strip() for one in keys.split(",") if one.strip()] if isinstance(keys, str) else keys
    if not isinstance(named, list) or not all(isinstance(one, str) and one for one in named) or len(signing) > 1:
        raise fail("operations.wrong_packs", usage=True, key="signing.keys", wanted=NAMES)
    return offered, tuple(base / one if base is not None else Path(one) for one in named)


class Watch:
    """Keeps packs current from `start` to `stop`; `now` is what a signal or an endpoint calls.

    `settings` gives the settings as they stand; without a settings file they stay as they were.
    """

    def __init__(
        self,
        packs: Packs,
        settings: Settings,
        seconds: float = SECONDS,
        after: Callable[[Reloaded], None] | None = None,
    ) -> None:
        self._packs = packs
        self._settings = settings
        self._seconds = seconds
        self._after = after
        self._seen = _stamp(settings.file)
        self._told = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sangao-reload", daemon=True)

    def start(self) -> None:
        """Begin to look; on the main thread of a system that has it, SIGHUP means `tell`."""
        hangup = getattr(signal, "SIGHUP", None)
        if hangup is not None and threading.current_thread() is threading.main_thread():
            signal.signal(hangup, lambda *_: self.tell())
        self._thread.start()

    def stop(self) -> None:
        """End; a reload that runs is finished first."""
        self._ended.set()
        self._told.set()
        if self._thread.is_alive():
            self._thread.join()

    def tell(self) -> None:
        """Ask for a reload and return at once; safe in a signal handler."""
        self._told.set()

    def now(self) -> Reloaded:
        """Read settings, keys, folders and files again; what is wrong is returned, and the old goes on serving."""
        self._seen = _stamp(self._settings.file)
        try:
            settings = read_settings(self._settings.file) if self._settings.file else self._settings
            done = self._packs.reload(*said(settings), again=True)
        except SangaoError as error:
            self._packs.refuse(error.problems)
            done = Reloaded(problems=error.problems)
        return self._done(done)

    def _done(self, done: Reloaded) -> Reloaded:
        log.info("packs reloaded: %s; problems: %d", ", ".join(done.changed) or "none changed", len(done.problems))
        if self._after is not None:
            self._after(done)
        return done

    def _run(self) -> None:
        while not self._ended.is_set():
            told = self._told.wait(self._seconds)
            self._told.clear()
            if self._ended.is_set():
                return
            try:
                if told or _stamp(self._settings.file) != self._seen:
                    self.now()
                elif self._packs.changed():
                    self._done(self._packs.reload())
            except Exception:  # the watch outlives whatever a file may do to it
                log.exception("packs not reloaded")


def _stamp(file: str) -> int:
    """Return when the settings file was changed or touched last; 0 where there is none, or it is being replaced."""
    try:
        return Path(file).stat().st_mtime_ns if file else 0
    except OSError:
        return 0
