import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.levels import EchoGate, NoiseFloor

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


def test_echo_is_held_back_for_as_long_as_it_may_come():
    gate = EchoGate(loss_db=12, window_ms=300)
    assert gate.passes(-60, -100)
    assert not gate.passes(-40, -20)
    assert gate.passes(-31, -20)
    passed = [gate.passes(-40, -100) for _ in range(20)]
    assert passed.index(True) == 14


@given(st.lists(st.tuples(st.floats(-100, 0), st.floats(-100, 0)), max_size=100))
def test_echo_of_20_db_loss_within_300_ms_never_passes(frames):
    gate = EchoGate(loss_db=12, window_ms=300)
    played = []
    for played_db, delay in frames:
        played.append(played_db)
        back = int(-delay) % 15
        source = played[-1 - back] if back < len(played) else -100
        if source > -80:
            assert not gate.passes(source - 20, played_db)
        else:
            gate.passes(-100, played_db)


def test_soft_sounds_within_loud_words_pass():
    gate = EchoGate(loss_db=12, window_ms=300, hold_ms=100)
    heard = [-50, -20, -50, -20, -20, *[-50] * 8]
    passed = [gate.passes(level, -20) for level in heard]
    assert passed == [False, True, False, True, True, *[True] * 4, *[False] * 4]
