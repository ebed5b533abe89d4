"""A raw phone's sound: RTP packets at the times, in the order and from where a test wants them."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from voicebot.audio.g711 import mulaw_encode
from voicebot.core.audio import FRAME_MS, Samples
from voicebot.core.ports import Audio, Leg, LegEnded

RATE = 8000
PER_FRAME = RATE * FRAME_MS // 1000
SILENT = b"\xff" * PER_FRAME
LOUD = 2000


def tone_payload(hz: int = 400) -> bytes:
    """A frame of a tone that goes on from frame to frame (whole periods in 20 ms)."""
    times = np.arange(PER_FRAME) / RATE
    return mulaw_encode((12000 * np.sin(2 * np.pi * hz * times)).astype(np.int16)).tobytes()


def packet(number: int, payload: bytes, *, ssrc: int = 0x1234, payload_type: int = 0) -> bytes:
    """The `number`th packet of a stream."""
    start = struct.pack(">BBHII", 0x80, payload_type, number & 0xFFFF, number * PER_FRAME, ssrc)
    return start + payload


@dataclass(frozen=True)
class Sending:
    """One packet: when, in ms since the start, and which."""

    at_ms: float
    number: int


def evenly(duration_ms: int, *, every_ms: float = FRAME_MS) -> list[Sending]:
    """A packet every so often."""
    return [Sending(n * every_ms, n) for n in range(int(duration_ms / every_ms))]


async def send_all(
    transport: asyncio.DatagramTransport, port: int, sendings: Iterable[Sending], payload: bytes
) -> None:
    """Send at the times given."""
    began_s = time.monotonic()
    for one in sorted(sendings, key=lambda one: one.at_ms):
        wait_s = began_s + one.at_ms / 1000 - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        transport.sendto(packet(one.number, payload), ("127.0.0.1", port))


@dataclass
class Heard:
    """What came out at the leg."""

    pieces: list[Samples] = field(default_factory=list)
    wall_ms: float = 0.0
    ended: LegEnded | None = None

    @property
    def samples(self) -> Samples:
        return np.concatenate(self.pieces) if self.pieces else np.zeros(0, np.int16)

    @property
    def duration_ms(self) -> float:
        return len(self.samples) * 1000 / RATE

    @property
    def loud_frames(self) -> list[bool]:
        """Frame by frame, whether something loud was heard."""
        samples = self.samples.astype(np.int32)
        frames = samples[: len(samples) // PER_FRAME * PER_FRAME].reshape(-1, PER_FRAME)
        return [bool(loud) for loud in np.abs(frames).max(axis=1) > LOUD]


async def hear(leg: Leg, duration_ms: int) -> Heard:
    """Listen for so long by the clock on the wall, or to the end of the leg."""
    heard, began_s = Heard(), 0.0
    async for event in leg.events():
        if isinstance(event, LegEnded):
            heard.ended = event
            break
        if not isinstance(event, Audio):
            continue
        now_s = time.monotonic()
        if not began_s:
            began_s = now_s
            continue  # time is counted from here on
        heard.pieces.append(event.heard.samples)
        heard.wall_ms = (now_s - began_s) * 1000
        if heard.wall_ms >= duration_ms:
            break
    return heard
