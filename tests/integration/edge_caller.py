"""Phones behind an edge: a caller whose requests take the way of the call's Record-Route, and an
agent's phone that registers."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from desk_caller import DeskCaller
from hotline import Hotline
from nimble_agent import NimbleAgent
from raw_phone import Answer, RawPhone

PASSWORD = "voicebot"


class EdgeCaller(DeskCaller):
    """Calls a flow by the edge; `line` is asked what became of the call."""

    def __init__(self, line: Hotline, edge_port: int, flow: str) -> None:
        super().__init__(line, flow)
        self.target = f"{flow}@127.0.0.1:{edge_port}"
        self._edge = ("127.0.0.1", edge_port)
        self._routes: list[str] = []
        self._contact = ""

    async def final(self) -> Answer:
        answer = await super().final()
        if answer.code == 200 and "record-route" in answer.headers:
            self._routes = list(reversed(answer.headers["record-route"]))
            found = re.search(r"<sip:([^>;]+)", answer.header("contact"))
            assert found is not None
            self._contact = found[1]
        return answer

    def send(self, method: str, target: str, *, headers: Any = None, **rest: Any) -> None:
        if self._contact:
            target = self._contact
            headers = {**(headers or {}), "Route": ", ".join(self._routes)}
        plain, edge = self.transport, self._edge
        self.transport = _By(plain, edge)  # type: ignore[assignment]
        try:
            super().send(method, target, headers=headers, **rest)
        finally:
            self.transport = plain


class _By:
    """Sends everything to the edge."""

    def __init__(self, transport: asyncio.DatagramTransport, to: tuple[str, int]) -> None:
        self._transport, self._to = transport, to

    def sendto(self, data: bytes, _addr: object) -> None:
        self._transport.sendto(data, self._to)


class EdgeAgent(NimbleAgent):
    """An agent's phone, registered at the edge by its name."""

    async def register(self, name: str, edge_port: int) -> int:
        """The code that the edge answers with, once it has the digest."""
        async with RawPhone("127.0.0.1") as phone:
            here = f"127.0.0.1:{edge_port}"
            who = f"<sip:{name}@voicebot>"
            fields = {
                "From": f"{who};tag={phone.tag}",
                "To": who,
                "Contact": f"<sip:{name}@127.0.0.1:{self.port}>",
                "Expires": "300",
            }
            first = await phone.request("REGISTER", here_of(here), headers=fields)
            assert first.code == 401
            phone.to_tag = ""
            challenge = first.header("www-authenticate")
            digest = phone.digest(challenge, "REGISTER", f"sip:{here_of(here)}", name, PASSWORD)
            fields["Authorization"] = digest
            return (await phone.request("REGISTER", here_of(here), headers=fields)).code


def here_of(address: str) -> str:
    """The request's address, with a user part as the raw phone wants one."""
    return f"edge@{address}"
