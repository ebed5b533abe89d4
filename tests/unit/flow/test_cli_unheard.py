"""Words that cannot be heard are named before a caller says them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from voicebot.cli.flows.unheard import unheard, unheard_words
from voicebot.core.errors import Severity
from voicebot.core.knowledge import Entry, Knowledge
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import Example, TrainingSet


def base(*questions: str) -> Knowledge:
    entry = Entry("fee", {"en": questions, "zh": ("多少钱",)}, {"en": "Nine."})
    return Knowledge("kiosk", questions[0], {"fee": entry})


def test_words_without_a_pronunciation_are_named() -> None:
    assert unheard_words(["what is the fee", "is it §§ really", "a 😀 fee"]) == ["§§", "😀"]


def test_of_bases_only_english_questions_count() -> None:
    assert not list(unheard({"kiosk": base("what is the fee")}, None))
    (problem,) = unheard({"kiosk": base("what is the §§ fee")}, None)
    assert (problem.code, problem.severity) == ("unheard-words", Severity.WARNING)
    assert "§§" in problem.message
    assert "kiosk" in problem.file


def test_a_model_without_its_phrases_is_to_be_trained_anew(tmp_path: Path) -> None:
    taught = {"a": ("my card", "card"), "b": ("o §", "when")}
    examples = [Example(text, label) for label, texts in taught.items() for text in texts]
    model = train(TrainingSet(tuple(examples), "en"), None)
    file = tmp_path / "m.npz"
    store.save(model, file)
    assert [problem.code for problem in unheard({}, file)] == ["unheard-words"]
    file.write_bytes(b"broken")
    assert [problem.code for problem in unheard({}, file)] == ["intent-model"]
    store.save(replace(model, phrases={}), file)
    assert [problem.code for problem in unheard({}, file)] == ["no-phrases"]
