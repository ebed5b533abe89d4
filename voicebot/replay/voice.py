"""The bot's voice in a replay: what it said then as it sounded then, anything else as today."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from enum import StrEnum

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.ports import Voice
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.replay.caller import ReplayCaller
from voicebot.replay.leg import ReplayLeg
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.rows import Row, Said
from voicebot.session.speaker import FIRST_SOUND_S

_HALF_FRAME_S = FRAME_MS / 2000
_UNHEARD_S = FIRST_SOUND_S - 0.1
"""A prompt that never sounded took as long as a prompt may."""
_STEPS = (FactKind.MOVED, FactKind.HEARD, FactKind.KEYED, FactKind.TIMED_OUT, FactKind.REQUESTED)


class Prompts(StrEnum):
    """Whose sound prompts have."""

    THEN = "then"
    """As they were recorded, with their lengths; new ones as today."""
    TODAY = "today"
    """By today's recordings and synthesis."""


class ReplayVoice:
    """Implements `core.ports.Voice` for one call."""

    def __init__(
        self,
        call: RecordedCall,
        rows: Sequence[Row],
        today: Voice,
        prompts: Prompts,
        node: Callable[[], str],
        *,
        is_unchanged: bool,
    ) -> None:
        """`node` is where the call is now; `is_unchanged`: the flow is that of then."""
        self._call, self._rows = call, rows
        self._today, self._prompts, self._node = today, prompts, node
        self._leg: ReplayLeg | None = None
        self._row: Row | None = None
        self._number = 0
        self._sounds: dict[int, Pcm] = {}
        self._stepped_ms = {fact.at_ms for fact in call.of(*_STEPS)} if is_unchanged else set()

    def attach(self, leg: ReplayLeg) -> None:
        """The leg that it speaks on, before the call begins."""
        self._leg = leg

    def text(self, prompt: Prompt) -> str:
        """The words that are spoken."""
        return self._today.text(prompt)

    def fallback(self, language: str, rate: int) -> Pcm:
        """Today's apology."""
        return self._today.fallback(language, rate)

    async def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        """The prompt's audio. Raises `EngineError`."""
        assert self._leg is not None
        text = self.text(prompt)
        if not self._leg.row_is_open():
            await self._begin_row(self._leg.caller, prompt, text)
        sound = self._as_then(prompt, text, rate) if self._prompts is Prompts.THEN else None
        self._number += 1
        if sound is not None:
            yield sound
            return
        async for piece in self._today.speak(prompt, rate):
            yield piece

    async def _begin_row(self, caller: ReplayCaller, prompt: Prompt, text: str) -> None:
        """Find the row of then, and let as much time pass as its first sound took."""
        self._number = 0
        began_ms = caller.pos_ms
        self._row = caller.row_begins(lambda said: said.is_of(prompt, text), self._node())
        if self._row is not None and self._row.lead_ms:
            await asyncio.sleep(self._row.lead_ms / 1000 + _HALF_FRAME_S)
        elif self._row is None and began_ms in self._stepped_ms:
            # Then, too, the flow went on just now: what it said was cut off before it sounded.
            await asyncio.sleep(_UNHEARD_S)

    def _as_then(self, prompt: Prompt, text: str, rate: int) -> Pcm | None:
        if rate != self._call.rate:
            return None
        row = self._row
        if row is not None and self._number < len(row.said):
            said = row.said[self._number]
            if said.is_of(prompt, text):
                return self._cut_out(row, said)
        for other in self._rows:
            for said in other.said:
                if not other.interrupted and said.is_of(prompt, text):
                    return self._cut_out(other, said)
        return None

    def _cut_out(self, row: Row, said: Said) -> Pcm:
        """The prompt's sound then; silence where it was not recorded."""
        key = id(row)
        if key not in self._sounds:
            played = self._call.played
            none = Pcm.silence(0, self._call.rate)
            offset_ms = self._call.sound_start_ms
            self._sounds[key] = none if played is None else row.sound(played, offset_ms)
        sound = self._sounds[key].between(said.after_ms, said.after_ms + said.length_ms)
        rest_ms = said.length_ms - sound.duration_ms
        return Pcm.join([sound, Pcm.silence(max(0.0, rest_ms), sound.rate)], sound.rate)
