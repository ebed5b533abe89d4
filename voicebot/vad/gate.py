"""The detector of a call: who says that a frame is the caller's speech.

    heard ─┬─ webrtcvad ──────────── voiced? ─┬─ Silero (asked only then) ── sure?
           ├─ level over the noise floor? ────┤
    played ┴─ level over the bot's echo? ─────┤
              level over all just now? ───────┴─ outburst?

Where the line is noisy, Silero's word is needed for `voiced` too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voicebot.audio.gain import SILENCE_DB, level_db
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.ports import Vad
from voicebot.core.speech import Voicing
from voicebot.vad.crowd import Crowd
from voicebot.vad.echo import EchoGate
from voicebot.vad.levels import NoiseFloor
from voicebot.vad.outburst import Outburst
from voicebot.vad.settings import VadSettings
from voicebot.vad.silero import SileroModel, SileroStream, model_file, shared_model
from voicebot.vad.unrest import Unrest
from voicebot.vad.webrtc import WebRtcVad


def build(settings: VadSettings | None = None) -> Callable[[], Vad]:
    """What makes a detector for each call. Loads the model now, so that a broken one is noticed
    at the start. Raises `EngineError`; a missing one is no error (`missing_reason`)."""
    chosen = settings or VadSettings()
    path = model_file() if chosen.second_opinion else None
    model = shared_model(path) if path else None
    WebRtcVad(chosen.mode)
    return lambda: CallVad(chosen, model)


class CallVad:
    """Implements the port `Vad`: one call's state, frames in order."""

    def __init__(self, settings: VadSettings, model: SileroModel | None) -> None:
        self._settings = settings
        self._model = model
        self._start()

    def _start(self) -> None:
        settings = self._settings
        self._webrtc = WebRtcVad(settings.mode)
        self._floor = NoiseFloor()
        self._echo = EchoGate(
            loss_db=settings.echo_loss_db,
            window_ms=settings.echo_ms,
            hold_ms=settings.echo_hold_ms,
        )
        self._outburst = Outburst(
            over_floor_db=settings.outburst_over_floor_db,
            over_past_db=settings.outburst_over_past_db,
        )
        self._crowd = Crowd(over_db=settings.crowd_db)
        self._unrest = Unrest()
        self._second: _SecondOpinion | None = None
        self._rate = 0
        self._frame = _Frame(SILENCE_DB, SILENCE_DB, False, False, False, False)

    @property
    def noise_floor_db(self) -> float:
        """The level of the line between words, as far as it is known."""
        return self._floor.db

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        """Take one frame each; `judge` has the verdict, before the next. A change of rate begins
        anew. True where the second opinion is needed, and is cheaper once the other calls of
        this moment have taken theirs. Raises `EngineError`."""
        if heard.rate != self._rate:
            self._begin(heard.rate)
        level, played_level = level_db(heard.samples), level_db(played.samples)
        floor_db = self._floor.db
        loud = self._is_loud(level)
        near = self._echo.passes(level, played_level, floor_db)
        outburst = self._outburst.feed(level, floor_db, near=near)
        self._unrest.feed(level)
        opened = self._webrtc.is_speech(heard) and loud and near
        self._frame = _Frame(level, played_level, opened, near, loud, outburst)
        return self._second is not None and self._second.hear(heard, opened=opened or outburst)

    def judge(self) -> Voicing:
        """The verdict on the frame that was taken last; asked once. Raises `EngineError`."""
        frame = self._frame
        voiced, sure = self._verdict(frame)
        self._outburst.learn(speech=sure)
        self._floor.feed(frame.level_db)
        drowned = self._crowd.drowns(frame.level_db, frame.played_db, self._floor.db)
        louder = sure and self._crowd.louder
        if drowned:
            return Voicing(False, False, frame.level_db, louder=louder)
        restless = (sure or frame.outburst) and self._unrest.before(self._floor.db)
        return Voicing(voiced, sure, frame.level_db, frame.outburst, restless, louder)

    def _begin(self, rate: int) -> None:
        self._start()
        self._rate = rate
        if self._model:
            self._second = _SecondOpinion(self._settings, SileroStream(self._model, rate))

    def _is_loud(self, level: float) -> bool:
        settings = self._settings
        return level > settings.quiet_db and level > self._floor.db + settings.over_floor_db

    def _verdict(self, frame: _Frame) -> tuple[bool, bool]:
        """Silero says yes for 100 ms and more after the last word: where the line is quiet enough
        to tell that nothing is to be heard any more, that would make every answer later."""
        if self._second is None:
            return frame.opened, frame.opened
        sure = self._second.judge() and frame.near
        noisy = self._floor.db >= self._settings.noisy_floor_db
        return (sure if noisy else frame.opened or (sure and frame.loud)), sure


@dataclass(slots=True)
class _Frame:
    """What the cheap detectors say of a frame. (Frozen it would cost three times as much to make,
    for every frame of every call.)"""

    level_db: float
    played_db: float
    opened: bool
    """Speech, by webrtcvad and the levels."""
    near: bool
    """No echo of the bot."""
    loud: bool
    outburst: bool


class _SecondOpinion:
    """Asks Silero from webrtcvad's first yes until some time after its last."""

    def __init__(self, settings: VadSettings, stream: SileroStream) -> None:
        self._settings = settings
        self._stream = stream
        self._before: deque[Pcm] = deque(maxlen=max(1, settings.catch_up_ms // FRAME_MS))
        self._idle_ms = settings.hangover_ms
        self._asked = self._sure = False

    def hear(self, frame: Pcm, *, opened: bool) -> bool:
        """One frame; `opened` where the cheap detector says yes. True where Silero has something
        new to hear."""
        was_asked = self._asked
        self._idle_ms = 0 if opened else self._idle_ms + FRAME_MS
        self._asked = self._idle_ms < self._settings.hangover_ms
        if not self._asked:
            self._before.append(frame)
            return False
        if not was_asked:
            self._catch_up()
        self._stream.feed(frame)
        return self._stream.waits

    def judge(self) -> bool:
        """Whether the frame that was heard last is speech."""
        if not self._asked:
            self._sure = False
            return False
        threshold = self._settings.sure_until if self._sure else self._settings.sure_from
        self._sure = self._stream.probability >= threshold
        return self._sure

    def _catch_up(self) -> None:
        self._stream.reset()
        for frame in self._before:
            self._stream.feed(frame)
        self._before.clear()
