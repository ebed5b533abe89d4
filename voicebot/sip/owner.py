"""The one thread that every call into pjsua2 is made on.

    asyncio loop ── run(job) ──▶ [ queue ] ──▶ owner thread: jobs, then libHandleEvents, and again
    asyncio loop ◀── call_soon_threadsafe ──── what came of it; callbacks of pjsua2 too

pjsua2 objects are made, used and destroyed there and nowhere else. Its locks and the interpreter's
lock are then never waited for crosswise. Sound does not pass here: `PcmPort` is lock and memory.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_MS = 5
"""Longest wait for a SIP packet before the jobs are looked at again, in ms."""

_log = logging.getLogger(__name__)


class OwnerThread:
    """Runs jobs one after the other on a thread of their own, and `poll` in between."""

    def __init__(self, poll: Callable[[int], object]) -> None:
        self._poll = poll
        self._jobs: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._polling = False
        self._ending = False
        self._thread = threading.Thread(target=self._live, name="sip", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[], T]) -> T:
        """Run `job` on the thread; its result, or what it raised, comes back."""
        done: asyncio.Future[T] = self._loop.create_future()

        def carry() -> None:
            try:
                result = job()
            except BaseException as error:
                self.tell(_fail, done, error)
            else:
                self.tell(_fulfil, done, result)

        self._jobs.put(carry)
        return await done

    def post(self, job: Callable[[], object]) -> None:
        """Run `job` on the thread, some time soon; a failure is logged."""
        self._jobs.put(job)

    def tell(self, action: Callable[..., object], *arguments: object) -> None:
        """From the thread to the loop: the only way over."""
        try:
            self._loop.call_soon_threadsafe(action, *arguments)
        except RuntimeError:
            _log.debug("the loop is closed; an event of the line is dropped")

    def poll_from_now_on(self, *, on: bool) -> None:
        """Start or stop polling pjsua2; to be called on the thread."""
        self._polling = on

    async def stop(self) -> None:
        """End the thread after the jobs that wait."""
        await self.run(self._end)
        await asyncio.to_thread(self._thread.join)

    def _end(self) -> None:
        self._ending = True

    def _live(self) -> None:
        while not self._ending:
            self._work()
            if self._polling:
                self._poll(POLL_MS)

    def _work(self) -> None:
        """The jobs that wait; without pjsua2 to poll, wait for one."""
        try:
            job = self._jobs.get(block=not self._polling)
            while True:
                self._run_one(job)
                job = self._jobs.get_nowait()
        except queue.Empty:
            return

    def _run_one(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception:
            _log.exception("a job of the line failed")


def _fulfil(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[T], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
