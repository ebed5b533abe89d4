"""The voice: recordings, caches, look-ahead, fallbacks. Fake workers."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.prompts.sentences import SENTENCE_PAUSE_MS
from voicebot.tts.settings import TtsSettings
from voicebot.tts.shape import active_level_db
from voicebot.tts.voice import PromptVoice
from voicebot.tts.workers import Workers

MakeWorkers = Callable[..., Workers]
Jobs = Callable[[], list[str]]

CODE = SlotValue(SlotType.DIGITS, "4321")


async def spoken(voice: PromptVoice, prompt: Prompt, rate: int = 8000) -> list[Pcm]:
    return [pcm async for pcm in voice.speak(prompt, rate)]


async def voice_of(workers: Workers, catalogue: Catalogue | None = None) -> PromptVoice:
    voice = PromptVoice(workers.settings, catalogue or Catalogue(), workers)
    await voice.start()
    return voice


async def test_a_prompt_comes_sentence_by_sentence(fake_workers: MakeWorkers) -> None:
    voice = await voice_of(fake_workers())
    for rate in (8000, 16000):
        sounds = await spoken(voice, Prompt(("One. Two. Three.",)), rate)
        assert [pcm.duration_ms for pcm in sounds] == [
            100 + SENTENCE_PAUSE_MS,
            100 + SENTENCE_PAUSE_MS,
            100,
        ]
        assert {pcm.rate for pcm in sounds} == {rate}


async def test_no_more_than_one_sentence_is_made_ahead(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    voice = await voice_of(fake_workers(workers=1))
    speech = voice.speak(Prompt(("One. Two. Three. Four. Five.",)), 8000)
    await anext(speech)
    await speech.aclose()
    await spoken(voice, Prompt(("Last.",)))
    assert jobs() == ["One.", "Two.", "Last."]


async def test_leaving_in_the_middle_of_waiting_harms_no_other_listener(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    voice = await voice_of(fake_workers(workers=1))
    async with asyncio.TaskGroup() as tasks:
        leaves = tasks.create_task(spoken(voice, Prompt(("Same.",))))
        stays = tasks.create_task(spoken(voice, Prompt(("Same.",))))
        await asyncio.sleep(0)
        leaves.cancel()
    assert len(stays.result()) == 1
    assert jobs() == ["Same."]


async def test_equal_requests_at_one_time_are_one_job(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    voice = await voice_of(fake_workers())
    await asyncio.gather(*(spoken(voice, Prompt(("Same.",))) for _ in range(10)))
    assert jobs() == ["Same."]


async def test_static_sentences_are_kept_on_disk_and_values_never(
    fake_workers: MakeWorkers, jobs: Jobs, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    prompt = Prompt(("Your code. It is ", CODE, "."))
    first = await voice_of(fake_workers(cache_folder=folder))
    await spoken(first, prompt)
    await spoken(first, prompt)
    assert len(list(folder.iterdir())) == 1
    second = await voice_of(fake_workers(cache_folder=folder))
    await spoken(second, prompt)
    done = jobs()
    assert done.count("Your code.") == 1
    assert done.count("It is four three two one.") == 2


async def test_secret_values_are_kept_nowhere(
    fake_workers: MakeWorkers, jobs: Jobs, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    voice = await voice_of(fake_workers(cache_folder=folder))
    for _ in range(2):
        await spoken(voice, Prompt(("It is ", CODE, "."), secret=True))
    assert jobs() == ["It is four three two one."] * 2
    assert not folder.exists()


async def test_what_changes_the_sound_changes_the_key(
    fake_workers: MakeWorkers, tmp_path: Path, jobs: Jobs
) -> None:
    for changed in ({}, {"words_per_minute": {"en": 120}}, {"voices": {"en": "en-gb"}}):
        voice = await voice_of(fake_workers(cache_folder=tmp_path / "cache", **changed))
        await spoken(voice, Prompt(("Same.",)))
    assert jobs() == ["Same."] * 3


async def test_a_recording_wins_over_synthesis(
    fake_workers: MakeWorkers, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "prompts" / "en" / "hello.wav"
    path.parent.mkdir(parents=True)
    tone = (3000 * np.sin(np.arange(44_100) / 10)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.repeat(tone, 2).tobytes())
    voice = await voice_of(fake_workers(), Catalogue.load(tmp_path / "prompts"))
    (pcm,) = await spoken(voice, Prompt(("Hello.",), "en", "hello"))
    assert (pcm.rate, round(pcm.duration_ms)) == (8000, 1000)
    assert active_level_db(pcm) == pytest.approx(-20, abs=0.2)
    assert jobs() == []


async def test_chinese_in_an_english_prompt_is_said_by_the_chinese_voice(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    voice = await voice_of(fake_workers(workers=1))
    await spoken(voice, Prompt(("For Chinese say 中文，请 now.",)))
    assert jobs() == ["For Chinese say", "中文，请", "now."]


async def test_nothing_to_say_is_no_sound_and_no_job(fake_workers: MakeWorkers, jobs: Jobs) -> None:
    voice = await voice_of(fake_workers())
    for text in ("", "  ", "...", "<p></p>"):
        assert await spoken(voice, Prompt((text,))) == []
    assert jobs() == []


async def test_failing_synthesis_is_an_engine_error_that_quotes_nobody(
    fake_workers: MakeWorkers,
) -> None:
    voice = await voice_of(fake_workers(deadline_ms=100))
    with pytest.raises(EngineError, match="told to fail"):
        await spoken(voice, Prompt(("fail",)))
    with pytest.raises(EngineError) as caught:
        await spoken(voice, Prompt(("hang",)))
    assert "hang" not in str(caught.value).split()
    with pytest.raises(EngineError, match="'fr'"):
        await spoken(voice, Prompt(("Bonjour",), "fr"))


async def test_waiting_has_an_end(fake_workers: MakeWorkers) -> None:
    voice = await voice_of(fake_workers(give_up_ms=100, deadline_ms=5_000))
    with pytest.raises(EngineError, match="too slow"):
        await spoken(voice, Prompt(("hang",)))


async def test_the_fallback_is_the_apology_or_a_tone(fake_workers: MakeWorkers) -> None:
    workers = fake_workers(apologies={"en": "Sorry.", "zh": "fail"})
    voice = PromptVoice(workers.settings, Catalogue(), workers)
    tone = voice.fallback("en", 8000)
    assert tone.duration_ms == 1000
    assert active_level_db(tone) == pytest.approx(-20, abs=1)
    await voice.start()
    await voice.close()
    assert voice.fallback("en-GB", 16000).duration_ms == 100
    assert voice.fallback("zh", 16000).duration_ms == 1000


async def test_warming_makes_all_static_prompts_and_tells_how_far_it_is(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    voice = await voice_of(fake_workers())
    steps: list[tuple[int, int]] = []
    prompts = [
        Prompt(("One. Two.",)),
        Prompt(("One. Two.",)),
        Prompt(("x", CODE)),
        Prompt(("fail",)),
    ]
    failed = await voice.warm(prompts, progress=lambda done, of: steps.append((done, of)))
    assert failed == 1
    assert steps == [(1, 2), (2, 2)]
    await spoken(voice, prompts[0])
    assert jobs() == ["One.", "Two.", "fail"]


async def test_text_is_what_is_said() -> None:
    voice = PromptVoice(TtsSettings(), Catalogue(), Workers(TtsSettings()))
    assert voice.text(Prompt(("Code ", CODE, "."))) == "Code four three two one."
