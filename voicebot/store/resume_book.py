"""Records of calls under way, written behind: a call does not wait for it.

keep, forget ─▶ the latest of each call (memory) ──thread──▶ ResumeStore
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.resuming import Unfinished
from voicebot.store.database import DatabaseAway
from voicebot.store.queues import QueueStore
from voicebot.store.resume import ResumeRecord, ResumeStore

log = logging.getLogger(__name__)

RETRY_S = 0.5
CLOSE_S = 2.0


class ResumeBook:
    """Implements `core.resuming.Resuming` for one node."""

    def __init__(self, store: ResumeStore, queues: QueueStore, *, within_ms: int) -> None:
        """`within_ms`: how long a call that broke off can be gone on with."""
        self._store, self._queues, self._within_ms = store, queues, within_ms
        self._waiting: dict[CallId, ResumeRecord | None] = {}
        self._news = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="resume records", daemon=True)

    def open(self) -> None:
        """Blocks: the calls that this node's last run left broke off. Raises `DatabaseAway`."""
        self._store.give_up(self._queues.node)
        self._store.forget_older(self._within_ms)
        self._thread.start()

    def close(self) -> None:
        """Write what there is. Blocks."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    async def find(self, number: str) -> Unfinished:
        """Nothing where the store is away."""
        try:
            return await asyncio.to_thread(self._find, number)
        except EngineError:
            return Unfinished()

    def _find(self, number: str) -> Unfinished:
        places = self._queues.kept_places(number, within_ms=self._within_ms)
        record = self._store.find(number, within_ms=self._within_ms)
        if record is None or (record.node and self._queues.lives(record.node)):
            return Unfinished(joined_ms=places)
        return Unfinished(record.call, record.record, places)

    def keep(self, call: CallId, number: str, record: Mapping[str, Any]) -> None:
        """Returns at once."""
        self._put(call, ResumeRecord(call, number, record, self._queues.node))

    def forget(self, call: CallId) -> None:
        """Returns at once."""
        self._put(call, None)

    def _put(self, call: CallId, record: ResumeRecord | None) -> None:
        with self._news:
            self._waiting[call] = record
            self._news.notify()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            call, record = job
            try:
                if record is None:
                    self._store.forget(call)
                else:
                    self._store.keep(record)
            except DatabaseAway:
                self._again(call, record)
            except Exception:
                log.exception("a call's state cannot be kept")

    def _next(self) -> tuple[CallId, ResumeRecord | None] | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            call = next(iter(self._waiting))
            return call, self._waiting.pop(call)

    def _again(self, call: CallId, record: ResumeRecord | None) -> None:
        """Later, unless there is a younger one by then."""
        with self._news:
            if self._closing:
                self._waiting.clear()
                return
            self._waiting.setdefault(call, record)
            self._news.wait_for(lambda: self._closing, RETRY_S)
