"""What the words of a text say of an intent that has few examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import minilm
import numpy as np
import pytest

from voicebot.nlu.embedding.sentence import Sentence
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents import store
from voicebot.nlu.intents.model import IntentModel
from voicebot.nlu.intents.tfidf import Floats
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import Example, TrainingSet
from voicebot.nlu.intents.wordings import Wordings, axes_of, wordings

FEW = {
    "lost": ("my card is lost", "the card is gone", "lost my bank card"),
    "send": ("send money to my bank", "sending money", "send my money"),
}


def sentence(*places: int) -> Sentence:
    """Words that have nothing in common with each other, alike important."""
    words = np.eye(6, dtype=np.float32)[list(places)]
    whole = words.sum(axis=0) / np.sqrt(np.float32(len(places)))
    return Sentence(whole, words, np.full(len(places), 1 / len(places), np.float32))


def taught(*examples: tuple[int, Sentence], intents: int) -> Wordings:
    sentences = [each for _, each in examples]
    labels = np.array([label for label, _ in examples], np.int64)
    return wordings(axes_of(sentences), sentences, labels, intents)


def said(found: Wordings, asked: Sentence, intents: int) -> Floats:
    return found.logits(asked, np.zeros(intents, np.float32))


def test_words_are_met_by_different_examples_of_an_intent() -> None:
    apart = (0, sentence(0, 4)), (0, sentence(1, 5))
    found = taught(*apart, (1, sentence(0, 2)), (1, sentence(3, 4)), intents=2)
    first, second = said(found, sentence(0, 1), 2)
    assert second == pytest.approx(first / 2, abs=1e-5)


def test_what_matters_more_counts_for_more() -> None:
    found = taught((0, sentence(0, 4)), (1, sentence(1, 5)), intents=2)
    asked = replace(sentence(0, 1), shares=np.array([0.2, 0.8], np.float32))
    first, second = said(found, asked, 2)
    assert second == pytest.approx(4 * first, abs=1e-5)


def test_an_intent_without_examples_is_met_as_badly_as_the_worst() -> None:
    for empty in range(3):
        others = [number for number in range(3) if number != empty]
        found = taught((others[0], sentence(0, 1)), (others[1], sentence(0, 2)), intents=3)
        logits = said(found, sentence(0, 1), 3)
        assert logits[empty] == logits[others[1]] < logits[others[0]]


def test_unlikely_intents_are_met_as_badly_as_the_worst_that_is_looked_at() -> None:
    found = taught(*((label, sentence(label % 5, 5)) for label in range(20)), intents=20)
    before = -np.arange(20, dtype=np.float32)
    more = found.logits(sentence(4), before) - before
    assert {label for label in range(20) if more[label] > more.min() + 1} == {4, 9, 14}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[IntentModel, SentenceEncoder]:
    folder = tmp_path_factory.mktemp("few")
    encoder = SentenceEncoder(minilm.write(folder, minilm.made_up()))
    examples = tuple(Example(text, label) for label, texts in FEW.items() for text in texts)
    return train(TrainingSet(examples, "en"), encoder), encoder


def test_few_examples_are_met_by_words_and_stored(
    few: tuple[IntentModel, SentenceEncoder], tmp_path: Path
) -> None:
    model, encoder = few
    assert model.sense is not None
    assert model.sense.wordings is not None
    store.save(model, tmp_path / "m.npz")
    again = store.load(tmp_path / "m.npz")
    for text in ("send my money to my bank", "card lost", "", "卡"):
        asked = encoder.sentence(text, model.sense.importance)
        one, other = model.read(text, asked).sense, again.read(text, asked).sense
        assert one is not None
        assert other is not None
        assert np.allclose(one, other, atol=0.05)
        assert not np.allclose(one, model.sense.kernel(asked.vector), atol=0.05)


def test_models_of_before_have_no_words(
    few: tuple[IntentModel, SentenceEncoder], tmp_path: Path
) -> None:
    model, encoder = few
    assert model.sense is not None
    store.save(replace(model, sense=replace(model.sense, wordings=None)), tmp_path / "old.npz")
    old = store.load(tmp_path / "old.npz")
    assert old.sense is not None
    asked = encoder.sentence("card lost", model.sense.importance)
    assert np.allclose(old.sense.logits(asked), model.sense.kernel(asked.vector), atol=1e-4)
