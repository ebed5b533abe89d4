"""Sentences, signs and markup, and prompts as pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.sentences import CLAUSE_PAUSE_MS, MAX_WEIGHT, split, weight
from voicebot.prompts.spoken import as_said, without_markup
from voicebot.prompts.text import pieces_of, words_of

BALANCE = SlotValue(SlotType.MONEY, "1234.50 USD")


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" ... ", []),
        ("Hello", ["Hello"]),
        ("Hello. How are you? Fine!", ["Hello.", "How are you?", "Fine!"]),
        ("It is $3.50, as of today.", ["It is $3.50, as of today."]),
        ("Mr. Smith and Dr. Who.", ["Mr. Smith and Dr. Who."]),
        ("At 3 p.m. Is it right?", ["At 3 p.m.", "Is it right?"]),
        ("At 3 p.m. or later.", ["At 3 p.m. or later."]),
        ("Say yes or no. Then wait.", ["Say yes or no.", "Then wait."]),
        ("Counter no. 5 is open.", ["Counter no. 5 is open."]),
        ('He said "go." Then left.', ['He said "go."', "Then left."]),
        ("Line one\nline two", ["Line one", "line two"]),
        ("您好。请问您要办理什么业务？", ["您好。", "请问您要办理什么业务？"]),
        ("余额是3.50元，对吗？请按1；否则按2。", ["余额是3.50元，对吗？", "请按1；", "否则按2。"]),
        ("他说“好。”然后走了。", ["他说“好。”", "然后走了。"]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@given(st.text('ab1.,!? \n。，！3点"”)', max_size=600))
def test_nothing_speakable_is_lost_or_doubled_and_no_number_is_cut(text: str) -> None:
    parts = cut(text)
    assert "".join(re.findall(r"\w", "".join(parts))) == "".join(re.findall(r"\w", text))
    number = re.compile(r"\d+(?:[.,]\d+)*")
    assert [n for part in parts for n in number.findall(part)] == number.findall(text)


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=120))
def test_long_sentences_are_cut_to_bearable_length(words: list[str]) -> None:
    text = " ".join(words) + "."
    assert all(weight(part) <= MAX_WEIGHT + 30 for part in cut(text))


def test_a_long_sentence_is_cut_at_its_commas() -> None:
    text = "for the balance of your account, please say balance or press one, " * 5
    assert len(split(text)) > 1
    assert all(text[s.start : s.end].endswith(",") for s in split(text))
    assert {s.pause_ms for s in split(text)[:-1]} == {CLAUSE_PAUSE_MS}


@given(st.text("ab. ,", max_size=200), st.text("cd. ", min_size=1, max_size=200))
def test_kept_ranges_are_never_cut(before: str, value: str) -> None:
    text = before + value
    keep = (len(before), len(text))
    assert not any(keep[0] < s.end < keep[1] and s is not split(text, [keep])[-1]
                   and text[s.end : keep[1]].strip(" .") for s in split(text, [keep]))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<speak>Hi <break time='1s'/> there</speak>", " Hi there "),
        ("A &amp; B", "A & B"),
        ("1 < 2 [[x]] {y}", "1 2 x y "),
        ("a\nb", "a\nb"),
    ],
)
def test_markup_is_not_said(text: str, said: str) -> None:
    assert without_markup(text) == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "press * or #", "press star or pound"),
        ("en", "pay $1,234.50 now.", "pay one thousand two hundred thirty four dollars and fifty "
         "cents now."),
        ("en", "version 3.5 of $3.5.1", "version 3.5 of $3.5.1"),
        ("en", "9:00 a.m. to 17:30", "nine a.m. to seventeen thirty"),
        ("en", "at 5:05, ratio 3:2:1", "at five oh five, ratio 3:2:1"),
        ("zh", "请按#号键或*", "请按井号或星号"),
        ("zh", "付¥12.50", "付十二元五角"),
        ("zh", "9:00至17:05", "九点至十七点零五分"),
        ("de", "Taste #", "Taste #"),
    ],
)  # fmt: skip
def test_signs_become_words(language: str, text: str, said: str) -> None:
    assert as_said(text, language) == said


def test_values_are_worded_and_only_their_sentences_are_not_static() -> None:
    prompt = Prompt(("Hello. Your balance is ", BALANCE, ". Anything else?"))
    pieces = pieces_of(prompt)
    amount = "one thousand two hundred thirty four dollars and fifty cents"
    assert words_of(prompt) == f"Hello. Your balance is {amount}. Anything else?"
    assert [(p.text, p.is_static) for p in pieces] == [
        ("Hello.", True),
        (f"Your balance is {amount}.", False),
        ("Anything else?", True),
    ]
    assert pieces[-1].pause_ms == 0


def test_nothing_of_a_secret_prompt_with_values_is_static() -> None:
    prompt = Prompt(("Hello. Your code is ", SlotValue(SlotType.DIGITS, "42"), "."), secret=True)
    assert not any(piece.is_static for piece in pieces_of(prompt))
    assert all(piece.is_static for piece in pieces_of(Prompt(("Your code?",), secret=True)))


def test_a_value_is_parted_from_its_neighbours_where_it_must_be() -> None:
    three = SlotValue(SlotType.NUMBER, "3")
    assert words_of(Prompt(("Position", three))) == "Position three"
    assert words_of(Prompt(("您是第", three, "位"), "zh")) == "您是第三位"


def test_a_callers_words_bring_no_markup_in() -> None:
    name = SlotValue(SlotType.TEXT, "<b>Bob</b>")
    assert words_of(Prompt(("Hi ", name, "!"))) == "Hi Bob !"


def test_a_value_that_ends_in_a_period_ends_its_sentence() -> None:
    time = SlotValue(SlotType.TIME, "15:00")
    asked = Prompt(("See you at ", time, ". Is that right?"), "en")
    assert words_of(asked) == "See you at three p.m. Is that right?"
    assert [piece.text for piece in pieces_of(asked)] == ["See you at three p.m.", "Is that right?"]
