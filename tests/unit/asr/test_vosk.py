"""The real library on a real model of 172 words: right words, lost workers, hostile grammars."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from voicebot.asr import AsrSettings, PooledRecognizer, build
from voicebot.asr.files import load_sound
from voicebot.asr.in_process import build_in_process
from voicebot.asr.models.catalog import Catalog, ModelEntry
from voicebot.asr.vosk_model import VoskModel
from voicebot.core.audio import Pcm
from voicebot.core.errors import ConfigError
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Words, parse_phrase


@pytest.fixture
async def vosk(tiny_vosk: Path) -> AsyncIterator[PooledRecognizer]:
    settings = AsrSettings(workers=2, deadline_ms=20_000, vosk={"en": tiny_vosk})
    recognizer = build(settings, Catalog(Path("nowhere")))
    await recognizer.start()
    yield recognizer
    await recognizer.close()


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> Pcm:
    """`technical support` by the voice that the model knows, over the telephone."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    file = tmp_path_factory.mktemp("flite") / "said.wav"
    text = "technical support"
    subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(file)], check=True)
    return load_sound(file, as_telephone=True)


def phrases(*patterns: str) -> Expectation:
    return Expectation(choices=tuple(Choice(p, (parse_phrase(p),)) for p in patterns))


EXPECTED = phrases("technical support", "main menu", "yes", "no")


async def test_words_and_confidences(vosk: PooledRecognizer, said: Pcm) -> None:
    hearing = vosk.hear(EXPECTED)
    for frame in said.frames():
        hearing.feed(frame)
    partial, final = await hearing.partial(), await hearing.finish()
    assert not partial.final
    assert final.text == "technical support"
    assert 0 < final.confidence <= 1
    first, second = final.hypotheses[0].words
    assert 0 <= first.start_ms < first.end_ms <= second.start_ms < second.end_ms
    assert (await hearing.finish()) == final


async def test_it_does_not_matter_how_the_sound_came(tiny_vosk: Path, said: Pcm) -> None:
    """By how busy the workers are, sound comes to them in other pieces, asked for more or less
    often: a replay is to find the same, to the last digit."""
    noise = np.random.default_rng(1).integers(-1_500, 1_500, len(said)).astype(np.int16)
    noisy = Pcm(said.samples + noise, said.rate)
    recognizer = build_in_process(AsrSettings(vosk={"en": tiny_vosk}))
    found = set()
    for frames, ask in ((1, False), (1, True), (3, True), (7, True), (1_000, False)):
        hearing = recognizer.hear(EXPECTED)
        for number, start_ms in enumerate(range(0, round(noisy.duration_ms), 20 * frames)):
            hearing.feed(noisy.between(start_ms, start_ms + 20 * frames))
            if ask and number % 2:
                await hearing.partial()
        found.add(await hearing.finish())
    assert len(found) == 1


async def test_a_killed_worker_is_told_all_again(vosk: PooledRecognizer, said: Pcm) -> None:
    hearing = vosk.hear(EXPECTED)
    hearing.feed(said.between(0, 600))
    await hearing.partial()
    for pid in vosk.pool.pids:
        os.kill(pid, signal.SIGKILL)
    hearing.feed(said.between(600))
    assert (await hearing.finish()).text == "technical support"


async def test_two_utterances_at_once_do_not_mix(vosk: PooledRecognizer, said: Pcm) -> None:
    one, other = vosk.hear(EXPECTED), vosk.hear(EXPECTED)
    other.feed(Pcm.silence(1_000, said.rate))
    for frame in said.frames():
        one.feed(frame)
        other.feed(Pcm.silence(20, said.rate))
    assert (await other.finish()).text == ""
    assert (await one.finish()).text == "technical support"


async def test_hostile_grammars_never_reach_the_library(vosk: PooledRecognizer, said: Pcm) -> None:
    before = vosk.pool.pids
    text = (SlotSpec("note", SlotType.TEXT),)
    for expectation in (
        Expectation(),
        Expectation(slots=text),
        phrases("qwertz"),
        Expectation(choices=(Choice("x", (Words('"]'), Words("\\"), Words("\x00"))),)),
    ):
        hearing = vosk.hear(expectation)
        hearing.feed(said)
        assert (await hearing.finish()).final
    assert vosk.pool.pids == before


async def test_a_dropped_utterance_is_forgotten(vosk: PooledRecognizer, said: Pcm) -> None:
    hearing = vosk.hear(EXPECTED)
    hearing.feed(said)
    await hearing.partial()
    hearing.close()
    again = vosk.hear(EXPECTED)
    again.feed(said)
    assert (await again.finish()).text == "technical support"


def test_a_missing_or_broken_folder_says_what_mends_it(tmp_path: Path) -> None:
    entry = ModelEntry("vosk-small-zh", "zh", "https://models.example/zh.zip")
    (tmp_path / "half").mkdir()
    settings = AsrSettings(
        models_dir=tmp_path, vosk={"zh": Path("vosk-small-zh"), "en": Path("half")}
    )
    with pytest.raises(ConfigError) as caught:
        build(settings, Catalog(tmp_path, (entry,)))
    missing, broken = caught.value.problems
    assert missing.hint == "run `voicebot models fetch vosk-small-zh`"
    assert "am/final.mdl" in broken.message


def test_a_fetched_model_serves_its_language(tmp_path: Path, tiny_vosk: Path) -> None:
    (tmp_path / "tiny").symlink_to(tiny_vosk)
    entry = ModelEntry("tiny", "en", "https://models.example/tiny.zip")
    catalog = Catalog(tmp_path, (entry,))
    recognizer = build(AsrSettings(models_dir=tmp_path), catalog)
    assert recognizer.engine("en") == "vosk"
    assert not recognizer.available("zh")
    assert VoskModel(tiny_vosk).takes_grammars
    assert len(VoskModel(tiny_vosk).vocabulary) > 150


async def test_dictation_comes_with_other_readings(vosk: PooledRecognizer, said: Pcm) -> None:
    """In some noise, so that there is more than one way to read it."""
    noise = np.random.default_rng(1).integers(-500, 501, len(said)).astype(np.int16)
    hearing = vosk.hear(Expectation(slots=(SlotSpec("note", SlotType.TEXT),)))
    hearing.feed(Pcm(said.samples + noise, said.rate))
    final = await hearing.finish()
    assert 1 < len(final.hypotheses) <= 5
    texts = [hypothesis.text for hypothesis in final.hypotheses]
    assert len(set(texts)) == len(texts)
    assert "technical support" in texts
    confidences = [hypothesis.confidence for hypothesis in final.hypotheses]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < confidences[0] <= 1
    assert all(0 < word.confidence <= 1 for word in final.hypotheses[0].words)
    assert all(word.start_ms < word.end_ms for hyp in final.hypotheses for word in hyp.words)
