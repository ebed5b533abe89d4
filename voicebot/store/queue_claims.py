"""Claims that are asked for: each is granted or refused in time, whatever the database does."""

from __future__ import annotations

import asyncio
from functools import partial

from voicebot.queueing.sharing import Reply

PATIENCE_S = 1.0
"""A claim that takes longer is made afterwards."""


class Claim:
    """One that is asked for."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._told = False
        self.timer: asyncio.TimerHandle | None = None

    def tell(self, *, granted: bool) -> None:
        """Once."""
        if self.timer is not None:
            self.timer.cancel()
        if not self._told:
            self._told = True
            self._reply(granted)

    def refuse(self) -> None:
        """Though it may have been granted before."""
        self._told = False
        self.tell(granted=False)


class Claims:
    """Those of a node. Used on its event loop."""

    def __init__(self) -> None:
        self._asked: dict[Claim, None] = {}

    def ask(self, reply: Reply, *, away: bool) -> Claim:
        """While the database is `away`, it is granted by what is known."""
        claim = Claim(reply)
        if away:
            claim.tell(granted=True)
        else:
            self._asked[claim] = None
            loop = asyncio.get_running_loop()
            claim.timer = loop.call_later(PATIENCE_S, partial(self.go_ahead, claim))
        return claim

    def go_ahead(self, claim: Claim) -> None:
        """It took too long."""
        self._asked.pop(claim, None)
        claim.tell(granted=True)

    def all_go_ahead(self) -> None:
        """The database went away."""
        for claim in tuple(self._asked):
            self.go_ahead(claim)

    def settle(self, claim: Claim, *, granted: bool) -> None:
        """By the database."""
        self._asked.pop(claim, None)
        if granted:
            claim.tell(granted=True)
        else:
            claim.refuse()
