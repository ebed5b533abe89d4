"""The caller of a recorded call: what is heard and pressed, frame by frame, by the call's own time.

Time then and time now run side by side until the bot takes more or less time than it did. Relative
timing lets the caller wait then:

    then  │ prompt ────────│ ......"my balance"
    now   │ prompt ──────────────│ ......"my balance"      the caller waits for the prompt's end
    then  │ ....... │ prompt ──│ "yes"
    now   │ .. │ prompt ──│ "yes"                          silence before it is left out
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from voicebot.core.audio import FRAME_MS, Pcm, Samples, frame_samples
from voicebot.core.ports import Hold, Keyed, LegEvent
from voicebot.core.record import FactKind
from voicebot.replay.recorded import RecordedCall, Span
from voicebot.replay.rows import Row, Said

PATIENCE_MS = 200
"""A prompt may end so much later than it did before the caller waits for it."""
ECHO_MS = 60
"""The sound of a row may go on so long after it counts as ended."""
STAND_IN_KEY = "0"
"""In place of a secret key."""
NOISE_MS = 500
"""Of line sound that stands in for a stretch that was not recorded."""


class Timing(StrEnum):
    """By what the caller's sound and keys come."""

    RELATIVE = "relative"
    """By the prompts: as long after a prompt's beginning or end as they came then."""
    ABSOLUTE = "absolute"
    """By the call: at the same time of it."""


@dataclass(frozen=True, slots=True)
class _Due:
    at_ms: int
    event: LegEvent


class ReplayCaller:
    """Gives the caller's frames and events, and knows what the bot said then at that time."""

    def __init__(self, call: RecordedCall, rows: tuple[Row, ...], timing: Timing) -> None:
        assert call.heard is not None
        self.pos_ms = 0
        """How far the call of then has come."""
        self.row: Row | None = None
        """The row of then that plays now, too."""
        self.stand_ins = 0
        """Secret keys that were replaced."""
        self._sound = _filled(call.heard, call)
        self._played = call.played
        self._offset_ms = call.sound_start_ms
        self._rows, self._next_row = rows, 0
        self._timing = timing
        self._busy = _busy_spans(call)
        self._due = deque(_events(call))
        self._end_ms = self._sound_end_ms = call.sound_start_ms + round(self._sound.duration_ms)
        self._hangs_up = not call.is_foreign and call.ended_by in ("caller", "system")
        if self._hangs_up:
            self._end_ms = call.ended_ms
        self._waiting = False
        self._sounded = self._fell_silent = False
        """Of the present row. What sounds after it is another thing: music, an answer."""

    # ------------------------------------------------------------ what comes

    def advance(self, *, speaking: bool) -> bool:
        """Another frame passes; False where the caller waits for the bot meanwhile."""
        self._waiting = self._waits(speaking=speaking)
        if not self._waiting:
            self.pos_ms += FRAME_MS
        return not self._waiting

    def due(self) -> Iterable[LegEvent]:
        """What the caller has done by now, besides sound."""
        while self._due and self._due[0].at_ms <= self.pos_ms:
            event = self._due.popleft().event
            if isinstance(event, Keyed) and not event.key:
                self.stand_ins += 1
                event = Keyed(STAND_IN_KEY, event.method)
            yield event

    def heard(self) -> Pcm:
        """The frame that ends now; silence outside of the recording."""
        if self._waiting:
            return Pcm.silence(FRAME_MS, self._sound.rate)
        return self._frame(self._sound)

    def played(self, *, playing: bool) -> Pcm | None:
        """What the bot played then in this frame, where it does the same now: it is `playing`, or
        has paused as it had then. Else None."""
        row = self.row
        if row is None or self._played is None or self._waiting:
            return None
        if self.pos_ms > row.end_ms + ECHO_MS or not (playing or row.is_silent_at(self.pos_ms)):
            return None
        return self._frame(self._played)

    @property
    def gone(self) -> bool:
        """The caller has hung up."""
        return self._hangs_up and self.pos_ms > self._end_ms

    @property
    def spent(self) -> bool:
        """All that was recorded has been heard."""
        return self.pos_ms > max(self._end_ms, self._sound_end_ms)

    def _frame(self, sound: Pcm) -> Pcm:
        size = frame_samples(sound.rate)
        first = (self.pos_ms - FRAME_MS - self._offset_ms) * sound.rate // 1000
        if first < 0 or first + size > len(sound):
            return Pcm.silence(FRAME_MS, sound.rate)
        return Pcm(sound.samples[first : first + size], sound.rate)

    # ------------------------------------------------------------ the bot's rows

    def row_begins(self, is_first: Callable[[Said], bool], node: str = "") -> Row | None:
        """A row begins now, at `node`, whose first prompt is known by `is_first`: the row of then
        that it is, with which the caller goes on from here; None where there is none. Where the
        words are new, it is the next one if that was said at the same node."""
        self.row, self._sounded, self._fell_silent = None, False, False
        number = self._row_of(is_first, node)
        if number is None or not self._goes_to(self._rows[number].start_ms):
            return None
        self._next_row, self.row = number + 1, self._rows[number]
        return self.row

    def _row_of(self, is_first: Callable[[Said], bool], node: str) -> int | None:
        left = range(self._next_row, len(self._rows))
        found = next((n for n in left if is_first(self._rows[n].said[0])), None)
        if found is None and left and self._rows[left[0]].node == node:
            return left[0]
        return found

    def _goes_to(self, start_ms: int) -> bool:
        """Whether the call of then may go on from there."""
        if self._timing is Timing.ABSOLUTE or start_ms == self.pos_ms:
            return start_ms == self.pos_ms
        skipped = Span(self.pos_ms, start_ms)
        if start_ms < self.pos_ms or any(_meet(span, skipped) for span in self._busy):
            return False
        self.pos_ms = start_ms
        return True

    def _waits(self, *, speaking: bool) -> bool:
        """The bot has not come to the end that the caller waited for then."""
        row = self.row
        self._fell_silent = self._fell_silent or (self._sounded and not speaking)
        self._sounded = self._sounded or speaking
        if row is None or row.interrupted or self._timing is Timing.ABSOLUTE:
            return False
        if not speaking or self._fell_silent:
            return False
        return self.pos_ms >= row.end_ms + PATIENCE_MS


def _events(call: RecordedCall) -> list[_Due]:
    due = [
        _Due(int(at_ms), Keyed(str(key), _method(str(method))))
        for fact in call.of(FactKind.PRESSED)
        for at_ms, method, key in fact.data["keys"]
    ]
    due += [_Due(fact.at_ms, Hold(bool(fact.data["on"]))) for fact in call.of(FactKind.HELD)]
    return sorted(due, key=lambda one: one.at_ms)


def _method(method: str) -> str:
    """A tone is not in the recording: its key is told of like the others."""
    return "rfc4733" if method == "inband" else method


def _busy_spans(call: RecordedCall) -> list[Span]:
    """When the caller spoke or pressed a key: never left out."""
    spoken = [Span(int(f.data["start_ms"]), int(f.data["end_ms"])) for f in call.of(FactKind.HEARD)]
    keys = [
        Span(int(key[0]), int(key[0]) + 1)
        for f in call.of(FactKind.PRESSED)
        for key in f.data["keys"]
    ]
    return spoken + keys


def _meet(one: Span, other: Span) -> bool:
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms


def _filled(heard: Pcm, call: RecordedCall) -> Pcm:
    """Line sound in place of what was left out, so that the line's noise does not stop."""
    spans = call.secrets()
    if not spans:
        return heard
    samples = heard.samples.copy()
    for span in spans:
        first = max(0, (span.start_ms - call.sound_start_ms) * heard.rate // 1000)
        last = max(0, (span.end_ms - call.sound_start_ms) * heard.rate // 1000)
        noise = _quietest(heard.samples[:first], NOISE_MS * heard.rate // 1000)
        room = samples[first:last]
        if len(noise) and len(room):
            samples[first:last] = np.resize(noise, len(room))
    return Pcm(samples, heard.rate)


def _quietest(samples: Samples, size: int) -> Samples:
    """The quietest stretch of that length."""
    whole = len(samples) // size
    if not whole:
        return samples[:0]
    blocks = samples[: whole * size].reshape(whole, size).astype(np.float64)
    return samples[int((blocks**2).mean(axis=1).argmin()) * size :][:size]
