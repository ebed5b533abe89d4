"""Queues that a supervisor closed."""

from __future__ import annotations

from sqlalchemy import delete, select

from voicebot.core.queueing import Closure
from voicebot.store.events import add_new
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_tables import closed_queues


class Closures(QueueBase):
    """Whoever closes a queue first is who closed it."""

    def set_closure(self, queue: str, closure: Closure | None) -> bool:
        """Close a queue, or open it. False where it was so already."""
        with self._desk() as desk:
            if closure is None:
                opened = delete(closed_queues).where(closed_queues.c.queue == queue)
                done = desk.connection.execute(opened).rowcount == 1
            else:
                row = {"queue": queue, "by": closure.by, "since_ms": closure.since_ms}
                done = add_new(desk.connection, closed_queues, [row]) == 1
            if done:
                desk.changed.add(f"q {queue}")
            return done

    def closures(self) -> dict[str, Closure]:
        """By queue."""
        with self._desk() as desk:
            rows = desk.connection.execute(select(closed_queues)).mappings()
            return {row["queue"]: Closure(row["by"], row["since_ms"]) for row in rows}
