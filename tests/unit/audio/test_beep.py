"""Beeps of answering machines are found; keys, voices and noise are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.beep import LEAST_MS, BeepDetector
from voicebot.core.audio import FRAME_MS, Pcm


def found_ms(wave: np.ndarray, rate: int = 8_000) -> int | None:
    """When a beep was found; None: there was none."""
    detector = BeepDetector()
    pcm = Pcm(np.clip(wave, -32768, 32767).astype(np.int16), rate)
    for number, frame in enumerate(pcm.frames()):
        if detector.feed(frame):
            return (number + 1) * FRAME_MS
    return None


def tone(hz: float, ms: int, db: float = -12, rate: int = 8_000) -> np.ndarray:
    times = np.arange(rate * ms // 1000) / rate
    return np.asarray(32768 * 10 ** (db / 20) * np.sin(2 * np.pi * hz * times))


def noise(ms: int, db: float, rate: int = 8_000) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 32768 * 10 ** (db / 20), rate * ms // 1000)


@given(
    st.floats(420, 2_150),
    st.integers(220, 800),
    st.floats(-35, -3),
    st.sampled_from([8_000, 16_000, 48_000]),
    st.integers(0, 400),
)
def test_a_steady_tone_is_a_beep(hz: float, ms: int, db: float, rate: int, before_ms: int) -> None:
    wave = np.concatenate([np.zeros(rate * before_ms // 1000), tone(hz, ms, db, rate)])
    at_ms = found_ms(wave + noise(before_ms + ms, db - 25, rate)[: len(wave)], rate)
    assert at_ms is not None
    assert before_ms + LEAST_MS - FRAME_MS < at_ms <= before_ms + LEAST_MS + 2 * FRAME_MS


@pytest.mark.parametrize(
    "wave",
    [
        tone(1_000, 140),
        tone(300, 600),
        tone(3_000, 600),
        tone(1_000, 600, -55),
        tone(697, 600) + tone(1209, 600),
        noise(2_000, -20),
        sum(tone(140 * n, 2_000, -20 - 2 * n) for n in range(1, 12)),
    ],
    ids=["short", "low", "high", "soft", "key", "noise", "vowel"],
)
def test_other_sounds_are_none(wave: np.ndarray) -> None:
    assert found_ms(wave) is None


def test_a_siren_is_none() -> None:
    times = np.arange(16_000) / 8_000
    assert found_ms(8_000 * np.sin(2 * np.pi * (500 + 300 * times) * times)) is None
