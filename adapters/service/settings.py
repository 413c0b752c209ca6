"""What an operator sets: a frozen object from a TOML file and the environment; nothing needs to be set.

The file has the tables `server`, `limits`, `cors`, `jwt`, `fetch`, `services` (read here) and those of the other parts
(`journal`, `packs`, `tenants` …), which each part reads with `Settings.table`. An environment variable
`SANGAO_<TABLE>_<KEY>` beats the file (`services` stand in the file only). A key or a variable that nobody knows is a
problem, and so is a value of the wrong kind: a typing mistake in a security setting must not pass in silence.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from sangao.engine.errors import Problem, SangaoError, Span, fail, why

FILE_VARIABLE: Final = "SANGAO_SERVICE"
"""The environment variable that names the settings file."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the service listens and what it is called from outside."""

    host: str = "127.0.0.1"
    port: int = 8042
    workers: int = 1
    base_url: str = ""
    root_path: str = ""
    graceful_seconds: float = 20.0
    keep_alive_seconds: float = 15.0
    log_level: str = "info"
    metrics: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost; seconds and bytes."""

    body_bytes: int = 4 * 1024 * 1024
    body_seconds: float = 10.0
    header_seconds: float = 10.0
    answer_seconds: float = 10.0
    connections: int = 1000
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Cors:
    """Which browser pages may call, by origin; none by default."""

    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """One party whose tokens are taken: its `iss`, and its keys as a file, inline, or at an https address (`jku`).

    It speaks for the organisation `tenant`, or for the one its token names when that is among `tenants`.
    """

    iss: str
    keys_file: str = ""
    keys: tuple[Mapping[str, Any], ...] = ()
    jku: str = ""
    tenant: str = ""
    tenants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Jwt:
    """How callers prove who they are; not asked while no issuer is named and the service listens on this machine."""

    required: bool = False
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    audiences: tuple[str, ...] = ()
    leeway_seconds: int = 30
    longest_seconds: int = 3600
    seen_file: str = ""
    issuers: tuple[Issuer, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """Which FHIR servers data may be fetched from: none unless named, by address of their base."""

    servers: tuple[str, ...] = ()
    private_networks: tuple[str, ...] = ()
    seconds: float = 3.0
    pages: int = 5
    body_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """What one CDS service shows: its pack and the decisions of it; empty means the default of the service."""

    pack: str = ""
    decisions: tuple[str, ...] = ()


OWN: Final = {"server": Server, "limits": Limits, "cors": Cors, "jwt": Jwt, "fetch": Fetch}
PARTS: Final = {"journal", "packs", "tenants", "page", "signing", "rate", "soap"}
"""Tables that other parts of the service read."""
OTHERS: Final = re.compile(r"SANGAO_([A-Z0-9]+|KEY_PASSPHRASE|SOAK_SECONDS|SERVICE_(HOST|PORT.*)|PORT_.*)")
"""Variables that are no settings: ours for other things, and those Kubernetes sets for a service named `sangao`."""
BOOLS: Final = {"true": True, "1": True, "false": False, "0": False}
NESTED: Final = {"issuers": Issuer}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is set, frozen; `Settings()` is the embedded default on this machine only."""

    server: Server = Server()
    limits: Limits = Limits()
    cors: Cors = Cors()
    jwt: Jwt = Jwt()
    fetch: Fetch = Fetch()
    services: Mapping[str, Shown] = field(default_factory=lambda: MappingProxyType({}))
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a table of another part as it stands in the file, with what the environment says of it."""
        return self.tables.get(name, {})

    @property
    def base_url(self) -> str:
        """Return the address callers use, without a slash at the end; tokens must name it as their audience."""
        said = self.server.base_url or f"http://{self.server.host}:{self.server.port}{self.server.root_path}"
        return said.rstrip("/")


def read_settings(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a file (by default the one `SANGAO_SERVICE` names, if any) and the environment.

    Raises SangaoError with every problem at once.
    """
    environ = os.environ if environ is None else environ
    named = str(path) if path is not None else environ.get(FILE_VARIABLE, "")
    given = _tables(Path(named)) if named else {}
    problems: list[Problem] = []
    for variable in _from_environment(given, environ):
        problems.append(Problem("service.unknown_setting", Span(named), {"name": variable}))
    made: dict[str, Any] = {}
    for name, kind in OWN.items():
        made[name] = filled(kind, given.get(name, {}), name, named, problems)
    services = given.get("services", {})
    shown = {
        name: filled(Shown, table, f"services.{name}", named, problems)
        for name, table in (services.items() if isinstance(services, Mapping) else ())
    }
    for name in given.keys() - OWN.keys() - PARTS - {"services"}:
        problems.append(Problem("service.unknown_setting", Span(named), {"name": name}))
    if not problems:
        problems += _unsafe(made["jwt"], named) + _unreachable(made["fetch"], named)
    if problems:
        raise SangaoError(problems, usage=True)
    others = {name: MappingProxyType(dict(given[name])) for name in PARTS & given.keys()}
    return Settings(**made, services=MappingProxyType(shown), tables=MappingProxyType(others), file=named)


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise fail("host.unreadable", Span(str(path)), usage=True, reason=why(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise fail("service.not_toml", Span(str(path)), usage=True) from error


def _from_environment(given: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Put what the environment says into the tables; return the variables that name none."""
    unknown = []
    for variable, text in environ.items():
        if not variable.startswith("SANGAO_") or OTHERS.fullmatch(variable):
            continue
        name, _, key = variable.removeprefix("SANGAO_").lower().partition("_")
        if name not in OWN and name not in PARTS:
            unknown.append(variable)
            continue
        table = given.setdefault(name, {})
        if isinstance(table, dict):
            table[key] = text
    return unknown


def filled(kind: type, given: Any, name: str, file: str, problems: list[Problem]) -> Any:
    """Return the table `name` of `file` as its frozen form; what does not fit joins `problems`."""
    table = given if isinstance(given, Mapping) else {}
    if table is not given:
        problems.append(Problem("service.wrong_setting", Span(file), {"name": name}))
    hints = get_type_hints(kind)
    known = {one.name: one for one in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        full = f"{name}.{key}"
        if key not in known:
            problems.append(Problem("service.unknown_setting", Span(file), {"name": full}))
            continue
        if key in NESTED:
            rows = value if isinstance(value, list) else [value]
            values[key] = tuple(filled(NESTED[key], row, full, file, problems) for row in rows)
            continue
        try:
            values[key] = _as(hints[key], value)
        except (TypeError, ValueError, KeyError):
            problems.append(Problem("service.wrong_setting", Span(file), {"name": full}))
    for key, one in known.items():
        if one.default is MISSING and one.default_factory is MISSING and key not in values:
            if table is given:
                problems.append(Problem("service.lacking_setting", Span(file), {"name": f"{name}.{key}"}))
            values[key] = ""
    return kind(**values)


def _as(hint: Any, value: Any) -> Any:
    """Return a value of the file or the environment as the kind a field has; raises ValueError when it is another."""
    if hint is bool:
        if isinstance(value, bool):
            return value
        return BOOLS[str(value).lower()]
    if hint in (int, float):
        if isinstance(value, bool):
            raise ValueError
        number = hint(value)
        if number < 0 or (hint is int and isinstance(value, float)):
            raise ValueError
        return number
    if hint is str:
        if not isinstance(value, str):
            raise ValueError
        return value
    items = [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(one, str | Mapping) for one in items):
        raise ValueError
    return tuple(items)


def _unreachable(fetch: Fetch, file: str) -> list[Problem]:
    """Return what names no FHIR server and no network."""
    found = []
    for one in fetch.servers:
        if not one.startswith(("https://", "http://")):
            found.append(Problem("service.wrong_setting", Span(file), {"name": "fetch.servers"}))
    for one in fetch.private_networks:
        try:
            ip_network(one, strict=False)
        except ValueError:
            found.append(Problem("service.wrong_setting", Span(file), {"name": "fetch.private_networks"}))
    return found


def _unsafe(jwt: Jwt, file: str) -> list[Problem]:
    """Return what must not be started: tokens asked for without a key, weak algorithms."""
    found = []
    weak = [one for one in jwt.algorithms if one not in ("ES384", "RS384")]
    if weak or not jwt.algorithms:
        found.append(Problem("service.weak_algorithm", Span(file), {"name": "、".join(weak) or "—"}))
    if jwt.required and not jwt.issuers:
        found.append(Problem("service.no_issuer", Span(file)))
    for one in jwt.issuers:
        if not (one.keys or one.keys_file or one.jku):
            found.append(Problem("service.issuer_without_keys", Span(file), {"name": one.iss or "—"}))
        if one.jku and not one.jku.startswith("https://"):
            found.append(Problem("service.not_https", Span(file), {"name": "jwt.issuers.jku"}))
    return found
