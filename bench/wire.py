"""A telephone of two UDP sockets: it dials by SIP, talks G.711 and notes when each packet came.

    say(sound) ─▶ 20 ms packets, on time ─▶ RTP
    packets    ◀─ (kernel's time of arrival, level of its sound) ◀─ RTP

Between words it sends the noise of a quiet line, as telephones do. All times are the wall clock
in seconds, so that they compare with those of the hotline's journal on the same machine.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from dataclasses import dataclass
from typing import Self

import numpy as np

from bench.wire_sip import Dialog, udp_socket
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.core.audio import NARROWBAND, Samples

PACKET_S = 0.02
PACKET_SAMPLES = 160
SILENT_DB = -50.0
"""A packet of the bot's that is softer is silence; its speech is at -20 dBFS."""
LINE_DB = -65.0
"""Noise of a quiet line."""
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_POWERS = (mulaw_decode(np.arange(256, dtype=np.uint8)) / 32768.0) ** 2


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet from the bot."""

    at_s: float
    level_db: float

    @property
    def sounds(self) -> bool:
        """It is no silence."""
        return self.level_db > SILENT_DB


@dataclass(frozen=True, slots=True)
class Said:
    """When something was said into the telephone: a packet leaves when its last sample is in."""

    onset_s: float
    end_s: float


class WireCall:
    """One call. `async with` dials and hangs up; raises `ConnectionError` where nobody answers."""

    def __init__(self, host: str, port: int, called: str, caller: str, phase: float) -> None:
        """`phase`: part of 20 ms by which its packets are later than those of other calls."""
        self.arrivals: list[Arrival] = []
        self.lateness_s: list[float] = []
        """How late its packets were sent."""
        self._dialog = Dialog((host, port), called, caller)
        self._far_host = host
        self._phase_s = phase * PACKET_S
        self._loop = asyncio.get_running_loop()
        self._rtp = udp_socket()
        self._rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._news = asyncio.Event()
        self._noise = mulaw_encode(line_noise(NARROWBAND)).tobytes()
        self._speech = b""
        self._sent_s: list[float] = []
        """When the packets of what is being said left."""
        self._spoken: asyncio.Future[None] | None = None
        self._sequence = secrets.randbelow(30_000)

    async def __aenter__(self) -> Self:
        self._loop.add_reader(self._rtp, self._on_rtp)
        port = await self._dialog.dial(self._rtp.getsockname())
        self._rtp_far = (self._far_host, port)
        self._due_s = self._loop.time() + self._phase_s
        self._timer = self._loop.call_at(self._due_s, self._send_packet)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
        await self._dialog.hang_up()
        self._loop.remove_reader(self._rtp)
        self._rtp.close()

    @property
    def ended(self) -> bool:
        """The bot has hung up."""
        return self._dialog.ended

    # ------------------------------------------------------------ sound

    async def say(self, sound: Samples) -> Said:
        """Speak; returns when the last packet has left."""
        self._sent_s, self._spoken = [], self._loop.create_future()
        self._speech = mulaw_encode(sound).tobytes()
        await self._spoken
        first_s, last_s = self._sent_s[0], self._sent_s[-1]
        rest = (len(sound) - 1) % PACKET_SAMPLES + 1
        return Said(first_s - PACKET_S, last_s - PACKET_S + rest / NARROWBAND)

    async def news(self) -> None:
        """Wait for the next packet."""
        self._news.clear()
        await self._news.wait()

    def line_codes(self) -> bytes:
        """What the line sounds like for the packet that leaves next, mu-law."""
        start = self._sequence * 37 % (len(self._noise) - PACKET_SAMPLES)
        return self._noise[start : start + PACKET_SAMPLES]

    def packet_codes(self, chunk: bytes) -> bytes:
        """A packet of which `chunk` is what is being said, mu-law; shorter at the end of speech."""
        return chunk + self.line_codes()[len(chunk) :]

    def heard_codes(self, codes: bytes) -> None:
        """The sound of a packet from the bot, mu-law; for whoever wants more than its level."""

    def _send_packet(self) -> None:
        self.lateness_s.append(self._loop.time() - self._due_s)
        chunk, self._speech = self._speech[:PACKET_SAMPLES], self._speech[PACKET_SAMPLES:]
        body = self.packet_codes(chunk)
        stamp = self._sequence * PACKET_SAMPLES
        header = struct.pack(">BBHII", 0x80, 0, self._sequence & 0xFFFF, stamp, 0x5EED)
        self._rtp.sendto(header + body, self._rtp_far)
        if chunk:
            self._note_sent(time.time())
        self._sequence += 1
        self._due_s += PACKET_S
        self._timer = self._loop.call_at(self._due_s, self._send_packet)

    def _note_sent(self, now_s: float) -> None:
        self._sent_s.append(now_s)
        if not self._speech and self._spoken is not None and not self._spoken.done():
            self._spoken.set_result(None)

    def _on_rtp(self) -> None:
        data, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
        at_s = time.time()
        for _, kind, stamp in ancillary:
            if kind == _SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                at_s = seconds + nanoseconds / 1e9
        self.heard_codes(data[12:])
        codes = np.frombuffer(data[12:], dtype=np.uint8)
        power = float(_POWERS[codes].mean()) if len(codes) else 0.0
        self.arrivals.append(Arrival(at_s, 10 * float(np.log10(power + 1e-12))))
        self._news.set()


def line_noise(samples: int, seed: int = 0) -> Samples:
    """The noise of a quiet line."""
    noise = np.random.default_rng(seed).normal(0, 32768 * 10 ** (LINE_DB / 20), samples)
    return np.round(noise).astype(np.int16)
