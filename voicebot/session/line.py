"""The caller's leg as the conversation sees it: frames, keys, and the time of the call.

Every wait of a conversation is a wait for the next frame, so the call's time is the audio heard,
and a hang-up surfaces wherever the call happens to be, as `LegGone`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import LegGone
from voicebot.core.ports import (
    Audio,
    Hold,
    Keyed,
    Leg,
    LegEnded,
    LegEvent,
    ReferProgress,
)
from voicebot.session.keypad import Keypad
from voicebot.session.tape import Tape
from voicebot.turns.key_drops import KeyDrop


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """20 ms of the call."""

    heard: Pcm
    played: Pcm
    at_ms: int
    """Time of the call at the frame's end."""


class Line:
    """Reads one leg, frame by frame."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.now_ms = 0
        self.keypad = Keypad()
        self.keys = self.keypad.typed
        """Keys not yet taken."""
        self.held = False
        self.refer: ReferProgress | None = None
        """The last news of a transfer that was asked for."""
        self.ended: LegEnded | None = None
        self.recording: Tape | None = None
        self.on_hold: Callable[[bool], None] = lambda on: None
        """Called when the caller holds, or comes back."""
        self.on_keys_dropped: Callable[[KeyDrop], None] = lambda drop: None
        """Called when keys did not count."""
        self.on_time: Callable[[int], None] = lambda now_ms: None
        """Called with the time at every frame."""
        self.on_frame: Callable[[], None] = lambda: None
        """Called with every frame; what it raises ends the wait."""
        self._events = leg.events()

    async def frame(self) -> Frame:
        """The next frame. Raises `LegGone` when the caller's leg has ended."""
        sound = await self._next_sound()
        self.now_ms = now_ms = self.now_ms + FRAME_MS
        audio = self._without_tones(sound)
        if self.recording is not None:
            self.recording.add(audio)
        if drops := self.keypad.drops(now_ms):
            self._report(drops)
        self.on_time(now_ms)
        self.on_frame()
        return Frame(audio.heard, audio.played, now_ms)

    async def drain(self) -> None:
        """Read until the leg has ended: after a hang-up of ours."""
        while self.ended is None:
            try:
                await self.frame()
            except LegGone:
                break
        self._report(self.keypad.drops())

    def _without_tones(self, audio: Audio) -> Audio:
        """Take keys out of what was heard: they are no speech, and not to be recorded."""
        if self.held:
            return audio
        frames = self.keypad.hear(audio.heard, self.now_ms)
        if not frames:
            return audio
        if self.recording is not None:
            self.recording.mute_caller(frames - 1)
        return Audio(Pcm.silence(FRAME_MS, audio.heard.rate), audio.played)

    def _report(self, drops: tuple[KeyDrop, ...]) -> None:
        for drop in drops:
            self.on_keys_dropped(drop)

    async def _next_sound(self) -> Audio:
        async for event in self._events:
            if isinstance(event, Audio):
                return event
            self._take(event)
        self.ended = self.ended or LegEnded(0, "the line is gone")
        raise LegGone("the caller's leg has ended")

    def _take(self, event: LegEvent) -> None:
        match event:
            case Keyed(key, method):
                self.keypad.press(key, method, self.now_ms)
            case Hold(on):
                self.held = on
                self.keypad.forget_method()
                self.on_hold(on)
            case ReferProgress():
                self.refer = event
            case LegEnded():
                self.ended = event
                raise LegGone("the caller's leg has ended")
