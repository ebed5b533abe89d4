"""Speech that is made by arithmetic, and noise."""

import numpy as np

from voicebot.core.audio import Pcm


def vowels(rate, duration_ms, *, level=12_000):
    """A voice of about 120 Hz whose formants wander: both detectors take it for speech."""
    times = np.arange(rate * duration_ms // 1000) / rate
    pitch = 120 + 20 * np.sin(2 * np.pi * 1.3 * times) + 8 * np.sin(2 * np.pi * 4 * times)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    first = 500 + 200 * np.sin(2 * np.pi * 3 * times)
    second = 1_500 + 400 * np.sin(2 * np.pi * 2.2 * times + 1)
    wave = np.zeros(len(times))
    for harmonic in range(1, 24):
        hz = harmonic * pitch
        weight = 1 / (1 + ((hz - first) / 80) ** 2) + 0.6 / (1 + ((hz - second) / 120) ** 2)
        wave += (weight + 0.25 / (1 + ((hz - 2_500) / 160) ** 2)) * np.sin(harmonic * phase)
    wave *= np.clip(np.sin(2 * np.pi * 3.5 * times) + 0.6, 0, 1)
    return Pcm((wave / np.abs(wave).max() * level).astype(np.int16), rate)


def noise(rate, duration_ms, *, level_db, seed=0):
    """White noise."""
    count = rate * duration_ms // 1000
    wave = np.random.default_rng(seed).standard_normal(count) * 32768 * 10 ** (level_db / 20)
    return Pcm(np.clip(wave, -32768, 32767).astype(np.int16), rate)
