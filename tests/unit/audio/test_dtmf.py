"""Keys in sound, by the limits of ITU-T Q.24. `bench/dtmf.py` has the figures in full."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.audio.dtmf import STANDS_OUT, DtmfDetector, ToneKey
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.telephone import Law, round_trip, telephone
from voicebot.audio.tone_pair import FULL_SCALE_DBM0
from voicebot.audio.tones import DTMF_PAIRS, dtmf, ring_back, tone
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm, Samples, frame_samples

KEYS = "".join(DTMF_PAIRS)
LINES = pytest.mark.parametrize(
    ("rate", "law"),
    [(NARROWBAND, Law.MULAW), (NARROWBAND, Law.ALAW), (WIDEBAND, None)],
    ids=["mulaw", "alaw", "16k"],
)


@dataclass(frozen=True)
class Sound:
    """A press as it is sent; levels are of each tone, in dBm0."""

    duration_ms: float = 50
    low_dbm0: float = -10
    high_dbm0: float = -10
    offset: float = 0
    offset_hz: float = 0
    gap_ms: float = 0


def played(keys: str, rate: int, sound: Sound, pause_ms: float, seed: int) -> np.ndarray:
    """The presses one after the other, phases and place at random."""
    random = np.random.default_rng(seed)
    parts = [np.zeros(int(random.integers(2 * frame_samples(rate))))]
    for key in keys:
        times = np.arange(round(sound.duration_ms * rate / 1000)) / rate
        wave = np.zeros(len(times))
        for nominal, level in zip(DTMF_PAIRS[key], (sound.low_dbm0, sound.high_dbm0), strict=True):
            hertz = nominal * (1 + sound.offset) + np.sign(sound.offset) * sound.offset_hz
            amplitude = 32768 * 10 ** ((level - FULL_SCALE_DBM0) / 20)
            wave += amplitude * np.sin(2 * np.pi * hertz * times + random.uniform(0, 2 * np.pi))
        gap, middle = round(sound.gap_ms * rate / 2000), len(wave) // 2
        wave[middle - gap : middle + gap] = 0
        parts += [wave, np.zeros(round(pause_ms * rate / 1000))]
    return np.concatenate([*parts, np.zeros(rate // 10)])


def line(
    wave: np.ndarray, rate: int, law: Law | None, snr_db: float | None = None, power: float = 0
) -> Samples:
    """With noise so far below `power`, clipped, through G.711."""
    if snr_db is not None:
        noise = np.random.default_rng(5).standard_normal(len(wave))
        wave = wave + noise * np.sqrt(power) * 10 ** (-snr_db / 20)
    samples = np.clip(np.round(wave), -32768, 32767).astype(np.int16)
    return round_trip(Pcm(samples, rate), law).samples if law else samples


def found(samples: Samples, rate: int) -> list[ToneKey]:
    detector, size = DtmfDetector(rate), frame_samples(rate)
    frames = (samples[i : i + size] for i in range(0, len(samples) - size + 1, size))
    return [key for frame in frames for key in detector.feed(frame)]


def heard(samples: Samples, rate: int) -> str:
    return "".join(key.key for key in found(samples, rate))


def heard_of(
    rate: int,
    law: Law | None,
    sound: Sound,
    *,
    keys: str = KEYS,
    pause_ms: float = 60,
    snr_db: float = 30,
) -> str:
    power = sum(
        (32768 * 10 ** ((level - FULL_SCALE_DBM0) / 20)) ** 2 / 2
        for level in (sound.low_dbm0, sound.high_dbm0)
    )
    wave = played(keys, rate, sound, pause_ms, seed=11)
    return heard(line(wave, rate, law, snr_db, power), rate)


@LINES
@pytest.mark.parametrize(
    "sound",
    [
        Sound(),
        Sound(offset=0.015, offset_hz=2),
        Sound(offset=-0.015, offset_hz=2),
        Sound(low_dbm0=0, high_dbm0=0),
        Sound(low_dbm0=-25, high_dbm0=-25),
        Sound(low_dbm0=-25, high_dbm0=-21),
        Sound(low_dbm0=-17, high_dbm0=-25),
        Sound(low_dbm0=0, high_dbm0=-8),
        Sound(duration_ms=40),
        Sound(duration_ms=1_000),
        Sound(duration_ms=100, gap_ms=10),
    ],
    ids=str,
)
def test_what_must_be_found(rate: int, law: Law | None, sound: Sound) -> None:
    assert heard_of(rate, law, sound) == KEYS


@LINES
@pytest.mark.parametrize(
    "sound",
    [
        Sound(offset=0.035),
        Sound(offset=-0.035),
        Sound(low_dbm0=-55, high_dbm0=-55),
        Sound(duration_ms=23),
        Sound(low_dbm0=-30, high_dbm0=-10),
        Sound(low_dbm0=-10, high_dbm0=-30),
    ],
    ids=str,
)
def test_what_must_not_be_found(rate: int, law: Law | None, sound: Sound) -> None:
    assert heard_of(rate, law, sound) == ""


@LINES
@pytest.mark.parametrize("snr_db", [15, 10])
def test_noise(rate: int, law: Law | None, snr_db: float) -> None:
    assert heard_of(rate, law, Sound(duration_ms=40), snr_db=snr_db) == KEYS
    assert heard_of(rate, law, Sound(duration_ms=100, gap_ms=10), snr_db=snr_db) == KEYS


@LINES
def test_the_same_key_again_after_40_ms(rate: int, law: Law | None) -> None:
    keys = "".join(key * 3 for key in KEYS)
    assert heard_of(rate, law, Sound(duration_ms=40), keys=keys, pause_ms=40) == keys


@LINES
def test_all_at_its_limit(rate: int, law: Law | None) -> None:
    for low, high in ((-25, -21), (-17, -25)):
        worst = Sound(40, low, high, offset=0.015, offset_hz=2)
        assert heard_of(rate, law, worst, pause_ms=40, snr_db=15) == KEYS
        assert heard_of(rate, law, replace(worst, offset=-0.015), pause_ms=40, snr_db=15) == KEYS


@pytest.mark.parametrize("rate", [NARROWBAND, WIDEBAND])
def test_it_is_known_within_60_ms_and_when_it_began(rate: int) -> None:
    for shift_ms in range(20):
        sound = Pcm.join([Pcm.silence(200 + shift_ms, rate), dtmf("5", rate)], rate)
        detector = DtmfDetector(rate)
        for frame in sound.frames():
            if keys := detector.feed(frame.samples):
                break
        assert [key.key for key in keys] == ["5"]
        assert abs(keys[0].onset_ms - 200 - shift_ms) <= 8
        assert detector.fed_ms - 200 - shift_ms <= 60


def test_it_sounds_until_it_ends() -> None:
    detector, during = DtmfDetector(NARROWBAND), []
    sound = Pcm.join([dtmf("5", NARROWBAND, on_ms=200, off_ms=200)], NARROWBAND)
    for frame in sound.frames():
        detector.feed(frame.samples)
        during.append(detector.sounding)
    first, last = during.index(True), len(during) - 1 - during[::-1].index(True)
    assert all(during[first : last + 1])
    assert (first + 1) * 20 <= 60
    assert 200 <= (last + 1) * 20 <= 260


def test_another_key_without_a_pause() -> None:
    sound = dtmf("59", NARROWBAND, on_ms=100, off_ms=0)
    assert heard(np.append(sound.samples, np.zeros(800, np.int16)), NARROWBAND) == "59"


def test_tones_of_the_network_are_no_keys() -> None:
    for frequencies in ((425,), (350, 440), (480, 620), (697,), (1209,), (697, 770), (941, 1400)):
        for rate in (NARROWBAND, WIDEBAND):
            assert heard(tone(frequencies, 2_000, rate, -12).samples, rate) == ""
    assert heard(ring_back(NARROWBAND).samples, NARROWBAND) == ""


def test_noise_and_music_are_no_keys() -> None:
    random = np.random.default_rng(3)
    for rate in (NARROWBAND, WIDEBAND):
        white = (random.standard_normal(30 * rate) * 4_000).clip(-32768, 32767).astype(np.int16)
        assert heard(white, rate) == ""
        assert heard(hold_music(rate).samples, rate) == ""


def test_speech_is_no_key() -> None:
    """Every recording at hand, over the telephone and wide."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("VOICEBOT_SHARED", root.parent / "shared")) / "data" / "speech"
    files = sorted(folder.rglob("*.wav"))
    if not files:
        pytest.skip(f"no recordings of speech at {folder} (set VOICEBOT_SHARED)")
    false = ""
    for number, file in enumerate(files):
        clip = read_wav(file).mono()
        wide = number % 2 == 1
        pcm = resample(clip, WIDEBAND) if wide else telephone(clip)
        false += heard(pcm.samples, pcm.rate)
    assert false == ""


@settings(max_examples=50)
@given(seed=st.integers(0, 2**32 - 1), loudest=st.floats(0, 4.5), noise=st.floats(0, 3))
def test_the_pair_that_stands_out_is_the_greatest_low_and_the_greatest_high_tone(
    seed: int, loudest: float, noise: float
) -> None:
    chance = np.random.default_rng(seed)
    hertz = chance.choice([*DTMF_PAIRS.values()]) + chance.uniform(-30, 30, 2)
    sines = np.sin(2 * np.pi / NARROWBAND * np.outer(hertz, np.arange(480)))
    detector = DtmfDetector(NARROWBAND)
    detector._sound[:] = 10**loudest * chance.random(2) @ sines
    detector._sound += 10**noise * chance.standard_normal(480)
    spectra = detector._pairs.spectra(detector._blocks)
    powers = spectra.real**2 + spectra.imag**2
    low, high = powers[:, :4].max(axis=1), powers[:, 4:].max(axis=1)
    stands = np.minimum(low, high) > np.float32(detector._pairs.least_power)
    stands &= low + high > STANDS_OUT * detector._pairs.energies(detector._blocks)
    pairs = zip(powers[:, :4].argmax(axis=1), 4 + powers[:, 4:].argmax(axis=1), strict=True)
    expected = [pair if stand else None for pair, stand in zip(pairs, stands, strict=True)]
    assert detector._standing_out(powers) == expected
