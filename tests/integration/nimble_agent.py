"""An agent's phone that answers after a moment, and counts its calls: none may stay open."""

from __future__ import annotations

import asyncio
import secrets
from typing import Self

from raw_phone import Answer


class NimbleAgent(asyncio.DatagramProtocol):
    """Any number of calls, one after the other."""

    def __init__(self, port: int, *, answers_after_ms: int) -> None:
        self.port = port
        self.calls: dict[str, str] = {}
        """What became of each call: `ringing`, `talking`, `cancelled` or `ended`."""
        self.all_over = asyncio.Event()
        """Set while no call rings or talks."""
        self.all_over.set()
        self._answers_after_ms = answers_after_ms
        self._tag = secrets.token_hex(4)
        self._invites: dict[str, Answer] = {}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", self.port)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    def _mark(self, call: str, state: str) -> None:
        self.calls[call] = state
        if {"ringing", "talking"} & set(self.calls.values()):
            self.all_over.clear()
        else:
            self.all_over.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Answer(data.decode())
        call, method = message.header("call-id"), message.start.split(" ")[0]
        match method:
            case "INVITE" if call not in self.calls:
                self._ring(message, addr)
            case "CANCEL":
                self._reply(message, "200 OK", addr)
                if self.calls.get(call) == "ringing":
                    self._mark(call, "cancelled")
                    self._reply(self._invites[call], "487 Request Terminated", addr)
            case "BYE":
                self._mark(call, "ended")
                self._reply(message, "200 OK", addr)
            case "OPTIONS":
                self._reply(message, "200 OK", addr)
            case _:
                pass

    def _ring(self, invite: Answer, addr: tuple[str, int]) -> None:
        self._mark(invite.header("call-id"), "ringing")
        self._invites[invite.header("call-id")] = invite
        self._reply(invite, "180 Ringing", addr)
        loop = asyncio.get_running_loop()
        loop.call_later(self._answers_after_ms / 1000, self._answer, invite, addr)

    def _answer(self, invite: Answer, addr: tuple[str, int]) -> None:
        call = invite.header("call-id")
        if self.calls[call] != "ringing":
            return
        self._mark(call, "talking")
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += ["m=audio 9 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", ""]
        self._reply(invite, "200 OK", addr, body="\r\n".join(lines))

    def _reply(
        self, request: Answer, status: str, addr: tuple[str, int], *, body: str = ""
    ) -> None:
        lines = [f"SIP/2.0 {status}"]
        for name in ("via", "record-route", "from", "to", "call-id", "cseq"):
            for value in request.headers.get(name, []):
                tag = f";tag={self._tag}" if name == "to" and "tag=" not in value else ""
                lines.append(f"{name}: {value}{tag}")
        lines.append(f"Contact: <sip:agent@127.0.0.1:{self.port}>")
        lines += ["Content-Type: application/sdp"] if body else []
        lines += [f"Content-Length: {len(body)}", "", body]
        self._transport.sendto("\r\n".join(lines).encode(), addr)
