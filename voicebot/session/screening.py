"""One destination of a transfer: rung, told who is on the line, asked to take the call.

ringing ─▶ briefing: told, then asked for the key ─▶ accepted
   └──────────┴──▶ rejected, failed            the table is `core.transfers`
"""

from __future__ import annotations

from voicebot.core.call import LegState
from voicebot.core.errors import EngineError
from voicebot.core.queueing import OfferOutcome, TransferOutcome
from voicebot.core.transfers import TransferEvent, TransferState, next_transfer_state
from voicebot.flow.actions import Dial
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


class Screening:
    """The way of one destination to the caller, or not."""

    def __init__(self, context: Context, action: Dial, target: str) -> None:
        self.name = target if target in context.services.destinations else ""
        """As the journal may have it: no number."""
        self.state = next_transfer_state(TransferState.REQUESTED, TransferEvent.DIALED)
        self.outcome = TransferOutcome.FAILED
        """Where it failed: how."""
        self._context, self._action = context, action
        address = context.services.destinations.get(target, target)
        self.dialed = DialedLeg(context, address, action.ring_ms, role="transfer")
        self._briefing: Work[None] | None = None
        self._asked = False
        """All was said: the key is waited for."""
        self._since_ms = 0

    async def advance(self) -> None:
        """Go on as far as that is possible now."""
        now_ms = self._context.line.now_ms
        match self.state:
            case TransferState.RINGING:
                self._ringing(now_ms)
            case TransferState.BRIEFING if self._asked:
                self._wait_for_key(now_ms)
            case TransferState.BRIEFING:
                self._tell(now_ms)
        lost = self.dialed.ended and not self.is_over
        if lost and self.state is not TransferState.RINGING:
            self.fail(TransferOutcome.DECLINED)
        if self.is_over:
            await self.dialed.hang_up()

    @property
    def is_over(self) -> bool:
        """It came to nothing."""
        return self.state in (TransferState.REJECTED, TransferState.FAILED)

    def fail(self, outcome: TransferOutcome) -> None:
        """It comes to nothing."""
        refused = outcome in (TransferOutcome.DECLINED, TransferOutcome.BUSY)
        accepted = self.state is TransferState.ACCEPTED
        self._move(TransferEvent.REJECTED if refused and not accepted else TransferEvent.FAILED)
        self.outcome = outcome
        if self._briefing is not None:
            self._briefing.cancel()

    def _ringing(self, now_ms: int) -> None:
        outcome = self.dialed.outcome(now_ms)
        if outcome is OfferOutcome.ANSWERED:
            briefed = self._action.whisper or self._action.accept_key
            self._move(TransferEvent.BRIEFED if briefed else TransferEvent.TAKEN)
            self._since_ms = now_ms
        elif outcome is not None:
            self.fail(_OUTCOMES[outcome])

    def _tell(self, now_ms: int) -> None:
        if self._briefing is None:
            if self.dialed.has_sound or now_ms - self._since_ms >= SOUND_MS:
                self._briefing = self._context.tasks.start(self._brief(), "briefing")
            return
        leg = self.dialed.leg
        spoken = self._briefing.done and leg is not None and not leg.pending_ms
        if self._accepted or spoken:
            self._asked, self._since_ms = True, now_ms

    def _wait_for_key(self, now_ms: int) -> None:
        leg = self.dialed.leg
        if self._accepted or not self._action.accept_key:
            if leg is not None:
                leg.flush()
            self._move(TransferEvent.TAKEN)
        elif now_ms - self._since_ms >= ACCEPT_MS:
            self.fail(TransferOutcome.DECLINED)

    def _move(self, event: TransferEvent) -> None:
        self.state = next_transfer_state(self.state, event)

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
