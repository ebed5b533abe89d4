"""The real synthesizer, in its worker processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voicebot.audio.gain import peak_db
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts.settings import TtsSettings
from voicebot.tts.shape import active_level_db
from voicebot.tts.voice import build
from voicebot.tts.wire import Job
from voicebot.tts.worker import Worker
from voicebot.tts.workers import Workers

ENGLISH, CHINESE = "en-us", "cmn"


def job(text: str, voice: str = ENGLISH, rate: int = 8000) -> Job:
    return Job(text, voice, 165, rate, -20.0)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    pool = Workers(TtsSettings(deadline_ms=5_000))
    await pool.start()
    yield pool
    await pool.close()


def pitch_hz(pcm: Pcm) -> list[float]:
    """Fundamental frequency over time by autocorrelation, one value each 20 ms of voiced sound."""
    size, found = pcm.rate * 40 // 1000, []
    low, high = pcm.rate // 250, pcm.rate // 50
    for first in range(0, len(pcm) - size, size // 2):
        frame = pcm.samples[first : first + size].astype(float)
        frame -= frame.mean()
        correlation = np.correlate(frame, frame, "full")[size - 1 :]
        lag = low + int(np.argmax(correlation[low:high]))
        if correlation[lag] > 0.5 * correlation[0] > 0:
            found.append(pcm.rate / lag)
    return found


async def test_the_library_that_comes_along_is_the_one_in_use(workers: Workers) -> None:
    assert workers.hello.version.startswith("1.52")
    for pid in workers.pids:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()  # noqa: ASYNC240
        libraries = {line.split()[-1] for line in maps if "libespeak-ng" in line}
        assert len(libraries) == 1
        assert "espeakng_loader" in libraries.pop()


async def test_mandarin_tones_are_spoken(workers: Workers) -> None:
    """High and level, rising, low, falling: relative to the voice's range of 77 to 99 Hz."""
    slowly = [Job(syllable, CHINESE, 100, 16_000, -20.0) for syllable in "妈麻马骂"]
    high, rising, low, falling = [pitch_hz(await workers.submit(one)) for one in slowly]
    assert np.mean(high) > 1.08 * np.mean(low)
    assert min(high[len(high) // 3 :]) > 0.95 * max(high)
    assert np.mean(rising[-3:]) > 1.12 * np.mean(rising[:3])
    assert np.mean(low) < min(np.mean(high), np.mean(rising), np.mean(falling))
    assert np.mean(falling[-2:]) < 0.92 * max(falling)


@pytest.mark.parametrize("rate", [8000, 16_000])
@pytest.mark.parametrize(
    ("voice", "text", "least_ms", "most_ms"),
    [
        (ENGLISH, "Hello, how may I help you today?", 1_500, 3_000),
        (ENGLISH, "one two three, four five six", 1_400, 3_000),
        (CHINESE, "您好，请问您要办理什么业务？", 2_000, 4_500),
        (CHINESE, "请说 operator 或按 0", 1_000, 3_500),
    ],
)
async def test_what_comes_out(
    workers: Workers, voice: str, text: str, least_ms: int, most_ms: int, rate: int
) -> None:
    pcm = await workers.submit(job(text, voice, rate))
    assert least_ms < pcm.duration_ms < most_ms
    assert active_level_db(pcm) == pytest.approx(-20, abs=0.5)
    assert peak_db(pcm.samples) < -0.9


async def test_two_hundred_in_sequence_and_side_by_side_are_all_whole(workers: Workers) -> None:
    texts = [f"Your number is {n}, thank you." for n in range(100)]
    alone = [await workers.submit(job(text)) for text in texts]
    voices = (ENGLISH, CHINESE)  # a change of voice before each job
    mixed = await asyncio.gather(
        *(workers.submit(job(text, voices[n % 2])) for n, text in enumerate(texts))
    )
    assert all(1_000 < pcm.duration_ms < 4_500 for pcm in alone)
    assert all(1_000 < pcm.duration_ms < 6_000 for pcm in mixed)
    for n in range(0, 100, 2):
        assert mixed[n].duration_ms == pytest.approx(alone[n].duration_ms, rel=0.03)


async def test_workers_killed_in_the_middle_cost_no_job(workers: Workers) -> None:
    results = [workers.submit(job(f"This is sentence {n} of twenty.")) for n in range(20)]
    await results[2]
    os.kill(workers.pids[0], signal.SIGKILL)
    sounds = await asyncio.gather(*results)
    assert all(pcm.duration_ms > 1_000 for pcm in sounds)


async def test_a_worker_that_stands_still_is_replaced() -> None:
    pool = Workers(TtsSettings(workers=1, deadline_ms=300))
    await pool.start()
    (stopped,) = pool.pids
    os.kill(stopped, signal.SIGSTOP)
    assert (await pool.submit(job("Hello there."))).duration_ms > 300
    assert pool.pids != (stopped,)
    await pool.close()


async def test_workers_end_with_their_parent() -> None:
    program = (
        "import asyncio, time\n"
        "from voicebot.tts.worker import Worker\n"
        "worker = asyncio.run(Worker.start(['en-us']))\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    root = str(Path(__file__).parents[3])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    descriptor = os.pidfd_open(pid)
    process.kill()
    await process.wait()
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, gone.set)
    async with asyncio.timeout(5):
        await gone.wait()
    asyncio.get_running_loop().remove_reader(descriptor)
    os.close(descriptor)


async def test_an_unknown_voice_and_an_empty_text_are_refused() -> None:
    worker = await Worker.start(["en-us", "no-such-voice"])
    assert worker.hello.unknown_voices == ("no-such-voice",)
    for bad in (job(" "), job("Hello", "no-such-voice")):
        with pytest.raises(EngineError):
            await worker.run(bad, 2_000)
    assert (await worker.run(job("Hello"), 2_000)).duration_ms > 200
    await worker.stop()


async def test_a_voice_from_start_to_close(tmp_path: Path) -> None:
    voice = build(TtsSettings(cache_folder=tmp_path), Catalogue())
    await voice.start()
    for language in ("en", "zh"):
        for rate in (8000, 16_000):
            apology = voice.fallback(language, rate)
            assert apology.rate == rate
            assert 2_000 < apology.duration_ms < 6_000
    parts = [pcm async for pcm in voice.speak(Prompt(("Hello. Goodbye.",)), 8000)]
    assert len(parts) == 2
    await voice.close()
    assert len([pcm async for pcm in voice.speak(Prompt(("Hello. Goodbye.",)), 8000)]) == 2
    with pytest.raises(EngineError, match="not running"):
        [pcm async for pcm in voice.speak(Prompt(("Something new.",)), 8000)]


async def test_rate_and_pitch_are_heard(workers: Workers) -> None:
    usual = job("one two three")
    normal = await workers.submit(usual)
    slow = await workers.submit(replace(usual, words_per_minute=100))
    high = await workers.submit(replace(usual, pitch=90))
    again = await workers.submit(usual)
    assert slow.duration_ms > 1.3 * normal.duration_ms
    assert np.median(pitch_hz(high)) > 1.15 * np.median(pitch_hz(normal))
    assert again.duration_ms == pytest.approx(normal.duration_ms, rel=0.05)
