"""How a call sounded, measured on its sound: how soon the bot answers, and falls silent.

caller  ####........          ..####....
bot     ......|####           ####|.......
              └ answer              └ stop
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import FRAME_MS, Pcm, frame_samples
from voicebot.core.record import Fact, FactKind
from voicebot.replay.parcel import packed

SOUND_DB = -60.0
"""Relative to full scale: a frame of the bot's channel that is louder sounds."""
QUIET_MS = 200
"""Silence of this length is the end of what was being said."""
_WITHIN_MS = 15_000
"""An answer that comes later is none."""


@packed
@dataclass(frozen=True, slots=True)
class Measures:
    """Times in ms, in the order of the call."""

    answer_ms: tuple[int, ...] = ()
    """From the end of the caller's speech to the bot's next sound."""
    stop_ms: tuple[int, ...] = ()
    """From the onset of an interruption to the bot's last sound."""
    onsets_ms: tuple[int, ...] = ()
    """When the caller interrupted."""
    false_stops: int = 0
    """The bot fell silent, and nothing that was said or keyed was the reason."""
    missed: int = field(default=0)
    """Callers spoke while a prompt played that speech may interrupt, and were understood only
    after it had ended."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "answer_ms": list(self.answer_ms),
            "stop_ms": list(self.stop_ms),
            "onsets_ms": list(self.onsets_ms),
            "false_stops": self.false_stops,
            "missed": self.missed,
        }


_TOLD = frozenset({FactKind.SAID, FactKind.BARGED_IN, FactKind.HEARD, FactKind.RESUMED})
"""What is measured; where there are only prompts, there is nothing to be."""


_STOPS = (FactKind.RESUMED, FactKind.BARGED_IN)


def measures_of(facts: Sequence[Fact], played: Pcm | None, offset_ms: int = 0) -> Measures:
    """Measure a call; `offset_ms` is the time of the sound's first sample."""
    told = [fact for fact in facts if fact.kind in _TOLD]
    if all(fact.kind is FactKind.SAID for fact in told):
        return Measures()
    bargings = [fact for fact in told if fact.kind is FactKind.BARGED_IN]
    onsets = tuple(int(f.data["onset_ms"]) for f in bargings)
    false_stops, missed = _false_stops(facts), _missed(told)
    if played is None:
        return Measures(onsets_ms=onsets, false_stops=false_stops, missed=missed)
    sounds = _sounding(played)
    ends = [int(f.data["end_ms"]) for f in told if f.kind is FactKind.HEARD]
    answers = (_next_sound(sounds, end - offset_ms) for end in ends)
    stops = (_last_sound(sounds, onset - offset_ms) for onset in onsets)
    return Measures(
        tuple(ms for ms in answers if ms is not None),
        tuple(ms for ms in stops if ms is not None),
        onsets,
        false_stops,
        missed,
    )


def _sounding(pcm: Pcm) -> NDArray[np.bool_]:
    """For each frame, whether it sounds."""
    size = frame_samples(pcm.rate)
    whole = len(pcm) // size
    frames = pcm.samples[: whole * size].reshape(whole, size).astype(np.float64) / 32768
    return np.asarray((frames**2).mean(axis=1) > 10 ** (SOUND_DB / 10))


def _next_sound(sounds: NDArray[np.bool_], after_ms: int) -> int | None:
    first = max(0, after_ms // FRAME_MS)
    if first < len(sounds) and sounds[first]:
        first += int(np.argmin(sounds[first:]))  # What sounds still is no answer.
    found = np.flatnonzero(sounds[first : first + _WITHIN_MS // FRAME_MS])
    return int(first + found[0]) * FRAME_MS - after_ms if len(found) else None


def _last_sound(sounds: NDArray[np.bool_], onset_ms: int) -> int | None:
    frame = max(0, onset_ms // FRAME_MS)
    quiet = 0
    last = frame
    while frame < len(sounds) and quiet < QUIET_MS // FRAME_MS:
        quiet = 0 if sounds[frame] else quiet + 1
        last = frame + 1 if sounds[frame] else last
        frame += 1
    return max(0, last * FRAME_MS - onset_ms)


def _false_stops(facts: Sequence[Fact]) -> int:
    stops = [fact.kind for fact in facts if fact.kind in _STOPS]
    resumed, wordless = stops.count(FactKind.RESUMED), 0
    for fact, following in pairwise(facts) if len(stops) > resumed else ():
        if fact.kind is FactKind.BARGED_IN and following.kind is FactKind.HEARD:
            wordless += not following.data.get("text") and not following.data.get("rejected")
    return resumed + wordless


def _missed(facts: Sequence[Fact]) -> int:
    """Speech that began well within a prompt that was said to its end."""
    whole = [
        (int(f.data["start_ms"]), f.at_ms)
        for f in facts
        if f.kind is FactKind.SAID and not f.data.get("interrupted")
    ]
    begins = [int(f.data["start_ms"]) for f in facts if f.kind is FactKind.HEARD]
    return sum(any(start <= at < end - 600 for start, end in whole) for at in begins)
