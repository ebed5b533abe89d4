"""A trigram model: what was taught is likely, every sequence of its words is possible."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr.language_model import LanguageModel

TAUGHT = ["i lost my card", "i lost my wallet", "my card is gone", "where is my card"]
WORDS = sorted({word for text in TAUGHT for word in text.split()})
SENTENCES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=1)


def model(*texts: str) -> LanguageModel:
    return LanguageModel([text.split() for text in texts])


@given(SENTENCES, st.lists(st.sampled_from("abcde"), max_size=2))
def test_what_may_come_next_adds_up_to_one(sentences: list[list[str]], before: list[str]) -> None:
    learned = LanguageModel(sentences)
    total = sum(learned.probability(word, tuple(before)) for word in ["a", "b", "c", "d", "</s>"])
    assert total == pytest.approx(1)


def test_what_is_like_what_was_taught_surprises_less() -> None:
    learned = model(*TAUGHT)
    like = learned.surprise(["i", "lost", "my", "card"])
    new = learned.surprise(["my", "wallet", "is", "gone"])
    thrown_together = learned.surprise(["gone", "is", "i", "where", "wallet"])
    assert like < new < thrown_together
    assert learned.surprise(["unheard", "of"]) > new


def test_the_arpa_file_has_what_it_says_it_has() -> None:
    text = model(*TAUGHT).arpa()
    assert text.startswith("\\data\\\n")
    assert text.endswith("\\end\\\n")
    for order, count in re.findall(r"ngram (\d)=(\d+)", text):
        rows = re.search(rf"\\{order}-grams:\n(.*?)\n\n", text, re.S)
        assert rows
        lines = rows[1].split("\n")
        assert len(lines) == int(count)
        assert all(len(line.split()) in (int(order) + 1, int(order) + 2) for line in lines)
    words = {line.split()[1] for line in text.split("1-grams:\n")[1].split("\n\n")[0].split("\n")}
    assert words == {"<s>", "</s>", *WORDS}
