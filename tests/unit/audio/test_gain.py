import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.gain import amplify, level_db, limit, mix, peak_db
from voicebot.audio.tones import tone
from voicebot.core.audio import Pcm

sounds = st.lists(st.integers(-32768, 32767), min_size=1, max_size=100).map(
    lambda values: Pcm(np.array(values, dtype=np.int16), 8_000)
)


def test_levels():
    assert level_db(np.zeros(160, dtype=np.int16)) == -100
    assert level_db(np.zeros(0, dtype=np.int16)) == -100
    assert level_db(np.full(160, -32768, dtype=np.int16)) == pytest.approx(0)
    sine = tone((1_000,), 1_000, 8_000, -3.01).samples[100:-100]
    assert level_db(sine) == pytest.approx(-3.01, abs=0.05)
    assert peak_db(sine) == pytest.approx(0, abs=0.05)
    assert peak_db(np.array([-32768], dtype=np.int16)) == 0


def test_gain_moves_the_level_and_clips():
    quiet = tone((500,), 300, 8_000, -40)
    louder = amplify(quiet, 12)
    assert level_db(louder.samples) == pytest.approx(level_db(quiet.samples) + 12, abs=0.1)
    assert np.abs(amplify(quiet, 90).samples.astype(int)).max() == 32768


@given(sounds, st.floats(-20, -0.5), st.floats(-40, 60))
def test_a_limited_signal_stays_under_its_ceiling(pcm, ceiling_db, gain_db):
    limited = limit(pcm, ceiling_db, gain_db=gain_db)
    assert peak_db(limited.samples) <= ceiling_db + 0.1 or np.abs(limited.samples).max() <= 1
    assert np.all(limited.samples.astype(int) * pcm.samples >= 0)


def test_limiting_leaves_soft_sound_alone():
    soft = tone((500,), 100, 8_000, -20)
    assert np.array_equal(limit(soft).samples, soft.samples)


@given(sounds, sounds)
def test_mix_is_the_clipped_sum(one, other):
    mixed = mix((one, other)).samples
    assert len(mixed) == max(len(one), len(other))
    shared = min(len(one), len(other))
    total = one.samples[:shared].astype(int) + other.samples[:shared]
    assert np.array_equal(mixed[:shared], np.clip(total, -32768, 32767))


def test_mixing_rates_is_refused():
    with pytest.raises(ValueError, match="resample first"):
        mix((Pcm.silence(20, 8_000), Pcm.silence(20, 16_000)))
