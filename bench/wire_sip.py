"""The SIP of `bench/wire.py`: one dialog over UDP, as much of RFC 3261 as a caller needs."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket

ANSWER_S = 15.0
_T1_S = 0.5
"""First retransmission of a request (RFC 3261, 17.1.1.1)."""
_KEPT = re.compile("(via|from|to|call-id|cseq):", re.IGNORECASE)
_RTP_PORT = re.compile(r"^m=audio (\d+)", re.MULTILINE)


class Dialog:
    """One call's signaling. Its methods raise `ConnectionError` where the far end refuses."""

    def __init__(self, far: tuple[str, int], called: str, caller: str) -> None:
        self.ended = False
        """The far end has hung up."""
        self._far, self._called, self._caller = far, called, caller
        self._id, self._tag, self._to = secrets.token_hex(8), secrets.token_hex(4), ""
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._socket = udp_socket()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._on_message)

    async def dial(self, rtp: tuple[str, int]) -> int:
        """Offer G.711 at our RTP address; returns the far end's RTP port."""
        answer = await self._ask("INVITE", 1, offer(rtp))
        self._to = header(answer, "To")
        self._send("ACK", 1)
        if not rtp_port(answer) or not answer.startswith("SIP/2.0 200"):
            raise ConnectionError(answer.split("\r\n")[0])
        return rtp_port(answer)

    async def hang_up(self) -> None:
        """Say BYE, unless the far end has."""
        if not self.ended:
            await self._ask("BYE", 2)
        self._loop.remove_reader(self._socket)
        self._socket.close()

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
            is_ours = header(answer, "CSeq").startswith(f"{number} ")
            if is_ours and not answer.startswith("SIP/2.0 1"):
                return answer

    def _send(self, method: str, number: int, body: str = "", branch: str = "") -> None:
        host, port = self._socket.getsockname()
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
        self._socket.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._far)

    def _on_message(self) -> None:
        text = self._socket.recv(65536).decode("utf-8", "replace")
        if text.startswith("SIP/2.0"):
            self._answers.put_nowait(text)
        elif not text.startswith("ACK "):
            self.ended = self.ended or text.startswith("BYE ")
            self._socket.sendto(ok(text).encode(), self._far)


def udp_socket() -> socket.socket:
    """On loopback, at any port, for an event loop."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.setblocking(False)
    return one


def ok(request: str) -> str:
    """200 OK to a request within a dialog."""
    kept = [line for line in request.split("\r\n") if _KEPT.match(line)]
    return "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])


def rtp_port(message: str) -> int:
    """Where its SDP wants the sound; 0 where it has none."""
    found = _RTP_PORT.search(message)
    return int(found[1]) if found else 0


def offer(rtp: tuple[str, int]) -> str:
    """SDP: G.711 at this address."""
    host, port = rtp
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
    lines += [f"m=audio {port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=sendrecv"]
    return "\r\n".join(lines) + "\r\n"


def header(message: str, name: str) -> str:
    """The value of the first header of that name; empty where there is none."""
    found = re.search(rf"^{name}:\s*(.*?)\s*$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
