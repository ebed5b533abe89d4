import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.levels import NoiseFloor

levels = st.lists(st.floats(-90, 0), min_size=1, max_size=300)


def feed(floor, level, frames):
    for _ in range(frames):
        floor.feed(level)


def test_steady_noise_lifts_the_floor_within_three_seconds():
    floor = NoiseFloor()
    feed(floor, -70, 200)
    assert floor.db == pytest.approx(-70)
    feed(floor, -40, 151)
    assert floor.db == pytest.approx(-40, abs=0.1)


def test_it_falls_within_a_few_frames():
    floor = NoiseFloor()
    feed(floor, -40, 200)
    feed(floor, -70, 10)
    assert floor.db < -65


def test_speech_with_gaps_leaves_it_down():
    floor = NoiseFloor()
    feed(floor, -65, 100)
    for _ in range(20):
        feed(floor, -22, 60)
        feed(floor, -65, 15)
    assert floor.db < -55


def test_an_unknown_line_is_taken_for_noisy_at_first():
    floor = NoiseFloor()
    feed(floor, -20, 10)
    assert floor.db == -50


def test_lost_packets_say_nothing():
    floor = NoiseFloor()
    feed(floor, -45, 200)
    feed(floor, -100, 500)
    assert floor.db == pytest.approx(-45)


@given(levels)
def test_it_is_never_above_the_loudest_frame(values):
    floor = NoiseFloor()
    for level in values:
        floor.feed(level)
    assert min(values) - 1e-9 <= floor.db <= max(-50, max(values)) + 1e-9 or floor.db == -50
