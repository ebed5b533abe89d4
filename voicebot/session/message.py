"""A message that the caller leaves: beep ─▶ sound ─▶ silence, a key, the time, or a hang-up."""

from __future__ import annotations

from voicebot.audio.tones import beep
from voicebot.core.afterwards import RecordOutcome
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import EngineError, LegGone
from voicebot.core.ports import Audio, MessageRecording
from voicebot.core.record import FactKind
from voicebot.flow.actions import Record
from voicebot.flow.events import Recorded
from voicebot.session.context import Context, Message
from voicebot.session.limit import TimeIsUp
from voicebot.session.line import Frame
from voicebot.turns.key_drops import DropReason

SOUND_MS = 200
"""Less speech than this is a cough, and no message at all."""


async def take_message(context: Context, action: Record) -> Recorded:
    """Record the caller. A caller who hangs up leaves what was said: that is a result, too.
    Raises `EngineError` where it cannot be kept."""
    if context.services.message is None:
        raise EngineError("messages are not kept here")
    await _beep(context, action)
    name, recording = context.services.message(context.id, context.line.leg.rate)
    return await _Taking(context, action, name, recording).take()


async def _beep(context: Context, action: Record) -> None:
    leg = context.line.leg
    if action.beep:
        leg.play(beep(leg.rate))
    while leg.pending_ms:
        await context.line.frame()
    context.line.keypad.discard_typed(DropReason.NOT_WANTED)


class _Taking:
    """The message under way."""

    def __init__(
        self, context: Context, action: Record, name: str, recording: MessageRecording
    ) -> None:
        self._context = context
        self._line = context.line
        self._action = action
        self._name = name
        self._recording = recording
        self._sound: list[Pcm] = []
        self._speech_ms = 0
        self._began_ms = self._heard_ms = context.line.now_ms

    async def take(self) -> Recorded:
        try:
            by = await self._until_ended()
        except LegGone:
            return self._ended("hangup")
        except TimeIsUp:
            self._ended("max_call")
            raise
        return self._ended(by)

    async def _until_ended(self) -> str:
        while True:
            frame = await self._line.frame()
            if not self._line.held:
                await self._keep(frame)
            if (by := self._over(frame.at_ms)) is not None:
                return by

    async def _keep(self, frame: Frame) -> None:
        self._recording.add(Audio(frame.heard, frame.played))
        self._sound.append(frame.heard)
        if (await self._context.voicing(frame)).voiced:
            self._speech_ms += FRAME_MS
            self._heard_ms = frame.at_ms

    def _over(self, now_ms: int) -> str | None:
        """Why it ends now."""
        while press := self._line.keys.take():
            if press.key in self._action.keys:
                return "key"
            self._line.keypad.drop(press.method, DropReason.NOT_WANTED)
        if now_ms - self._began_ms >= self._action.max_ms:
            return "max"
        quiet_ms = self._action.silence_ms if self._speech_ms else self._action.no_speech_ms
        return "silence" if now_ms - self._heard_ms >= quiet_ms else None

    def _ended(self, by: str) -> Recorded:
        """Close the file, and keep it only if it is worth it."""
        outcome, rate = self._outcome(), self._line.leg.rate
        sound = Pcm.join(self._sound, rate)
        duration_ms, file = round(sound.duration_ms), ""
        if outcome is RecordOutcome.RECORDED:
            self._recording.close()
            file = self._name
            self._replace()
            self._context.message = Message(file, sound, self._recording)
        else:
            self._recording.discard()
        self._context.pen.write(
            FactKind.MESSAGE,
            target=self._action.target,
            outcome=outcome,
            file=file,
            duration_ms=duration_ms,
            by=by,
        )
        if self._recording.failure:
            raise EngineError(f"the message could not be kept: {self._recording.failure}")
        return Recorded(outcome, file, duration_ms, by == "hangup")

    def _replace(self) -> None:
        """The message before is no longer wanted."""
        before = self._context.message
        if before is None or before.file != self._action.replaces:
            return
        before.recording.discard()
        self._context.pen.write(
            FactKind.MESSAGE,
            target=self._action.target,
            outcome="replaced",
            file=before.file,
            duration_ms=round(before.sound.duration_ms),
            by="caller",
        )

    def _outcome(self) -> RecordOutcome:
        if self._speech_ms < SOUND_MS:
            return RecordOutcome.EMPTY
        short = self._speech_ms < self._action.min_ms
        return RecordOutcome.TOO_SHORT if short else RecordOutcome.RECORDED
