"""Records of calls under way, written behind: a call does not wait for it.

keep, forget ─▶ the latest of each call (memory) ──thread, all of 0.2 s──▶ ResumeStore
may_find ─▶ no | perhaps: find ──another thread──▶ places and records

A node that is killed loses 0.2 s of them; a call that was over by then, nothing.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.resuming import Unfinished
from voicebot.store.database import DatabaseAway, Refused
from voicebot.store.queues import QueueStore
from voicebot.store.resume import ResumeRecord, ResumeStore

log = logging.getLogger(__name__)

BATCH_S = 0.2
"""A record waits so long for others before they are committed together."""
RETRY_S = 0.5
CLOSE_S = 2.0
RENEW_S = 3_600.0
"""So often numbers for which nothing is kept any more are forgotten."""

Latest = dict[CallId, ResumeRecord | None]


class ResumeBook:
    """Implements `core.resuming.Resuming` for one node."""

    def __init__(
        self,
        store: ResumeStore,
        queues: QueueStore,
        *,
        within_ms: int,
        batch_s: float = BATCH_S,
    ) -> None:
        """`within_ms`: how long a call that broke off can be gone on with."""
        self._store, self._queues, self._within_ms = store, queues, within_ms
        self._kept, self._batch_s = queues.kept, batch_s
        self._waiting: Latest = {}
        self._written: set[CallId] = set()
        """Calls of this run that the store may have a record of."""
        self._renewed_s = 0.0
        self._news = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="resume records", daemon=True)

    def open(self) -> None:
        """Blocks: the calls that this node's last run left broke off. Raises `DatabaseAway`."""
        self._store.give_up(self._queues.node)
        self._store.forget_older(self._within_ms)
        self._renew()
        self._thread.start()

    def close(self) -> None:
        """Write what there is. Blocks."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def may_find(self, number: str) -> bool:
        """Known at once."""
        return bool(number) and self._kept.may_be(number)

    async def find(self, number: str) -> Unfinished:
        """Nothing where the store is away."""
        try:
            return await asyncio.to_thread(self._find, number)
        except EngineError:
            return Unfinished()

    def _find(self, number: str) -> Unfinished:
        places = self._queues.kept_places(number, within_ms=self._within_ms)
        record = self._store.find(number, within_ms=self._within_ms)
        if record is None or (record.node and self._lives(record.node)):
            return Unfinished(joined_ms=places)
        return Unfinished(record.call, record.record, places)

    def _lives(self, node: str) -> bool:
        return node == self._queues.node or self._queues.lives(node)

    def keep(self, call: CallId, number: str, record: Mapping[str, Any]) -> None:
        """Returns at once."""
        self._put(call, ResumeRecord(call, number, record, self._queues.node))

    def forget(self, call: CallId) -> None:
        """Returns at once."""
        with self._news:
            if call in self._waiting and call not in self._written:
                del self._waiting[call]
                return
            self._written.discard(call)
        self._put(call, None)

    def _put(self, call: CallId, record: ResumeRecord | None) -> None:
        with self._news:
            if not self._waiting:
                self._news.notify()
            self._waiting[call] = record

    def _work(self) -> None:
        while latest := self._next():
            try:
                self._write(latest)
            except DatabaseAway:
                self._again(latest)
            except Exception:
                log.exception("calls' states cannot be kept")

    def _next(self) -> Latest:
        """What there is after a while; nothing at the end."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing)
            self._news.wait_for(lambda: self._closing, self._batch_s)
            latest, self._waiting = self._waiting, {}
            self._written |= {call for call, record in latest.items() if record is not None}
        return latest

    def _write(self, latest: Latest) -> None:
        try:
            self._store.write(latest)
        except Refused:
            for call, record in latest.items():
                self._write_alone(call, record)
        if time.monotonic() - self._renewed_s > RENEW_S:
            self._renew()

    def _write_alone(self, call: CallId, record: ResumeRecord | None) -> None:
        """One that the database does not take must not hold up the others."""
        try:
            self._store.write({call: record})
        except Refused as error:
            log.error("a call's state was refused by the database", extra={"reason": str(error)})

    def _renew(self) -> None:
        self._kept.renew(lambda: self._store.numbers() | self._queues.kept_numbers())
        self._renewed_s = time.monotonic()

    def _again(self, latest: Latest) -> None:
        """Later, unless there is a younger one by then."""
        with self._news:
            if self._closing:
                self._waiting.clear()
                return
            self._waiting = latest | self._waiting
            self._news.wait_for(lambda: self._closing, RETRY_S)
