"""A telephone of two UDP sockets: it dials by SIP, talks G.711 and notes when each packet came.

    say(sound) ─▶ 20 ms packets, on time ─▶ RTP
    packets    ◀─ (kernel's time of arrival, level of its sound) ◀─ RTP

Between words it sends the noise of a quiet line, as telephones do. All times are the wall clock
in seconds, so that they compare with those of the hotline's journal on the same machine.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import struct
import time
from dataclasses import dataclass
from typing import Self

import numpy as np

from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.core.audio import NARROWBAND, Samples

PACKET_S = 0.02
PACKET_SAMPLES = 160
SILENT_DB = -50.0
"""A packet of the bot's that is softer is silence; its speech is at -20 dBFS."""
LINE_DB = -65.0
"""Noise of a quiet line."""
ANSWER_S = 15.0
_T1_S = 0.5
"""First retransmission of a request (RFC 3261, 17.1.1.1)."""
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
        self.ended = False
        self._far = (host, port)
        self._called, self._caller = called, caller
        self._phase_s = phase * PACKET_S
        self._id, self._tag, self._to = secrets.token_hex(8), secrets.token_hex(4), ""
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._news = asyncio.Event()
        self._noise = _line_noise()
        self._speech = b""
        self._spoken: asyncio.Future[tuple[float, float]] | None = None
        self._sequence = secrets.randbelow(30_000)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._sip, self._rtp = _socket(), _socket()
        self._rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._loop.add_reader(self._sip, self._on_sip)
        self._loop.add_reader(self._rtp, self._on_rtp)
        answer = await self._invite()
        found = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        if found is None:
            raise ConnectionError("the answer has no sound")
        self._rtp_far = (self._far[0], int(found[1]))
        self._due_s = self._loop.time() + self._phase_s
        self._timer = self._loop.call_at(self._due_s, self._send_packet)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
        if not self.ended:
            await self._ask("BYE", 2)
        for one in (self._sip, self._rtp):
            self._loop.remove_reader(one)
            one.close()

    # ------------------------------------------------------------ sound

    async def say(self, sound: Samples) -> Said:
        """Speak; returns when the last packet has left."""
        self._speech = mulaw_encode(sound).tobytes()
        self._spoken = self._loop.create_future()
        first_s, last_s = await self._spoken
        rest = (len(sound) - 1) % PACKET_SAMPLES + 1
        return Said(first_s - PACKET_S, last_s - PACKET_S + rest / NARROWBAND)

    async def news(self) -> None:
        """Wait for the next packet."""
        self._news.clear()
        await self._news.wait()

    def _send_packet(self) -> None:
        self.lateness_s.append(self._loop.time() - self._due_s)
        chunk, self._speech = self._speech[:PACKET_SAMPLES], self._speech[PACKET_SAMPLES:]
        start = self._sequence * 37 % (len(self._noise) - PACKET_SAMPLES)
        body = chunk + self._noise[start : start + PACKET_SAMPLES - len(chunk)]
        stamp = self._sequence * PACKET_SAMPLES
        header = struct.pack(">BBHII", 0x80, 0, self._sequence & 0xFFFF, stamp, 0x5EED)
        self._rtp.sendto(header + body, self._rtp_far)
        if chunk:
            self._note_sent(time.time())
        self._sequence += 1
        self._due_s += PACKET_S
        self._timer = self._loop.call_at(self._due_s, self._send_packet)

    def _note_sent(self, now_s: float) -> None:
        if self._spoken is None:
            return
        self._first_s = getattr(self, "_first_s", None) or now_s
        if not self._speech:
            self._spoken.set_result((self._first_s, now_s))
            self._spoken = self._first_s = None

    def _on_rtp(self) -> None:
        data, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
        at_s = time.time()
        for _, kind, stamp in ancillary:
            if kind == _SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                at_s = seconds + nanoseconds / 1e9
        codes = np.frombuffer(data[12:], dtype=np.uint8)
        power = float(_POWERS[codes].mean()) if len(codes) else 0.0
        self.arrivals.append(Arrival(at_s, 10 * float(np.log10(power + 1e-12))))
        self._news.set()

    # ------------------------------------------------------------ SIP

    async def _invite(self) -> str:
        answer = await self._ask("INVITE", 1, self._sdp())
        self._to = _header(answer, "To")
        self._send("ACK", 1)
        if not answer.startswith("SIP/2.0 200"):
            raise ConnectionError(answer.split("\r\n")[0])
        return answer

    async def _ask(self, method: str, number: int, body: str = "") -> str:
        """Send, again and again, until a final response comes."""
        branch = "z9hG4bK" + secrets.token_hex(6)
        async with asyncio.timeout(ANSWER_S):
            while True:
                self._send(method, number, body, branch)
                try:
                    return await asyncio.wait_for(self._final(number), _T1_S)
                except TimeoutError:
                    continue

    async def _final(self, number: int) -> str:
        while True:
            answer = await self._answers.get()
            is_ours = _header(answer, "CSeq").startswith(f"{number} ")
            if is_ours and not answer.startswith("SIP/2.0 1"):
                return answer

    def _send(self, method: str, number: int, body: str = "", branch: str = "") -> None:
        host, port = self._sip.getsockname()
        target = f"sip:{self._called}@{self._far[0]}:{self._far[1]}"
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={branch or 'z9hG4bK' + self._id};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self._caller}@{host}:{port}>;tag={self._tag}",
            f"To: {self._to or f'<{target}>'}",
            f"Call-ID: {self._id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self._caller}@{host}:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._far)

    def _sdp(self) -> str:
        host, port = self._rtp.getsockname()
        lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=sendrecv"]
        return "\r\n".join(lines) + "\r\n"

    def _on_sip(self) -> None:
        text = self._sip.recv(65536).decode("utf-8", "replace")
        if text.startswith("SIP/2.0"):
            self._answers.put_nowait(text)
        elif not text.startswith("ACK "):
            self.ended = self.ended or text.startswith("BYE ")
            self._news.set()
            kept = [line for line in text.split("\r\n") if re.match(_KEPT, line, re.IGNORECASE)]
            reply = ["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]
            self._sip.sendto("\r\n".join(reply).encode(), self._far)


_KEPT = "(via|from|to|call-id|cseq):"


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\s*$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _socket() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.setblocking(False)
    return one


def line_noise(samples: int, seed: int = 0) -> Samples:
    """The noise of a quiet line."""
    noise = np.random.default_rng(seed).normal(0, 32768 * 10 ** (LINE_DB / 20), samples)
    return np.round(noise).astype(np.int16)


def _line_noise() -> bytes:
    return mulaw_encode(line_noise(NARROWBAND)).tobytes()
