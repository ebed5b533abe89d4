import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.gain import level_db
from voicebot.audio.resample import Resampler, resample
from voicebot.audio.tones import tone
from voicebot.core.audio import Pcm

samples = st.lists(st.integers(-32768, 32767), max_size=300)
cuts = st.lists(st.integers(0, 300), max_size=12)
pairs = st.sampled_from([(8_000, 16_000), (16_000, 8_000), (8_000, 8_000)])


@given(samples, cuts, pairs)
def test_any_split_gives_the_same_samples(values, places, pair):
    source, target = pair
    whole = Pcm(np.array(values, dtype=np.int16), source)
    at_once = Resampler(source, target).process(whole)
    stream = Resampler(source, target)
    edges = [0, *sorted(min(place, len(values)) for place in places), len(values)]
    parts = [
        stream.process(Pcm(whole.samples[first:last], source))
        for first, last in itertools.pairwise(edges)
    ]
    assert np.array_equal(Pcm.join(parts, target).samples, at_once.samples)
    assert all(part.rate == target for part in parts)


@given(samples)
def test_count_of_samples(values):
    pcm = Pcm(np.array(values, dtype=np.int16), 8_000)
    assert len(Resampler(8_000, 16_000).process(pcm)) == 2 * len(values)
    pcm = Pcm(pcm.samples, 16_000)
    assert len(Resampler(16_000, 8_000).process(pcm)) == len(values) // 2


@pytest.mark.parametrize("frequency", [100, 440, 1_000, 2_000, 3_000, 3_400])
def test_speech_band_passes_both_ways(frequency):
    narrow = tone((frequency,), 500, 8_000, -10)
    wide = Resampler(8_000, 16_000).process(narrow)
    back = Resampler(16_000, 8_000).process(wide)
    assert level_db(wide.samples) == pytest.approx(level_db(narrow.samples), abs=0.1)
    assert level_db(back.samples) == pytest.approx(level_db(narrow.samples), abs=0.1)


def test_images_and_aliases_are_60_db_down():
    wide = Resampler(8_000, 16_000).process(tone((3_000,), 500, 8_000, -10))
    spectrum = np.abs(np.fft.rfft(wide.samples[800:7200] * np.hanning(6400)))
    hz = np.fft.rfftfreq(6400, 1 / 16_000)
    image = spectrum[(hz > 4_600)].max() / spectrum[hz < 4_000].max()
    assert 20 * np.log10(image) < -58
    alias = Resampler(16_000, 8_000).process(tone((5_000,), 500, 16_000, -10))
    assert level_db(alias.samples[400:3600]) < -10 - 58


def test_delay_is_as_stated():
    click = np.zeros(400, dtype=np.int16)
    click[100] = 20_000
    wide = Resampler(8_000, 16_000).process(Pcm(click, 8_000))
    peak_ms = int(np.argmax(np.abs(wide.samples))) / 16
    assert peak_ms - 100 / 8 == pytest.approx(Resampler.delay_ms, abs=0.01)


def test_other_rates_are_refused():
    with pytest.raises(ValueError, match="use resample"):
        Resampler(44_100, 8_000)
    with pytest.raises(ValueError, match="8000 Hz, got 16000"):
        Resampler(8_000, 16_000).process(Pcm.silence(20, 16_000))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_whole_files(rate):
    pcm = tone((1_000,), 400, rate, -10)
    other = resample(pcm, 16_000)
    assert other.rate == 16_000
    assert abs(other.duration_ms - 400) < 1
    middle = other.samples[1_600:4_800]
    assert level_db(middle) == pytest.approx(-10, abs=0.2)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 5 == 1_000


def test_nothing_stays_nothing():
    assert len(resample(Pcm.silence(0, 48_000), 8_000)) == 0
