"""How a waiting caller leaves a queue: by a key, or by saying so."""

from __future__ import annotations

from voicebot.core.errors import EngineError
from voicebot.core.meaning import Interpretation, Match
from voicebot.core.queueing import QueueOutcome
from voicebot.core.record import FactKind
from voicebot.flow.actions import Enqueue
from voicebot.flow.events import QueueLeft
from voicebot.session.context import Context
from voicebot.session.ear import Ear, heard_data
from voicebot.session.line import Frame
from voicebot.turns.key_drops import DropReason

LEAVE_KEY = "*"
"""Takes a waiting caller back to the flow."""


class WayOut:
    """Listens for it during one stay."""

    def __init__(self, context: Context, action: Enqueue) -> None:
        self._context, self._action = context, action
        self._ear = Ear(context, action.listen) if action.listen is not None else None

    async def found(self, frame: Frame) -> QueueLeft | None:
        """The caller wants out, by this frame; None: waits on."""
        return self._by_key() or await self._by_speech(frame)

    def close(self) -> None:
        """Listen no longer."""
        if self._ear is not None:
            self._ear.close()

    def _by_key(self) -> QueueLeft | None:
        line = self._context.line
        while press := line.keys.take():
            if press.key == LEAVE_KEY or press.key in self._action.keys:
                return QueueLeft(QueueOutcome.LEFT, press.key)
            line.keypad.drop(press.method, DropReason.NOT_WANTED)
        return None

    async def _by_speech(self, frame: Frame) -> QueueLeft | None:
        ear = self._ear
        if ear is None or self._context.line.held:
            return None
        try:
            utterance = ear.feed(frame, await self._context.voicing(frame))
        except EngineError as error:
            # Without a recognizer the keys are left.
            self._context.pen.write(FactKind.FAILED, what="speech recognition", error=str(error))
            self.close()
            self._ear = None
            return None
        if utterance is None:
            return None
        stages = ear.stages
        ear.reset()
        if not self._is_meant(utterance.interpretation):
            return None
        self._context.pen.write(FactKind.HEARD, **heard_data(utterance, stages))
        meant = utterance.interpretation
        return QueueLeft(QueueOutcome.LEFT, choice=meant.choice, confidence=meant.confidence)

    def _is_meant(self, meant: Interpretation) -> bool:
        assert self._action.listen is not None
        sure = meant.confidence >= self._action.listen.expectation.accept
        return meant.match is Match.CHOICE and sure
