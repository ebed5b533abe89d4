"""What the callers of `bench/turns.py` say: speech whose first and last sample are known.

Each clip is brought to the band and level of a telephone and cut where its sound, in windows of
5 ms, first and last comes within 30 dB of its loud parts: a clip's onset is its first sample and
its end is its last one. What is cut away is breath and the room; the line's noise stands there.
Recordings whose own noise is too loud for that, or that hold a second sound, are left out.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from voicebot.audio.gain import amplify
from voicebot.audio.telephone import telephone
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, Pcm, Samples

LEVEL_DB = -24.0
"""Loud parts of the caller's speech on the line."""
_WITHIN_DB = 30.0
_QUIET_DB = 35.0
"""The quietest parts of a recording are so much softer than its loud ones, or it is left out."""
_LONGEST_S = 2.0
_WINDOW = NARROWBAND * 5 // 1000
_VOICES = ("rms", "slt", "awb")

WORDS = ("computer", "jarvis", "smart mirror", "snowboy", "view glass")
BANK = (
    "I lost my card",
    "what is my balance",
    "pay a bill",
    "transfer money",
    "opening hours",
    "speak to an agent",
)


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance."""

    name: str
    samples: Samples
    """8 kHz; from the first to the last sample of speech."""


def clips_by_flow(speech: Path | None) -> dict[str, list[Clip]]:
    """What is said to each flow of the bench: human speech where `speech` has it, else flite.

    Raises `FileNotFoundError` where there is neither."""
    clips = {
        "turns_menu": [*_human(speech, "words/*/*.wav")] or [*flite(WORDS)],
        "turns_digit": [*_human(speech, "fsdd/*.wav")] or [*flite(_digits())],
        "turns_yes_no": [
            *_human(speech, "misc/tflm_*.wav"),
            *flite(("yes", "no", "yes please", "no thank you")),
        ],
        "turns_bank": [*flite(BANK)],
    }
    return {flow: found for flow, found in clips.items() if found}


def sources(clips: Mapping[str, Sequence[Clip]]) -> str:
    """How many clips of each flow, and how many of them are synthetic."""
    counts = (
        f"{flow.removeprefix('turns_')} {len(found)}"
        f" ({sum(c.name.startswith('flite') for c in found)} by flite)"
        for flow, found in clips.items()
    )
    return ", ".join(counts)


def trimmed(pcm: Pcm) -> Samples | None:
    """From the first to the last sample of speech, at the level of a caller; None where that is
    not known well."""
    narrow = telephone(pcm)
    levels = _levels(narrow)
    quiet, loud = (float(value) for value in np.percentile(levels, [5, 90]))
    if loud - quiet < _QUIET_DB:
        return None
    active = np.flatnonzero(levels > loud - _WITHIN_DB)
    first, last = int(active[0]) * _WINDOW, (int(active[-1]) + 1) * _WINDOW
    speech = Pcm(narrow.samples[first:last], narrow.rate)
    return (
        amplify(speech, LEVEL_DB - loud).samples if len(speech) < _LONGEST_S * NARROWBAND else None
    )


def _levels(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Level of each window of 5 ms in dBFS."""
    count = len(pcm) // _WINDOW
    windows = pcm.samples[: count * _WINDOW].reshape(count, _WINDOW) / 32768.0
    levels: np.ndarray[tuple[int], np.dtype[np.float64]]
    levels = 10 * np.log10((windows**2).mean(axis=1) + 1e-10)
    return levels


def _human(speech: Path | None, pattern: str) -> Iterator[Clip]:
    for file in sorted(speech.glob(pattern)) if speech else ():
        samples = trimmed(read_wav(file).mono())
        if samples is not None:
            yield Clip(file.stem, samples)


def _digits() -> tuple[str, ...]:
    return ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def flite(phrases: Sequence[str]) -> Iterator[Clip]:
    """The phrases, each by three voices."""
    for voice in _VOICES:
        for phrase in phrases:
            samples = trimmed(_spoken(voice, phrase))
            if samples is not None:
                yield Clip(f"flite {voice}: {phrase}", samples)


@cache
def _spoken(voice: str, phrase: str) -> Pcm:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        words = ["flite", "-voice", voice, "-t", phrase, "-o", str(file)]
        subprocess.run(words, check=True, capture_output=True)
        return read_wav(file).mono()
