"""`sangao serve`: the service under uvicorn; without any setting it listens on this machine only."""

import os
import signal
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from sangao.engine.cli.desk import ending
from sangao.engine.cli.options import Format, Language
from sangao.engine.errors import Problem, SangaoError, Span, fail

EXTRA = ("fastapi", "uvicorn", "jwt", "prometheus_client", "httpx", "starlette")


def serve(
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件(TOML) · settings file")] = None,
    host: Annotated[str | None, typer.Option("--host", help="监听地址,默认只限本机 · address to listen on")] = None,
    port: Annotated[int | None, typer.Option("--port", help="端口,默认 8042 · port")] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="进程数 · worker processes")] = None,
    trust_network: Annotated[
        bool, typer.Option("--trust-network", help="网络已受保护,可不要令牌 · the network is guarded")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="只检查设置 · check the settings and end")] = False,
    lang: Language = "zh",
    form: Format = "text",
) -> None:
    """启动决策支持服务 · Serve decision support: CDS Hooks and JSON."""
    with ending(lang, form):
        from sangao.adapters.service.settings import FILE_VARIABLE, read_settings

        said = {"SERVER_HOST": host, "SERVER_PORT": port, "SERVER_WORKERS": workers}
        given = {f"SANGAO_{key}": str(value) for key, value in said.items() if value is not None}
        if settings is not None:
            given[FILE_VARIABLE] = str(settings.resolve())
        found = read_settings(settings, {**os.environ, **given})
        if not (found.jwt.required or trust_network or local(found.server.host)):
            raise fail("service.open_door", usage=True)
        try:
            _check(found)
            if check:
                typer.echo("设置无误" if lang == "zh" else "the settings are fine")
                return
            os.environ.update(given)  # worker processes read the same
            run(found)
        except ImportError as error:
            if (error.name or "").partition(".")[0] not in EXTRA:
                raise
            raise fail("service.no_extra", usage=True) from error


def _check(settings: Any) -> None:
    """Read what other parts read of the settings when the service starts; raises SangaoError.

    A worker process that cannot start would be started again and again.
    """
    from sangao.adapters.chinese.soap import users_of
    from sangao.adapters.service.cds.viewing import Views
    from sangao.adapters.service.keys import Keys
    from sangao.adapters.service.ledger import kept
    from sangao.adapters.service.links import signer
    from sangao.adapters.service.rate import rate
    from sangao.adapters.service.reload import open_packs, said
    from sangao.adapters.service.signing import trusted

    for issuer in settings.jwt.issuers:
        Keys(issuer, settings.jwt.algorithms)
    kept(settings)
    signer(settings)
    rate(settings.table("rate"))
    offered, keys = said(settings)
    if keys:
        trusted(keys)
    views = Views(settings.services)
    users_of(settings)
    served = set(offered.everybody).union(*offered.tenants.values())
    lost = [f"services.{name}.pack" for name, one in settings.services.items() if one.pack and one.pack not in served]
    if lost:
        found = [Problem("service.pack_not_served", Span(settings.file), {"name": one}) for one in lost]
        raise SangaoError(found, usage=True)
    if any(one.decisions for one in settings.services.values()):
        packs = open_packs(settings).served()
        if packs is not None:  # else the health page says which has not loaded
            views.check(packs, settings.file)


def local(host: str) -> bool:
    """Return whether an address is this machine's own.

    >>> local("127.0.0.1"), local("::1"), local("0.0.0.0"), local("10.2.3.4")
    (True, True, False, False)
    """
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run(settings: Any) -> None:
    """Serve until told to stop; workers read the same settings from file and environment."""
    if hasattr(signal, "SIGHUP"):  # it means reload; until there is something to reload it must not end the process
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    import uvicorn

    from sangao.adapters.service.logs import configure
    from sangao.adapters.service.metrics import SHARED

    server = settings.server
    shared = tempfile.mkdtemp(prefix="sangao-") if server.workers > 1 else ""
    if shared and server.metrics and not os.environ.get(SHARED):
        os.environ[SHARED] = shared
    if shared and settings.jwt.issuers and not settings.jwt.seen_file:  # workers must know of each other's tokens
        os.environ["SANGAO_JWT_SEEN_FILE"] = os.path.join(shared, "seen.db")
    configure(server.log_level)
    uvicorn.run(
        "sangao.adapters.service.serve:application",
        factory=True,
        host=server.host,
        port=server.port,
        workers=server.workers,
        http=_protocol(),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.limits.connections,
        timeout_keep_alive=int(server.keep_alive_seconds),
        timeout_graceful_shutdown=int(server.graceful_seconds),
    )


def _protocol() -> Any:
    """Return the HTTP protocol that does not wait for ever; uvicorn's own where its fast parser is not installed."""
    return "sangao.adapters.service.patience:Patient" if find_spec("httptools") else "auto"


def application() -> Any:
    """Return the application as file and environment describe it: what each worker process starts with."""
    from sangao.adapters.service.app import create_app
    from sangao.adapters.service.logs import configure
    from sangao.adapters.service.memory import settle
    from sangao.adapters.service.settings import read_settings

    settings = read_settings()
    configure(settings.server.log_level)
    return create_app(settings, loaded=settle)
