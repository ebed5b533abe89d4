"""Somebody's phone, called by us: rung, answered, hung up."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.core.call import LegState
from voicebot.core.errors import VoicebotError
from voicebot.core.ports import LegEnded, StateChanged
from voicebot.core.queueing import OfferOutcome
from voicebot.session.context import Context
from voicebot.session.far_end import FarEnd
from voicebot.session.followed_leg import FollowedLeg
from voicebot.session.tasks import Work

SUPERVISOR_RINGS_MS = 30_000
"""How long a supervisor's phone is called."""
_BUSY = {486, 600}
_REJECTED = {403, 433, 603, 607}
_NO_ANSWER = {408, 480, 487}


class DialedLeg(FollowedLeg):
    """The leg to one address. Follows the leg's events until it ends."""

    def __init__(
        self,
        context: Context,
        address: str,
        ring_ms: int,
        *,
        headers: Mapping[str, str] | None = None,
        role: str = "agent",
    ) -> None:
        """`role` names the leg in the journal."""
        super().__init__()
        self.code = 0
        """SIP status that it ended with."""
        self.rang = False
        """The phone said so (180, 183)."""
        self._context, self._address, self._role = context, address, role
        self._headers = headers or {}
        self._deadline_ms = context.line.now_ms + ring_ms
        self._outcome: OfferOutcome | None = None
        self._following: Work[None] = context.tasks.start(self._follow(), f"{role} leg")

    @property
    def ended(self) -> bool:
        """The leg is gone."""
        return self._following.done

    def outcome(self, now_ms: int) -> OfferOutcome | None:
        """How the call to it went; None while the phone rings."""
        if self._outcome is None and self._following.done:
            return OfferOutcome.UNREACHABLE
        if self._outcome is None and now_ms >= self._deadline_ms:
            return OfferOutcome.NO_ANSWER
        return self._outcome

    def reject(self) -> bool:
        """Who is called declines, but not by the phone; False where it rings no more."""
        if self._outcome is None and not self._following.done:
            self._outcome = OfferOutcome.REJECTED
        return self._outcome is OfferOutcome.REJECTED

    async def hang_up(self) -> None:
        """End the leg, in whatever state it is; harmless when it has ended."""
        if self.leg is None:
            self._following.cancel()
        else:
            await self.leg.hang_up()

    async def _follow(self) -> None:
        try:
            await self._dial()
        except VoicebotError:
            self._outcome = OfferOutcome.UNREACHABLE

    async def _dial(self) -> None:
        context = self._context
        self.leg = await context.services.telephone.dial(
            self._address, self._headers, caller_name=context.line.leg.info.caller
        )
        async for event in self.followed(self.leg):
            match event:
                case StateChanged(LegState.EARLY):
                    self.rang = True
                case StateChanged(LegState.CONFIRMED):
                    self._outcome = self._outcome or OfferOutcome.ANSWERED
                case LegEnded(code, sound=sound):
                    self.code = code
                    self._outcome = self._outcome or outcome_of(code)
                    context.pen.measured(self._role, sound)


def outcome_at(far_end: FarEnd, now_ms: int) -> OfferOutcome | None:
    """How the call to somebody's phone went; one that called us has answered."""
    if isinstance(far_end, DialedLeg):
        return far_end.outcome(now_ms)
    return OfferOutcome.ANSWERED


def outcome_of(code: int) -> OfferOutcome:
    """What a final response to the INVITE means (RFC 3261, section 21)."""
    if code in _BUSY:
        return OfferOutcome.BUSY
    if code in _REJECTED:
        return OfferOutcome.REJECTED
    if code in _NO_ANSWER:
        return OfferOutcome.NO_ANSWER
    return OfferOutcome.UNREACHABLE
