"""What all that is done to queues has in common: one short transaction, at the store's time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, func, insert, select

from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.queueing.router import policy_of
from voicebot.store.database import Conflict, transaction
from voicebot.store.kept_numbers import KeptNumbers
from voicebot.store.queue_desk import Desk, store_now_ms
from voicebot.store.queue_tables import agents as agents_table

Clock = Callable[[Connection], int]
"""ms since 1970, the same for all nodes."""
CHANNEL = "voicebot_queues"
"""Where a PostgreSQL server tells nodes what another one changed."""
MOST_SAID = 200
"""Rows that one notice names; with more, everything may have changed."""


class QueueBase:
    """Queues and agents as configured, and the way to their rows. Every method of the classes that
    derive from it blocks for one short transaction or a few, and raises `DatabaseAway`; none may
    be called while a row is locked elsewhere by the same thread."""

    def __init__(
        self,
        engine: Engine,
        node: str,
        queues: Iterable[QueueSpec],
        agents: Iterable[AgentSpec],
        *,
        clock: Clock = store_now_ms,
        kept: KeptNumbers | None = None,
    ) -> None:
        """`kept` learns of whom a place is kept."""
        self.node = node
        self.kept = kept or KeptNumbers()
        self.queues = {queue.name: queue for queue in queues}
        self.policies = {queue.name: policy_of(queue) for queue in self.queues.values()}
        self.agents = {agent.name: agent for agent in agents}
        self._engine, self._clock = engine, clock
        # SQLite lets one write, and has the others ask again and again: waiting here is quicker.
        alone = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if alone else nullcontext()
        self._as_of = threading.local()
        self._several = threading.Lock()
        """Held by whoever locks several agents in a transaction: two threads that did so
        in different orders would wait for each other."""
        self.tells = not alone
        """Other nodes are told what this one changes."""

    def enroll(self) -> None:
        """Make a row for each agent who has none: at work, as static phones are. Those who are
        known stay as they are."""
        try:
            self._enroll()
        except Conflict:  # another node was at it at the same time
            self._enroll()

    def _enroll(self) -> None:
        with self._desk() as desk:
            known = set(desk.connection.execute(select(agents_table.c.name)).scalars())
            for name in sorted(self.agents.keys() - known):
                desk.connection.execute(insert(agents_table).values(_new(name, desk.now_ms)))
                desk.note(name, AgentState.AVAILABLE)

    def now_ms(self) -> int:
        """The store's time."""
        with transaction(self._engine, "the store's clock") as connection:
            return self._clock(connection)

    @contextmanager
    def as_of(self, at_ms: int) -> Iterator[None]:
        """What this thread does within is written down as of that moment of the store's time: it
        may come late, as the database was away."""
        self._as_of.ms = at_ms
        try:
            yield
        finally:
            self._as_of.ms = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread does within is one transaction: all of it or nothing."""
        changed: set[str] = set()
        with self._several, self._begun() as connection:
            self._as_of.batch = connection, changed
            try:
                yield
            finally:
                self._as_of.batch = None
            self._tell(connection, changed)

    @property
    def _batch(self) -> tuple[Connection, set[str]] | None:
        return getattr(self._as_of, "batch", None)

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        at_ms = getattr(self._as_of, "ms", None)
        if self._batch is not None:
            connection, changed = self._batch
            desk = Desk(connection, self._clock, self.agents, self.queues, at_ms, self.kept)
            yield desk
            changed |= desk.changed
            return
        with self._begun() as connection:
            desk = Desk(connection, self._clock, self.agents, self.queues, at_ms, self.kept)
            yield desk
            self._tell(connection, desk.changed)

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        with self._turn, transaction(self._engine, "queues") as connection:
            if connection.dialect.name == "sqlite":
                # A transaction that begins by reading could not write after another one has.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def _reading(self) -> AbstractContextManager[Connection]:
        """For what only looks: it waits for no writer, and none for it."""
        return transaction(self._engine, "queues cannot be read")

    def _tell(self, connection: Connection, changed: set[str]) -> None:
        """Which rows changed; nothing of what is in them."""
        if self.tells and changed:
            rows = sorted(changed) if len(changed) <= MOST_SAID else None
            notice = json.dumps({"node": self.node, "rows": rows})
            connection.execute(select(func.pg_notify(CHANNEL, notice)))


def _new(name: str, now_ms: int) -> dict[str, object]:
    return {
        "name": name,
        "state": AgentState.AVAILABLE.value,
        "changed_ms": now_ms,
        "token": 0,
        "node": "",
        "entry": "",
        "queue": "",
        "idle_since_ms": now_ms,
        "offered_ms": -1,
        "calls": 0,
        "rests_until_ms": 0,
        "wrap_cap_ms": 0,
        "leaves": False,
        "rna": 0,
        "unreachable": 0,
    }
