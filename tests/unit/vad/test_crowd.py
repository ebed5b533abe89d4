from itertools import cycle, islice

from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.crowd import Crowd

S = 50
"""Frames in a second."""
BOT_DB, SILENT_DB = -20.0, -100.0
FLOOR_DB = -60.0
VOICES_DB = (-34.0, -38.0, -30.0, -45.0, -33.0, -58.0, -31.0)


def feed(crowd, levels_db, frames, *, played_db=BOT_DB):
    levels = islice(cycle(levels_db), frames)
    return [crowd.drowns(level_db, played_db, FLOOR_DB) for level_db in levels]


def crowded():
    crowd = Crowd(over_db=4)
    feed(crowd, VOICES_DB, 4 * S)
    return crowd


def test_voices_that_never_cease_under_a_prompt_are_a_crowd_and_do_not_interrupt():
    assert all(feed(crowded(), VOICES_DB, 10 * S))


def test_who_is_louder_than_its_loud_parts_does():
    drowned = feed(crowded(), [-24.0], S)
    assert drowned == [True] * 4 + [False] * 46


def test_and_is_told_from_the_first_frame():
    crowd = crowded()
    assert not crowd.louder
    feed(crowd, [-24.0], 1)
    assert crowd.louder


def test_a_shout_is_none():
    assert all(feed(crowded(), [-20.0], 4) + feed(crowded(), VOICES_DB, S))


def test_the_soft_sounds_within_louder_words_are_let_be():
    crowd = crowded()
    feed(crowd, [-24.0], 10)
    assert feed(crowd, [-35.0], 30) == [False] * 14 + [True] * 16


def test_a_caller_who_is_listened_to_is_never_drowned():
    crowd = crowded()
    feed(crowd, VOICES_DB, 70, played_db=SILENT_DB)
    assert not any(feed(crowd, VOICES_DB, 20 * S, played_db=SILENT_DB))


def test_nor_one_who_answered_for_long_and_interrupts_the_next_prompt():
    crowd = Crowd(over_db=4)
    for _ in range(5):
        feed(crowd, [-30.0], 10 * S, played_db=SILENT_DB)
        feed(crowd, [FLOOR_DB], 2 * S)
        assert not any(feed(crowd, [-30.0], S // 2))


def test_nor_one_who_interrupts_every_prompt_at_once():
    """The prompt falls silent, and what is said then is no crowd's."""
    crowd = Crowd(over_db=4)
    for _ in range(20):
        feed(crowd, [FLOOR_DB], S // 2)
        assert not any(feed(crowd, [-30.0], S // 4))
        assert not any(feed(crowd, [-30.0], 2 * S, played_db=SILENT_DB))


def test_a_prompt_that_only_paused_still_counts():
    assert feed(crowded(), [-35.0], 2 * S, played_db=SILENT_DB) == [True] * 69 + [False] * 31


def test_steady_noise_is_no_crowd():
    crowd = Crowd(over_db=4)
    assert not any(crowd.drowns(level_db, BOT_DB, -36) for level_db in [-34, -35, -33] * 200)


def test_a_crowd_that_has_gone_is_forgotten():
    crowd = crowded()
    feed(crowd, [FLOOR_DB], 5 * S)
    assert not any(feed(crowd, [-35.0], S // 2))


@given(st.lists(st.tuples(st.sampled_from(VOICES_DB), st.integers(1, 40), st.booleans())))
def test_on_a_line_that_is_quiet_under_prompts_nobody_is_drowned(pieces):
    """Whoever speaks, and for however long, while the bot is silent."""
    crowd = Crowd(over_db=4)
    for level_db, frames, speaks in pieces:
        level_db, played_db = (level_db, SILENT_DB) if speaks else (FLOOR_DB, BOT_DB)
        assert not any(feed(crowd, [level_db], frames, played_db=played_db))
