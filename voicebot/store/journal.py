"""The journal as calls write it: at once, whatever the database does.

    write ──▶ pending (memory) ──writer thread──▶ Ledger (one commit a batch)
                                      └── away ──▶ SpillFile ──▶ Ledger, when it is back

Facts stay in order: while some wait in the spill file, younger ones go behind them. So a node
that is killed while its database is locked keeps its facts too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.record import Fact
from voicebot.core.tally import Tally
from voicebot.store.database import DatabaseAway
from voicebot.store.feed import Feed
from voicebot.store.ledger import Ledger
from voicebot.store.rows import storable
from voicebot.store.settings import StoreSettings
from voicebot.store.spill import CHUNK, SpillFile

log = logging.getLogger(__name__)


class JournalStatus(StrEnum):
    """How the journal is doing."""

    OK = "ok"
    BEHIND = "behind"
    """The database is away; facts wait in the spill file."""
    FAILING = "failing"
    """Neither the database nor the spill file takes facts; they wait in memory."""


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """What the operator sees of the journal."""

    status: JournalStatus
    pending: int
    """Facts in memory that are not written yet."""
    lag_ms: int
    """Age of the oldest fact that is not in the database."""
    lost: int
    """Facts that found no room."""
    error: str = ""
    """Why the database is away."""


class JournalWriter:
    """Implements `core.ports.Journal`. `write` may be called from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        spill: SpillFile,
        feed: Feed,
        settings: StoreSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger, self._spill, self._feed = ledger, spill, feed
        self._settings, self._clock = settings, clock
        self._changed = threading.Condition()
        self._pending: deque[tuple[float, Fact]] = deque()
        self._in_flight = 0
        self._oldest: float | None = None
        """When the oldest fact that is not in the database was written."""
        self._hurry = self._closing = False
        self._status, self._error, self._lost = JournalStatus.OK, "", 0
        self.commits = Tally()
        """How long each commit of a batch took; used by the writer thread."""
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, fact: Fact) -> None:
        """Append; returns at once. Subscribers of the feed see it now, the database soon."""
        fact = storable(fact)
        with self._changed:
            now = self._clock()
            self._oldest = now if self._oldest is None else self._oldest
            self._pending.append((now, fact))
            self._drop_beyond(self._settings.memory_facts)
            if len(self._pending) == 1:  # with more, the thread gathers them already
                self._changed.notify_all()
        self._feed.publish(fact)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything is in the database; False where it took too long."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(self._is_written, timeout_s)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write everything and stop; what the database does not take waits in the spill file for
        the next start. False where facts are lost."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        with self._changed:
            return not self._thread.is_alive() and not self._pending and not self._lost

    @property
    def alive(self) -> bool:
        """Its thread runs: without it nothing is written any more."""
        return self._thread.is_alive()

    def health(self) -> JournalHealth:
        """How it is doing just now."""
        with self._changed:
            lag_s = 0.0 if self._oldest is None else self._clock() - self._oldest
            return JournalHealth(
                self._status,
                len(self._pending) + self._in_flight,
                round(lag_s * 1000),
                self._lost,
                self._error,
            )

    # ------------------------------------------------------------ the writer thread

    def _run(self) -> None:
        while self._wait_for_work():
            batch = self._queue_up(self._take_all())
            try:
                self._put_away(batch)
            except Exception:
                # The thread must outlive any surprise: without it nothing is written any more.
                log.exception("the journal's writer failed")
                self._keep(batch, "unexpected error")
            self._settle()

    def _wait_for_work(self) -> bool:
        """Sleep until there is something to write (or to try again); False: all is done."""
        retry_s = self._settings.retry_ms / 1000
        with self._changed:
            if self._status is not JournalStatus.OK or self._spill.waiting:
                self._changed.wait_for(lambda: self._closing, retry_s)
            else:
                self._changed.wait_for(lambda: self._pending or self._closing)
            pause_s = self._settings.batch_ms / 1000
            self._changed.wait_for(lambda: self._hurry or self._closing, pause_s)
            return not self._closing or bool(self._pending)

    def _take_all(self) -> list[Fact]:
        with self._changed:
            batch = [fact for _, fact in self._pending]
            self._pending.clear()
            self._in_flight = len(batch)
            return batch

    def _queue_up(self, batch: list[Fact]) -> list[Fact]:
        """Put facts behind those in the spill file, if any; returns what is still in memory."""
        if not batch or not self._spill.waiting:
            return batch
        try:
            self._spill.append(batch)
        except OSError:
            return batch
        return []

    def _put_away(self, batch: list[Fact]) -> None:
        try:
            if self._spill.waiting:
                self._spill.read_back(self._ledger.append)
            while batch:
                began_s = time.monotonic()
                self._ledger.append(batch[:CHUNK])
                self.commits.add(time.monotonic() - began_s)
                del batch[:CHUNK]
        except (DatabaseAway, OSError) as error:
            self._keep(batch, str(error))
        else:
            self._recovered()

    def _keep(self, batch: Sequence[Fact], error: str) -> None:
        try:
            if batch:
                self._spill.append(batch)
            self._failed(JournalStatus.BEHIND, error)
        except OSError as full:
            self._failed(JournalStatus.FAILING, f"{error}; spill file: {full.strerror}")
            self._put_back(batch)

    def _put_back(self, batch: Sequence[Fact]) -> None:
        with self._changed:
            since = self._oldest if self._oldest is not None else self._clock()
            self._pending.extendleft((since, fact) for fact in reversed(batch))
            self._drop_beyond(self._settings.memory_facts)
            # On closing there is no later attempt.
            if self._closing:
                self._drop_beyond(0)

    def _drop_beyond(self, room: int) -> None:
        while len(self._pending) > room:
            self._pending.pop()
            self._lost += 1

    def _failed(self, status: JournalStatus, error: str) -> None:
        with self._changed:
            changed = status is not self._status
            self._status, self._error = status, error
        if changed:
            where = self._spill.path if status is JournalStatus.BEHIND else "memory"
            fields = {"reason": error, "facts_wait_in": str(where)}
            log.warning("journal: the database is away", extra=fields)

    def _recovered(self) -> None:
        with self._changed:
            changed = self._status is not JournalStatus.OK
            self._status, self._error = JournalStatus.OK, ""
        if changed:
            fields = {"lost": self._lost}
            log.warning("journal: the database is back and has all facts", extra=fields)

    def _settle(self) -> None:
        with self._changed:
            self._in_flight = 0
            if self._status is JournalStatus.OK:
                self._oldest = self._pending[0][0] if self._pending else None
            if self._is_written():
                self._hurry = False
            self._changed.notify_all()

    def _is_written(self) -> bool:
        return not self._pending and not self._in_flight and self._oldest is None
