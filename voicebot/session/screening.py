"""One destination of a transfer: rung, told who is on the line, asked to take the call.

RINGING ─▶ BRIEFED ─▶ ASKED ─▶ READY
   └──────────┴─────────┴────▶ FAILED
"""

from __future__ import annotations

from enum import StrEnum

from voicebot.core.call import LegState
from voicebot.core.errors import EngineError
from voicebot.core.queueing import OfferOutcome, TransferOutcome
from voicebot.flow.steps import Dial
from voicebot.session.context import Context
from voicebot.session.dialed_leg import DialedLeg
from voicebot.session.tasks import Work

ACCEPT_MS = 10_000
"""Who has heard the briefing gets so long to press the key; an answering machine never does."""
SOUND_MS = 2_000
"""An answered leg whose sound has not begun after this is briefed all the same."""

_OUTCOMES = {
    OfferOutcome.NO_ANSWER: TransferOutcome.NO_ANSWER,
    OfferOutcome.BUSY: TransferOutcome.BUSY,
    OfferOutcome.REJECTED: TransferOutcome.DECLINED,
    OfferOutcome.UNREACHABLE: TransferOutcome.FAILED,
}


class Stage(StrEnum):
    """How far a destination is."""

    RINGING = "ringing"
    BRIEFED = "briefed"
    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"


class Screening:
    """The way of one destination to the caller, or not."""

    def __init__(self, context: Context, action: Dial, target: str) -> None:
        self.name = target if target in context.services.destinations else ""
        """As the journal may have it: no number."""
        self.stage = Stage.RINGING
        self.outcome = TransferOutcome.FAILED
        """Where it failed: how."""
        self._context, self._action = context, action
        address = context.services.destinations.get(target, target)
        self.dialed = DialedLeg(context, address, action.ring_ms, role="transfer")
        self._briefing: Work[None] | None = None
        self._since_ms = 0

    async def advance(self) -> None:
        """Go on as far as that is possible now."""
        now_ms = self._context.line.now_ms
        match self.stage:
            case Stage.RINGING:
                self._ringing(now_ms)
            case Stage.BRIEFED:
                self._briefed(now_ms)
            case Stage.ASKED:
                self._asked(now_ms)
        lost = self.dialed.ended and self.stage in (Stage.BRIEFED, Stage.ASKED, Stage.READY)
        if lost:
            self.fail(TransferOutcome.DECLINED)
        if self.stage is Stage.FAILED:
            await self.dialed.hang_up()

    def fail(self, outcome: TransferOutcome) -> None:
        """It came to nothing."""
        self.stage, self.outcome = Stage.FAILED, outcome
        if self._briefing is not None:
            self._briefing.cancel()

    def _ringing(self, now_ms: int) -> None:
        outcome = self.dialed.outcome(now_ms)
        if outcome is OfferOutcome.ANSWERED:
            briefed = self._action.whisper or self._action.accept_key
            self.stage, self._since_ms = Stage.BRIEFED if briefed else Stage.READY, now_ms
        elif outcome is not None:
            self.fail(_OUTCOMES[outcome])

    def _briefed(self, now_ms: int) -> None:
        if self._briefing is None:
            if self.dialed.has_sound or now_ms - self._since_ms >= SOUND_MS:
                self._briefing = self._context.tasks.start(self._brief(), "briefing")
            return
        leg = self.dialed.leg
        spoken = self._briefing.done and leg is not None and not leg.pending_ms
        if self._accepted or spoken:
            self.stage, self._since_ms = Stage.ASKED, now_ms

    def _asked(self, now_ms: int) -> None:
        leg = self.dialed.leg
        if self._accepted or not self._action.accept_key:
            if leg is not None:
                leg.flush()
            self.stage = Stage.READY
        elif now_ms - self._since_ms >= ACCEPT_MS:
            self.fail(TransferOutcome.DECLINED)

    @property
    def _accepted(self) -> bool:
        return bool(self._action.accept_key) and self._action.accept_key in self.dialed.keys

    async def _brief(self) -> None:
        """Without a voice it goes without a briefing."""
        voice, leg = self._context.services.voice, self.dialed.leg
        assert leg is not None
        for prompt in self._action.whisper:
            try:
                async for pcm in voice.speak(prompt, leg.rate):
                    if leg.state is not LegState.DISCONNECTED:
                        leg.play(pcm)
            except EngineError:
                return
