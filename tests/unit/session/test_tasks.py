"""Work of a call that ends before it began."""

from __future__ import annotations

import asyncio
import inspect

from voicebot.session.tasks import Tasks


async def test_work_that_is_stopped_before_its_first_step_is_closed() -> None:
    began = []

    async def work() -> None:
        began.append(True)

    coroutine = work()
    async with asyncio.TaskGroup() as group:
        Tasks(group).start(coroutine, "work").cancel()
    assert not began
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED
