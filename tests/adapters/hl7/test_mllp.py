"""The MLLP door: right answers, on disk before they are given, and nobody who can hold or flood it."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from sangao.adapters.hl7.answering import answer
from sangao.adapters.hl7.command import mllp
from sangao.adapters.hl7.decoding import decode
from sangao.adapters.hl7.frames import HEAD, Frame, Frames, framed
from sangao.adapters.hl7.listener import Door, Listener
from sangao.adapters.hl7.spool import Spool
from sangao.engine.errors import SangaoError

HEADING = "MSH|^~\\&|LIS|检验科|HIS|C|20250310091200||ORU^R01|{control}|P|{version}||||||UNICODE UTF-8"


def message(control: str = "1", kind: str = "ORU^R01", version: str = "2.5.1", more: str = "") -> bytes:
    head = HEADING.format(control=control, version=version).replace("ORU^R01", kind)
    return f"{head}\rPID|1||P1\r{more}OBX|1|NM|14771-0^^LN||7.2|mmol/L|||||F\r".encode()


# --- frames -----------------------------------------------------------------------------------------------------------
@given(
    st.lists(st.binary(max_size=20).map(lambda one: one.replace(b"\x0b", b"").replace(b"\x1c", b"")), max_size=4),
    st.data(),
)
def test_messages_arrive_whole_however_the_bytes_come(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(data.draw(st.sampled_from([b"", b"noise", b"\r\n"])) + framed(one) for one in messages)
    frames, found, at = Frames(100), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, 9))
        found += frames.feed(stream[at : at + size])
        at += size
    assert found == [Frame(one) for one in messages] and not frames.inside


def test_what_is_broken_off_is_dropped_and_counted() -> None:
    frames = Frames(100)
    assert frames.feed(b"xx\x0bMSH|half\x0bMSH|whole\x1c\x0bMSH|next\x1c\r") == [
        Frame(b"MSH|whole"),
        Frame(b"MSH|next"),
    ]
    assert (frames.dropped, frames.broken) == (2, 1)


def test_a_message_that_is_too_large_costs_no_memory() -> None:
    frames = Frames(10_000)
    assert frames.feed(b"\x0bMSH|" + b"x" * 9_000) == []
    for _ in range(200):
        assert frames.feed(b"x" * 10_000) == []
    [found] = frames.feed(b"\x1c\r")
    assert not found.whole and len(found.data) == HEAD and found.data.startswith(b"MSH|")
    assert frames.feed(framed(b"a")) == [Frame(b"a")]


@given(st.lists(st.binary(max_size=30), max_size=10))
def test_any_bytes_are_borne(parts: list[bytes]) -> None:
    frames = Frames(20)
    for part in parts:
        for one in frames.feed(part):
            assert len(one.data) <= (20 if one.whole else HEAD)


# --- answers ----------------------------------------------------------------------------------------------------------
def told(source: bytes | None, problem: str | None = None) -> list[list[str]]:
    made = answer(decode(source) if source else None, problem, datetime(2025, 3, 10, 1, tzinfo=UTC))
    return [line.split("|") for line in made.data.decode().strip().split("\r")]


def test_an_acceptance_turns_the_heading_around() -> None:
    msh, msa = told(message("77"))
    assert msh[2:9] == ["HIS", "C", "LIS", "检验科", "20250310090000+0800", "", "ACK^R01^ACK"]
    assert msh[10:12] == ["P", "2.5.1"] and msh[17] == "UNICODE UTF-8" and msa == ["MSA", "AA", "77"]


@pytest.mark.parametrize(
    ("problem", "code", "number"),
    [
        ("hl7.several_patients", "AE", "100"),
        ("hl7.undecodable", "AE", "102"),
        ("hl7.unsupported_type", "AR", "200"),
        ("hl7.unsupported_version", "AR", "203"),
        ("hl7.spool", "AR", "207"),
        ("anything.else", "AR", "207"),
    ],
)
def test_a_refusal_says_why(problem: str, code: str, number: str) -> None:
    _, msa, err = told(message("77"), problem)
    assert msa[:3] == ["MSA", code, "77"] and err[3].startswith(f"{number}^") and err[4] == "E"
    _, _, old = told(message("77", version="2.3"), problem)
    assert old[1].startswith(f"^^^{number}&")


@pytest.mark.parametrize(
    ("accept", "application", "good", "bad"),
    [
        ("", "", "AA", "AR"),
        ("AL", "NE", "CA", "CR"),
        ("ER", "NE", "", "CR"),
        ("SU", "", "CA", ""),
        ("NE", "AL", "AA", "AR"),
        ("NE", "NE", "", ""),
    ],
)
def test_enhanced_mode_gets_what_it_asks_for(accept: str, application: str, good: str, bad: str) -> None:
    source = decode(message().replace(b"||||||UNICODE", f"|||{accept}|{application}||UNICODE".encode()))
    assert (answer(source).code, answer(source, "hl7.unsupported_type").code) == (good, bad)


def test_an_acknowledgement_is_never_answered_and_nonsense_is() -> None:
    assert answer(decode(message(kind="ACK"))).code == ""
    _, msa, _ = told(None, "hl7.not_hl7")
    assert msa[1] == "AR"


# --- on disk ----------------------------------------------------------------------------------------------------------
def test_the_spool_keeps_order_knows_repeats_and_survives(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.sqlite")
    for body in (b"one", b"two", b"one"):
        spool.store(body, peer="p", control="1", type="t", code="AA")
    spool.store(b"bad", peer="p", control="1", type="t", code="AE")
    assert [one.body for one in spool.waiting()] == [b"one", b"two"] and spool.counts() == {"waiting": 2, "refused": 1}
    first = next(spool.drain())
    spool.close()
    again = Spool(tmp_path / "a.sqlite")
    assert next(iter([one.id for one in again.drain()])) == first.id  # it was not finished, so it comes again
    assert again.counts() == {"done": 2, "refused": 1}
    again.store(b"bad", peer="p", control="1", type="t", code="AA")  # sent again, and good this time
    assert again.counts() == {"done": 2, "waiting": 1}
    again.close()


def test_a_spool_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_text("this is no database, and long enough to show that it is none at all" * 20)
    for path in (tmp_path / "no.sqlite", tmp_path / "nowhere" / "a.sqlite"):
        with pytest.raises(SangaoError) as raised:
            Spool(path)
        assert raised.value.problems[0].code == "hl7.spool"


# --- the door ---------------------------------------------------------------------------------------------------------
Client = Callable[[bytes], Awaitable[bytes]]


def talk(
    tmp_path: Path, talking: Callable[[Listener, int], Awaitable[None]], **door: float | int | str | bool
) -> Listener:
    """Run a listener, talk to it, and stop it."""

    async def run() -> Listener:
        spool = Spool(tmp_path / "spool.sqlite")
        listener = Listener(spool, Door(port=0, **door))  # type: ignore[arg-type]
        port = await listener.start()
        try:
            await asyncio.wait_for(talking(listener, port), 20)
        finally:
            await listener.stop()
        return listener

    return asyncio.run(run())


async def opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def reply(reader: asyncio.StreamReader) -> list[str]:
    data = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
    msa = data.decode().split("\r")[1].split("|")
    return msa[1:3]


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


def stored(tmp_path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(tmp_path / "spool.sqlite") as file:
        found = file.execute("select control, state from message order by id").fetchall()
    file.close()
    return found


def test_messages_in_pieces_together_with_noise_and_again(tmp_path: Path) -> None:
    async def talking(listener: Listener, port: int) -> None:
        reader, writer = await opened(port)
        whole = framed(message("1"))
        for i in range(0, len(whole), 40):
            writer.write(whole[i : i + 40])
            await writer.drain()
        assert await reply(reader) == ["AA", "1"]
        writer.write(b"noise" + framed(message("2")) + b"\r\n" + framed(message("3")))
        assert [await reply(reader), await reply(reader)] == [["AA", "2"], ["AA", "3"]]
        writer.write(whole)  # the answer got lost: sent again, answered again, stored once
        assert await reply(reader) == ["AA", "1"]
        await closed(writer)

    talk(tmp_path, talking)
    assert stored(tmp_path) == [("1", "waiting"), ("2", "waiting"), ("3", "waiting")]


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"hello", ["AR", ""]),
        (b"", ["AR", ""]),
        (message("9", kind="ORM^O01"), ["AR", "9"]),
        (message("9", version="3.0"), ["AR", "9"]),
        (message(""), ["AE", ""]),
        (message("9", more="PID|2||P2\r"), ["AE", "9"]),
        (message("9").replace("检验科".encode(), b"\xff\xfe"), ["AE", "9"]),
        (message("9").replace(b"UNICODE UTF-8", b"ISO IR87"), ["AE", "9"]),
        (b"MSH|^~\\&|" + b"x" * 3000 + b"|||", ["AE", ""]),
    ],
)
def test_what_cannot_be_taken_is_refused_and_kept_as_evidence(tmp_path: Path, sent: bytes, answered: list[str]) -> None:
    async def talking(listener: Listener, port: int) -> None:
        reader, writer = await opened(port)
        writer.write(framed(sent))
        assert (await reply(reader) + [""])[:2] == answered
        writer.write(framed(message("10")))
        assert await reply(reader) == ["AA", "10"]
        await closed(writer)

    listener = talk(tmp_path, talking, message_bytes=2048)
    assert listener.spool.path.exists() and stored(tmp_path)[-1] == ("10", "waiting")
    assert all(state == "refused" for _, state in stored(tmp_path)[:-1])


def test_an_answer_never_goes_out_when_the_disk_says_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talking(listener: Listener, port: int) -> None:
        reader, writer = await opened(port)
        listener.spool._file.execute("drop table message")
        writer.write(framed(message("1")))
        assert await reply(reader) == ["AR", "1"]
        await closed(writer)

    talk(tmp_path, talking)


def test_slow_and_many_clients_are_shown_out(tmp_path: Path) -> None:
    async def talking(listener: Listener, port: int) -> None:
        slow, writer = await opened(port)
        writer.write(b"\x0bMSH|")
        idle, other = await opened(port)
        crowd, third = await opened(port)
        assert await asyncio.wait_for(crowd.read(), 5) == b""  # one too many
        assert await asyncio.wait_for(slow.read(), 5) == b""  # a message that never ends
        assert await asyncio.wait_for(idle.read(), 5) == b""  # nothing to say
        for one in (writer, other, third):
            await closed(one)

    listener = talk(tmp_path, talking, message_seconds=0.3, idle_seconds=0.6, connections=2)
    assert listener.counts["full"] == 1 and listener.counts["slow"] == 2


def test_it_stops_while_clients_wait(tmp_path: Path) -> None:
    async def talking(listener: Listener, port: int) -> None:
        reader, writer = await opened(port)
        writer.write(framed(message("1")))
        assert await reply(reader) == ["AA", "1"]
        await listener.stop()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        await closed(writer)

    talk(tmp_path, talking)


def test_it_listens_on_this_machine_only_unless_told(tmp_path: Path) -> None:
    async def started(door: Door) -> str:
        listener = Listener(Spool(tmp_path / "a.sqlite"), door)
        with pytest.raises(SangaoError) as raised:
            await listener.start()
        return raised.value.problems[0].code

    assert asyncio.run(started(Door(host="0.0.0.0"))) == "hl7.open_door"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert asyncio.run(started(Door(port=taken.getsockname()[1]))) == "hl7.cannot_listen"


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    code = "from typer import Typer; from sangao.adapters.hl7.command import mllp; a = Typer(); a.command()(mllp); a()"
    command = [sys.executable, "-c", code, "--port", "0", "--spool", str(tmp_path / "spool.sqlite"), "--lang", "en"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert running.stdout is not None
        port = int(running.stdout.readline().rpartition(":")[2])
        acknowledged = []
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            for i in range(30):
                client.sendall(framed(message(str(i))))
                if i == 25:
                    break
                found = b""
                while not found.endswith(b"\x1c\r"):
                    found += client.recv(4096)
                acknowledged.append(str(i))
            running.send_signal(signal.SIGKILL)
        running.wait(10)
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()
    kept = [control for control, _ in stored(tmp_path)]
    assert acknowledged == kept[: len(acknowledged)] and len(acknowledged) == 25
    spool = Spool(tmp_path / "spool.sqlite")  # and it goes on from there
    assert spool.store(message("99"), peer="", control="99", type="", code="AA")
    spool.close()


def test_a_message_of_any_kind_is_answered_in_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.sqlite")
    listener = Listener(spool)
    begun = time.perf_counter()
    for data in (
        b"|" * 100_000,
        b"MSH" + b"|" * 100_000,
        b"MSH|^~\\&" + b"|~^&" * 50_000,
        b"\\" * 100_000,
        message(more="OBX|" + "^" * 200_000 + "\r"),
    ):
        assert listener.take(Frame(data)).code in ("AA", "AE", "AR")
    assert time.perf_counter() - begun < 10
    spool.close()


def test_a_listener_that_could_read_nothing_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hl7", None)
    typed = Typer()
    typed.command()(mllp)
    found = CliRunner().invoke(typed, ["--spool", str(tmp_path / "s.sqlite"), "--port", "0"])
    assert found.exit_code == 2 and "hl7.no_extra" in found.output
    assert not (tmp_path / "s.sqlite").exists()
