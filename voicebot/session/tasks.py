"""The tasks of one call, all ended when the call is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from voicebot.core.errors import VoicebotError

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class Work(Generic[T]):
    """Something under way whose failure is a result, not the end of the call."""

    def __init__(self, task: asyncio.Task[T | _Failed]) -> None:
        self._task = task

    @property
    def done(self) -> bool:
        """There is a result."""
        return self._task.done()

    async def settled(self, timeout_s: float) -> bool:
        """Wait until there is a result, for a while; False where there is none yet."""
        await asyncio.wait([self._task], timeout=timeout_s)
        return self.done

    def result(self) -> T:
        """The result; raises what it failed with."""
        outcome = self._task.result()
        if isinstance(outcome, _Failed):
            raise outcome.error
        return outcome

    def cancel(self) -> None:
        """Stop it; harmless when it is done."""
        self._task.cancel()


class Tasks:
    """The call's task group, as the rooms of the session use it."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> Work[T]:
        """Begin `work`; it ends with the call at the latest."""
        task = self._group.create_task(_settle(work, name), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # One that was stopped before its first step has not begun to await `work`.
        task.add_done_callback(lambda _: work.close())
        return Work(task)

    def cancel(self) -> None:
        """Stop all that still runs."""
        for task in self._running:
            task.cancel()


async def _settle(work: Coroutine[Any, Any, T], name: str) -> T | _Failed:
    try:
        return await work
    except VoicebotError as error:
        return _Failed(error)
    except Exception as error:
        # A fault of ours must not end the call before it says sorry; not every result is asked for.
        log.exception("a task of a call failed", extra={"task": name})
        return _Failed(error)
