"""Trimming and levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.gain import peak_db
from voicebot.core.audio import Pcm
from voicebot.tts.shape import active_level_db, shape, to_active_level, trim

RATE = 22_050


def burst(duration_ms: int, amplitude: int, rate: int = RATE) -> Pcm:
    times = np.arange(duration_ms * rate // 1000) / rate
    return Pcm((amplitude * np.sin(2 * np.pi * 500 * times)).astype(np.int16), rate)


@given(st.integers(0, 900), st.integers(0, 900), st.integers(500, 30_000))
def test_silence_around_goes_and_the_sound_stays(
    before_ms: int, after_ms: int, amplitude: int
) -> None:
    sound = burst(300, amplitude)
    whole = [Pcm.silence(before_ms, RATE), sound, Pcm.silence(after_ms, RATE)]
    trimmed = trim(Pcm.join(whole, RATE))
    assert 299 <= trimmed.duration_ms <= 300 + 2 * 30
    assert np.abs(trimmed.samples.astype(int)).sum() == np.abs(sound.samples.astype(int)).sum()


@pytest.mark.parametrize("pcm", [Pcm.silence(500, RATE), Pcm.silence(0, RATE)])
def test_silence_alone_is_nothing(pcm: Pcm) -> None:
    assert len(trim(pcm)) == 0
    assert len(shape(pcm, rate=8000, level_db=-20)) == 0


@given(st.integers(300, 32_000))
def test_the_level_is_reached_whatever_it_was(amplitude: int) -> None:
    levelled = to_active_level(burst(500, amplitude), -20)
    assert active_level_db(levelled) == pytest.approx(-20, abs=0.3)


def test_pauses_do_not_count_for_the_level() -> None:
    sound = burst(500, 8000)
    with_pause = Pcm.join([sound, Pcm.silence(2000, RATE), sound], RATE)
    assert active_level_db(with_pause) == pytest.approx(active_level_db(sound), abs=0.2)


def test_peaks_are_limited_not_clipped() -> None:
    spiky = burst(500, 200)
    samples = spiky.samples.copy()
    samples[::500] = 20_000
    assert peak_db(to_active_level(Pcm(samples, RATE), -10).samples) <= -0.9


def test_shape_gives_the_rate_that_is_asked() -> None:
    shaped = shape(burst(1000, 5000), rate=8000, level_db=-20)
    assert shaped.rate == 8000
    assert shaped.duration_ms == pytest.approx(1000, abs=1)
