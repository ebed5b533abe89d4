import numpy as np
import pytest

from voicebot.audio.gain import level_db
from voicebot.audio.telephone import Law, round_trip, telephone
from voicebot.audio.tones import tone
from voicebot.core.audio import Pcm


@pytest.mark.parametrize("law", list(Law))
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_speech_band_passes(law, rate):
    heard = telephone(tone((1_000,), 500, rate, -15), law)
    assert heard.rate == 8_000
    assert heard.duration_ms == pytest.approx(500, abs=1)
    assert level_db(heard.samples[800:3200]) == pytest.approx(-15, abs=0.2)


@pytest.mark.parametrize("frequency", [50, 120, 3_800])
def test_the_rest_does_not(frequency):
    sound = tone((frequency,), 500, 8_000, -15)
    assert level_db(telephone(sound).samples[800:3200]) < -50
    assert level_db(telephone(sound, band_pass=False).samples[800:3200]) > -16


def test_companding_noise_is_that_of_g711():
    """About 38 dB of signal to noise for sines of usual levels (G.712)."""
    sound = tone((1_020,), 1_000, 8_000, -20)
    for law in Law:
        noise = round_trip(sound, law).samples.astype(int) - sound.samples
        ratio = level_db(sound.samples) - level_db(noise.astype(np.int16))
        assert 35 < ratio < 42


def test_delay_is_taken_back():
    click = np.zeros(800, dtype=np.int16)
    click[400] = 30_000
    assert int(np.argmax(np.abs(telephone(Pcm(click, 8_000)).samples))) == 400


def test_empty_and_short():
    assert len(telephone(Pcm.silence(0, 16_000))) == 0
    assert len(telephone(Pcm.silence(1, 8_000))) == 8
