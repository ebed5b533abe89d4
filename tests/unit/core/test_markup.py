"""SSML in prompts: what is read, and what the operator is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.markup import RATES, Tag, break_ms, mistakes, ratio, tokens, volume_db


def test_text_and_tags_in_order() -> None:
    found = list(tokens('A &amp; B<break time="1s"/> <sub alias="World Health">WHO</sub>!'))
    names = [token.name if isinstance(token, Tag) else token for token in found]
    assert names == ["A & B", "break", " ", "sub", "WHO", "sub", "!"]
    tags = [token for token in found if isinstance(token, Tag)]
    assert [(tag.is_end, tag.is_empty) for tag in tags] == [
        (False, True), (False, False), (True, False),
    ]  # fmt: skip
    assert tags[1].attributes == {"alias": "World Health"}


def test_unknown_tags_and_comments_are_left_out() -> None:
    assert list(tokens("a<blink>b</blink><!-- c -->d")) == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"time": "500ms"}, 500),
        ({"time": "1.5s"}, 1_500),
        ({"time": "90s"}, 10_000),
        ({"strength": "weak"}, 200),
        ({}, 400),
        ({"time": "soon"}, None),
        ({"strength": "mighty"}, None),
    ],
)
def test_breaks(attributes: dict[str, str], expected: int | None) -> None:
    assert break_ms(attributes) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("slow", 0.8), ("80%", 0.8), ("+20%", 1.2), ("-10%", 0.9), ("900%", 2.0), ("quick", None)],
)
def test_rates(value: str, expected: float | None) -> None:
    assert ratio(value, RATES) == (pytest.approx(expected) if expected else None)


def test_volumes() -> None:
    assert [volume_db(v) for v in ("soft", "+3dB", "-99dB", "loudly")] == [-6.0, 3.0, -40.0, None]


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("ab <blink>c</blink>", 3, "<blink> is not known"),
        ("<prosody rate='slow'>a", 0, "not closed"),
        ("a</prosody>", 1, "closes nothing"),
        ("<p><s>a</p></s>", 7, "closes nothing"),
        ("<prosody rate='quick'>a</prosody>", 0, "rate is"),
        ("<prosody speed='slow'>a</prosody>", 0, "has no speed"),
        ("<break time='soon'/>", 0, "500ms"),
        ("<sub>a</sub>", 0, "alias"),
        ("<say-as interpret-as='song'>a</say-as>", 0, "interpret-as"),
        ('<sub alias="{name}">a</sub>', 0, "within a tag"),
        ("<lang>a</lang>", 0, "xml:lang"),
        ("<emphasis level='huge'>a</emphasis>", 0, "level"),
    ],
)
def test_mistakes_are_found_where_they_stand(text: str, offset: int, words: str) -> None:
    at, message = next(iter(mistakes(text)))
    assert (at, words in message) == (offset, True), message


@pytest.mark.parametrize(
    "text",
    [
        "5 < 6 and 7 > 3",
        "<speak version='1.1'><p><s>Hello.</s></p></speak>",
        "<prosody rate='80%' pitch='+10%' volume='-3dB'>a</prosody><break/><mark name='x'/>",
        "<say-as interpret-as='digits'>{account}</say-as>",
    ],
)
def test_right_markup_has_no_mistakes(text: str) -> None:
    assert not list(mistakes(text))


@given(st.text("<>/ab =\"'{}&;sub-p", max_size=200))
def test_anything_is_read(text: str) -> None:
    for token in tokens(text):
        assert isinstance(token, str | Tag)
    for offset, message in mistakes(text):
        assert 0 <= offset < len(text)
        assert message
