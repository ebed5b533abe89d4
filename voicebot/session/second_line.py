"""Another call of an agent's phone, to a colleague: a transfer's briefing by a line of its own.

Anna talks to a caller ─▶ her phone calls 202 here ─▶ Ben's phone rings ─▶ briefing
     she hangs up that call: back to the caller          her transfer key, or she hangs up the
                                                         caller's: the caller is put through
"""

from __future__ import annotations

from contextlib import suppress

from voicebot.core.call import LegState
from voicebot.core.errors import CallError
from voicebot.core.ports import Leg
from voicebot.core.transfers import TransferState
from voicebot.session.followed_leg import FollowedLeg
from voicebot.session.tasks import Tasks, Work

_REFUSED = {TransferState.REJECTED: 486, TransferState.FAILED: 480}
"""What the phone hears of a colleague who declined, or whom nobody reached: 486 Busy Here, 480
Temporarily Unavailable (RFC 3261, section 21.4)."""


class SecondLine(FollowedLeg):
    """Implements `far_end.FarEnd` over a leg that rings here."""

    def __init__(self, leg: Leg) -> None:
        super().__init__(leg)
        self.line = leg
        self._gone = False
        self._answering: Work[None] | None = None

    @property
    def ended(self) -> bool:
        return self._gone

    async def follow(self) -> None:
        """Until it ends."""
        self.line.ring()
        try:
            async for _ in self.followed(self.line):
                pass
        finally:
            self._gone = True

    def connect(self, tasks: Tasks) -> None:
        """The colleague is there: answer, by one of the call's tasks. Once; harmless again."""
        if self._answering is None:
            self._answering = tasks.start(self._answer(), "second line")

    @property
    def is_connected(self) -> bool:
        """Both hear each other."""
        return self.line.state is LegState.CONFIRMED

    async def hang_up(self, state: TransferState | None = None) -> None:
        """End it; one that rings still is refused by what became of the transfer."""
        code = _REFUSED.get(state, 0) if state is not None and self._answering is None else 0
        await self.line.hang_up(code)

    async def _answer(self) -> None:
        with suppress(CallError):
            await self.line.answer()
