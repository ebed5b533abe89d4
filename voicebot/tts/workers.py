"""The pool of worker processes: jobs in, sound out, whatever the processes do.

submit() ─▶ queue (live before warm-up) ─▶ one runner a worker ─▶ Future
                                             hung or dead: killed, replaced, job once more
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from voicebot.core.audio import Pcm
from voicebot.core.errors import ConfigError, EngineError, Problem
from voicebot.core.tally import Tally
from voicebot.tts.settings import TtsSettings
from voicebot.tts.wire import Hello, Job
from voicebot.tts.worker import COMMAND, Hung, JobFailed, Worker

log = logging.getLogger(__name__)

_HUNG, _DIED, _GIVEN_UP = 3, 2, 6
"""A job is given up after two workers hung with it, or three died: they may die together, for want
of memory, without the job's doing."""
_LEAST_BACKOFF_S, _MOST_BACKOFF_S = 0.25, 10.0


@dataclass(slots=True)
class PoolCounts:
    """What a pool has done since its start."""

    made: Tally = field(default_factory=Tally)
    """Sentences that a call waits for, from their being ordered to their sound."""
    failed: int = 0
    """Sentences that were given up."""
    restarts: int = 0
    """Workers that were lost and replaced; those that are renewed by plan do not count."""


@dataclass(order=True, slots=True)
class _Ticket:
    """A job in the queue; sorts by urgency, then by age."""

    priority: int
    order: int
    job: Job = field(compare=False)
    result: asyncio.Future[Pcm] = field(compare=False)
    failures: int = field(default=0, compare=False)
    """By weight, see `_GIVEN_UP`."""
    queued_s: float = field(default_factory=time.monotonic, compare=False)


class Workers:
    """Starts, watches and replaces worker processes; to be used on one event loop."""

    def __init__(self, settings: TtsSettings, command: Sequence[str] = COMMAND) -> None:
        self.settings = settings
        self._command = command
        self._voices = sorted(set(settings.voices.values()))
        self._queue: asyncio.PriorityQueue[_Ticket] = asyncio.PriorityQueue()
        self._order = itertools.count()
        self._runners: list[asyncio.Task[None]] = []
        self._workers: dict[int, Worker] = {}
        self.hello = Hello()
        self.counts = PoolCounts()

    @property
    def waiting(self) -> int:
        """Sentences in the queue."""
        return self._queue.qsize()

    @property
    def up(self) -> int:
        """Processes that live."""
        return sum(worker.alive for worker in self._workers.values())

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that live."""
        return tuple(worker.pid for worker in self._workers.values())

    async def start(self) -> None:
        """Returns when every worker is ready. Raises `EngineError` when synthesis cannot work,
        `ConfigError` for a voice that the synthesizer does not have."""
        starts = (self._spawn() for _ in range(self.settings.workers))
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        self._workers = {i: w for i, w in enumerate(outcomes) if isinstance(w, Worker)}
        try:
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
            self.hello = self._workers[0].hello
            if self.hello.unknown_voices:
                raise ConfigError([_unknown(name) for name in self.hello.unknown_voices])
        except BaseException:
            await self.close()
            raise
        self._runners = [asyncio.create_task(self._serve(index)) for index in self._workers]

    async def close(self) -> None:
        """End all processes; jobs that wait fail with `EngineError`."""
        for runner in self._runners:
            runner.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)
        self._runners.clear()
        while not self._queue.empty():
            _fail(self._queue.get_nowait(), EngineError("synthesis is closed"))
        workers = list(self._workers.values())
        self._workers.clear()
        await asyncio.gather(*(worker.stop() for worker in workers))

    def submit(self, job: Job, *, urgent: bool = True) -> asyncio.Future[Pcm]:
        """Queue a job; its future has the sound or an `EngineError`. Cancelling it drops the job
        if it did not begin."""
        result: asyncio.Future[Pcm] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(0 if urgent else 1, next(self._order), job, result)
        if self._runners:
            self._queue.put_nowait(ticket)
        else:
            _fail(ticket, EngineError("synthesis is not running"))
        return result

    async def _spawn(self) -> Worker:
        return await Worker.start(self._voices, self._command)

    async def _serve(self, index: int) -> None:
        """The life of one place in the pool."""
        # Places are renewed at different times, so that there is always one that serves.
        renew_at = self.settings.jobs_per_worker * (index + 1) // len(self._workers)
        while True:
            worker = self._workers[index]
            ticket = await self._next(worker)
            if ticket is None:
                self.counts.restarts += 1
                await self._replace(index)
                continue
            if ticket.result.done():
                continue
            is_sound = await self._work(worker, ticket)
            if not is_sound or worker.jobs_done >= renew_at:
                renew_at = self.settings.jobs_per_worker
                await self._replace(index)

    async def _next(self, worker: Worker) -> _Ticket | None:
        """A job for this worker; None where the process ended idle, which costs no job a try."""
        getting = asyncio.ensure_future(self._queue.get())
        ending = asyncio.ensure_future(worker.ended())
        ticket: _Ticket | None = None
        try:
            await asyncio.wait({getting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if getting.done() and not ending.done():
                ticket = getting.result()
            return ticket
        finally:
            ending.cancel()
            if not getting.done():
                getting.cancel()
            elif ticket is None:
                self._queue.put_nowait(getting.result())

    async def _work(self, worker: Worker, ticket: _Ticket) -> bool:
        """One job; False when the worker is of no more use."""
        try:
            pcm = await worker.run(ticket.job, self.settings.deadline_ms)
        except JobFailed as error:
            self.counts.failed += 1
            _fail(ticket, error)
            return True
        except EngineError as error:
            self.counts.restarts += 1
            log.warning("synthesis worker lost", extra={"pid": worker.pid, "reason": str(error)})
            self._again(ticket, error)
            return False
        except asyncio.CancelledError:
            _fail(ticket, EngineError("synthesis is closed"))
            raise
        if not ticket.result.done():
            ticket.result.set_result(pcm)
        if ticket.priority <= 0:
            self.counts.made.add(time.monotonic() - ticket.queued_s)
        return True

    def _again(self, ticket: _Ticket, error: EngineError) -> None:
        ticket.failures += _HUNG if isinstance(error, Hung) else _DIED
        if ticket.failures < _GIVEN_UP:
            ticket.priority = -1
            self._queue.put_nowait(ticket)
        else:
            self.counts.failed += 1
            _fail(ticket, error)

    async def _replace(self, index: int) -> None:
        """A new process in this place, however long it takes until one starts."""
        await self._workers[index].kill()
        backoff_s = _LEAST_BACKOFF_S
        while True:
            try:
                self._workers[index] = await self._spawn()
                return
            except EngineError as error:
                log.error("synthesis worker does not start", extra={"reason": str(error)})
                await asyncio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, _MOST_BACKOFF_S)


def _fail(ticket: _Ticket, error: EngineError) -> None:
    if not ticket.result.done():
        ticket.result.set_exception(error)
        ticket.result.exception()  # looked at: one that nobody waits for is no news


def _unknown(voice: str) -> Problem:
    return Problem(
        "tts.voices", 0, 0, "unknown-voice", f"espeak-ng has no voice {voice!r}",
        "`espeak-ng --voices` lists them; e.g. en-us, en-us+f3, cmn",
    )  # fmt: skip
