"""Agents' phones for a bench: ring for a moment, answer, talk for a while, hang up. No sound.

One UDP socket for all of them; `tick` is to be called all the time.
"""

from __future__ import annotations

import heapq
import re
import secrets
import socket
import time
from dataclasses import dataclass

from bench.wire_sip import header, offer, ok

_KEPT = re.compile("(via|from|call-id|cseq|record-route):", re.IGNORECASE)


@dataclass(slots=True)
class _Call:
    invite: str
    far: tuple[str, int]
    tag: str
    talks: bool = False
    over: bool = False


class Answering:
    """All phones of a bench's agents; whichever agent is called answers."""

    def __init__(self, *, ring_s: float, talk_s: float) -> None:
        self._ring_s, self._talk_s = ring_s, talk_s
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._silent.bind(("127.0.0.1", 0))
        self._calls: dict[str, _Call] = {}
        self._due: list[tuple[float, str]] = []
        self.answered = self.canceled = self.hung_up = 0
        """Calls so far: taken, given up while they rang, ended by the hotline."""

    @property
    def port(self) -> int:
        """Where agents are called."""
        return int(self._socket.getsockname()[1])

    @property
    def ringing(self) -> int:
        """Phones that ring now."""
        return sum(not call.talks and not call.over for call in self._calls.values())

    @property
    def talking(self) -> int:
        """Phones on which somebody talks now."""
        return sum(call.talks and not call.over for call in self._calls.values())

    def close(self) -> None:
        """Let the ports go."""
        self._socket.close()
        self._silent.close()

    def tick(self) -> None:
        """Take what came, do what is due."""
        while True:
            try:
                data, far = self._socket.recvfrom(4096)
            except BlockingIOError:
                break
            self._take(data.decode("utf-8", "replace"), far)
        while self._due and self._due[0][0] <= time.monotonic():
            self._act(heapq.heappop(self._due)[1])

    def _take(self, text: str, far: tuple[str, int]) -> None:
        name = header(text, "Call-ID")
        call = self._calls.get(name)
        match text.split(" ", 1)[0]:
            case "INVITE" if call is None:
                self._calls[name] = call = _Call(text, far, secrets.token_hex(4))
                self._answer(call, "180 Ringing")
                self._later(self._ring_s, name)
            case "CANCEL" if call is not None:
                self._socket.sendto(ok(text).encode(), far)
                self._answer(call, "487 Request Terminated")
                self.canceled += not call.over
                call.over = True
            case "BYE" if call is not None:
                self._socket.sendto(ok(text).encode(), far)
                self.hung_up += not call.over
                call.over = True

    def _later(self, after_s: float, name: str) -> None:
        heapq.heappush(self._due, (time.monotonic() + after_s, name))

    def _act(self, name: str) -> None:
        call = self._calls[name]
        if call.over:
            return
        if call.talks:
            call.over = True
            self._socket.sendto(_bye(call).encode(), call.far)
            return
        call.talks = True
        self.answered += 1
        self._answer(call, "200 OK", offer(self._silent.getsockname()))
        self._later(self._talk_s, name)

    def _answer(self, call: _Call, status: str, body: str = "") -> None:
        kept = [line for line in call.invite.split("\r\n") if _KEPT.match(line)]
        lines = [
            f"SIP/2.0 {status}",
            *kept,
            f"To: {header(call.invite, 'To')};tag={call.tag}",
            f"Contact: <sip:agent@127.0.0.1:{self.port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._socket.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), call.far)


def _bye(call: _Call) -> str:
    contact = re.search(r"<([^>]+)>", header(call.invite, "Contact"))
    target = contact[1] if contact else f"sip:{call.far[0]}:{call.far[1]}"
    lines = [
        f"BYE {target} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK{secrets.token_hex(6)};rport",
        "Max-Forwards: 70",
        f"From: {header(call.invite, 'To')};tag={call.tag}",
        f"To: {header(call.invite, 'From')}",
        f"Call-ID: {header(call.invite, 'Call-ID')}",
        "CSeq: 1 BYE",
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"
