"""One source that floods, and the others who notice nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from raw_phone import RawPhone
from raw_wire import Wire, an_ordinary_call_works, legs_are_gone, port_of, turning_away
from sip_line import Line, open_line

from voicebot.sip.settings import Trunk

FLOODER = "127.0.0.2"
PER_S = 500
SHORT_S = 1
"""Silence in these tests."""


def request(method: str, number: int, port: int, address: str = FLOODER) -> bytes:
    """A request with a call of its own."""
    body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    body = body + "m=audio 9 RTP/AVP 0\r\n" if method == "INVITE" else ""
    lines = [
        f"{method} sip:hotline@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {address}:{port};branch=z9hG4bK{address}.{number};rport",
        "Max-Forwards: 70",
        f"From: <sip:flood@{address}>;tag=f{number}",
        "To: <sip:hotline@127.0.0.1>",
        f"Call-ID: flood-{number}@{address}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:flood@{address}:{port}>",
        "Content-Type: application/sdp" if body else "Subject: none",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@asynccontextmanager
async def flood(line: Line, make: Callable[[int, int], bytes]) -> AsyncIterator[Wire]:
    """`PER_S` messages a second from `FLOODER`, `make(number, port)` each."""
    async with Wire(FLOODER) as wire:

        async def pour() -> None:
            began_s, number = time.monotonic(), 0
            while True:
                while number < (time.monotonic() - began_s) * PER_S:
                    wire.send(make(number, wire.port), port_of(line))
                    number += 1
                await asyncio.sleep(0.005)

        task = asyncio.create_task(pour())
        yield wire
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def answered_in_s(line: Line) -> float:
    """How long a call from 127.0.0.1 takes to be answered."""
    async with RawPhone("127.0.0.1") as phone:
        began_s = time.monotonic()
        answer = await phone.invite(line.target)
        took_s = time.monotonic() - began_s
        assert answer.code == 200
        assert (await phone.request("BYE", line.target)).code == 200
    return took_s


@asynccontextmanager
async def answering(line: Line) -> AsyncIterator[None]:
    """Whoever calls is answered."""

    async def answer() -> None:
        async for leg in line.incoming:
            with suppress(Exception):
                await leg.answer()

    task = asyncio.create_task(answer())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_flood_of_calls_leaves_room_for_others() -> None:
    def either(number: int, port: int) -> bytes:
        return request("INVITE" if number % 2 else "OPTIONS", number, port)

    async with open_line(source_silence_s=SHORT_S) as line, answering(line):
        async with flood(line, either) as wire:
            await asyncio.sleep(1.5)
            took_s = [await answered_in_s(line) for _ in range(5)]
            before = wire.codes.count
            counts = await line.endpoint.guard_counts()
        assert max(took_s) < 1.0
        assert counts.silences >= 1
        assert counts.silenced > 200
        # Silence means silence: the first 50 calls are answered and, without an ACK, again.
        assert 0 < before < 600
        assert len(line.endpoint.legs) <= 50 + PER_S // 10


async def test_a_scan_falls_silent_and_may_come_back() -> None:
    def scan(number: int, port: int) -> bytes:
        return request(("OPTIONS", "REGISTER", "SUBSCRIBE")[number % 3], number, port)

    # Of 10 calls a second follow 20 other requests a second, 100 at once.
    async with open_line(source_calls_per_s=10, source_silence_s=SHORT_S) as line:
        async with flood(line, scan) as wire:
            await asyncio.sleep(1.0)
            assert 100 <= wire.codes.count <= 140
            await an_ordinary_call_works(line)
        async with RawPhone(FLOODER) as same_source:
            same_source.send("OPTIONS", line.target)
            assert await same_source.nothing_comes()
            await asyncio.sleep(SHORT_S)
            assert (await same_source.request("OPTIONS", line.target)).code == 200
        assert (await line.endpoint.guard_counts()).silences == 1


async def test_calls_of_a_silent_source_go_on() -> None:
    def calls(number: int, port: int) -> bytes:
        return request("OPTIONS", number, port)

    async with (
        open_line(source_calls_per_s=2, source_silence_s=30) as line,
        RawPhone(FLOODER) as phone,
    ):
        phone.send("INVITE", line.target, body=phone.sdp())
        leg = await line.ring()
        await leg.answer()
        assert (await phone.final()).code == 200
        phone.send("ACK", line.target, cseq=phone.cseq)
        async with flood(line, calls):
            await asyncio.sleep(0.5)
        assert (await line.endpoint.guard_counts()).silences == 1
        keyed = await phone.request(
            "INFO", line.target, body="Signal=5\r\n", content_type="application/dtmf-relay"
        )
        assert keyed.code == 200
        assert (await phone.request("BYE", line.target)).code == 200
        await legs_are_gone(line)


async def test_a_trunk_has_a_limit_of_its_own() -> None:
    trunk = Trunk("provider", FLOODER, calls_per_s=100)
    async with (
        open_line(source_calls_per_s=5, source_silence_s=30, trunks=(trunk,)) as line,
        turning_away(line),
        Wire(FLOODER) as provider,
        Wire("127.0.0.3") as somebody,
    ):
        for number in range(40):
            provider.send(request("INVITE", number, provider.port), port_of(line))
            message = request("INVITE", number, somebody.port, "127.0.0.3")
            somebody.send(message, port_of(line))
        async with asyncio.timeout(5):
            while len(provider.codes.seen) < 40:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert 5 <= len(somebody.codes.seen) <= 8


async def test_junk_is_counted_and_answers_nothing(line: Line) -> None:
    async with Wire(FLOODER) as wire:
        for number in range(2000):
            wire.send(b"\x00\x01junk%d " % number + bytes(range(256)), port_of(line))
        await asyncio.sleep(0.3)
        assert wire.codes.count == 0
        await an_ordinary_call_works(line)
        assert (await line.endpoint.guard_counts()).unreadable > 0
