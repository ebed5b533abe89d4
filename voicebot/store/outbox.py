"""Notices on their way to others: durable, tried again with longer and longer pauses.

put ──▶ memory ──one thread──▶ outbox ──due──▶ whoever delivers ──▶ sent
                                  ▲                  │ failed          after the last
                                  └── later ◀────────┴──────────────▶ dead
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select, update

from voicebot.core.afterwards import Mail, Notice, Webhook
from voicebot.core.call import CallId
from voicebot.store import tables
from voicebot.store.database import Conflict, DatabaseAway, transaction

log = logging.getLogger(__name__)

PAUSES_S = (5, 30, 120, 600, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
"""Before each further attempt: ten attempts over two days, as Standard Webhooks advises."""
ADOPTED_AFTER_S = 60
"""A notice that is overdue by so long is delivered by whichever node looks next. Two may deliver
it at once then: receivers know a repetition by its id."""
RETRY_S = 0.3
MEMORY_NOTICES = 10_000
"""Kept in memory while the database is away; one more is lost, and logged."""


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice in the outbox."""

    notice: Notice
    state: NoticeState
    created: datetime
    due: datetime
    attempts: int
    error: str


class OutboxStore:
    """Implements `core.afterwards.Outbox`, and is what delivery reads. `put` may be called from
    any thread; the other methods block."""

    def __init__(
        self,
        engine: Engine,
        node: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._node, self._clock = engine, node, clock
        self._pending: deque[Notice] = deque()
        self._changed = threading.Condition()
        self._closing = self._busy = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def put(self, notice: Notice) -> None:
        """Returns at once; in the database soon."""
        with self._changed:
            if len(self._pending) >= MEMORY_NOTICES:
                log.error("a notice is lost: the database is away", extra={"call": notice.call})
                return
            self._pending.append(notice)
            self._changed.notify_all()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything is in the database."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._pending and not self._busy, timeout_s)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what waits; False where some is lost."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._pending

    # ------------------------------------------------------------ delivery

    def adopt(self) -> int:
        """Take over what nodes that are gone have left undelivered for a minute; how much that
        was. Mails of calls stay: their attachments are on that node's disk. Raises
        `DatabaseAway`."""
        table = tables.outbox
        late = self._clock() - timedelta(seconds=ADOPTED_AFTER_S)
        ours = or_(table.c.channel == "webhook", table.c.id.startswith("esc_", autoescape=True))
        query = (
            update(table)
            .where(table.c.node != self._node, table.c.state == NoticeState.WAITING.value, ours)
            .where(table.c.due <= late)
            .values(node=self._node)
        )
        with self._connected() as connection:
            return connection.execute(query).rowcount

    def due(self, limit: int = 20) -> tuple[Waiting, ...]:
        """Notices of this node whose time has come, the oldest first. Raises `DatabaseAway`."""
        table = tables.outbox
        query = (
            select(table)
            .where(
                table.c.node == self._node,
                table.c.state == NoticeState.WAITING.value,
                table.c.due <= self._clock(),
            )
            .order_by(table.c.due)
            .limit(limit)
        )
        with self._connected() as connection:
            return tuple(_waiting(row) for row in connection.execute(query).mappings())

    def list(self, state: NoticeState | None = None, limit: int = 100) -> tuple[Waiting, ...]:
        """The youngest first, of every node. Raises `DatabaseAway`."""
        table = tables.outbox
        query = select(table).order_by(table.c.created.desc(), table.c.id).limit(limit)
        if state is not None:
            query = query.where(table.c.state == state.value)
        with self._connected() as connection:
            return tuple(_waiting(row) for row in connection.execute(query).mappings())

    def sent(self, notice_id: str) -> None:
        """It arrived: what it said is not kept any longer. Raises `DatabaseAway`."""
        self._change(notice_id, state=NoticeState.SENT.value, message={}, error="")

    def failed(self, entry: Waiting, error: str, *, for_good: bool = False) -> NoticeState:
        """It did not arrive; tried again later, or dead. Raises `DatabaseAway`."""
        attempts = entry.attempts + 1
        dead = for_good or attempts > len(PAUSES_S)
        state = NoticeState.DEAD if dead else NoticeState.WAITING
        pause_s = 0 if dead else PAUSES_S[attempts - 1]
        due = self._clock() + timedelta(seconds=pause_s)
        changes = {"attempts": attempts, "state": state.value, "due": due, "error": error[:200]}
        self._change(entry.notice.id, **changes)
        return state

    def revive(self, notice_id: str) -> bool:
        """Try a dead one anew; False where there is none of that id. Raises `DatabaseAway`."""
        table = tables.outbox
        query = (
            update(table)
            .where(table.c.id == notice_id, table.c.state == NoticeState.DEAD.value)
            .values(state=NoticeState.WAITING.value, attempts=0, due=self._clock())
        )
        with self._connected() as connection:
            return connection.execute(query).rowcount == 1

    def revive_all(self) -> int:
        """Try all dead ones anew; how many those were. Raises `DatabaseAway`."""
        table = tables.outbox
        query = (
            update(table)
            .where(table.c.state == NoticeState.DEAD.value)
            .values(state=NoticeState.WAITING.value, attempts=0, due=self._clock())
        )
        with self._connected() as connection:
            return connection.execute(query).rowcount

    def _change(self, notice_id: str, **values: Any) -> None:
        query = update(tables.outbox).where(tables.outbox.c.id == notice_id).values(**values)
        with self._connected() as connection:
            connection.execute(query)

    def _connected(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, "the outbox")

    # ------------------------------------------------------------ the writer thread

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closing)
                if not self._pending:
                    return
                self._busy, batch = True, list(self._pending)
            written = sum(1 for _ in takewhile(self._write, batch))
            with self._changed:
                for _ in range(written):
                    self._pending.popleft()
                self._busy = False
                self._changed.notify_all()
                if written < len(batch) and self._closing:
                    log.error("notices are lost", extra={"count": len(batch) - written})
                    return
                if written < len(batch):
                    self._changed.wait_for(lambda: self._closing, RETRY_S)

    def _write(self, notice: Notice) -> bool:
        """False: later."""
        try:
            with self._connected() as connection:
                connection.execute(insert(tables.outbox).values(self._row(notice)))
        except Conflict:
            return True  # There already.
        except DatabaseAway as error:
            log.warning("the outbox cannot be written", extra={"reason": str(error)})
            return False
        except Exception as error:
            # The thread must outlive any surprise; a text of the error may hold the notice.
            log.error("a notice cannot be kept", extra={"reason": type(error).__name__})
            return True
        return True

    def _row(self, notice: Notice) -> dict[str, Any]:
        now = self._clock()
        return {
            "id": notice.id,
            "call": notice.call,
            "node": self._node,
            "channel": channel_of(notice),
            "message": asdict(notice.message),
            "state": NoticeState.WAITING.value,
            "created": now,
            "due": now,
            "attempts": 0,
            "error": "",
        }


def channel_of(notice: Notice) -> str:
    """`webhook` or `mail`."""
    return "mail" if isinstance(notice.message, Mail) else "webhook"


def _waiting(row: Mapping[Any, Any]) -> Waiting:
    return Waiting(
        Notice(row["id"], CallId(row["call"]), _message(row["channel"], row["message"])),
        NoticeState(row["state"]),
        row["created"],
        row["due"],
        row["attempts"],
        row["error"],
    )


def _message(channel: str, stored: Mapping[str, Any]) -> Webhook | Mail:
    if channel == "mail":
        return Mail(
            tuple(stored.get("to", ())),
            stored.get("subject", ""),
            stored.get("text", ""),
            tuple(stored.get("attachments", ())),
        )
    return Webhook(
        stored.get("url", ""),
        stored.get("body"),
        stored.get("headers", {}),
        stored.get("secret", ""),
    )
