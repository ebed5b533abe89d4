"""What a node does to places and agents, written down in its order, and what came of it.

    event loop ─▶ `add` ─▶ a thread, one job after the other ─▶ `settle`, on the event loop

A row is named `a NAME` for an agent, `e ID` for a place, `q NAME` for a queue.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from functools import partial

from voicebot.store.queue_jobs import FAILED, Job, Jobs
from voicebot.store.queues import QueueStore

Settle = Callable[[object], None]


def _nothing(_result: object) -> None:
    return


class Writer:
    """Of one node. Used on its event loop."""

    def __init__(
        self,
        store: QueueStore,
        *,
        away: Callable[[bool], None],
        mistaken: Callable[[Iterable[str]], None],
    ) -> None:
        """`away` is told, on the loop, that the database is away or back; `mistaken`, which rows
        the database does not take as this node has them."""
        self._store = store
        self._mistaken = mistaken
        self._jobs = Jobs(lambda gone: self.on_loop(partial(away, gone)), store.together)
        self._numbers = itertools.count(1)
        self._last: dict[str, int] = {}
        """The last job by row."""
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """From now on, from this event loop."""
        self._loop = asyncio.get_running_loop()
        self._jobs.start()

    def close(self, timeout_s: float) -> bool:
        """Write what there is to write. Blocks. False where something is left."""
        return self._jobs.close(timeout_s)

    def __len__(self) -> int:
        return len(self._jobs)

    def on_loop(self, call: Callable[[], None]) -> None:
        """From a thread; nothing where the loop is closed."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            return

    def post(self, rows: tuple[str, ...], do: Callable[[], object], at_ms: int) -> None:
        """Something nobody waits for."""
        self.add(rows, at_ms, lambda _again: do(), heeds=())

    def add(
        self,
        rows: tuple[str, ...],
        at_ms: int,
        run: Callable[[bool], object],
        settle: Settle = _nothing,
        *,
        heeds: tuple[object, ...] | None = None,
        alone: bool = False,
    ) -> None:
        """`heeds`: the results that `settle` is for; None for all. Waking the loop is dear."""
        number = next(self._numbers)
        self._last.update(dict.fromkeys(rows, number))

        def then(again: bool) -> object:
            with self._store.as_of(at_ms):
                found = run(again)
            return found if found is not None else FAILED

        def checked(result: object) -> None:
            settle(result)
            if result is FAILED:
                self._mistaken(rows)

        def done(result: object) -> None:
            if heeds is None or result in heeds:
                self.on_loop(partial(checked, result))
            elif result is FAILED:
                self.on_loop(partial(self._mistaken, rows))

        self._jobs.put(Job(number, then, done, alone))

    def read(self, run: Callable[[], object], settle: Callable[[int, object], None]) -> None:
        """Something that is only read, after all that was written before it; `settle` is told the
        number by which `newer` knows what was written since."""
        number = next(self._numbers)

        def done(result: object) -> None:
            self.on_loop(partial(settle, number, result))

        self._jobs.put(Job(number, lambda _again: run(), done, alone=True))

    def newer(self, number: int) -> set[str]:
        """Rows that this node has changed since that reading began; others are forgotten."""
        self._last = {row: last for row, last in self._last.items() if last > number}
        return set(self._last)
