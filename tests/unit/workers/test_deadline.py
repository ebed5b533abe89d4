"""Real processes that get a core, that get none, and that want none."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from voicebot.workers import deadline
from voicebot.workers.deadline import in_time

_WORK = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
print("ready", flush=True)
sys.stdin.readline()
until_s = time.process_time() + float(sys.argv[2])
while time.process_time() < until_s:
    pass
print("done", flush=True)
sys.stdin.readline()
"""
CORE = str(min(os.sched_getaffinity(0)))
DEADLINE_S = 0.2


@asynccontextmanager
async def worker(compute_s: float) -> AsyncIterator[asyncio.subprocess.Process]:
    """Says "done" when it has computed for so long; begins when it is written to."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WORK, CORE, str(compute_s)), stdin=pipe, stdout=pipe
    )
    try:
        assert await answer(process) == b"ready\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def answer(process: Any) -> bytes:
    return bytes(await process.stdout.readline())


async def test_who_is_given_no_core_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has the core; a process that Linux runs only on idle cores waits for it."""
    monkeypatch.setattr(deadline, "ROUNDS", 600)  # however busy the machine of the test is
    async with worker(0.1) as starved, worker(3_600) as other:
        other.stdin.write(b"\n")  # type: ignore[union-attr]
        os.sched_setscheduler(starved.pid, os.SCHED_IDLE, os.sched_param(0))
        began_s = time.monotonic()
        starved.stdin.write(b"\n")  # type: ignore[union-attr]
        asking = asyncio.ensure_future(in_time(answer(starved), starved.pid, DEADLINE_S))
        await asyncio.wait({asking}, timeout=2.5 * DEADLINE_S)
        other.kill()
        os.sched_setscheduler(starved.pid, os.SCHED_OTHER, os.sched_param(0))
        assert await asking == b"done\n"
        assert time.monotonic() - began_s > 2 * DEADLINE_S


async def test_who_computes_for_ever_is_stuck() -> None:
    async with worker(3_600) as endless:
        endless.stdin.write(b"\n")  # type: ignore[union-attr]
        with pytest.raises(TimeoutError):
            await in_time(answer(endless), endless.pid, DEADLINE_S)


async def test_who_sleeps_is_stuck_at_once() -> None:
    async with worker(0.0) as asleep:
        began_s = time.monotonic()
        with pytest.raises(TimeoutError):
            await in_time(answer(asleep), asleep.pid, 0.5)
        assert time.monotonic() - began_s < deadline.ROUNDS * 0.5
