"""What is to be done in the database, one after the other, in a thread of its own.

The database may be away: then the first job is tried again and again, and the others wait behind it
in their order. Nobody waits for them on the event loop.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from voicebot.store.database import DatabaseAway

log = logging.getLogger(__name__)

MOST = 20
"""Jobs in one transaction."""
RETRY_S = 0.3
"""Between two tries while the database is away."""
FAILED = object()
"""The result of a job that the database does not take."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do."""

    number: int
    run: Callable[[bool], object]
    """Is told whether it was tried before: then nobody knows whether it was done."""
    settle: Callable[[object], None]
    """Gets the result, in the worker's thread."""
    alone: bool = False
    """Not to be done in one transaction with others."""


class Jobs:
    """A queue of them and its thread."""

    def __init__(
        self, changed: Callable[[bool], None], together: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """`changed` is told, in the thread, that the database is away, or back; what is done within
        `together` is one transaction."""
        self._changed, self._together = changed, together
        self._waiting: deque[Job] = deque()
        self._news = threading.Condition()
        self._closing = False
        self._is_away = False
        self._thread = threading.Thread(target=self._work, name="queues", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def put(self, job: Job) -> None:
        """Returns at once."""
        with self._news:
            self._waiting.append(job)
            self._news.notify()

    def close(self, timeout_s: float) -> bool:
        """Do what waits, for so long; False where something is left undone."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and not self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            if self._do_several():
                continue
            done = self._do(job)
            with self._news:
                if self._closing and done is None:
                    return  # the database is away: it finds this node dead when it is back
                self._waiting.popleft()
            job.settle(done)

    def _next(self) -> Job | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None

    def _do_several(self) -> bool:
        """Those that wait, if several do, at the expense of one commit. False: one by one, then."""
        with self._news:
            jobs = list(itertools.takewhile(lambda job: not job.alone, self._waiting))[:MOST]
        if len(jobs) < 2 or self._is_away:
            return False
        try:
            with self._together():
                done = [job.run(False) for job in jobs]
        except Exception:
            # Whatever it was, it will come again with the job whose it is. What is not known to be
            # undone is asked after: `again`.
            return self._one_by_one(jobs)
        self._settle(jobs, done)
        return True

    def _one_by_one(self, jobs: list[Job]) -> bool:
        for job in jobs:
            done = self._do(job, again=True)
            if self._closing and done is None:
                return False
            self._settle([job], [done])
        return True

    def _settle(self, jobs: list[Job], results: list[object]) -> None:
        with self._news:
            for _ in jobs:
                self._waiting.popleft()
        for job, done in zip(jobs, results, strict=True):
            job.settle(done)

    def _do(self, job: Job, *, again: bool = False) -> object:
        """None where it was given up."""
        while True:
            try:
                done = job.run(again)
            except DatabaseAway as error:
                again = True
                self._note(away=True, reason=str(error))
                with self._news:
                    if self._news.wait_for(lambda: self._closing, RETRY_S):
                        return None
            except Exception:
                log.exception("queues: something could not be written down")
                return FAILED
            else:
                self._note(away=False)
                return done if done is not None else ()

    def _note(self, *, away: bool, reason: str = "") -> None:
        if away is self._is_away:
            return
        self._is_away = away
        if away:
            log.warning("queues: the database is away", extra={"reason": reason})
        else:
            log.warning("queues: the database is back", extra={"waiting": len(self._waiting)})
        self._changed(away)
