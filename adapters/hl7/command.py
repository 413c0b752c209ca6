"""`sangao mllp`: take HL7 messages in over MLLP and keep them until somebody works on them."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from sangao.engine.cli.desk import ending
from sangao.engine.cli.options import Language


def mllp(
    spool: Annotated[Path, typer.Option("--spool", help="消息库(SQLite)· where messages are kept")] = Path(
        "hl7.sqlite"
    ),
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port", min=0, max=65535)] = 2575,
    exposed: Annotated[
        bool, typer.Option("--exposed", help="确认网络已隔离,可监听本机以外的地址 · the network is closed off")
    ] = False,
    message_bytes: Annotated[int, typer.Option(help="单条消息上限(字节)· largest message", min=1024)] = 1024 * 1024,
    connections: Annotated[int, typer.Option(help="同时连接上限 · most connections at a time", min=1)] = 100,
    lang: Language = "zh",
) -> None:
    """接收 HL7 v2 消息,先落盘后应答 · Receive HL7 v2 messages (MLLP)."""
    from sangao.adapters.hl7.listener import Door, Listener
    from sangao.adapters.hl7.message import library
    from sangao.adapters.hl7.spool import Spool

    async def run() -> None:
        kept = Spool(spool)
        listener = Listener(kept, Door(host, port, exposed, message_bytes, connections))
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        try:
            at = await listener.start()
            said = f"正在监听 {host}:{at}" if lang == "zh" else f"listening on {host}:{at}"
            typer.echo(said)
            await stop.wait()
        finally:
            await listener.stop()
            kept.close()

    with ending(lang, "text"):
        library()  # what every message would be refused for is said before the first one
        asyncio.run(run())
