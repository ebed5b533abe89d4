"""One telephone of `bench/phones.py`: its SIP, what it says and what it hears."""

from __future__ import annotations

import random
import secrets
import socket
import struct
import time
from array import array
from collections.abc import Iterator, Sequence

from bench.wire_sip import header, offer, ok

PACKET_SAMPLES = 160
PACKET_S = 0.02
_RTP = struct.Struct(">BBHII")
_GIVE_UP_S = 32.0
"""64 times T1 (RFC 3261, timer B and F)."""

Voice = Iterator[bytes]
"""The payload of each packet."""


def quiet(noise: bytes) -> Voice:
    """The noise of a line where nobody speaks."""
    at = random.randrange(len(noise))
    while True:
        at = (at + 37) % (len(noise) - PACKET_SAMPLES)
        yield noise[at : at + PACKET_SAMPLES]


def talking(noise: bytes, clips: Sequence[bytes], share: float, chance: random.Random) -> Voice:
    """Says one clip after the other, with pauses so that it speaks for `share` of the time."""
    silence = quiet(noise)
    pause = chance.choice(clips)
    for _ in range(round(len(pause) / PACKET_SAMPLES / share * chance.random())):
        yield next(silence)
    while True:
        clip = chance.choice(clips)
        whole = len(clip) // PACKET_SAMPLES
        for number in range(whole):
            yield clip[number * PACKET_SAMPLES : (number + 1) * PACKET_SAMPLES]
        for _ in range(round(whole * (1 / share - 1) * chance.uniform(0.5, 1.5))):
            yield next(silence)


class Sound:
    """The bot's packets at one phone."""

    def __init__(self) -> None:
        self.arrivals = array("d")
        self.missing = 0
        """Sequence numbers that never came, or came out of order."""
        self._last = -1

    def take(self, at_s: float, data: bytes) -> None:
        """A packet."""
        if data[0] != 0x80 or data[1] & 0x7F:
            return
        number = data[2] << 8 | data[3]
        if self._last >= 0 and number != (self._last + 1) & 0xFFFF:
            self.missing += 1
        self._last = number
        self.arrivals.append(at_s)


class Phone:
    """One call, from INVITE to BYE."""

    def __init__(
        self,
        sip: socket.socket,
        far: tuple[str, int],
        rtp: int,
        called: str,
        caller: str,
        voice: Voice,
        group: int,
    ) -> None:
        self.id, self.caller, self.group = secrets.token_hex(8), caller, group
        self.far_rtp = 0
        self.sound = Sound()
        self.sent = 0
        self.code = 0
        """Final response to the INVITE; 0 where none came."""
        self.retry_after = ""
        self.invited_s = self.answered_s = self.ended_s = 0.0
        self.by_far_end = False
        self.sent_again = 0
        self._sip, self._far, self._rtp = sip, far, rtp
        self._called, self._voice = called, voice
        self._tag, self._to = secrets.token_hex(4), ""
        self._waits: tuple[str, float, float] | None = None
        """Request that waits for its answer, when it was sent first, and when again."""

    @property
    def dialing(self) -> bool:
        """No final response came yet."""
        return not self.code

    def next_packet(self) -> bytes:
        """RTP, PCMU."""
        self.sent += 1
        start = _RTP.pack(0x80, 0, self.sent & 0xFFFF, self.sent * PACKET_SAMPLES, self._rtp)
        return start + next(self._voice)

    # ------------------------------------------------------------ SIP

    def invite(self) -> None:
        """Call."""
        self.invited_s = time.time()
        self._ask("INVITE", 1, offer(("127.0.0.1", self._rtp)))

    def bye(self) -> None:
        """Hang up."""
        self._ask("BYE", 2)

    def answered(self, code: int, text: str, at_s: float) -> None:
        """A final response, the first time or again."""
        self._to = header(text, "To")
        branch = header(text, "Via").partition("branch=")[2].partition(";")[0]
        self._send(self._request("ACK", 1, "", branch if code >= 300 else self._branch()))
        if self.dialing:
            self.code, self.answered_s, self._waits = code, at_s, None
            self.retry_after = header(text, "Retry-After")

    def hung_up_by_far_end(self, text: str, at_s: float) -> None:
        """Answer its BYE."""
        self.ended_s, self.by_far_end, self._waits = at_s, True, None
        self._send(ok(text))

    def send_again(self, now_s: float) -> bool:
        """Repeat what got no answer; False where it is given up."""
        if self._waits is None:
            return True
        text, first_s, again_s = self._waits
        if now_s - first_s > _GIVE_UP_S:
            return False
        if now_s >= again_s:
            self._send(text)
            self.sent_again += 1
            self._waits = (text, first_s, now_s + min(4.0, 2 * (again_s - first_s)))
        return True

    def _ask(self, method: str, number: int, body: str = "") -> None:
        text, now_s = self._request(method, number, body, self._branch()), time.time()
        self._waits = (text, now_s, now_s + 0.5)
        self._send(text)

    def _branch(self) -> str:
        return "z9hG4bK" + secrets.token_hex(6)

    def _send(self, text: str) -> None:
        self._sip.sendto(text.encode(), self._far)

    def _request(self, method: str, number: int, body: str, branch: str) -> str:
        here = f"127.0.0.1:{self._sip.getsockname()[1]}"
        target = f"sip:{self._called}@{self._far[0]}:{self._far[1]}"
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch={branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.caller}@{here}>;tag={self._tag}",
            f"To: {self._to or f'<{target}>'}",
            f"Call-ID: {self.id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.caller}@{here}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body
