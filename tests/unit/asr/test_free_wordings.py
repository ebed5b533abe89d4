"""Free wordings are heard where a model was taught, or a knowledge base has questions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voicebot.asr.confidence import ACCEPTED, CONFIRMED, free_confidence, free_score, transcript
from voicebot.asr.files import load_sound
from voicebot.asr.free_wordings import MOST, wordings_of
from voicebot.asr.grammar import Grammar, check_vocabulary, compile_jsgf
from voicebot.asr.pocketsphinx_engine import PocketSphinxEngine
from voicebot.asr.span import speech_span, with_floor, with_margins
from voicebot.asr.wire import Message
from voicebot.core.knowledge import Entry, Knowledge, KnowledgeScope
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType, Wordings
from voicebot.core.phrases import parse_phrase

BASE = Knowledge("kiosk", "1", {"fee": Entry("fee", {"en": ("what is the fee",)}, {"en": "Nine."})})
HOURS = Choice("hours", (parse_phrase("[your] opening hours"),))
ORDER = Choice("order", (parse_phrase("order {amount}"),))
TAUGHT = (
    "can i get a light roast americano",
    "could you make me an iced coffee with milk",
    "i'd like a single shot espresso please",
    "can i have an iced mocha",
    "a light roast latte with a double shot",
    "get me a mocha with a single shot",
    "brew me a medium americano with cream",
)


def taught(*sentences: str) -> Wordings:
    return Wordings(str(hash(sentences)), sentences)


def test_without_anything_taught_there_are_none() -> None:
    assert wordings_of(Expectation(choices=(HOURS,))) == ()
    assert compile_jsgf(Expectation(choices=(HOURS,))).free == ()


def test_what_was_taught_comes_with_the_nodes_own_sentences_but_those_with_slots() -> None:
    expectation = Expectation(choices=(HOURS, ORDER), wordings=taught("when can i come by"))
    found = wordings_of(expectation)
    assert found == ("when can i come by", "opening hours", "your opening hours")
    assert compile_jsgf(expectation).free == found


def test_questions_of_a_knowledge_base_are_free_wordings() -> None:
    grammar = compile_jsgf(Expectation(knowledge=KnowledgeScope((BASE,))))
    assert grammar.free == ("what is the fee",)
    assert grammar.jsgf


def test_a_sentence_with_a_word_that_cannot_be_spoken_is_left_out_and_named() -> None:
    expectation = Expectation(choices=(HOURS,), wordings=taught("when §§ open", "are you open"))
    assert "are you open" in compile_jsgf(expectation).free
    assert not any("§" in text or "x_" in text for text in compile_jsgf(expectation).free)
    assert check_vocabulary(expectation) == ["§§"]


def test_no_more_are_taken_than_can_be_learned_in_time() -> None:
    many = tuple(f"sentence number {number}" for number in range(2 * MOST))
    found = wordings_of(Expectation(wordings=taught(*many)))
    assert len(found) == MOST
    assert found[-1] == many[-2]


# ---------------------------------------------------------------- the search


@pytest.fixture(scope="module")
def engine() -> PocketSphinxEngine:
    return PocketSphinxEngine(grammars=2)


@pytest.fixture(scope="module")
def order(speech: Path) -> bytes:
    file = next((speech / "orders").glob("3f94e11d*.wav"))
    pcm = with_floor(load_sound(file, as_telephone=True))
    return with_margins(pcm, speech_span(pcm), 300)[0].to_bytes()


def read(engine: PocketSphinxEngine, grammar: Grammar, sound: bytes, **more: Any) -> dict[str, Any]:
    header = {"engine": "pocketsphinx", "grammar": grammar.key, "rate": 8_000, **more}
    return dict(engine.handle(Message(header, (grammar.encode(), sound))))


def test_a_sentence_of_no_grammar_is_read_from_what_it_is_like(
    engine: PocketSphinxEngine, order: bytes
) -> None:
    menu = Expectation(choices=(HOURS,), wordings=taught(*TAUGHT))
    answer = read(engine, compile_jsgf(menu), order)
    assert {"mocha", "single", "shot"} <= set(answer["free"]["text"].split())
    heard = transcript(answer, -32.5, -40.0)
    assert heard.text == answer["free"]["text"]
    assert not heard.rejected
    assert [word.text for word in heard.hypotheses[0].words] == heard.text.split()


def test_a_sentence_unlike_all_that_was_taught_is_rejected(
    engine: PocketSphinxEngine, order: bytes
) -> None:
    other = ("when do you close on friday", "are you open over lunch", "where is your office")
    menu = Expectation(choices=(HOURS,), wordings=taught(*other))
    heard = transcript(read(engine, compile_jsgf(menu), order), -32.5, -40.0)
    assert heard.rejected
    assert not heard.hypotheses


def test_what_the_grammar_explains_well_is_not_searched_again(
    engine: PocketSphinxEngine, order: bytes
) -> None:
    grammar = compile_jsgf(Expectation(choices=(HOURS,), wordings=taught(*TAUGHT)))
    assert "free" not in read(engine, grammar, order, enough=-1_000.0)


def test_a_reading_does_not_depend_on_models_before_it(
    engine: PocketSphinxEngine, order: bytes
) -> None:
    wanted = compile_jsgf(Expectation(choices=(HOURS,), wordings=taught(*TAUGHT)))
    first = read(PocketSphinxEngine(), wanted, order)
    for number in range(3):
        other = Expectation(choices=(HOURS,), wordings=taught(f"number {number} other words"))
        read(engine, compile_jsgf(other), order)
    slot = SlotSpec("n", SlotType.DIGITS, 1, 1)
    read(engine, compile_jsgf(Expectation(slots=(slot,))), order)
    assert read(engine, wanted, order) == first


# ---------------------------------------------------------------- how sure


def reading(**changes: Any) -> dict[str, Any]:
    words = [[word, 0, 100] for word in ["where", "can", "i", "find", "you"]]
    whole: Mapping[str, Any] = {
        "text": "where can i find you",
        "words": words,
        "ratio": 0.0,
        "fit": -15.0,
        "missed": 0.0,
        "slowest": 8.0,
        "coverage": 1.0,
        "surprise": 3.0,
    }
    return {**whole, **changes}


def test_surprise_sound_and_brevity_speak_against_a_free_reading() -> None:
    usual = free_score(reading())
    assert free_score(reading(surprise=4.0)) < usual
    assert free_score(reading(ratio=-5.0)) < usual
    assert free_score(reading(words=[["find", 0, 100], ["you", 0, 100]])) < usual
    assert CONFIRMED < ACCEPTED < free_confidence(usual)
    assert free_confidence(free_score(reading(surprise=5.5))) < CONFIRMED


def test_two_readings_come_best_first_and_the_same_one_once() -> None:
    bound = reading(text="opening hours", ratio=-20.0)
    both = transcript({**bound, "free": reading()}, -32.5, -40.0)
    assert [h.text for h in both.hypotheses] == ["where can i find you", "opening hours"]
    same = transcript({**reading(), "free": reading()}, -32.5, -40.0)
    assert len(same.hypotheses) == 1
    assert transcript({"text": "", "free": {"text": ""}}, -32.5, -40.0).rejected
    assert not transcript({}, -32.5, -40.0).rejected
