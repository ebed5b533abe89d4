"""Time passes: in silence or with music, or with what the caller recorded before."""

from __future__ import annotations

from voicebot.core.audio import FRAME_MS
from voicebot.core.errors import EngineError
from voicebot.flow.actions import Pause, PlayBack
from voicebot.flow.events import Waited
from voicebot.session.context import Context
from voicebot.session.line import Frame
from voicebot.session.music import AHEAD_MS, Music

SPEECH_MS = 300
"""Speech of this length in a row ends a pause that speech may end."""


async def pause(context: Context, action: Pause) -> Waited:
    """Let time pass, until its end or until the caller ends it. A key that ends it is kept for
    what comes next. Raises `LegGone`."""
    leg = context.line.leg
    music = Music(leg, context.services.music("", leg.rate)) if action.music else None
    speech, until_ms = _Speech(context), context.line.now_ms + action.duration_ms
    try:
        while context.line.now_ms < until_ms:
            if action.barge_in.by_keys and len(context.line.keys):
                return Waited("keys")
            if music is not None:
                music.keep_playing()
            frame = await context.line.frame()
            if await speech.lasts(frame) and action.barge_in.by_speech:
                return Waited("speech")
    finally:
        if music is not None:
            music.stop()
    return Waited()


async def play_back(context: Context, action: PlayBack) -> Waited:
    """Play a message of this call; any key ends it and is kept. Raises `LegGone`, `EngineError`."""
    if context.message is None or context.message.file != action.file:
        raise EngineError("the message is not there any more")
    leg, sound = context.line.leg, context.message.sound
    at_ms = 0.0
    while at_ms < sound.duration_ms or leg.pending_ms:
        if len(context.line.keys):
            leg.flush()
            return Waited("keys")
        if leg.pending_ms < AHEAD_MS and at_ms < sound.duration_ms:
            leg.play(sound.between(at_ms, at_ms + AHEAD_MS))
            at_ms += AHEAD_MS
        await context.line.frame()
    return Waited()


class _Speech:
    """How long the caller has been speaking."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ms = 0

    async def lasts(self, frame: Frame) -> bool:
        """With this frame it is long enough."""
        voicing = await self._context.voicing(frame)
        self._ms = self._ms + FRAME_MS if voicing.sure else 0
        return self._ms >= SPEECH_MS and not self._context.line.held
