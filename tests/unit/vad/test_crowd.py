from voicebot.vad.crowd import Crowd

S = 50
"""Frames in a second."""
BOT_DB = -20


def feed(crowd, level_db, frames, *, played_db=-100.0, speech=True):
    return [crowd.drowns(level_db, played_db, speech=speech) for _ in range(frames)]


def test_voices_that_never_cease_are_a_crowd_and_do_not_interrupt():
    crowd = Crowd(over_db=9)
    feed(crowd, -35, 2 * S)
    assert all(feed(crowd, -30, S, played_db=BOT_DB))


def test_who_is_louder_does():
    crowd = Crowd(over_db=9)
    feed(crowd, -35, 2 * S)
    assert not any(feed(crowd, -24, S, played_db=BOT_DB))


def test_the_soft_sounds_within_louder_words_are_let_be():
    crowd = Crowd(over_db=9)
    feed(crowd, -35, 2 * S)
    feed(crowd, -24, 2, played_db=BOT_DB)
    assert feed(crowd, -35, 10, played_db=BOT_DB) == [False] * 5 + [True] * 5


def test_a_caller_who_is_listened_to_is_never_drowned():
    assert not any(feed(Crowd(over_db=9), -30, 20 * S))


def test_nor_one_who_answered_and_interrupts_the_next_prompt():
    crowd = Crowd(over_db=9)
    for _ in range(5):
        feed(crowd, -30, 2 * S)
        feed(crowd, -65, 2 * S, played_db=BOT_DB, speech=False)
        assert not any(feed(crowd, -30, S, played_db=BOT_DB))


def test_a_prompt_that_only_paused_still_counts():
    crowd = Crowd(over_db=9)
    feed(crowd, -35, 2 * S, played_db=BOT_DB)
    drowned = feed(crowd, -35, 2 * S)
    assert drowned == [True] * 69 + [False] * 31


def test_what_no_detector_judged_makes_no_crowd():
    crowd = Crowd(over_db=9)
    assert not any(feed(crowd, -30, 10 * S, played_db=BOT_DB, speech=None))


def test_a_crowd_that_has_gone_is_forgotten():
    crowd = Crowd(over_db=9)
    feed(crowd, -35, 8 * S)
    feed(crowd, -65, 3 * S, speech=False)
    assert not any(feed(crowd, -35, S // 2, played_db=BOT_DB))
