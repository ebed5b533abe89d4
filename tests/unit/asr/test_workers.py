"""Whatever happens to a worker costs a retry, never a call."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from voicebot.asr.jobs import Job, Urgency
from voicebot.asr.wire import Message
from voicebot.asr.workers import WorkerPool
from voicebot.core.errors import EngineError
from voicebot.workers import deadline


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool({"test": True}, size=2, deadline_ms=1_000, start_deadline_ms=30_000)
    await pool.start()
    yield pool
    await pool.close()


def job(**header: Any) -> Callable[[int], Message]:
    return lambda _: Message({"engine": "test", **header})


def ask(pool: WorkerPool, urgency: Urgency = Urgency.FINAL, **header: Any) -> Job:
    return pool.submit(job(**header), urgency)


def once(**header: Any) -> Callable[[int], Message]:
    """Goes wrong on the first worker only."""
    tries: list[int] = []

    def build(number: int) -> Message:
        tries.append(number)
        return Message({"engine": "test", "echo": 1, **(header if len(tries) == 1 else {})})

    return build


async def test_answers_come_back(pool: WorkerPool) -> None:
    jobs = [ask(pool, echo=number) for number in range(20)]
    answers = [await pool.answer(job) for job in jobs]
    assert [answer["echo"] for answer in answers if answer] == list(range(20))


@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_a_lost_worker_costs_a_retry(pool: WorkerPool, fault: str) -> None:
    before = set(pool.pids)
    answer = await pool.answer(pool.submit(once(**{fault: True}), Urgency.FINAL))
    assert answer is not None
    assert answer["echo"] == 1
    assert len(before - set(pool.pids)) == 1


async def test_a_worker_killed_in_the_middle_of_a_job(pool: WorkerPool) -> None:
    taken = asyncio.get_running_loop().create_future()
    tries: list[int] = []

    def build(number: int) -> Message:
        tries.append(number)
        if len(tries) == 1:
            taken.set_result(None)
        return Message({"engine": "test", "hang": len(tries) == 1, "echo": 1})

    running = pool.submit(build, Urgency.FINAL)
    await taken
    os.kill(pool.pid_of(tries[0]), signal.SIGKILL)
    answer = await pool.answer(running)
    assert answer is not None
    assert len(set(tries)) == 2


@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_a_job_that_fails_everywhere_is_an_error(pool: WorkerPool, fault: str) -> None:
    with pytest.raises(EngineError):
        await pool.answer(ask(pool, **{fault: True}))
    answer = await pool.answer(ask(pool, echo="still there"))
    assert answer is not None


async def test_an_engine_s_exception_fails_its_job_only(pool: WorkerPool) -> None:
    before = pool.pids
    with pytest.raises(EngineError, match="as asked"):
        await pool.answer(ask(pool, **{"raise": True}))
    assert pool.pids == before


async def test_an_idle_worker_that_dies_is_replaced(pool: WorkerPool) -> None:
    for pid in pool.pids:
        os.kill(pid, signal.SIGKILL)
    # Not by `answer`: a caller would not wait as long as a busy machine may take to start another.
    answer = await ask(pool, echo=1).result
    assert answer is not None


async def test_final_readings_go_first_and_dropped_ones_never() -> None:
    pool = WorkerPool({"test": True}, size=1, deadline_ms=10_000)
    await pool.start()
    order: list[str] = []

    def noted(name: str) -> Callable[[int], Message]:
        def build(_: int) -> Message:
            order.append(name)
            return Message({"engine": "test"})

        return build

    partial = pool.submit(noted("partial"), Urgency.PARTIAL)
    stale = pool.submit(noted("stale"), Urgency.PARTIAL)
    final = pool.submit(noted("final"), Urgency.FINAL)
    stale.drop()
    await asyncio.gather(pool.answer(partial), pool.answer(final))
    assert order == ["final", "partial"]
    assert await pool.answer(stale) is None
    await pool.close()


async def test_where_all_come_too_late_the_youngest_goes_first() -> None:
    """In order of age, each caller would have given up by the time of the answer."""
    pool = WorkerPool({"test": True}, size=1, deadline_ms=10_000)
    await pool.start()
    order: list[int] = []

    def noted(name: int) -> Callable[[int], Message]:
        def build(_: int) -> Message:
            order.append(name)
            return Message({"engine": "test"})

        return build

    jobs = [pool.submit(noted(number), Urgency.FINAL) for number in range(4)]
    for late in jobs[:3]:
        late.queued_s -= 60
    jobs[3].urgency = Urgency.PARTIAL
    await asyncio.gather(*map(pool.answer, jobs))
    assert order == [2, 1, 0, 3]
    await pool.close()


async def test_stopping_leaves_nothing_and_fails_what_waits(pool: WorkerPool) -> None:
    pids = pool.pids
    jobs = [ask(pool, hang=True) for _ in range(4)]
    await pool.close()
    for waiting in jobs:
        with pytest.raises(EngineError):
            await pool.answer(waiting)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(EngineError, match="not running"):
        await pool.answer(ask(pool))


async def test_workers_end_with_their_parent() -> None:
    """A parent that is killed cannot close anything: the kernel tells its workers."""
    script = (
        "import asyncio, os\n"
        "from voicebot.asr.workers import WorkerPool\n"
        "async def main():\n"
        "    pool = WorkerPool({'test': True}, size=1)\n"
        "    await pool.start()\n"
        "    print(*pool.pids, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    import sys

    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    worker = os.pidfd_open(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(worker, gone.set)
    async with asyncio.timeout(10):
        await gone.wait()
    asyncio.get_running_loop().remove_reader(worker)
    os.close(worker)


async def test_a_model_that_does_not_load_stops_the_start() -> None:
    pool = WorkerPool({"vosk": {"en": "/nowhere"}}, size=1)
    with pytest.raises(EngineError, match="does not start"):
        await pool.start()
    assert pool.pids == []


async def test_a_worker_that_waits_for_a_core_is_not_stuck(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, it would load its models anew on a machine that is too busy already."""
    monkeypatch.setattr(deadline, "cpu_s", lambda pid: 0.0)
    monkeypatch.setattr(deadline, "ROUNDS", 60)  # however busy the machine of the test is
    before = set(pool.pids)
    asked = ask(pool, compute_s=1.5, echo=1)
    async with asyncio.timeout(60):
        answer = await asked.result
    assert answer is not None
    assert answer["pid"] in before
    assert set(pool.pids) == before


async def test_a_worker_that_computes_for_ever_is_stuck(pool: WorkerPool) -> None:
    asked = pool.submit(once(compute_s=3_600), Urgency.FINAL)
    async with asyncio.timeout(60):  # a call waits for less, but the machine may be busy
        answer = await asked.result
    assert answer is not None
    assert answer["echo"] == 1
    assert pool.counts.restarts == 1
