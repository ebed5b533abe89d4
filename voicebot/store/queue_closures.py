"""Queues that a supervisor closed."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from voicebot.core.queueing import Closure
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_tables import closed_queues


class Closures(QueueBase):
    """Whoever closes a queue first is who closed it."""

    def set_closure(self, queue: str, closure: Closure | None) -> bool:
        """Close a queue, or open it. False where it was so already."""
        table = closed_queues
        with self._desk() as desk:
            known = desk.connection.execute(select(table).where(table.c.queue == queue)).first()
            if (known is None) is (closure is None):
                return False
            if closure is None:
                desk.connection.execute(delete(table).where(table.c.queue == queue))
            else:
                row = {"queue": queue, "by": closure.by, "since_ms": closure.since_ms}
                desk.connection.execute(insert(table), row)
            desk.changed.add(f"q {queue}")
            return True

    def closures(self) -> dict[str, Closure]:
        """By queue."""
        with self._desk() as desk:
            rows = desk.connection.execute(select(closed_queues)).mappings()
            return {row["queue"]: Closure(row["by"], row["since_ms"]) for row in rows}
