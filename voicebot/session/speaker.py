"""What the bot says on a leg: prompts in a row, paused, resumed, stopped, and what was heard.

Sound is given to the leg as it is synthesized. What counts as said is what the leg has played,
not what it was given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.core.audio import Pcm
from voicebot.core.call import LegState
from voicebot.core.errors import EngineError
from voicebot.core.ports import Leg, Voice
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.session.journal import Pen
from voicebot.session.tasks import Tasks, Work

FIRST_SOUND_S = 2.0
"""A synthesizer that is silent longer is given up for the fallback: no dead air."""


@dataclass(slots=True)
class _Item:
    """One prompt in the row."""

    prompt: Prompt
    barge_in: BargeIn
    given_ms: float = 0.0


class Speaker:
    """Speaks on one leg."""

    def __init__(self, leg: Leg, voice: Voice, tasks: Tasks, pen: Pen) -> None:
        self._leg = leg
        self._voice = voice
        self._tasks = tasks
        self._pen = pen
        self._now_ms = pen.now_ms
        self._items: list[_Item] = []
        self._given_ms = 0.0
        """Of all items together."""
        self._feeding: Work[None] | None = None
        self._tail: list[Pcm] | None = None
        self._went_out_ms = 0.0
        self._started_ms = 0
        self._started_s = 0.0
        self._first_sound_ms: int | None = None
        self._looked_ms = -1
        """Time of the call when what is still to be played was last looked at."""
        self._failed = False
        """The synthesizer failed since the last `start`; the fallback was played instead."""
        self._covers = False

    def start(self, prompts: Sequence[tuple[Prompt, BargeIn]], *, covers: bool = False) -> None:
        """Begin to speak; what was spoken before must have ended. `covers`: it is said only as
        something else takes long."""
        self._failed, self._covers = False, covers
        self._looked_ms = -1
        self._went_out_ms = self._given_ms = 0.0
        self._started_ms = self._pen.now_ms()
        self._started_s, self._first_sound_ms = asyncio.get_running_loop().time(), None
        self._items = [_Item(prompt, barge_in) for prompt, barge_in in prompts]
        if self._items:
            self._feeding = self._tasks.start(self._feed(), "speak")

    @property
    def speaking(self) -> bool:
        """Something is still to be played (paused or not)."""
        if self._feeding is None:
            return False
        now_ms = self._now_ms()
        if now_ms == self._looked_ms:  # asked several times a frame
            return True
        self._looked_ms = now_ms
        # Looked at in every frame, so that it is known how far a leg came that ends.
        heard_ms = self.heard_ms
        if self._feeding.done and heard_ms >= self._given_ms:
            self._finish(interrupted=False)
        return self._feeding is not None

    @property
    def paused(self) -> bool:
        """Paused by `pause`."""
        return self._tail is not None

    @property
    def barge_in(self) -> BargeIn:
        """What may interrupt the prompt that plays now."""
        if len(self._items) == 1:
            return self._items[0].barge_in
        heard = self.heard_ms
        for item in self._items:
            heard -= item.given_ms
            if heard < 0:
                return item.barge_in
        return self._items[-1].barge_in if self._items else BargeIn.BOTH

    @property
    def given_ms(self) -> float:
        """Sound made so far, in ms."""
        return self._given_ms

    @property
    def heard_ms(self) -> float:
        """Sound that went out so far, in ms. A leg that is gone plays nothing more."""
        if self._leg.state is not LegState.DISCONNECTED:
            self._went_out_ms = max(0.0, self._given_ms - self._unplayed_ms())
        return self._went_out_ms

    def pause(self) -> None:
        """Fall silent within a frame; `resume` goes on where it stopped."""
        if self._feeding is not None and self._tail is None:
            self._tail = [self._leg.flush()]

    def resume(self) -> None:
        """Go on after `pause`."""
        tail, self._tail = self._tail, None
        for pcm in tail or ():
            self._leg.play(pcm)

    def stop(self) -> None:
        """Fall silent and drop the rest, queued prompts too."""
        if self._feeding is None:
            return
        self.pause()
        self._feeding.cancel()
        self._finish(interrupted=True)

    def _unplayed_ms(self) -> float:
        if self._tail is not None:
            return sum(pcm.duration_ms for pcm in self._tail)
        return self._leg.pending_ms

    def _give(self, item: _Item, pcm: Pcm) -> None:
        if self._first_sound_ms is None:
            took_s = asyncio.get_running_loop().time() - self._started_s
            self._first_sound_ms = round(took_s * 1000)
        item.given_ms += pcm.duration_ms
        self._given_ms += pcm.duration_ms
        if self._tail is not None:
            self._tail.append(pcm)
        else:
            self._leg.play(pcm)

    async def _feed(self) -> None:
        for item in self._items:
            try:
                await self._speak(item)
            except EngineError as error:
                self._apologize(item, error)

    async def _speak(self, item: _Item) -> None:
        pieces = self._voice.speak(item.prompt, self._leg.rate)
        try:
            async with asyncio.timeout(FIRST_SOUND_S) as limit:
                async for pcm in pieces:
                    limit.reschedule(None)
                    self._give(item, pcm)
        except TimeoutError:
            raise EngineError("speech synthesis is too slow") from None

    def _apologize(self, item: _Item, error: EngineError) -> None:
        self._pen.write(FactKind.FAILED, what="speech synthesis", error=str(error))
        if not self._failed:
            self._give(item, self._voice.fallback(item.prompt.language, self._leg.rate))
        self._failed = True

    def _finish(self, *, interrupted: bool) -> None:
        heard, start = self.heard_ms, 0.0
        for item in self._items:
            self._note(item, start, max(0.0, min(item.given_ms, heard - start)), interrupted)
            start += item.given_ms
        self._items, self._feeding, self._tail = [], None, None
        self._given_ms = 0.0

    def _note(self, item: _Item, after_ms: float, heard_ms: float, interrupted: bool) -> None:
        if interrupted and not heard_ms:
            return
        prompt = item.prompt
        first = {} if after_ms else {"first_sound_ms": self._first_sound_ms}
        covers = {"covers": True} if self._covers else {}
        self._pen.write(
            FactKind.SAID,
            text="" if prompt.secret else self._voice.text(prompt),
            prompt=prompt.id,
            start_ms=self._started_ms + round(after_ms),
            **first,
            **covers,
            heard_ms=round(heard_ms),
            total_ms=round(item.given_ms),
            interrupted=interrupted and heard_ms < item.given_ms,
        )
