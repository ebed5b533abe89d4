"""Turns, what differs between them, and how words are counted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voicebot.replay.compare import compared
from voicebot.replay.turns import Turn
from voicebot.replay.words import WordErrors, distance, word_errors


def spoken(node: str, text: str, *path: str, said: str = "What?") -> Turn:
    return Turn(said=[said], by="speech", text=text, confidence=0.9, asked_at=node, path=[*path])


CALL = [
    Turn(by="start", path=["main"]),
    spoken("main", "my balance", "balance"),
    spoken("balance", "yes", "told"),
    spoken("told", "goodbye", "bye"),
]


def test_the_same_is_the_same() -> None:
    comparison = compared(CALL, [replace(turn) for turn in CALL])
    assert comparison.is_same
    assert len(comparison.pairs) == len(CALL)


def test_the_first_difference_is_marked_and_what_follows_set_apart() -> None:
    now = [*CALL[:2], spoken("balance", "guess", "told"), spoken("told", "goodbye", "other")]
    comparison = compared(CALL, now)
    assert comparison.first == 2
    assert comparison.pairs[2].major == ("text",)
    assert [pair.downstream for pair in comparison.pairs] == [False, False, False, True]


def test_a_turn_more_stands_alone_and_the_others_stay_aligned() -> None:
    now = [*CALL[:2], Turn(by="silence", asked_at="balance"), *CALL[2:]]
    comparison = compared(CALL, now)
    assert [pair.major for pair in comparison.pairs] == [(), (), ("turn",), (), ()]
    assert comparison.pairs[2].then is None


def test_a_little_later_or_less_sure_is_no_other_call() -> None:
    now = [replace(CALL[0]), replace(CALL[1], confidence=0.7, at_ms=300), *CALL[2:]]
    comparison = compared(CALL, now)
    assert comparison.is_same
    assert comparison.pairs[1].minor == ("confidence", "at_ms")


def test_words_alone_do_not_tell_which_prompts_were_heard() -> None:
    then = [replace(CALL[0]), replace(CALL[1], said=["Hello."])]
    now = [replace(CALL[0]), replace(CALL[1], said=["Hello.", "And more."])]
    assert not compared(then, now).is_same
    assert compared(then, now, sound=False).is_same
    assert not compared(now, then, sound=False).is_same


WORDS = st.lists(st.sampled_from("abcd"), max_size=8)


@given(WORDS, WORDS, WORDS)
def test_the_distance_is_a_metric(one: list[str], other: list[str], third: list[str]) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one)
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_words_are_counted_without_case_and_punctuation_and_chinese_by_character() -> None:
    assert word_errors("My balance, please.", "my balance please") == WordErrors(0, 3)
    assert word_errors("I lost my card", "i lost a car") == WordErrors(2, 4)
    assert word_errors("查余额", "查 余 额") == WordErrors(0, 3)
    assert (WordErrors(1, 4) + WordErrors(1, 4)).rate == 0.25
    assert WordErrors().rate is None
