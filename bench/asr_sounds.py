"""Sounds that are no answer, for `bench/asr.py`: noise that is made here, pieces of music and
prompts from folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.asr.files import FileError, load_sound
from voicebot.audio.telephone import telephone
from voicebot.core.audio import NARROWBAND, Pcm

PIECES = 8
"""Of each piece of music."""
LONGEST_MS = 8_000
PROMPTS = 150


def noises(count: int) -> Iterator[Pcm]:
    """White, pink, bursts and pulsing noise of 0.5 to 3 s and 300 to 3,000 RMS, the same in
    every run."""
    rng = np.random.default_rng(1)
    for number in range(count):
        size = int(rng.integers(500, 3_000)) * NARROWBAND // 1000
        shaped = _shaped(rng.normal(0, 1, size), number % 4, float(rng.uniform(1, 5)))
        level = float(rng.uniform(300, 3_000)) / np.sqrt((shaped**2).mean())
        loud = np.clip(np.round(shaped * level), -32768, 32767)
        yield telephone(Pcm(loud.astype(np.int16), NARROWBAND))


def music(folder: Path) -> Iterator[Pcm]:
    """Pieces of 0.7 to 4 s of every file of a folder, through the telephone."""
    rng = np.random.default_rng(2)
    for pcm in _sounds(folder):
        for _ in range(PIECES):
            length_ms = int(rng.integers(700, 4_000))
            start_ms = int(rng.integers(0, max(1, round(pcm.duration_ms) - length_ms)))
            yield pcm.between(start_ms, start_ms + length_ms)


def prompts(folder: Path) -> Iterator[Pcm]:
    """Some of a folder's files, through the telephone: not the very long ones."""
    found = [pcm for pcm in _sounds(folder) if pcm.duration_ms <= LONGEST_MS]
    chosen = np.random.default_rng(3).permutation(len(found))[:PROMPTS]
    return (found[number] for number in chosen)


def _sounds(folder: Path) -> Iterator[Pcm]:
    """All that can be read; names of digits and letters are answers, not prompts."""
    for file in sorted(folder.rglob("*.wav")):
        if file.parent.name in ("digits", "letters", "phonetic"):
            continue
        try:
            yield load_sound(file, as_telephone=True)
        except FileError:
            continue


def _shaped(white: NDArray[np.float64], kind: int, pulses: float) -> NDArray[np.float64]:
    size = len(white)
    at = np.arange(size)
    if kind == 0:
        return white
    if kind == 1:
        spectrum = np.fft.rfft(white)
        return np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), size)
    if kind == 2:
        return np.asarray(white * np.exp(-np.abs(at - size / 2) / (size / 12)))
    return np.asarray(white * (0.2 + np.abs(np.sin(at / NARROWBAND * 2 * np.pi * pulses))))
