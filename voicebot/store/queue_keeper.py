"""A node's sign of life, and its look after the others: once a second, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from functools import partial

from sqlalchemy import Engine

from voicebot.core.errors import EngineError
from voicebot.store.queue_share import QueueShare
from voicebot.store.queue_signals import Signals
from voicebot.store.queues import QueueStore

log = logging.getLogger(__name__)

BEAT_S = 1.0
READ_ALL_EVERY = 5
"""Beats. Nothing is missed by it but what went wrong."""
FORGET_EVERY = 3_600
FORGET_MS = 7 * 24 * 3_600_000


class QueueKeeper:
    """Of one node, while it serves."""

    def __init__(
        self, store: QueueStore, share: QueueShare, engine: Engine, draining: Callable[[], bool]
    ) -> None:
        self._store, self._share, self._draining = store, share, draining
        self._closing = threading.Event()
        self._beats = 0
        self._away = False
        server = engine.dialect.name == "postgresql"
        self._signals = Signals(engine, store.node, self._told) if server else None
        self._thread = threading.Thread(target=self._run, name="queue keeper", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()
        if self._signals is not None:
            self._signals.start()

    def close(self) -> None:
        """Blocks for a moment."""
        self._closing.set()
        if self._signals is not None:
            self._signals.close()
        self._thread.join(2 * BEAT_S)

    def _told(self, rows: Collection[str] | None) -> None:
        self._share.on_loop(partial(self._share.read, rows))

    def _run(self) -> None:
        while not self._closing.wait(BEAT_S):
            try:
                self._beat()
                self._away = False
            except EngineError:
                if not self._away:
                    log.warning("queues: this node cannot say that it lives")
                self._away = True
            except Exception:
                log.exception("queues: the look after other nodes failed")

    def _beat(self) -> None:
        self._beats += 1
        self._store.beat(draining=self._draining())
        if self._beats % FORGET_EVERY == 0:
            self._store.forget(older_ms=FORGET_MS)
        if self._signals is not None:
            self._look_after_others()

    def _look_after_others(self) -> None:
        self._share.renew()
        self._store.tells = self._store.has_company()
        reaped = self._store.reap()
        if reaped:
            fields = {"agents": reaped.agents, "places": len(reaped.entries)}
            log.error("a node is gone: its agents are free, its callers' places kept", extra=fields)
        if reaped or self._beats % READ_ALL_EVERY == 0:
            self._told(None)
            self._share.compare_clocks()
