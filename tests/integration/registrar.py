"""A registrar that refuses as often as it is told to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Self


class Registrar(asyncio.DatagramProtocol):
    """Answers each REGISTER with the next of `codes`, the last one for ever."""

    def __init__(self, codes: Sequence[int]) -> None:
        self._codes = list(codes)
        self.requests: asyncio.Queue[str] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.host = f"127.0.0.1:{self._transport.get_extra_info('sockname')[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        if not text.startswith("REGISTER"):
            return
        self.requests.put_nowait(text)
        code = self._codes.pop(0) if len(self._codes) > 1 else self._codes[0]
        self._transport.sendto(_answer(text, code).encode(), addr)


def _answer(request: str, code: int) -> str:
    kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq|Contact): .*$", request, re.MULTILINE)
    lines = [f"SIP/2.0 {code} Whatever", *(line.strip() for line in kept)]
    lines = [f"{line};tag=r" if line.startswith("To:") else line for line in lines]
    if code == 401:
        lines.append('WWW-Authenticate: Digest realm="provider", nonce="abc", algorithm=MD5')
    return "\r\n".join([*lines, "Expires: 300", "Content-Length: 0", "", ""])
