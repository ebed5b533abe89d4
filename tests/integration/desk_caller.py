"""A caller of a whole hotline, made of one socket: says what it does, and sees what the hotline
makes of it by the console."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

from hotline import Hotline
from raw_phone import Answer, RawPhone, rtp_port_of

PATIENCE_S = 25.0


class DeskCaller(RawPhone):
    """One call to one flow, under a name of its own."""

    def __init__(self, line: Hotline, flow: str, *, address: str = "127.0.0.1") -> None:
        super().__init__(address)
        self.line = line
        self.target = line.target(flow)
        self.name = f"caller{secrets.token_hex(4)}"
        self.far_rtp_port = 0
        self._sequence = 0
        self._timestamp = 0

    def send(self, method: str, target: str, *, headers: Any = None, **rest: Any) -> None:
        sender = f"<sip:{self.name}@{self.address}:{self.port}>;tag={self.tag}"
        super().send(method, target, headers={"From": sender, **(headers or {})}, **rest)

    async def dial(self, *, body: str | None = None) -> Answer:
        """Call; the call is up."""
        answer = await self.invite(self.target, body=body)
        if answer.code == 200:
            self.far_rtp_port = rtp_port_of(answer)
        return answer

    def press(self, *keys: str) -> None:
        """Press keys by RFC 4733, 100 ms each, all their packets at once."""
        for key in keys:
            self._timestamp += 1600
            code = "0123456789*#".index(key)
            for step in range(1, 9):
                self._sequence += 1
                self.send_key_packet(
                    self.far_rtp_port,
                    sequence=self._sequence,
                    timestamp=self._timestamp,
                    code=code,
                    duration=min(160 * step, 800),
                    end=step > 5,
                )

    async def make_noise(self, duration_ms: int) -> None:
        """Send loud G.711 sound, a packet every 20 ms."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for _ in range(duration_ms // 20):
            self._sequence += 1
            self._timestamp += 160
            header = struct.pack(">BBHII", 0x80, 0, self._sequence, self._timestamp, 0x1234)
            self.rtp.sendto(header + secrets.token_bytes(160), (self.address, self.far_rtp_port))
            due_s += 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    async def press_info(self, key: str) -> None:
        """Press a key by SIP INFO."""
        body, kind = f"Signal={key}\r\nDuration=160\r\n", "application/dtmf-relay"
        answer = await self.request("INFO", self.target, body=body, content_type=kind)
        assert answer.code == 200

    async def hang_up(self) -> None:
        """BYE."""
        assert (await self.request("BYE", self.target)).code == 200

    async def is_hung_up(self) -> None:
        """The hotline says what it has to say, and hangs up."""
        async with asyncio.timeout(PATIENCE_S):
            while not (message := await self.inbox.get()).start.startswith("BYE "):
                pass
        self.respond(message, 200, self.target.split("@")[1])

    # ------------------------------------------------------------- what the hotline knows

    async def record(self) -> dict[str, Any] | None:
        """Our call's record as it stands; None while there is none."""
        answer = await asyncio.to_thread(self.line.ask, f"/api/calls?caller={quote(self.name)}")
        return answer["calls"][0] if answer["calls"] else None

    async def facts(self) -> list[dict[str, Any]]:
        """Our call's journal as it stands."""
        record = await self.record()
        if record is None:
            return []
        try:
            answer = await asyncio.to_thread(self.line.ask, f"/api/calls/{record['call']}")
        except HTTPError:
            return []
        return list(answer["facts"])

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a fact that `wanted` says yes to."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for fact in await self.facts():
                    if wanted(fact):
                        return fact
                await asyncio.sleep(0.05)

    async def until_fact(self, kind: str, **data: Any) -> dict[str, Any]:
        """Wait for a fact with these values."""
        return await self.until(
            lambda fact: fact["kind"] == kind and data.items() <= fact["data"].items()
        )

    async def at(self, node: str) -> None:
        """Wait until the call is at a node."""
        await self.until_fact("moved", node=node)

    async def ended(self) -> dict[str, Any]:
        """Our call's record, once it has ended."""
        await self.until_fact("ended")
        record = await self.record()
        assert record is not None
        return record


async def nobody_is_left(line: Hotline) -> None:
    """Wait until the hotline has no call and no leg; fails where one stays."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            live = (await asyncio.to_thread(line.ask, "/api/live"))["calls"]
            health = await asyncio.to_thread(line.ask, "/healthz")
            if not live and not health["calls"]:
                return
            await asyncio.sleep(0.05)
