"""Normalized tokens and their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.nlu.han import blur, sounds_of
from voicebot.nlu.text import MAX_TOKENS, read, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I Lost My Card!", ["i", "lost", "my", "card"]),
        ("don't", ["do", "not"]),
        ("can’t", ["can", "not"]),
        ("that's right", ["that", "is", "right"]),
        ("my brother's card", ["my", "brother", "card"]),
        ("three o'clock", ["three", "o'clock"]),
        ("twenty-three", ["twenty", "three"]),
        ("-5", ["minus", "5"]),
        ("$12.50 & 3:30 p.m.", ["$", "12.50", "and", "3:30", "pm"]),
        ("ＡＢ１２", ["ab", "12"]),
        ("掛失，謝謝", ["挂", "失", "谢", "谢"]),
        ("查 余额", ["查", "余", "额"]),
        ("用ATM取款", ["用", "atm", "取", "款"]),
        ("café", ["café"]),
        ("", []),
        ("?!...", []),
    ],
)
def test_words(text, words):
    assert list(words_of(text)) == words


def test_raw_gives_the_callers_own_words():
    utterance = read("Um, I'd like $12.50, PLEASE")
    at = utterance.words.index("12.50")
    assert utterance.raw(at - 1, at + 1) == "$12.50"
    assert utterance.raw(at, at) == ""


def test_homophones_and_merged_sounds_meet():
    assert sounds_of(("挂", "失")) == sounds_of(("瓜", "诗"))
    assert sounds_of(("查",)) == sounds_of(("擦",))
    assert sounds_of(("card", "12")) == ("card", "12")
    assert blur("shuang") == blur("suan")
    assert blur("na") == blur("la")
    assert blur("ba") != blur("pa")


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    utterance = read(text)
    assert len(utterance.words) <= MAX_TOKENS + 1
    for at, token in enumerate(utterance.tokens):
        assert token.text
        assert 0 <= token.start < token.end <= len(utterance.text)
        assert utterance.raw(at, at + 1) == utterance.text[token.start : token.end]


def test_long_texts_are_cut():
    assert len(read("word " * 5_000).words) <= MAX_TOKENS


@pytest.mark.parametrize("text", ["١٢٣", "१२३", "１２３", "𝟏𝟐𝟑"])
def test_digits_of_every_script_are_digits(text):
    assert read(text).words == ("123",)
