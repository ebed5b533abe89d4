"""A SIP endpoint in the process of the tests, as the hotline has one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from voicebot.core.ports import Leg, LegEvent
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.settings import Media, SipSettings, Transport, TransportKind

WAIT_S = 10.0


@dataclass
class Line:
    """The endpoint under test."""

    endpoint: SipEndpoint
    incoming: AsyncIterator[Leg]

    @property
    def target(self) -> str:
        """`user@host:port` of its first transport."""
        return self.endpoint.addresses[0].removeprefix("sip:")

    async def ring(self) -> Leg:
        """The next leg that rings."""
        async with asyncio.timeout(WAIT_S):
            return await anext(self.incoming)


def settings(**changes: object) -> SipSettings:
    """One UDP socket on loopback, ports as the system likes."""
    base = SipSettings(
        transports=(Transport(TransportKind.UDP, 0, "127.0.0.1"),),
        capacity=100,
        media=Media(rtp_port_first=0),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def open_line(**changes: object) -> AsyncIterator[Line]:
    """An endpoint with these settings."""
    async with SipEndpoint(settings(**changes)) as endpoint:
        yield Line(endpoint, endpoint.incoming())


async def until(leg: Leg, wanted: type[LegEvent] | Callable[[LegEvent], bool]) -> LegEvent:
    """Read events up to one of a type, or one that `wanted` says yes to."""
    async with asyncio.timeout(WAIT_S):
        async for event in leg.events():
            if isinstance(wanted, type) and isinstance(event, wanted):
                return event
            if not isinstance(wanted, type) and wanted(event):
                return event
    raise AssertionError("the leg ended first")
