"""Vosk's alternatives become readings with confidences that add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr.nbest import readings


def alternative(text: str, score: float, start: float = 0.0) -> dict[str, Any]:
    words = text.split()
    times = [start + 0.5 * at for at in range(len(words))]
    result = [
        {"word": word, "start": time, "end": time + 0.5}
        for word, time in zip(words, times, strict=True)
    ]
    return {"confidence": score, "text": text, "result": result}


def segment(*alternatives: dict[str, Any]) -> dict[str, Any]:
    return {"alternatives": list(alternatives)}


def texts(found: list[dict[str, Any]]) -> list[str]:
    return [" ".join(word["word"] for word in one["words"]) for one in found]


def test_a_word_is_as_sure_as_the_readings_that_have_it() -> None:
    heard = segment(alternative("block card", 100.0), alternative("black card", 99.0))
    best, other = readings([heard])
    assert texts([best, other]) == ["block card", "black card"]
    block, card = (word["conf"] for word in best["words"])
    assert block == pytest.approx(0.731, abs=1e-3)
    assert card == pytest.approx(1.0)
    assert best["conf"] == pytest.approx((block + card) / 2)
    assert other["conf"] / best["conf"] == pytest.approx(2.71828**-1, abs=1e-3)


def test_the_same_word_elsewhere_is_another() -> None:
    heard = segment(alternative("go home", 10.0), alternative("home go", 10.0))
    assert [word["conf"] for word in readings([heard])[0]["words"]] == pytest.approx([0.5, 0.5])


def test_segments_are_put_together_by_their_likeliest_combinations() -> None:
    first = segment(alternative("pay", 50.0), alternative("say", 48.0))
    second = segment(alternative("rent", 50.0, 2.0), alternative("bent", 49.5, 2.0))
    empty = {"alternatives": [{"text": "", "confidence": 7.0}]}
    found = readings([first, empty, second], 3)
    assert texts(found) == ["pay rent", "pay bent", "say rent"]
    assert [one["conf"] for one in found] == sorted((one["conf"] for one in found), reverse=True)


def test_equal_words_are_one_reading_and_silence_is_none() -> None:
    heard = segment(alternative("yes", 9.0), alternative("yes", 8.0, 0.1))
    assert texts(readings([heard])) == ["yes"]
    assert readings([heard])[0]["conf"] == pytest.approx(1.0)
    assert readings([{"text": ""}]) == [{"words": [], "conf": 0.0}]


@given(
    st.lists(
        st.tuples(st.sampled_from(["a b", "a c", "d b", "d"]), st.floats(-500, 500)),
        min_size=1,
        max_size=8,
    )
)
def test_confidences_are_probabilities_and_fall(alternatives: list[tuple[str, float]]) -> None:
    found = readings([segment(*(alternative(text, score) for text, score in alternatives))])
    assert all(-1e-9 <= one["conf"] <= 1 + 1e-9 for one in found)
    assert all(-1e-9 <= w["conf"] <= 1 + 1e-9 for one in found for w in one["words"])
    confidences = [one["conf"] for one in found]
    assert confidences == sorted(confidences, reverse=True)
