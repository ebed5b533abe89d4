"""Markup carried out: runs, styles, breaks, and the pieces that come of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.runs import Style, runs_of
from voicebot.prompts.text import pieces_of, words_of

ACCOUNT = SlotValue(SlotType.DIGITS, "123")
TODAY = date(2026, 11, 23)


def said(*parts: str | SlotValue, language: str = "en") -> str:
    return words_of(Prompt(parts, language), today=TODAY)


def test_a_style_holds_for_what_is_in_it() -> None:
    slow, plain = Style("en", rate=0.8), Style("en")
    runs = runs_of(
        Prompt(
            (
                "It is <prosody rate='slow'>",
                ACCOUNT,
                "</prosody>. Right?",
            )
        )
    )
    assert [(run.text.strip(), run.style) for run in runs] == [
        ("It is", plain), ("one two three", slow), (". Right?", plain),
    ]  # fmt: skip
    assert [len(run.values) for run in runs] == [0, 1, 0]


def test_styles_within_styles() -> None:
    inner = "a<emphasis>b</emphasis><lang xml:lang='zh-CN'>好</lang>"
    text = f"<prosody rate='slow' volume='+2dB'>{inner}</prosody>c"
    assert [(run.text, run.style) for run in runs_of(Prompt((text,)))] == [
        ("a", Style("en", 0.8, 1.0, 2.0)),
        ("b", Style("en", 0.8, 1.0, 3.5)),
        ("好", Style("zh", 0.8, 1.0, 2.0)),
        ("c", Style("en")),
    ]


def test_breaks_are_pauses_between_pieces() -> None:
    one, two, three = (
        "<break time='1s'/>One.",
        "<break time='2s'/>Two",
        "<break time='100ms'/>three.",
    )
    pieces = pieces_of(Prompt((one + two + "<break strength='weak'/>" + three,)))
    assert [(piece.text, piece.pause_ms) for piece in pieces] == [
        ("", 1_000),
        ("One.", 2_000),
        ("Two", 300),
        ("three.", 0),
    ]


def test_a_break_at_the_end_is_kept() -> None:
    assert pieces_of(Prompt(("Wait.<break time='3s'/>",)))[-1].pause_ms == 3_000


def test_a_style_in_mid_sentence_makes_no_pause() -> None:
    pieces = pieces_of(Prompt(("Press <emphasis>one</emphasis> now. Or wait.",)))
    assert [(piece.text, piece.pause_ms) for piece in pieces] == [
        ("Press", 0), ("one", 0), ("now.", 300), ("Or wait.", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        ("digits", "407", "four zero seven"),
        ("characters", "AB1", "A, B, 1"),
        ("cardinal", "407", "four hundred seven"),
        ("ordinal", "2", "second"),
        ("date", "2026-11-24", "tomorrow"),
        ("time", "15:30", "three thirty p.m."),
        ("currency", "12.50 USD", "twelve dollars and fifty cents"),
        ("duration", "90", "one minute and thirty seconds"),
        ("date", "someday", "someday"),
    ],
)
def test_say_as(how: str, text: str, expected: str) -> None:
    assert said(f"<say-as interpret-as='{how}'>{text}</say-as>") == expected


def test_say_as_words_a_value_of_the_call() -> None:
    prompt = Prompt(
        ("<say-as interpret-as='ordinal'>", SlotValue(SlotType.NUMBER, "3"), "</say-as>")
    )
    (run,) = runs_of(prompt)
    assert (run.text, run.values) == ("third", ((0, 5),))


def test_sub_says_its_alias() -> None:
    assert said("The <sub alias='World Wide Web'>WWW</sub>.") == "The World Wide Web."


def test_a_value_is_never_markup() -> None:
    value = SlotValue(SlotType.TEXT, "<break time='9s'/>x</prosody>")
    pieces = pieces_of(
        Prompt(
            (
                "<prosody rate='slow'>A ",
                value,
                " b</prosody>",
            )
        )
    )
    assert [piece.style.rate for piece in pieces] == [0.8]
    assert all(piece.pause_ms == 0 for piece in pieces)


TAGS = ["<p>", "</p>", "<s>", "</s>", "<prosody rate='slow'>", "</prosody>", "<break/>"]
QUOTES = ["<sub alias='z'>", "</sub>", "<say-as interpret-as='digits'>", "</say-as>"]


@given(st.lists(st.sampled_from([*TAGS, *QUOTES, "word ", "7 ", "."]), max_size=25))
def test_markup_in_any_order_is_said_and_ends(parts: list[str]) -> None:
    prompt = Prompt(("".join(parts),))
    pieces = pieces_of(prompt)
    assert all(piece.pause_ms >= 0 for piece in pieces)
    assert "<" not in words_of(prompt)
    if not set(QUOTES) & set(parts):
        assert words_of(prompt).count("word") == parts.count("word ")
