"""The engine within a worker: what one caller said is nothing to the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voicebot.asr.files import load_sound
from voicebot.asr.grammar import Grammar, compile_jsgf
from voicebot.asr.pocketsphinx_engine import PocketSphinxEngine
from voicebot.asr.span import speech_span, with_floor, with_margins
from voicebot.asr.wire import Message
from voicebot.core.audio import Pcm
from voicebot.core.meaning import Expectation, SlotSpec, SlotType


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return compile_jsgf(Expectation(slots=(SlotSpec("digit", SlotType.DIGITS, 1, 1),)))


@pytest.fixture(scope="module")
def digits(speech: Path) -> list[Pcm]:
    files = sorted((speech / "digits").glob("*.wav"))
    assert len(files) >= 4
    return [prepared(load_sound(file, as_telephone=True)) for file in files[:4]]


def prepared(pcm: Pcm) -> Pcm:
    pcm = with_floor(pcm)
    return with_margins(pcm, speech_span(pcm), 300)[0]


def read(engine: PocketSphinxEngine, grammar: Grammar, sound: Pcm) -> Mapping[str, Any]:
    header = {"engine": "pocketsphinx", "grammar": grammar.key, "rate": sound.rate}
    return engine.handle(Message(header, (grammar.encode(), sound.to_bytes())))


def test_a_reading_does_not_depend_on_those_before_it(grammar: Grammar, digits: list[Pcm]) -> None:
    used = PocketSphinxEngine()
    alone = [read(PocketSphinxEngine(), grammar, sound) for sound in digits]
    assert all(answer["text"] for answer in alone)
    order = [0, 1, 1, 3, 2, 0, 3]
    assert [read(used, grammar, digits[number]) for number in order] == [alone[n] for n in order]


def test_a_reading_tells_where_its_words_are_and_how_well_they_fit(
    grammar: Grammar, digits: list[Pcm]
) -> None:
    for sound in digits:
        answer = read(PocketSphinxEngine(), grammar, sound)
        ((word, start_ms, end_ms),) = answer["words"]
        assert word == answer["text"]
        assert 0 < start_ms < end_ms < sound.duration_ms
        assert answer["ratio"] < 10
        assert 0 <= answer["missed"] < 0.5
