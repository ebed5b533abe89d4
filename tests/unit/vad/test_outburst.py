from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.outburst import Outburst

FLOOR_DB = -65.0
S = 50
"""Frames in a second."""


def line(**settings):
    return Outburst(**{"over_floor_db": 8, "over_past_db": 3, **settings})


def feed(one, level_db, frames, *, speech=False, near=True):
    found = []
    for _ in range(frames):
        found.append(one.feed(level_db, FLOOR_DB, near=near))
        one.learn(speech=speech)
    return found


def test_sound_on_a_quiet_line_stands_out_at_once():
    one = line()
    assert not any(feed(one, -65, S))
    assert all(feed(one, -54, 5))


def test_so_does_no_sound_that_is_hardly_louder_than_the_line():
    one = line()
    feed(one, -65, S)
    assert not any(feed(one, -58, S))


def test_what_goes_on_stands_out_for_a_moment_only():
    one = line()
    feed(one, -65, S)
    found = feed(one, -40, 2 * S)
    assert all(found[:8])
    assert not any(found[9:])


def test_nothing_stands_out_from_louder_sound_within_a_second():
    one = line()
    feed(one, -65, S)
    feed(one, -30, 20, speech=True)
    assert not any(feed(one, -65, 40) + feed(one, -28, S))
    feed(one, -65, 3 * S)
    assert all(feed(one, -28, 5))


def test_nothing_stands_out_where_the_line_was_not_quiet():
    one = line()
    feed(one, -65, S)
    feed(one, -50, 15, speech=True)
    assert not any(feed(one, -30, 20))


def test_but_clicks_are_overlooked():
    one = line()
    feed(one, -65, S)
    feed(one, -50, 3)
    feed(one, -65, 10)
    assert all(feed(one, -40, 5))


def test_a_line_is_not_judged_before_it_is_known():
    assert not any(feed(line(), -20, S))


def test_an_echo_does_not_stand_out():
    one = line()
    feed(one, -65, S)
    assert not any(feed(one, -40, 5, near=False))


def knock(one, frames=10, *, speech=False):
    found = any(feed(one, -30, frames, speech=speech))
    feed(one, -65, 3 * S)
    return found


def test_a_line_that_knocks_is_believed_less_and_less():
    one = line()
    feed(one, -65, S)
    heard = [knock(one) for _ in range(200)]
    assert heard[:2] == [True, False]
    assert 4 <= sum(heard) <= 15
    assert sum(heard[100:]) <= 6


def test_a_click_teaches_nothing():
    one = line()
    feed(one, -65, S)
    assert all(knock(one, 2) for _ in range(20))


def test_speech_restores_belief():
    one = line()
    feed(one, -65, S)
    assert all(knock(one, speech=True) for _ in range(20))
    for _ in range(20):
        knock(one)
    feed(one, -65, 61 * S)
    assert knock(one, speech=True)
    assert knock(one)


@given(st.lists(st.tuples(st.floats(-70, -10), st.integers(1, 60)), max_size=40))
def test_steady_levels_never_stand_out_for_long(runs):
    """Never for longer than the rise that is left out of the past."""
    one, longest, now, last = line(), 0, 0, None
    for level_db, frames in runs:
        now = now if last is not None and level_db > last else 0
        last = level_db
        for found in feed(one, level_db, frames):
            now = now + 1 if found else 0
            longest = max(longest, now) if frames > 9 else longest
        assert not now or frames <= 9
