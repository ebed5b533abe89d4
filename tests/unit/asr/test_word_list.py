"""Phrases for Vosk: words that its model has, and a way out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr.word_list import UNKNOWN, compile_list, unknown_words
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Words, parse_phrase


def expecting(*patterns: str, language: str = "en", **more: object) -> Expectation:
    choices = tuple(Choice(p, (parse_phrase(p),)) for p in patterns)
    return Expectation(language=language, choices=choices, **more)  # type: ignore[arg-type]


def test_sentences_of_known_words_and_the_way_out() -> None:
    known = {"lost", "my", "card"}
    expectation = expecting("[i] lost my (card|wallet)")
    assert compile_list(expectation, known) == ["lost my card", UNKNOWN]
    assert unknown_words(expectation, known) == ["i", "wallet"]


def test_what_stands_around_a_slot_stands_alone() -> None:
    slots = (SlotSpec("n", SlotType.DIGITS, 2, 2),)
    phrases = compile_list(expecting("pay {n} now", slots=slots), {"pay", "now", "one", "oh"})
    assert phrases == ["pay", "now", "oh", "one", UNKNOWN]


def test_free_text_and_nothing_known_mean_no_grammar() -> None:
    text = (SlotSpec("note", SlotType.TEXT),)
    assert compile_list(expecting("card", slots=text), {"card"}) == []
    assert compile_list(expecting("card"), {"other"}) == []


def test_chinese_is_cut_into_the_model_s_words() -> None:
    known = {"我", "的", "卡", "丢", "了", "银行卡", "银行"}
    assert (
        compile_list(expecting("我的银行卡 丢了", language="zh"), known)[0] == "我 的 银行卡 丢 了"
    )
    digits = (SlotSpec("n", SlotType.DIGITS, 4, 4),)
    zh = Expectation(language="zh", slots=digits)
    assert compile_list(zh, {"零", "幺", "二"}) == ["零", "幺", "二", UNKNOWN]


@given(st.lists(st.text(max_size=10), max_size=4), st.sets(st.text(min_size=1, max_size=5)))
def test_whatever_is_written_is_a_list_that_vosk_takes(texts: list[str], known: set[str]) -> None:
    choices = (Choice("x", tuple(Words(text) for text in texts)),)
    phrases = compile_list(Expectation(choices=choices), known)
    assert json.loads(json.dumps(phrases)) == phrases
    assert not phrases or phrases[-1] == UNKNOWN
    assert all(word in known for phrase in phrases[:-1] for word in phrase.split(" "))
