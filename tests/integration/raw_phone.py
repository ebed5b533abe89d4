"""A SIP phone made of one socket and text, for what a well-behaved one never sends."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import struct
from dataclasses import dataclass, field
from typing import Self

from voicebot.sip.info import read_headers

ANSWER_S = 20.0
"""How long an answer may take."""

SILENCE_S = 0.4
"""How long to listen before saying that there is no answer, in the tests of exactly that."""


@dataclass(frozen=True)
class Answer:
    """A response or request that came in."""

    text: str
    start: str = field(init=False)
    headers: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.text.split("\r\n", 1)[0])
        object.__setattr__(self, "headers", read_headers(self.text))

    @property
    def code(self) -> int:
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def body(self) -> str:
        return self.text.split("\r\n\r\n", 1)[1]

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), [""])[0]


class RawPhone(asyncio.DatagramProtocol):
    """One dialog at a time. Received messages wait in order."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.call_id = secrets.token_hex(8)
        self.tag = secrets.token_hex(4)
        self.to_tag = ""
        self.cseq = 0
        self.branch = ""
        self.inbox: asyncio.Queue[Answer] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self.address, 0)
        )
        self.port = self.transport.get_extra_info("sockname")[1]
        self.rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Rtp(self), local_addr=(self.address, 0)
        )
        self.rtp_port = self.rtp.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.transport.close()
        self.rtp.close()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.strip():
            self.inbox.put_nowait(Answer(data.decode()))

    def rtp_received(self, data: bytes) -> None:
        """An RTP packet came; this phone does not listen."""

    # ------------------------------------------------------------- messages

    def sdp(self, direction: str = "sendrecv") -> str:
        """An offer of G.711 and keys."""
        lines = [
            "v=0",
            f"o=- 1 1 IN IP4 {self.address}",
            "s=-",
            f"c=IN IP4 {self.address}",
            "t=0 0",
            f"m=audio {self.rtp_port} RTP/AVP 0 101",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
            f"a={direction}",
        ]
        return "\r\n".join(lines) + "\r\n"

    def send(
        self,
        method: str,
        target: str,
        *,
        headers: dict[str, str] | None = None,
        body: str = "",
        content_type: str = "application/sdp",
        cseq: int | None = None,
    ) -> None:
        """Send a request to `target`, `user@host:port`."""
        if cseq is None:
            self.cseq += 1
            self.branch = "z9hG4bK" + secrets.token_hex(6)
        number = self.cseq if cseq is None else cseq
        to_tag = f";tag={self.to_tag}" if self.to_tag else ""
        fields = {
            "Via": f"SIP/2.0/UDP {self.address}:{self.port};branch={self.branch};rport",
            "Max-Forwards": "70",
            "From": f'"Ann" <sip:ann@{self.address}:{self.port}>;tag={self.tag}',
            "To": f"<sip:{target}>{to_tag}",
            "Call-ID": self.call_id,
            "CSeq": f"{number} {method}",
            "Contact": f"<sip:ann@{self.address}:{self.port}>",
            **(headers or {}),
        }
        if body:
            fields["Content-Type"] = content_type
        fields["Content-Length"] = str(len(body))
        text = f"{method} sip:{target} SIP/2.0\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        host, port = target.rsplit("@", 1)[1].rsplit(":", 1)
        self.transport.sendto((text + "\r\n" + body).encode(), (host, int(port)))

    async def final(self) -> Answer:
        """The next final response; its To tag becomes the dialog's."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                answer = await self.inbox.get()
                if answer.code >= 200:
                    found = re.search(r"tag=([^;>\s]+)", answer.header("to"))
                    self.to_tag = found[1] if found else self.to_tag
                    return answer

    async def provisional(self, code: int) -> Answer:
        """The next response with this code."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                answer = await self.inbox.get()
                if answer.code == code:
                    return answer

    async def request(self, method: str, target: str, **rest: object) -> Answer:
        """Send and await the final response."""
        self.send(method, target, **rest)  # type: ignore[arg-type]
        return await self.final()

    async def invite(self, target: str, *, body: str | None = None, **rest: object) -> Answer:
        """INVITE and, for a 200, ACK. An empty body leaves the offer to the other side."""
        offer = self.sdp() if body is None else body
        answer = await self.request("INVITE", target, body=offer, **rest)
        late = self.sdp() if not offer and answer.code == 200 else ""
        # The ACK to a refusal belongs to the transaction, the one to a 200 does not: either way
        # this number is right, and nothing here looks at the branch of an ACK.
        self.send("ACK", target, cseq=self.cseq, body=late)
        return answer

    async def asked(self, method: str) -> Answer:
        """The next request of this method."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                message = await self.inbox.get()
                if message.start.startswith(f"{method} "):
                    return message

    def respond(
        self, request: Answer, code: int, to: str, *, headers: dict[str, str] | None = None
    ) -> None:
        """Answer a request within the dialog; `to` is `host:port`."""
        kept = ("via", "from", "to", "call-id", "cseq")
        lines = [f"SIP/2.0 {code} Whatever"]
        lines += [f"{name}: {value}" for name in kept for value in request.headers[name]]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Contact: <sip:ann@{self.address}:{self.port}>", "Content-Length: 0", "", ""]
        host, port = to.split(":")
        self.transport.sendto("\r\n".join(lines).encode(), (host, int(port)))

    async def nothing_comes(self) -> bool:
        """True if no message arrives for `SILENCE_S`."""
        try:
            async with asyncio.timeout(SILENCE_S):
                await self.inbox.get()
        except TimeoutError:
            return True
        return False

    def digest(self, challenge: str, method: str, uri: str, user: str, password: str) -> str:
        """The Authorization header for a challenge with qop=auth (RFC 7616, MD5)."""
        found = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        known = md5(f"{user}:{found['realm']}:{password}")
        asked = md5(f"{method}:{uri}")
        response = md5(f"{known}:{found['nonce']}:00000001:c0ffee:auth:{asked}")
        return (
            f'Digest username="{user}", realm="{found["realm"]}", nonce="{found["nonce"]}", '
            f'uri="{uri}", qop=auth, nc=00000001, cnonce="c0ffee", response="{response}", '
            "algorithm=MD5"
        )

    def send_key_packet(
        self, to_port: int, *, sequence: int, timestamp: int, code: int, duration: int, end: bool
    ) -> None:
        """One packet of an RFC 4733 event, to the far end's RTP port."""
        header = struct.pack(">BBHII", 0x80, 101, sequence, timestamp, 0x1234)
        event = struct.pack(">BBH", code, 0x8A if end else 0x0A, duration)
        self.rtp.sendto(header + event, (self.address, to_port))


class _Rtp(asyncio.DatagramProtocol):
    """The phone's other socket."""

    def __init__(self, phone: RawPhone) -> None:
        self._phone = phone

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._phone.rtp_received(data)


def rtp_port_of(answer: Answer) -> int:
    """The far end's RTP port, from its SDP."""
    found = re.search(r"m=audio (\d+)", answer.body)
    assert found is not None
    return int(found[1])
