"""Whether a line was quiet before speech."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.unrest import Unrest

FLOOR_DB = -60.0


def heard(*levels: float) -> Unrest:
    unrest = Unrest()
    for level in levels:
        unrest.feed(level)
    return unrest


def test_who_speaks_into_silence_is_alone() -> None:
    assert not heard(*[FLOOR_DB] * 150, *[-24.0] * 12).before(FLOOR_DB)


def test_steady_noise_is_no_unrest() -> None:
    assert not heard(*[-34.0] * 150, *[-24.0] * 12).before(-34.0)


def test_voices_all_the_time_are() -> None:
    crowd = [-34.0, -60.0, -38.0, -30.0, -58.0] * 30
    assert heard(*crowd, *[-24.0] * 12).before(FLOOR_DB)


def test_a_click_is_not() -> None:
    line = [FLOOR_DB] * 150
    line[120] = line[130] = -20.0
    assert not heard(*line).before(FLOOR_DB)


@pytest.mark.parametrize(("frames", "expected"), [(36, True), (37, False)])
def test_at_first_it_is_not_known(frames: int, *, expected: bool) -> None:
    assert heard(*[-60.0] * frames).before(FLOOR_DB) is expected


@given(st.lists(st.floats(-90, -10), min_size=37, max_size=200), st.floats(-90, -51))
def test_what_was_never_loud_is_quiet(levels: list[float], floor_db: float) -> None:
    assert not heard(*(min(level, floor_db + 8) for level in levels)).before(floor_db)


@given(st.lists(st.floats(-90, -10), min_size=37, max_size=130), st.floats(-90, -20))
def test_more_than_two_loud_frames_before_the_onset_are_unrest(
    levels: list[float], floor_db: float
) -> None:
    loud = [level > floor_db + 8 for level in levels[-112:-12]]
    assert heard(*levels).before(floor_db) is (sum(loud) > 2)
