"""How long a worker process may take: time on a core counts, not time spent waiting for one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from voicebot.workers.process import computes, cpu_s

T = TypeVar("T")

ROUNDS, STARVED = 4, 0.9
"""A worker that computes and was not given the deadline's time of a core gets it again, so many
times at most: killed, it would begin anew, and load all that it has loaded, while the cores are
short already. The caller waits for none of it: whoever submits a job has a bound of its own."""

_ON_ITS_WAY_S = 0.2
"""For the answer of one that has just sent it, and so sleeps, to be read on a busy machine."""


async def in_time(answer: Coroutine[Any, Any, T], pid: int, deadline_s: float) -> T:
    """What a worker answers; `TimeoutError` where it is stuck: it sleeps or is stopped past the
    deadline, or has computed for so long."""
    began_s = cpu_s(pid)
    asking = asyncio.ensure_future(answer)
    try:
        for _ in range(ROUNDS):
            await asyncio.wait({asking}, timeout=deadline_s)
            if asking.done():
                return asking.result()
            if not computes(pid) or cpu_s(pid) - began_s >= STARVED * deadline_s:
                break
        return await asyncio.wait_for(asking, _ON_ITS_WAY_S)
    finally:
        asking.cancel()
