"""Models are taken while calls are up; one that is broken leaves the one before."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot import nlu
from voicebot.nlu import AnsweringUnderstanding
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import Example, TrainingSet
from voicebot.publishing.models import ModelDesk, Serving

PHRASES = {"lost": ("i lost it", "it is gone", "it was stolen"), "hours": ("when", "how late")}


def put(file: Path, *more: str) -> None:
    examples = [Example(t, label) for label, texts in PHRASES.items() for t in texts]
    examples += [Example(text, "hours") for text in more]
    store.save(train(TrainingSet(tuple(examples), "en"), None), file)


def spoil(file: Path) -> None:
    file.write_bytes(b"broken")


def lose(file: Path) -> None:
    file.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    put(tmp_path / "intents.npz")
    return tmp_path / "intents.npz"


def desk(file: Path, prepared: list[AnsweringUnderstanding]) -> ModelDesk:
    settings = nlu.NluSettings(intents={"en": file}, encoder=file.parent)

    async def prepare(understanding: AnsweringUnderstanding) -> None:
        prepared.append(understanding)

    serving = Serving(nlu.build(settings), {"models": {}})
    return ModelDesk(
        serving, [file], lambda old: Serving(old.understanding.renewed(), old.setup), prepare
    )


async def test_nothing_is_read_while_nothing_changes(file: Path) -> None:
    prepared: list[AnsweringUnderstanding] = []
    models = desk(file, prepared)
    before = models.serving
    await models.look()
    assert models.serving is before
    assert not prepared


async def test_a_new_model_is_made_ready_before_it_serves(file: Path) -> None:
    prepared: list[AnsweringUnderstanding] = []
    models = desk(file, prepared)
    before = models.serving
    put(file, "how early", "until when")
    await models.look()
    assert models.serving.understanding.versions != before.understanding.versions
    assert prepared == [models.serving.understanding]


async def test_a_broken_or_missing_model_is_refused_until_a_sound_one_comes(file: Path) -> None:
    models = desk(file, [])
    before = models.serving
    spoil(file)
    await models.look()
    assert models.serving is before
    assert [problem.code for problem in models.refused] == ["intent-model"]
    lose(file)
    await models.look()
    assert models.serving is before
    assert models.refused
    put(file, "how early")
    await models.look()
    assert models.serving is not before
    assert models.refused == ()
