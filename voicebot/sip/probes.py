"""Whether somebody is there: OPTIONS to an address, and what came back (RFC 3261, section 11).

A phone answers, whatever it says; a proxy answers for a phone that it knows of (it has registered).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pjsua2 as pj

Answered = Callable[[str, int], None]
"""Told of the address that was asked, and the final response: 408 where none came."""

WAIT_S = 3.0
"""For the final response: the request has been sent three times by then (RFC 3261, timer E)."""
_NOBODY = frozenset({404, 408, 410, 430, 480, 502, 503, 504})
"""No such user, nobody registered, no answer, no way there."""


class Probes:
    """Questions that are under way, by address. Used on the event loop."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[int]] = {}

    async def ask(self, uri: str, send: Callable[[], Awaitable[None]]) -> int:
        """Have it sent, and wait for the final response; 408 where none comes."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked[uri] = future
        try:
            await send()
            return await asyncio.wait_for(future, WAIT_S)
        except TimeoutError:
            return 408
        finally:
            self._asked.pop(uri, None)

    def answered(self, uri: str, code: int) -> None:
        """For whoever asked."""
        future = self._asked.get(uri)
        if future is not None and not future.done():
            future.set_result(code)


def is_there(code: int) -> bool:
    """What a final response to OPTIONS says of the phone."""
    return code not in _NOBODY


def send_options(account: pj.Account, uri: str) -> None:
    """On the owner thread. Raises `pj.Error` where it cannot be sent."""
    request = pj.SendRequestParam()
    request.method = "OPTIONS"
    request.txOption.targetUri = uri
    account.sendRequest(request)


def answer_of(prm: Any) -> tuple[str, int]:
    """The address that was asked, and the response: of pjsua2's `OnSendRequestParam`."""
    transaction = prm.e.body.tsxState.tsx
    line = transaction.lastTx.wholeMsg.split("\r\n", 1)[0].split(" ")
    return (line[1] if len(line) > 1 else "", transaction.statusCode)
