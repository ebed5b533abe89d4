"""Places, offers and agents within one short transaction.

Rows are locked agents first, by name, then the place: no two transactions wait for each other.
What an event does to an agent is the policy's (`queueing.shift`); here it is made to last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    EntryState,
    OfferOutcome,
    PauseReason,
    QueueSpec,
)
from voicebot.queueing import shift
from voicebot.queueing.back_off import after_offer
from voicebot.queueing.entry_machine import EntryEvent, next_entry_state
from voicebot.queueing.snapshot import Agent, Entry
from voicebot.store.kept_numbers import KeptNumbers
from voicebot.store.queue_rows import Row, agent_of, agent_row, entry_of
from voicebot.store.queue_sql import AGENT, CLOCK, ENTRY, HOLDER, LIVE, changing, with_clock
from voicebot.store.queue_steps import NEW_PLACE
from voicebot.store.queue_tables import agent_history, agents, queue_entries, queue_offers

RINGING = (AgentState.RESERVED, AgentState.RINGING)
TALKING = (AgentState.BUSY, AgentState.HOLD)
HELD = (*RINGING, *TALKING)
"""States in which a node holds the agent, by a lease."""
KEPT = frozenset({EntryState.INTERRUPTED, EntryState.CALLBACK})
"""States of a place that its caller may have again."""
SYSTEM = "system"
SERVED = "served"


def store_now_ms(connection: Connection) -> int:
    """The store's own clock, in ms since 1970: one for all nodes. SQLite's is this machine's."""
    if connection.dialect.name == "sqlite":
        return time.time_ns() // 1_000_000
    return connection.execute(_ASK_TIME).scalar_one()


_ASK_TIME = select(CLOCK)


class Desk:
    """What can be done in one transaction; the caller commits."""

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[Connection], int],
        specs: Mapping[str, AgentSpec],
        queues: Mapping[str, QueueSpec],
        at_ms: int | None = None,
        kept: KeptNumbers | None = None,
    ) -> None:
        self.connection, self._clock = connection, clock
        self._kept = kept
        self._specs, self._queues = specs, queues
        self._now_ms = at_ms
        self.changed: set[str] = set()
        """Rows that were written: `a NAME` for an agent, `e ID` for a place."""
        server = connection.dialect.name == "postgresql"
        self._read_along = server and clock is store_now_ms

    @property
    def now_ms(self) -> int:
        """The store's time, the same throughout."""
        if self._now_ms is None:
            self._now_ms = self._clock(self.connection)
        return self._now_ms

    def _first(self, statement: Select[Any], **key: object) -> Row | None:
        """One row; the first one that a server sends brings the time along."""
        if self._now_ms is not None or not self._read_along:
            return self.connection.execute(statement, key).mappings().first()
        row = self.connection.execute(with_clock(statement), key).mappings().first()
        self._now_ms = row["store_now_ms"] if row is not None else None
        return row

    # ------------------------------------------------------------ agents

    def agent(self, name: str) -> Agent:
        """Locked. Raises `KeyError` for one who is not known."""
        spec = self._specs[name]
        row = self._first(AGENT, name=name)
        if row is None:
            raise KeyError(name)
        return agent_of(row, spec)

    def holder(self, name: str, token: int) -> Agent | None:
        """The agent of an offer, locked, as long as the offer counts."""
        row = self._first(HOLDER, name=name, token=token)
        return None if row is None else agent_of(row, self._specs.get(name) or _stranger(name))

    def lock(self, names: Sequence[str]) -> None:
        """Lock several agents before they are changed at once, in the order that all keep to."""
        query = select(agents.c.name).where(agents.c.name.in_(names)).order_by(agents.c.name)
        self.connection.execute(query.with_for_update())

    def put(self, before: Agent, after: Agent, *, by: str = SYSTEM) -> None:
        """Write what became of an agent, and note down whether the agent is at work."""
        if after == before:
            return
        values = {**agent_row(after), "changed_ms": self.now_ms}
        if after.state not in HELD:
            values |= {"lease_ms": None, "node": ""}
        change = changing(agents, tuple(values))
        self.connection.execute(change, {**values, "_name": after.name})
        self.changed.add(f"a {after.name}")
        if (_presence(before), before.pause) != (_presence(after), after.pause):
            self.note(after.name, after.state, after.pause, by)

    def note(
        self, name: str, state: AgentState, pause: PauseReason | None = None, by: str = SYSTEM
    ) -> None:
        """One line of the agent's history."""
        values = {"agent": name, "time_ms": self.now_ms, "state": state.value, "by": by}
        pausing = pause.value if pause else None
        self.connection.execute(_NOTE, {**values, "pause": pausing})

    def freed(self, agent: Agent, outcome: OfferOutcome) -> Agent:
        """The agent after an offer that came to nothing."""
        return shift.freed(self.rested(agent, agent, outcome), self.now_ms)

    def rested(self, after: Agent, before: Agent, outcome: OfferOutcome) -> Agent:
        """The agent with what an outcome brings, by the queue of the offer in `before`."""
        return after_offer(after, outcome, self.queue_of(before), self.now_ms)

    def queue_of(self, agent: Agent) -> QueueSpec:
        """The queue of the agent's contact; defaults for one that is configured no more."""
        return self._queues.get(agent.queue) or QueueSpec(agent.queue)

    # ------------------------------------------------------------ offers

    def live(self, entry: str) -> Sequence[tuple[str, int]]:
        """Agent and token of each offer of a place that is under way, by agent."""
        return [(offer["agent"], offer["token"]) for offer in self._live(entry)]

    def _live(self, entry: str) -> Sequence[Row]:
        return self.connection.execute(LIVE, {"entry": entry}).mappings().all()

    def write_offer(self, agent: str, token: int, **values: Any) -> None:
        """Change the row of an offer."""
        change = changing(queue_offers, tuple(values))
        self.connection.execute(change, {**values, "_agent": agent, "_token": token})

    def end_offer(self, agent: Agent, outcome: OfferOutcome, *, new_token: bool = False) -> None:
        """A phone rings no more, and the agent is free."""
        self.write_offer(agent.name, agent.token, ended_ms=self.now_ms, outcome=outcome.value)
        self.put(agent, self.freed(fenced(agent) if new_token else agent, outcome))

    # ------------------------------------------------------------ places

    def entry(self, entry: str) -> Row | None:
        """The row of a place, locked."""
        return self._first(ENTRY, id=entry)

    def seen(self, row: Row) -> Entry:
        """A place as the policy sees it."""
        return entry_of(row, self._live(row["id"]))

    def move(self, row: Row, *events: EntryEvent, **values: Any) -> None:
        """Steps of a place that `entry` gave. Raises `ValueError` where there are no such."""
        state = reduce(next_entry_state, events, EntryState(row["state"]))
        if state is EntryState.WAITING and row["callback"] and "callback" not in values:
            state, values["node"] = EntryState.CALLBACK, ""  # it waits on without a leg
        if state is EntryState.CLOSED:
            values["number"] = ""  # personal, and nobody looks for it any more
        if state in KEPT:
            self.note_kept(values.get("number") or row["number"])
        self.write_entry(row["id"], state=state.value, changed_ms=self.now_ms, **values)

    def note_kept(self, number: str) -> None:
        """A place is kept for whoever has this number."""
        if self._kept is not None:
            self._kept.note(number)

    def add_place(self, row: Mapping[str, Any]) -> None:
        """A new place, as `queue_rows.place_row` makes it."""
        NEW_PLACE.execute(self.connection, row)
        self.changed.add(f"e {row['id']}")

    def write_entry(self, entry: str, **values: Any) -> None:
        """Change columns of a place."""
        self.changed.add(f"e {entry}")
        change = changing(queue_entries, tuple(values))
        self.connection.execute(change, {**values, "_id": entry})

    def requeue(self, entry: CallId, tried: str) -> None:
        """An offer came to nothing: where no other phone rings, the place waits on."""
        row = self.entry(entry)
        if row is None:
            return
        values = {"tried": [*row["tried"], tried]} if tried else {}
        if row["state"] == EntryState.OFFERED and not self.live(entry):
            self.move(row, EntryEvent.REQUEUED, **values)
        elif values:
            self.write_entry(entry, **values)

    def wrapped(self, agent: Agent, at_ms: int, *, by: str = SYSTEM) -> None:
        """Wrap-up is over, and the place with it."""
        self.write_offer(agent.name, agent.token, wrapped_ms=at_ms)
        self.put(agent, shift.settled(shift.wrapped(agent, at_ms), self.now_ms), by=by)
        row = self.entry(agent.call)
        if row is not None and row["state"] == EntryState.WRAPPING and row["agent"] == agent.name:
            self.move(row, EntryEvent.WRAPPED, outcome=SERVED)


_NOTE = insert(agent_history)


def _presence(agent: Agent) -> str:
    """What is noted down: offers and contacts have rows of their own."""
    apart = (AgentState.OFFLINE, AgentState.PAUSED)
    return agent.state.value if agent.state in apart else "at work"


def fenced(agent: Agent) -> Agent:
    """With a token that no offer has: whoever holds the last one is too late from now on."""
    return replace(agent, token=agent.token + 1)


def _stranger(name: str) -> AgentSpec:
    """An agent who is configured no more, and still has an offer or a contact."""
    return AgentSpec(name, "", ())
