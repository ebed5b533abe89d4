"""The pool: what happens when a worker hangs, dies or talks nonsense."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from voicebot.core.errors import ConfigError, EngineError
from voicebot.tts.wire import Job
from voicebot.tts.workers import Workers
from voicebot.workers import deadline

MakeWorkers = Callable[..., Workers]
Jobs = Callable[[], list[str]]


def job(text: str) -> Job:
    return Job(text, "en-us", 165, 8000, -20.0)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0.001)
            if holds():
                return


async def test_jobs_come_back_as_sound(fake_workers: MakeWorkers) -> None:
    workers = fake_workers()
    await workers.start()
    sounds = await asyncio.gather(*(workers.submit(job(f"text {n}")) for n in range(20)))
    assert [(len(pcm), pcm.rate) for pcm in sounds] == [(800, 8000)] * 20
    pids = workers.pids
    await workers.close()
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)


async def test_a_hung_worker_is_replaced_and_the_job_fails_after_its_second_try(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    workers = fake_workers(deadline_ms=200)
    await workers.start()
    before = set(workers.pids)
    with pytest.raises(EngineError, match="hung"):
        await workers.submit(job("hang"))
    assert jobs() == ["hang", "hang"]
    await workers.submit(job("next"))
    await workers.submit(job("next"))
    assert before - set(workers.pids)


async def test_a_worker_that_waits_for_a_core_is_not_hung(
    fake_workers: MakeWorkers, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, it would begin anew on a machine that is too busy already."""
    monkeypatch.setattr(deadline, "cpu_s", lambda pid: 0.0)
    monkeypatch.setattr(deadline, "ROUNDS", 600)  # however busy the machine of the test is
    workers = fake_workers(deadline_ms=100)
    await workers.start()
    before = workers.pids
    assert len(await workers.submit(job("compute"))) == 800
    assert jobs() == ["compute"]
    assert workers.pids == before


async def test_a_worker_that_dies_costs_no_job(fake_workers: MakeWorkers) -> None:
    workers = fake_workers()
    await workers.start()
    assert len(await workers.submit(job("die-once"))) == 800


@pytest.mark.parametrize("text", ["die", "rubbish"])
async def test_a_job_that_kills_workers_fails_and_others_go_on(
    fake_workers: MakeWorkers, text: str
) -> None:
    workers = fake_workers(workers=1)
    await workers.start()
    bad, good = workers.submit(job(text)), workers.submit(job("good"))
    with pytest.raises(EngineError, match="died"):
        await bad
    assert len(await good) == 800


async def test_a_refused_job_is_not_tried_again(fake_workers: MakeWorkers, jobs: Jobs) -> None:
    workers = fake_workers()
    await workers.start()
    before = workers.pids
    with pytest.raises(EngineError, match="told to fail"):
        await workers.submit(job("fail"))
    assert jobs() == ["fail"]
    assert workers.pids == before


async def test_workers_killed_while_idle_are_replaced(fake_workers: MakeWorkers) -> None:
    workers = fake_workers()
    await workers.start()
    for pid in workers.pids[:1]:
        os.kill(pid, signal.SIGKILL)
    sounds = await asyncio.gather(*(workers.submit(job(f"text {n}")) for n in range(6)))
    assert len(sounds) == 6


async def test_idle_workers_that_were_all_killed_are_replaced_before_a_job_comes(
    fake_workers: MakeWorkers,
) -> None:
    workers = fake_workers()
    await workers.start()
    killed = set(workers.pids)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    await until(lambda: not killed & set(workers.pids))
    assert len(await workers.submit(job("text")))


async def test_a_job_outlives_all_workers_that_die_with_it(fake_workers: MakeWorkers) -> None:
    """Killed together, each may be given it in its last moment."""
    workers = fake_workers()
    await workers.start()
    first = workers.pids
    for pid in first:
        os.kill(pid, signal.SIGSTOP)
    sound = workers.submit(job("text"))
    for died, pid in enumerate(first, 1):
        await until(lambda: not workers.waiting)
        os.kill(pid, signal.SIGKILL)
        await until(lambda died=died: workers.counts.restarts >= died)  # type: ignore[misc]
    assert len(await sound)
    assert workers.counts.failed == 0


async def test_workers_are_renewed_after_so_many_jobs(fake_workers: MakeWorkers) -> None:
    workers = fake_workers(workers=1, jobs_per_worker=3)
    await workers.start()
    seen = set()
    for n in range(10):
        await workers.submit(job(f"text {n}"))
        seen.update(workers.pids)
    assert len(seen) >= 3


async def test_live_jobs_go_before_warm_up(fake_workers: MakeWorkers, jobs: Jobs) -> None:
    workers = fake_workers(workers=1)
    await workers.start()
    low = [workers.submit(job(f"low {n}"), urgent=False) for n in range(3)]
    high = workers.submit(job("high"))
    await asyncio.gather(high, *low)
    assert jobs() == ["high", "low 0", "low 1", "low 2"]


async def test_closing_fails_what_waits(fake_workers: MakeWorkers) -> None:
    workers = fake_workers(workers=1, deadline_ms=60_000)
    await workers.start()
    waiting = [workers.submit(job("hang")), workers.submit(job("after"))]
    await asyncio.sleep(0)
    await workers.close()
    for result in waiting:
        with pytest.raises(EngineError, match="closed"):
            await result


async def test_a_job_that_nobody_wants_any_more_is_not_done(
    fake_workers: MakeWorkers, jobs: Jobs
) -> None:
    workers = fake_workers(workers=1)
    await workers.start()
    first, dropped, last = (workers.submit(job(name)) for name in ("first", "dropped", "last"))
    dropped.cancel()
    await asyncio.gather(first, last)
    assert jobs() == ["first", "last"]


async def test_an_unknown_voice_stops_the_start_and_leaves_nothing(
    fake_workers: MakeWorkers,
) -> None:
    workers = fake_workers(voices={"en": "no-such-voice"})
    with pytest.raises(ConfigError, match="no-such-voice") as caught:
        await workers.start()
    assert caught.value.problems[0].hint
    assert workers.pids == ()


async def test_a_program_that_is_no_worker_is_an_engine_error() -> None:
    from voicebot.tts.settings import TtsSettings

    workers = Workers(TtsSettings(), ("/bin/false",))
    with pytest.raises(EngineError, match="did not start"):
        await workers.start()
    with pytest.raises(EngineError, match="not running"):
        await workers.submit(job("x"))
