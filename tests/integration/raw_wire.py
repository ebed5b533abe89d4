"""Bytes to a SIP port and what comes back, by UDP or TCP: for messages that no phone would send."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from raw_phone import RawPhone
from sip_line import Line

from voicebot.core.errors import CallError
from voicebot.core.ports import Leg

BUSY = 486


@dataclass
class Codes:
    """Final status codes by Call-ID, provisional ones left out."""

    seen: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def add(self, text: str) -> None:
        """Everything that is a response in `text`."""
        for part in re.split(r"(?=^SIP/2\.0 \d{3})", text, flags=re.MULTILINE):
            code = re.match(r"SIP/2\.0 (\d{3})", part)
            call = re.search(r"^(?:Call-ID|i)\s*:\s*(.*?)\s*$", part, re.MULTILINE | re.IGNORECASE)
            if code and call and code[1] != "100":
                self.count += 1
                self.seen[call[1]].append(int(code[1]))


class Wire(asyncio.DatagramProtocol):
    """A UDP socket."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._address = address
        self.codes = Codes()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._address, 0)
        )
        self.port: int = self.transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.transport.close()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.codes.add(data.decode("utf-8", "replace"))

    def send(self, message: bytes, port: int) -> None:
        """To a port of this machine."""
        self.transport.sendto(message, ("127.0.0.1", port))


async def ask_by_tcp(message: bytes, port: int, wait_s: float) -> Codes:
    """Send over a connection of its own and listen until the other side closes, or `wait_s`."""
    codes = Codes()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(message)
    heard = b""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(wait_s):
            while data := await reader.read(65536):
                heard += data
    writer.close()
    codes.add(heard.decode("utf-8", "replace"))
    return codes


@asynccontextmanager
async def turning_away(line: Line) -> AsyncIterator[list[Leg]]:
    """Every call that rings meanwhile is answered 486; the legs that did."""
    legs: list[Leg] = []

    async def turn_away() -> None:
        async for leg in line.incoming:
            legs.append(leg)
            with suppress(CallError):
                await leg.hang_up(BUSY)

    task = asyncio.create_task(turn_away())
    yield legs
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def legs_are_gone(line: Line, within_s: float = 10.0) -> None:
    """Return when no leg is left; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        for leg in line.endpoint.legs:
            await leg.until_gone(within_s)


def port_of(line: Line, transport: int = 0) -> int:
    """Where the endpoint listens with one of its transports."""
    found = re.search(r":(\d+)(?:;|$)", line.endpoint.addresses[transport])
    assert found is not None
    return int(found[1])


async def an_ordinary_call_works(line: Line, *, within_s: float = 5.0, transport: int = 0) -> None:
    """INVITE, 200, BYE, by UDP from 127.0.0.1."""
    target = f"hotline@127.0.0.1:{port_of(line, transport)}"
    async with asyncio.timeout(within_s), RawPhone("127.0.0.1") as phone:
        phone.send("INVITE", target, body=phone.sdp())
        leg = await anext(line.endpoint.incoming())
        await leg.answer()
        answer = await phone.final()
        assert answer.code == 200
        phone.send("ACK", target, cseq=phone.cseq)
        assert (await phone.request("BYE", target)).code == 200
    await legs_are_gone(line)
