"""A caller for people and tests: speaks, presses keys, and notes when the bot spoke.

Steps are done one after the other. Each waits for the bot to have spoken and fallen silent, except
the one that follows a `Wait`: that one comes exactly then, into the bot's word if need be. A `Wait`
that comes first counts from the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from voicebot.audio.gain import level_db
from voicebot.audio.resample import resample
from voicebot.core.audio import FRAME_MS, Pcm, frame_samples
from voicebot.core.call import LegState
from voicebot.core.ports import Audio, Leg, LegEnded, LegEvent, StateChanged

SPEECH_DB = -45.0
"""A frame of the bot's above this level, in dB full scale, is sound."""
BRIDGED_MS = 500
"""Pauses up to this length are part of one bot utterance."""
QUIET_MS = 800
"""The bot has finished when it was silent for this long."""


@dataclass(frozen=True, slots=True, eq=False)
class Say:
    """Play sound to the bot."""

    pcm: Pcm
    """Of any rate."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass; the next step comes right after."""

    ms: int


Step = Say | Press | Wait


@dataclass(slots=True)
class Span:
    """From when to when something sounded, in ms since the leg's media began."""

    start_ms: int
    end_ms: int


@dataclass(slots=True)
class Report:
    """What came of the call."""

    code: int = 0
    reason: str = ""
    answered: bool = False
    ended_by_bot: bool = False
    duration_ms: int = 0
    bot: list[Span] = field(default_factory=list)
    """The bot's utterances."""
    steps: list[Span] = field(default_factory=list)
    """When each step began and ended."""
    heard: list[Pcm] = field(default_factory=list)
    """The bot's side, frame by frame."""
    spoken: list[Pcm] = field(default_factory=list)
    """Our side, frame by frame."""


class Caller:
    """One call of a caller who follows steps."""

    def __init__(self, leg: Leg, steps: Sequence[Step], *, linger_ms: int = 10_000) -> None:
        self.report = Report()
        self._leg = leg
        self._steps = deque(steps)
        self._linger_ms = linger_ms
        self._now_ms = 0
        self._quiet_since_ms = 0
        self._acting: Span | None = None
        self._act_ends_ms = 0
        self._at_once = bool(steps) and isinstance(steps[0], Wait)
        self._told = -1
        """How many bot utterances had been heard when the last step ended."""

    async def run(self) -> Report:
        """Do all steps, listen on for the linger time, hang up."""
        async for event in self._leg.events():
            self._take(event)
            if isinstance(event, Audio) and self.report.answered and await self._finished():
                await self._leg.hang_up()
        self.report.duration_ms = self._now_ms
        return self.report

    def _take(self, event: LegEvent) -> None:
        match event:
            case StateChanged(LegState.CONFIRMED):
                self.report.answered = True
            case Audio(heard, played):
                self._hear(heard)
                self.report.spoken.append(played)
            case LegEnded(code, reason, by_far_end):
                self.report.code, self.report.reason = code, reason
                self.report.ended_by_bot = by_far_end

    def _hear(self, frame: Pcm) -> None:
        self.report.heard.append(frame)
        self._now_ms += FRAME_MS
        if level_db(frame.samples) < SPEECH_DB:
            return
        bot = self.report.bot
        start_ms = self._now_ms - FRAME_MS
        if bot and start_ms - bot[-1].end_ms <= BRIDGED_MS:
            bot[-1].end_ms = self._now_ms
        else:
            bot.append(Span(start_ms, self._now_ms))
        self._quiet_since_ms = self._now_ms

    async def _finished(self) -> bool:
        if self._acting is not None and not self._act_over():
            return False
        if not self._steps:
            return self._patience_over()
        if self._at_once or self._bot_is_done():
            await self._act(self._steps.popleft())
        return False

    def _bot_is_done(self) -> bool:
        silent_ms = self._now_ms - self._quiet_since_ms
        spoke = len(self.report.bot) > max(0, self._told)
        return (spoke and silent_ms >= QUIET_MS) or self._patience_over()

    def _patience_over(self) -> bool:
        """Neither side has made a sound for so long."""
        last_ms = max(self._quiet_since_ms, self._act_ends_ms)
        return self._now_ms - last_ms >= self._linger_ms

    def _act_over(self) -> bool:
        assert self._acting is not None
        if self._now_ms < self._act_ends_ms or self._leg.pending_ms:
            return False
        self._acting.end_ms = self._now_ms
        self._acting = None
        return True

    async def _act(self, step: Step) -> None:
        self._acting = Span(self._now_ms, self._now_ms)
        self.report.steps.append(self._acting)
        self._told = len(self.report.bot)
        match step:
            case Say(pcm):
                self._leg.play(resample(pcm, self._leg.rate))
                self._act_ends_ms = self._now_ms + round(pcm.duration_ms)
            case Press(keys):
                await self._leg.send_keys(keys)
                self._act_ends_ms = self._now_ms
            case Wait(ms):
                self._act_ends_ms = self._now_ms + ms
        self._at_once = isinstance(step, Wait)


def joined(frames: Sequence[Pcm], rate: int) -> Pcm:
    """Frames of a report as one piece; a change of rate in between is not expected."""
    size = frame_samples(rate)
    return Pcm.join([f for f in frames if len(f) == size], rate)
