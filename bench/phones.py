"""A room full of telephones: many calls from one thread that costs next to nothing.

    every 2 ms ─▶ one of ten groups: send each call's packet, read what came for the group
                  SIP: answers, BYEs, what is due to be sent again

The phones of a group share one RTP socket: whose packet it is tells the port that it came from.
When a packet came tells the kernel, so it does no harm to read it later. Times are the wall clock
in seconds.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator

from bench.phone import Phone, Voice
from bench.wire_sip import header, rtp_port

GROUPS = 10
TICK_S = 0.02 / GROUPS
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_TIMESPEC = struct.Struct("@qq")
_BUFFER_BYTES = 8_000_000


class Phones:
    """All phones of a bench. One SIP socket, `GROUPS` RTP sockets."""

    def __init__(self, far_port: int) -> None:
        self.calls: list[Phone] = []
        """All that were dialed and not dropped since."""
        self.late_s: list[float] = []
        """How late each round of packets was."""
        self._far = ("127.0.0.1", far_port)
        self._sip = _socket()
        self._rtp = [_socket() for _ in range(GROUPS)]
        self._groups: list[dict[int, Phone]] = [{} for _ in range(GROUPS)]
        """Phones that talk, by the far end's port."""
        self._open: dict[str, Phone] = {}
        """Phones that are not done with SIP, by Call-ID."""
        self._dialed = 0
        self._tick = 0
        self._due_s = time.time()

    def close(self) -> None:
        """Close the sockets; hang up first."""
        for one in (self._sip, *self._rtp):
            one.close()

    def dial(self, called: str, caller: str, voice: Voice) -> Phone:
        """Send an INVITE; what becomes of it shows while the phones `run`."""
        group = self._dialed % GROUPS
        self._dialed += 1
        rtp = self._rtp[group].getsockname()[1]
        phone = Phone(self._sip, self._far, rtp, called, caller, voice, group)
        self.calls.append(phone)
        self._open[phone.id] = phone
        phone.invite()
        return phone

    def drop_unanswered(self) -> None:
        """Forget calls that nobody has answered yet: they are not repeated any more."""
        for phone in [phone for phone in self.calls if phone.dialing]:
            self._open.pop(phone.id)
            self.calls.remove(phone)

    def drop_ended(self) -> list[Phone]:
        """Calls that are over, which are not kept any longer."""
        ended = [phone for phone in self.calls if phone.id not in self._open]
        self.calls = [phone for phone in self.calls if phone.id in self._open]
        return ended

    @property
    def up(self) -> list[Phone]:
        """Calls that were answered and go on."""
        return [phone for group in self._groups for phone in group.values()]

    def run(self, seconds: float, each_tick: Callable[[], None] = lambda: None) -> None:
        """Let the calls go on for so long."""
        until_s = time.time() + seconds
        while time.time() < until_s:
            self._wait()
            self._talk(self._tick % GROUPS)
            self._tick += 1
            self._read_sip()
            self._send_again()
            each_tick()

    def _wait(self) -> None:
        self._due_s += TICK_S
        now_s = time.time()
        if self._due_s > now_s:
            time.sleep(self._due_s - now_s)
            now_s = time.time()
        self.late_s.append(now_s - self._due_s)
        if now_s - self._due_s > 1:  # the machine slept
            self._due_s = now_s

    # ------------------------------------------------------------ sound

    def _talk(self, number: int) -> None:
        group, rtp = self._groups[number], self._rtp[number]
        for port, phone in group.items():
            rtp.sendto(phone.next_packet(), ("127.0.0.1", port))
        for port, at_s, data in _arrived(rtp):
            phone_or_none = group.get(port)
            if phone_or_none is not None:
                phone_or_none.sound.take(at_s, data)

    # ------------------------------------------------------------ SIP

    def _read_sip(self) -> None:
        for _, at_s, data in _arrived(self._sip):
            text = data.decode("utf-8", "replace")
            phone = self._open.get(header(text, "Call-ID"))
            if phone is not None:
                self._take(phone, text, at_s)

    def _take(self, phone: Phone, text: str, at_s: float) -> None:
        code = int(text[8:11]) if text.startswith("SIP/2.0 ") else 0
        if text.startswith("BYE "):
            phone.hung_up_by_far_end(text, at_s)
            self._end(phone)
        elif code < 200:
            return
        elif "INVITE" in header(text, "CSeq"):
            was_dialing = phone.dialing
            phone.answered(code, text, at_s)
            if was_dialing and code == 200:
                self._groups[phone.group][rtp_port(text)] = phone
                phone.far_rtp = rtp_port(text)
            elif was_dialing:
                self._end(phone)
        elif "BYE" in header(text, "CSeq"):
            phone.ended_s = at_s
            self._end(phone)

    def _end(self, phone: Phone) -> None:
        self._groups[phone.group].pop(phone.far_rtp, None)
        self._open.pop(phone.id, None)

    def _send_again(self) -> None:
        """As UDP may lose a request: RFC 3261, 17.1.1.2 and 17.1.2.2."""
        if self._tick % 50:
            return
        now_s = time.time()
        for phone in list(self._open.values()):
            if not phone.send_again(now_s):
                self._end(phone)

    def hang_up(self, phone: Phone) -> None:
        """Send BYE. The phone falls silent at once."""
        if phone.id in self._open and phone.far_rtp:
            self._groups[phone.group].pop(phone.far_rtp, None)
            phone.bye()


def _arrived(one: socket.socket) -> Iterator[tuple[int, float, bytes]]:
    """Port that it came from, time by the kernel, data."""
    while True:
        try:
            data, ancillary, _, (_, port) = one.recvmsg(4096, 64)
        except BlockingIOError:
            return
        seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
        yield port, seconds + nanoseconds / 1e9, data


def _socket() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    try:
        one.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    except PermissionError:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    return one
