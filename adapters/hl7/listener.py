"""The MLLP listener: a message is on disk before it is acknowledged, and a client cannot hold or flood the door."""

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from sangao.adapters.hl7.answering import Answer, answer
from sangao.adapters.hl7.decoding import Decoded, decode
from sangao.adapters.hl7.frames import Frame, Frames, framed
from sangao.adapters.hl7.reading import checked
from sangao.adapters.hl7.spool import Spool
from sangao.engine.errors import Problem, SangaoError, fail, why

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
CHUNK = 64 * 1024
log = logging.getLogger("sangao.mllp")  # codes and counts; never a word of a message


@dataclass(frozen=True, slots=True)
class Door:
    """Where the listener stands and what it bears; bytes and seconds."""

    host: str = "127.0.0.1"
    port: int = 2575
    exposed: bool = False
    message_bytes: int = 1024 * 1024
    connections: int = 100
    message_seconds: float = 30.0
    idle_seconds: float = 3600.0
    stop_seconds: float = 10.0


@dataclass(slots=True)
class Listener:
    """Listens for MLLP clients and stores what they send into a spool."""

    spool: Spool
    door: Door = Door()
    counts: dict[str, int] = field(default_factory=dict)
    _open: set["asyncio.Task[None]"] = field(default_factory=set)
    _idle: set["asyncio.Task[None]"] = field(default_factory=set)
    _stopping: bool = False
    _server: asyncio.Server | None = None
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="mllp"))

    async def start(self) -> int:
        """Begin to listen and return the port. Raises SangaoError where it must not or cannot listen."""
        if self.door.host not in LOCAL and not self.door.exposed:
            raise fail("hl7.open_door", usage=True, host=self.door.host)
        try:
            self._server = await asyncio.start_server(self._client, self.door.host, self.door.port, limit=CHUNK)
        except OSError as error:
            parts = {"host": self.door.host, "port": self.door.port, "reason": why(error)}
            raise SangaoError([Problem("hl7.cannot_listen", parts=parts)], usage=True) from error
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Take no more clients, let messages under way be answered, and close."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for task in self._idle:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=self.door.stop_seconds)
        self._pool.shutdown(wait=True)

    # --- one client ---------------------------------------------------------------------------------------------------
    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._open) >= self.door.connections:
            self._count("full")
            writer.close()
            return
        self._open.add(task)
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        try:
            await self._talk(reader, writer, peer)
        except TimeoutError:
            self._count("slow")
        except (ConnectionError, OSError):
            self._count("gone")
        except asyncio.CancelledError:
            self._count("stopped")  # only `stop` cancels, and only who waits for bytes
        finally:
            self._open.discard(task)
            writer.close()
            with suppress(ConnectionError, OSError, TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        frames = Frames(self.door.message_bytes)
        loop = asyncio.get_running_loop()
        begun: float | None = None
        while not self._stopping:
            if frames.inside:
                begun = loop.time() if begun is None else begun
                left = begun + self.door.message_seconds - loop.time()
            else:
                begun, left = None, self.door.idle_seconds
            if left <= 0:
                raise TimeoutError
            data = await self._bytes(reader, left)
            if not data:
                if frames.inside:
                    self._count("broken")
                return
            found = frames.feed(data)
            if found:
                begun = None
            for frame in found:
                made = await loop.run_in_executor(self._pool, self.take, frame, peer)
                if made.code:
                    writer.write(framed(made.data))
                    await asyncio.wait_for(writer.drain(), self.door.message_seconds)

    async def _bytes(self, reader: asyncio.StreamReader, seconds: float) -> bytes:
        task = asyncio.current_task()
        assert task is not None
        self._idle.add(task)
        try:
            return await asyncio.wait_for(reader.read(CHUNK), seconds)
        finally:
            self._idle.discard(task)

    # --- one message --------------------------------------------------------------------------------------------------
    def take(self, frame: Frame, peer: str = "") -> Answer:
        """Store a message and return its answer; the answer says "accepted" only for what is on disk."""
        decoded, problem = judged(frame)
        made = answer(decoded, problem)
        if not made.code and decoded is not None and _kind(decoded) == "ACK":
            self._count("ACK")
            return made
        if frame.whole:
            control, kind = (decoded.head(10), decoded.head(9)) if decoded else ("", "")
            code = made.code or ("AA" if problem is None else "AE")
            try:
                self.spool.store(frame.data, peer=peer, control=control, type=kind, code=code)
            except SangaoError as error:
                if problem is None:
                    made = answer(decoded, error.problems[0].code)
                    problem = error.problems[0].code
        self._count(made.code or "silent")
        log.info("message answered", extra={"code": made.code, "problem": problem, "bytes": len(frame.data)})
        return made

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def judged(frame: Frame) -> tuple[Decoded | None, str | None]:
    """Return the heading of a message, as far as it can be read, and the code of what keeps it out."""
    decoded: Decoded | None = None
    try:
        decoded = decode(frame.data)
        if not frame.whole:
            return decoded, "hl7.too_large"
        version = decoded.head(12).split(decoded.delimiters.component)[0].strip()
        if version and not re.fullmatch(r"2\.[1-9](\.[0-9]{1,2})?", version):
            return decoded, "hl7.unsupported_version"
        if not decoded.head(10).strip():
            return decoded, "hl7.no_control_id"
        if _kind(decoded) != "ACK":
            checked(decoded)
    except SangaoError as error:
        return decoded or _headed(frame.data), error.problems[0].code
    return decoded, None


def _headed(data: bytes) -> Decoded | None:
    """Return the heading of a message that cannot be decoded, as far as it is plain ASCII, so that it can be named."""
    first = data.lstrip(b"\x0b \r\n").split(b"\r")[0].split(b"\n")[0]
    fields = re.sub(rb"[^\x20-\x7e]", b"?", first).decode("ascii").split("|")
    plain = "|".join([*fields[:12], *fields[12:18], ""][:18])
    try:
        return decode(plain)
    except SangaoError:
        return None


def _kind(decoded: Decoded) -> str:
    return decoded.head(9).split(decoded.delimiters.component)[0]
