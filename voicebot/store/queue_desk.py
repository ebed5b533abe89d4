"""Places, offers and agents within one short transaction.

Rows are locked agents first, by name, then the place: no two transactions wait for each other.
What an event does to an agent is the policy's (`queueing.shift`); here it is made to last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

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
from voicebot.store.queue_rows import Row, agent_of, agent_row, entry_of
from voicebot.store.queue_tables import agent_history, agents, queue_entries, queue_offers

RINGING = (AgentState.RESERVED, AgentState.RINGING)
TALKING = (AgentState.BUSY, AgentState.HOLD)
HELD = (*RINGING, *TALKING)
"""States in which a node holds the agent, by a lease."""
SYSTEM = "system"

_NOW = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    "postgresql": "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
}


def store_now_ms(connection: Connection) -> int:
    """The store's own clock, in ms since 1970: one for all nodes."""
    now: int = connection.execute(text(_NOW[connection.dialect.name])).scalar_one()
    return now


class Desk:
    """What can be done in one transaction; the caller commits."""

    def __init__(
        self,
        connection: Connection,
        now_ms: int,
        specs: Mapping[str, AgentSpec],
        queues: Mapping[str, QueueSpec],
    ) -> None:
        self.connection, self.now_ms = connection, now_ms
        self._specs, self._queues = specs, queues

    # ------------------------------------------------------------ agents

    def agent(self, name: str) -> Agent:
        """Locked. Raises `KeyError` for one who is not known."""
        spec = self._specs[name]
        query = select(agents).where(agents.c.name == name).with_for_update()
        row = self.connection.execute(query).mappings().first()
        if row is None:
            raise KeyError(name)
        return agent_of(row, spec)

    def holder(self, name: str, token: int) -> Agent | None:
        """The agent of an offer, locked, as long as the offer counts."""
        query = select(agents).where(agents.c.name == name, agents.c.token == token)
        row = self.connection.execute(query.with_for_update()).mappings().first()
        return None if row is None else agent_of(row, self._specs.get(name) or _stranger(name))

    def lock(self, names: Sequence[str]) -> None:
        """Lock several agents before they are changed at once, in the order that all keep to."""
        query = select(agents.c.name).where(agents.c.name.in_(names)).order_by(agents.c.name)
        self.connection.execute(query.with_for_update())

    def put(self, before: Agent, after: Agent, *, by: str = SYSTEM) -> None:
        """Write what became of an agent, and note it down."""
        if after == before:
            return
        values = {**agent_row(after), "changed_ms": self.now_ms}
        if after.state not in HELD:
            values |= {"lease_ms": None, "node": ""}
        query = update(agents).where(agents.c.name == after.name).values(values)
        self.connection.execute(query)
        if (before.state, before.pause) != (after.state, after.pause):
            self.note(after.name, after.state, after.pause, by)

    def note(
        self, name: str, state: AgentState, pause: PauseReason | None = None, by: str = SYSTEM
    ) -> None:
        """One line of the agent's history."""
        values = {"agent": name, "time_ms": self.now_ms, "state": state.value, "by": by}
        pausing = pause.value if pause else None
        self.connection.execute(insert(agent_history).values(**values, pause=pausing))

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
        offers = queue_offers.c
        query = (
            select(offers.agent, offers.token)
            .where(offers.entry == entry, offers.outcome == "")
            .order_by(offers.agent)
        )
        return [(agent, token) for agent, token in self.connection.execute(query)]

    def write_offer(self, agent: str, token: int, **values: Any) -> None:
        """Change the row of an offer."""
        offers = queue_offers.c
        query = update(queue_offers).where(offers.agent == agent, offers.token == token)
        self.connection.execute(query.values(**values))

    def end_offer(self, agent: Agent, outcome: OfferOutcome, *, new_token: bool = False) -> None:
        """A phone rings no more, and the agent is free."""
        self.write_offer(agent.name, agent.token, ended_ms=self.now_ms, outcome=outcome.value)
        self.put(agent, self.freed(fenced(agent) if new_token else agent, outcome))

    # ------------------------------------------------------------ places

    def entry(self, entry: str) -> Row | None:
        """The row of a place, locked."""
        query = select(queue_entries).where(queue_entries.c.id == entry).with_for_update()
        return self.connection.execute(query).mappings().first()

    def seen(self, row: Row) -> Entry:
        """A place as the policy sees it."""
        offers = queue_offers.c
        query = select(queue_offers).where(offers.entry == row["id"], offers.outcome == "")
        return entry_of(row, self.connection.execute(query).mappings().all())

    def move(self, row: Row, event: EntryEvent, **values: Any) -> None:
        """One step of a place that `entry` gave. Raises `ValueError` where there is no such."""
        state = next_entry_state(EntryState(row["state"]), event)
        if state is EntryState.WAITING and row["callback"] and "callback" not in values:
            state, values["node"] = EntryState.CALLBACK, ""  # it waits on without a leg
        self.write_entry(row["id"], state=state.value, changed_ms=self.now_ms, **values)

    def write_entry(self, entry: str, **values: Any) -> None:
        """Change columns of a place."""
        query = update(queue_entries).where(queue_entries.c.id == entry).values(**values)
        self.connection.execute(query)

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
            self.move(row, EntryEvent.WRAPPED, outcome="served")


def fenced(agent: Agent) -> Agent:
    """With a token that no offer has: whoever holds the last one is too late from now on."""
    return replace(agent, token=agent.token + 1)


def _stranger(name: str) -> AgentSpec:
    """An agent who is configured no more, and still has an offer or a contact."""
    return AgentSpec(name, "", ())
