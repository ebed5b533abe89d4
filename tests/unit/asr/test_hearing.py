"""Human speech through the telephone, by the hearing that serves calls."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from voicebot.asr import PooledRecognizer
from voicebot.asr.files import load_sound
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import parse_phrase
from voicebot.core.ports import Hearing

DIGIT = Expectation(slots=(SlotSpec("digit", SlotType.DIGITS, 1, 1),))
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def phrases(*patterns: str) -> Expectation:
    return Expectation(choices=tuple(Choice(p, (parse_phrase(p),)) for p in patterns))


def fed(recognizer: PooledRecognizer, expectation: Expectation, file: Path) -> Hearing:
    hearing = recognizer.hear(expectation)
    for frame in load_sound(file, as_telephone=True).frames():
        hearing.feed(frame)
    return hearing


def line(ms: int) -> Pcm:
    noise = np.random.default_rng(0).normal(0, 4, ms * 8)
    return Pcm(np.round(noise).astype(np.int16), 8_000)


async def test_digits(recognizer: PooledRecognizer, speech: Path) -> None:
    """One of the benchmark's better speakers; the benchmark has the figures for all."""
    right = 0
    for file in sorted((speech / "digits").glob("*.wav")):
        transcript = await fed(recognizer, DIGIT, file).finish()
        right += transcript.text == NAMES[int(file.name[0])]
    assert right >= 8


@pytest.mark.parametrize(
    ("name", "patterns", "text"),
    [
        ("answers/tflm_yes.wav", ["yes", "no"], "yes"),
        ("answers/tflm_no.wav", ["yes", "no"], "no"),
        ("answers/goog_half_an_hour.wav", ["half an hour", "an hour", "two hours"], "half an hour"),
        (
            "orders/3f94e11d-445a-4852-9e1a-a99f0fa71aac.wav",
            ["[(can i (get|have) | make me)] [a] [(single|double|triple) shot]"
             " [(light|medium|dark) roast] [a] [(single|double|triple) shot] [iced]"
             " (mocha|latte|coffee)"],
            "can i get a light roast a single shot iced mocha",
        ),
    ],
)  # fmt: skip
async def test_phrases(
    recognizer: PooledRecognizer, speech: Path, name: str, patterns: list[str], text: str
) -> None:
    transcript = await fed(recognizer, phrases(*patterns), speech / name).finish()
    assert transcript.text == text
    assert transcript.final
    assert transcript.confidence >= 0.35
    words = transcript.hypotheses[0].words
    assert " ".join(word.text for word in words) == text
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


async def test_speech_that_was_not_expected_is_rejected(
    recognizer: PooledRecognizer, speech: Path
) -> None:
    order = speech / "orders" / "3f94e11d-445a-4852-9e1a-a99f0fa71aac.wav"
    transcript = await fed(recognizer, DIGIT, order).finish()
    assert transcript.rejected
    assert transcript.hypotheses == ()


async def test_the_final_reading_is_free_after_silence(
    recognizer: PooledRecognizer, speech: Path
) -> None:
    """All workers are gone when it is asked for: it needs none."""
    hearing = fed(recognizer, phrases("yes", "no"), speech / "answers" / "tflm_no.wav")
    partial = await hearing.partial()
    hearing.feed(line(600))
    await recognizer.close()
    final = await hearing.finish()
    assert final.final
    assert final.hypotheses == partial.hypotheses != ()


async def test_speech_after_the_partial_reading_is_read(
    recognizer: PooledRecognizer, speech: Path
) -> None:
    expectation = phrases("no [no]")
    file = speech / "answers" / "tflm_no.wav"
    hearing = fed(recognizer, expectation, file)
    assert (await hearing.partial()).text == "no"
    hearing.feed(line(200))
    hearing.feed(load_sound(file, as_telephone=True))
    assert (await hearing.finish()).text == "no no"


async def test_killed_workers_cost_no_utterance(recognizer: PooledRecognizer, speech: Path) -> None:
    hearing = fed(recognizer, phrases("yes", "no"), speech / "answers" / "tflm_no.wav")
    for pid in recognizer.pool.pids:
        os.kill(pid, signal.SIGKILL)
    assert (await hearing.finish()).text == "no"


async def test_without_workers_it_says_so(recognizer: PooledRecognizer, speech: Path) -> None:
    hearing = fed(recognizer, phrases("yes", "no"), speech / "answers" / "tflm_no.wav")
    await recognizer.close()
    with pytest.raises(EngineError):
        await hearing.finish()
    hearing.close()


async def test_no_sound_and_no_grammar_are_no_errors(
    recognizer: PooledRecognizer, speech: Path
) -> None:
    empty = await recognizer.hear(DIGIT).finish()
    assert (empty.hypotheses, empty.rejected) == ((), False)
    dictated = Expectation(slots=(SlotSpec("note", SlotType.TEXT),))
    assert recognizer.unheard(dictated) == ["{note}"]
    heard = await fed(recognizer, dictated, speech / "answers" / "tflm_no.wav").finish()
    assert heard.hypotheses == ()


async def test_a_language_without_recognizer_hears_nothing(
    recognizer: PooledRecognizer, speech: Path
) -> None:
    assert not recognizer.available("zh")
    chinese = Expectation(language="zh", slots=DIGIT.slots)
    transcript = await fed(recognizer, chinese, speech / "answers" / "tflm_no.wav").finish()
    assert (transcript.hypotheses, transcript.final, transcript.language) == ((), True, "zh")
