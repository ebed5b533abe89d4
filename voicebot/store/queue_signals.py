"""What other nodes changed, told by PostgreSQL the moment it is committed (NOTIFY, LISTEN)."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from voicebot.store.queue_base import CHANNEL

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often it is looked whether to end."""
RETRY_S = 1.0

News = Callable[[Collection[str] | None], None]
"""Gets the rows that were changed, as `queue_desk` names them; None: any."""


class Signals:
    """Listens in a thread with a connection of its own, and connects again when it is lost."""

    def __init__(self, engine: Engine, node: str, news: News) -> None:
        self._engine, self._node, self._news = engine, node, news
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue signals", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def close(self) -> None:
        """Blocks for a moment."""
        self._closing.set()
        self._thread.join(5 * LOOK_S)

    def _run(self) -> None:
        import psycopg

        while not self._closing.is_set():
            try:
                with contextlib.closing(self._connect()) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._news(None)  # whatever was missed
                    self._listen(connection)
            except psycopg.Error as error:
                log.info("no word of other nodes", extra={"reason": type(error).__name__})
                self._closing.wait(RETRY_S)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        import psycopg

        arguments, settings = self._engine.dialect.create_connect_args(self._engine.url)
        return psycopg.connect(*arguments, **settings, autocommit=True, connect_timeout=3)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._closing.is_set():
            for told in connection.notifies(timeout=LOOK_S):
                self._heed(told.payload)

    def _heed(self, payload: str) -> None:
        try:
            notice = json.loads(payload)
            if notice["node"] != self._node:
                self._news(notice["rows"])
        except (KeyError, TypeError, ValueError):
            self._news(None)  # of another version
