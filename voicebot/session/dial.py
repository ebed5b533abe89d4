"""A transfer that we make ourselves: others are called, and the caller is bridged with the first
who takes the call.

ring (one by one, or all at once) ─▶ briefing, key ─▶ bridge ─▶ they hang up ─▶ back to the flow
"""

from __future__ import annotations

from voicebot.audio.tones import ring_back
from voicebot.core.call import CallEvent
from voicebot.core.errors import CallError, LegGone
from voicebot.core.queueing import TransferOutcome
from voicebot.core.record import FactKind
from voicebot.core.transfers import TransferState
from voicebot.flow.actions import Dial
from voicebot.session.context import Context
from voicebot.session.far_end import decline_refer
from voicebot.session.music import Music
from voicebot.session.screening import Screening
from voicebot.turns.key_drops import DropReason

_TELLING = (
    TransferOutcome.NO_ANSWER,
    TransferOutcome.BUSY,
    TransferOutcome.DECLINED,
    TransferOutcome.FAILED,
)
"""Of several that failed, the first of these is the outcome."""


async def dial(context: Context, action: Dial) -> TransferOutcome:
    """Call the destinations and let the caller talk. Raises `LegGone` when the caller hangs up."""
    return await _Dialing(context, action).run()


class _Dialing:
    """One transfer under way."""

    def __init__(self, context: Context, action: Dial) -> None:
        self._context, self._line, self._action = context, context.line, action
        leg = context.line.leg
        sound = context.services.music("", leg.rate) if action.music else ring_back(leg.rate)
        self._music = Music(leg, sound)
        self._left = list(action.targets)
        self._open: list[Screening] = []
        self._outcomes: list[TransferOutcome] = []
        self._talked = False
        self._talk_ms = 0
        self._code = 0
        self._target = ""

    async def run(self) -> TransferOutcome:
        outcome = TransferOutcome.FAILED
        try:
            outcome = await self._until_over()
        except LegGone:
            outcome = TransferOutcome.DONE if self._talked else TransferOutcome.CANCELED
            raise
        finally:
            self._music.stop()
            for screening in self._open:
                await screening.dialed.hang_up()
            self._context.pen.write(
                FactKind.TRANSFERRED,
                target=self._target,
                outcome=outcome,
                code=self._code,
                talk_ms=self._talk_ms,
            )
        return outcome

    async def _until_over(self) -> TransferOutcome:
        while True:
            self._ring_next()
            if not self._open:
                return min(self._outcomes, key=_TELLING.index, default=TransferOutcome.FAILED)
            self._music.keep_playing()
            await self._line.frame()
            for screening in list(self._open):
                await screening.advance()
                accepted = screening.state is TransferState.ACCEPTED
                if accepted and await self._connected(screening):
                    return TransferOutcome.DONE
                if screening.is_over:
                    self._drop(screening)

    def _ring_next(self) -> None:
        """Begin with all, or with the next when nobody rings any more."""
        while self._left and (self._action.at_once or not self._open):
            self._open.append(Screening(self._context, self._action, self._left.pop(0)))

    def _drop(self, screening: Screening) -> None:
        self._open.remove(screening)
        self._outcomes.append(screening.outcome)
        self._code = screening.dialed.code
        self._note(screening, screening.outcome)

    def _note(self, screening: Screening, outcome: str) -> None:
        self._context.pen.write(
            FactKind.DIALED, target=screening.name, outcome=outcome, code=screening.dialed.code
        )

    async def _connected(self, screening: Screening) -> bool:
        """Let them talk; False where the leg was gone before that."""
        leg = screening.dialed.leg
        assert leg is not None
        self._music.stop()
        try:
            await self._line.leg.bridge(leg)
        except CallError:
            if self._line.ended is not None:
                raise
            screening.fail(TransferOutcome.FAILED)
            return False
        await self._talk(screening)
        return True

    async def _talk(self, screening: Screening) -> None:
        context, began_ms = self._context, self._line.now_ms
        self._target = screening.name
        context.move(CallEvent.BRIDGED)
        context.transferred = self._talked = True
        self._note(screening, "answered")
        for other in self._open:
            if other is not screening:
                await other.dialed.hang_up()
        try:
            while not screening.dialed.ended:
                await self._line.frame()
                await decline_refer(screening.dialed)
        finally:
            self._talk_ms = self._line.now_ms - began_ms
        self._line.keypad.discard_typed(DropReason.BRIDGED)
        context.move(CallEvent.RETURNED)
