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


def mm_hm(rate):
    """Two hums of a closed mouth with a breath between them, 460 ms in all."""

    def hum(pitch, duration_ms):
        times = np.arange(rate * duration_ms // 1000) / rate
        wave = sum(np.sin(2 * np.pi * k * pitch * times) / k**1.5 for k in range(1, 12))
        return wave * np.hanning(len(times)) ** 0.5

    breath = 0.05 * np.random.default_rng(1).standard_normal(rate * 60 // 1000)
    wave = np.concatenate([hum(110, 190), breath, hum(140, 210)])
    return Pcm((wave / np.abs(wave).max() * 7_000).astype(np.int16), rate)


def cough(rate):
    """A burst of the breath, and its rest: 320 ms."""
    times = np.arange(rate * 320 // 1000) / rate
    shape = np.exp(-times / 0.03) + 0.35 * np.exp(-(((times - 0.16) / 0.06) ** 2))
    wave = np.random.default_rng(2).standard_normal(len(times))
    wave = np.convolve(wave, np.hanning(5), "same") * shape
    return Pcm((wave / np.abs(wave).max() * 14_000).astype(np.int16), rate)
