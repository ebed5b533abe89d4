"""The whisper: whoever answers hears in a few words who comes, while the caller hears music.

the phone rings ─▶ it is made meanwhile ─▶ answered ─▶ said (cut at its longest) ─▶ the bridge
                                              └─ not made by the deadline ────────────▶
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voicebot.audio.resample import resample
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.ports import Leg
from voicebot.core.queueing import AgentSpec
from voicebot.prompts.whisper import whisper
from voicebot.session.context import Context
from voicebot.session.dialed_leg import DialedLeg

DEADLINE_MS = 1_500
"""From the answer; what is not made by then is left out."""
SOUND_MS = 1_000
"""An answered phone whose sound has not begun after this is spoken to all the same."""
SLACK_MS = 500
"""A phone that does not play in time is not waited for any longer than this."""


class Whisper:
    """For one offer; made as soon as the phone rings."""

    def __init__(self, context: Context, agent: AgentSpec, max_ms: int) -> None:
        self._context, self._agent, self._max_ms = context, agent, max_ms
        self._rate = context.line.leg.rate
        self._making = context.tasks.start(self._make(), "whisper")

    async def said(self, phone: DialedLeg, each_frame: Callable[[], None]) -> bool:
        """Say it to whoever answered; `each_frame` keeps up what the caller hears. False where the
        phone hung up meanwhile. Raises `LegGone` when the caller does."""
        line, leg = self._context.line, phone.leg
        assert leg is not None
        answered_ms, until_ms = line.now_ms, 0
        while not phone.ended:
            waited_ms = line.now_ms - answered_ms
            if until_ms:
                if not leg.pending_ms or line.now_ms >= until_ms:
                    leg.flush()
                    return True
            elif self._making.done and (phone.has_sound or waited_ms >= SOUND_MS):
                until_ms = line.now_ms + self._begin(leg)
            elif waited_ms >= DEADLINE_MS:
                self._making.cancel()
                return True
            await line.frame()
            each_frame()
        return False

    def cancel(self) -> None:
        """Nobody will hear it."""
        self._making.cancel()

    def _begin(self, leg: Leg) -> int:
        """Play it; how long it is to last, in ms."""
        sound = self._making.result()
        if leg.rate != sound.rate:
            sound = resample(sound, leg.rate)
        sound = sound.between(0, self._max_ms)
        leg.play(sound)
        return round(sound.duration_ms) + SLACK_MS

    async def _make(self) -> Pcm:
        """Nothing where it cannot be made."""
        services = self._context.services
        prompt = whisper(self._context.pen.known, self._agent.language, self._context.pen.time())
        made: list[Pcm] = []
        try:
            async for pcm in services.voice.speak(prompt, self._rate):
                made.append(pcm)
                await asyncio.sleep(0)
                if sum(part.duration_ms for part in made) >= self._max_ms:
                    break
        except EngineError:
            made = []
        return Pcm.join(made, self._rate) if made else Pcm.silence(0, self._rate)
