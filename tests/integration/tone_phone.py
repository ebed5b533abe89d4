"""Phones that send a tone of their own and keep what they hear: who hears whom is measured.

Frequencies have whole periods in 20 ms, and none is a key's.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import struct
from collections import deque
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import numpy as np
from desk_caller import DeskCaller
from hotline import Hotline
from raw_phone import ANSWER_S, Answer
from rtp_phone import PER_FRAME, RATE, packet, tone_payload

from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.audio.tones import dtmf
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import Pcm, Samples

TONES = {"caller": 500, "anna": 800, "ben": 1100, "boss": 1400, "branch": 1750, "chief": 2050}
"""In Hz, by who sends it."""
LOUD = 0.15
"""Amplitude, of the one that is sent, from which a tone counts as heard."""
SENT = 12_000
STRETCH = 15
"""Packets of 20 ms, in which whose tones are heard is measured."""
GONE_AFTER = 10
"""Stretches of what a phone hears, in which what it is not to hear (any more) may yet come."""
PATIENCE_S = 25.0


class Sound:
    """A tone out, all that comes in kept."""

    def __init__(self, hz: int) -> None:
        self._payload = tone_payload(hz)
        self._heard: list[bytes] = []
        self._came = asyncio.Event()
        self._number = 0
        self._keys: deque[bytes] = deque()

    def take(self, data: bytes) -> None:
        """An RTP packet came."""
        if len(data) > 12 and data[1] & 0x7F == 0:
            self._heard.append(data[12:])
            self._came.set()

    async def send(self, transport: asyncio.DatagramTransport, port: int) -> None:
        """The tone, for as long as it is not canceled."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            self._number += 1
            payload = self._keys.popleft() if self._keys else self._payload
            transport.sendto(packet(self._number, payload), ("127.0.0.1", port))
            due_s += 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def press(self, keys: str) -> None:
        """The tones of keys, in place of its own."""
        data = mulaw_encode(dtmf(keys, RATE, on_ms=120, off_ms=120).samples).tobytes()
        frames = [data[at : at + PER_FRAME] for at in range(0, len(data), PER_FRAME)]
        self._keys.extend(frame.ljust(PER_FRAME, b"\xff") for frame in frames)

    @property
    def samples(self) -> Samples:
        """All that was heard."""
        return _samples(self._heard)

    @property
    def ever(self) -> set[str]:
        """Whose tones were heard at any time."""
        starts = range(0, len(self._heard), STRETCH)
        parts = (_samples(self._heard[at : at + STRETCH]) for at in starts)
        return set[str]().union(*(heard_in(part, RATE) for part in parts))

    async def stretch(self) -> set[str]:
        """Whose tones are in the next stretch that comes."""
        end = len(self._heard) + STRETCH
        while len(self._heard) < end:
            self._came.clear()
            await self._came.wait()
        return heard_in(_samples(self._heard[end - STRETCH : end]), RATE)

    def save(self, path: Path) -> None:
        """As a WAV file, for ears."""
        write_wav(path, Pcm(self.samples, RATE))


def _samples(packets: list[bytes]) -> Samples:
    return mulaw_decode(np.frombuffer(b"".join(packets), np.uint8))


def heard_in(samples: Samples, rate: int) -> set[str]:
    """Whose tones sound in a stretch of sound."""
    return {name for name, hz in TONES.items() if amplitude(samples, hz, rate) > LOUD * SENT}


def amplitude(samples: Samples, hz: int, rate: int) -> float:
    """Of one frequency."""
    if not len(samples):
        return 0.0
    angles = 2 * np.pi * hz * np.arange(len(samples)) / rate
    return float(2 * np.abs(np.mean(samples * np.exp(-1j * angles))))


class ToneCaller(DeskCaller):
    """A caller, or the phone of somebody who calls a star code."""

    def __init__(self, line: Hotline, flow: str, name: str = "caller", user: str = "") -> None:
        super().__init__(line, flow)
        self.name = user or self.name
        self.sound = Sound(TONES[name])
        self._sending: asyncio.Task[None] | None = None

    def rtp_received(self, data: bytes) -> None:
        self.sound.take(data)

    async def dial(self, *, body: str | None = None) -> Answer:
        answer = await super().dial(body=body)
        if answer.code == 200:
            self._sending = asyncio.create_task(self.sound.send(self.rtp, self.far_rtp_port))
        return answer

    async def __aexit__(self, *exception: object) -> None:
        if self._sending is not None:
            self._sending.cancel()
        await super().__aexit__(*exception)


class TonePhone(asyncio.DatagramProtocol):
    """A phone at a port that answers each call after a moment; one at a time."""

    def __init__(
        self, name: str, port: int, *, answers_after_ms: int = 200, events: bool = True
    ) -> None:
        """`events`: it agrees to signal keys."""
        self.name, self.port, self._events = name, port, events
        self.sound = Sound(TONES[name])
        self._changed = asyncio.Event()
        self.state = "idle"
        """`ringing`, `talking`; `ended` after a BYE or a CANCEL."""
        self.notified: list[str] = []
        """First lines of the bodies of NOTIFY."""
        self.replaced = ""
        """Replaces of the last INVITE."""
        self._answers_after_ms = answers_after_ms
        self._tag = secrets.token_hex(4)
        self._cseq = 0
        self._answers: asyncio.Queue[Answer] = asyncio.Queue()
        self._sending: asyncio.Task[None] | None = None
        self._sequence, self._timestamp = 30_000, 5_000_000

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", self.port)
        )
        self._rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Rtp(self.sound), local_addr=("127.0.0.1", 0)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._sip.close()
        self._rtp.close()

    async def until(self, state: str) -> None:
        """Wait for a state."""
        async with asyncio.timeout(PATIENCE_S):
            while self.state != state:
                self._changed.clear()
                await self._changed.wait()

    async def until_notified(self, code: str) -> None:
        """Wait for a NOTIFY that tells of a status."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(line.split()[1] == code for line in self.notified):
                self._changed.clear()
                await self._changed.wait()

    # ------------------------------------------------------------- what is done at it

    async def press(self, keys: str) -> None:
        """By RFC 4733, 100 ms each and as long a pause."""
        for key in keys:
            self._timestamp += 1600
            code = "0123456789*#".index(key)
            for step in range(1, 9):
                self._sequence += 1
                head = struct.pack(
                    ">BBHII", 0x80, self._key_type, self._sequence, self._timestamp, 0x77
                )
                end = 0x8A if step > 5 else 0x0A
                event = struct.pack(">BBH", code, end, min(160 * step, 800))
                self._rtp.sendto(head + event, ("127.0.0.1", self._far_rtp_port))
            await asyncio.sleep(0.05)

    async def refer(self, target: str) -> int:
        """Send the call elsewhere; the status of the answer."""
        return (await self._request("REFER", {"Refer-To": f"<{target}>"})).code

    async def hang_up(self) -> None:
        """BYE."""
        assert (await self._request("BYE")).code == 200
        self._over()

    async def _request(self, method: str, headers: Mapping[str, str] | None = None) -> Answer:
        self._cseq += 1
        target = re.search(r"<(sip:[^>]+)>", self._invite.header("contact"))
        assert target is not None
        fields = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport",
            "Max-Forwards": "70",
            "From": f"{self._invite.header('to')};tag={self._tag}",
            "To": self._invite.header("from"),
            "Call-ID": self._invite.header("call-id"),
            "CSeq": f"{self._cseq} {method}",
            "Contact": f"<sip:{self.name}@127.0.0.1:{self.port}>",
            **(headers or {}),
            "Content-Length": "0",
        }
        text = f"{method} {target[1]} SIP/2.0\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        self._sip.sendto(text.encode(), self._far)
        async with asyncio.timeout(ANSWER_S):
            while True:
                answer = await self._answers.get()
                if answer.code >= 200 and answer.header("cseq") == fields["CSeq"]:
                    return answer

    # ------------------------------------------------------------- what comes

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Answer(data.decode())
        if message.code:
            self._answers.put_nowait(message)
            return
        match message.start.split(" ")[0]:
            case "INVITE" if self.state in ("idle", "ended"):
                self._ring(message, addr)
            case "CANCEL":
                self._reply(message, "200 OK", addr)
                self._reply(self._invite, "487 Request Terminated", addr)
                self._over()
            case "BYE":
                self._reply(message, "200 OK", addr)
                self._over()
            case "NOTIFY":
                self.notified.append(message.body.split("\r\n")[0])
                self._changed.set()
                self._reply(message, "200 OK", addr)
            case _:
                pass

    def _ring(self, invite: Answer, addr: tuple[str, int]) -> None:
        self._invite, self._far = invite, addr
        self._is("ringing")
        self.replaced = invite.header("replaces")
        self._reply(invite, "180 Ringing", addr)
        loop = asyncio.get_running_loop()
        loop.call_later(self._answers_after_ms / 1000, self._answer)

    def _answer(self) -> None:
        if self.state != "ringing":
            return
        self._is("talking")
        found = re.search(r"m=audio (\d+)", self._invite.body)
        assert found is not None
        self._far_rtp_port = int(found[1])
        keys = re.search(r"a=rtpmap:(\d+) telephone-event/8000", self._invite.body)
        assert keys is not None
        self._key_type = int(keys[1])
        self._sending = asyncio.create_task(self.sound.send(self._rtp, self._far_rtp_port))
        port = self._rtp.get_extra_info("sockname")[1]
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        types = f"0 {keys[1]}" if self._events else "0"
        lines += [f"m=audio {port} RTP/AVP {types}", "a=rtpmap:0 PCMU/8000"]
        lines += [f"a=rtpmap:{keys[1]} telephone-event/8000"] if self._events else []
        lines.append("")
        self._reply(self._invite, "200 OK", self._far, body="\r\n".join(lines))

    def _is(self, state: str) -> None:
        self.state = state
        self._changed.set()

    def _over(self) -> None:
        self._is("ended")
        if self._sending is not None:
            self._sending.cancel()

    def _reply(
        self, request: Answer, status: str, addr: tuple[str, int], *, body: str = ""
    ) -> None:
        lines = [f"SIP/2.0 {status}"]
        for name in ("via", "from", "to", "call-id", "cseq"):
            for value in request.headers[name]:
                tag = f";tag={self._tag}" if name == "to" and "tag=" not in value else ""
                lines.append(f"{name}: {value}{tag}")
        lines.append(f"Contact: <sip:{self.name}@127.0.0.1:{self.port}>")
        lines += ["Content-Type: application/sdp"] if body else []
        lines += [f"Content-Length: {len(body)}", "", body]
        self._sip.sendto("\r\n".join(lines).encode(), addr)


class _Rtp(asyncio.DatagramProtocol):
    def __init__(self, sound: Sound) -> None:
        self._sound = sound

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._sound.take(data)


async def only(wanted: set[tuple[str, str]], phones: Mapping[str, Sound]) -> None:
    """Wait until these are heard and no others: pairs of names, the first hears the second. Fails
    where one is not heard, or where another goes on.

    Each phone must be in a call: time is the sound that comes to it, so that on a busy machine
    what is late is not taken for silence.
    """
    heard: set[tuple[str, str]] = set()
    try:
        async with asyncio.timeout(PATIENCE_S):
            for passed in count():
                heard = await _stretch(phones)
                if passed and heard == wanted:  # The first has yet what was on its way before.
                    return
                assert passed < GONE_AFTER or heard <= wanted, f"also heard: {heard - wanted}"
    except TimeoutError:
        raise AssertionError(f"heard: {heard}; wanted: {wanted}") from None


async def _stretch(phones: Mapping[str, Sound]) -> set[tuple[str, str]]:
    tones = await asyncio.gather(*(sound.stretch() for sound in phones.values()))
    return {(name, one) for name, heard in zip(phones, tones, strict=True) for one in heard}


assert all(hz % 50 == 0 for hz in TONES.values())
assert PER_FRAME == RATE // 50
