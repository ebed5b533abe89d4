"""Nodes that died: their agents come free, their callers' places are kept.

Each node gives signs of life and looks after the others, all on the store's clock. A store that was
away lets nobody renew a lease: a node reaps only after it has itself been heard of for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from voicebot.core.call import CallId
from voicebot.core.queueing import EntryState, OfferOutcome
from voicebot.queueing import shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.entry_machine import EntryEvent
from voicebot.queueing.snapshot import Agent
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import HELD, RINGING, Desk, fenced
from voicebot.store.queue_tables import agents, nodes, queue_entries

DEAD_MS = 3_000
"""A node that was not heard of for so long is dead: it gives a sign of life every second."""

_LEGS = (EntryState.WAITING.value, EntryState.OFFERED.value)


@dataclass(frozen=True, slots=True)
class Reaped:
    """What was set free: worth an alarm."""

    agents: tuple[str, ...] = ()
    """Whose node did not renew its lease, or died."""
    entries: tuple[CallId, ...] = ()
    """Places whose caller's leg is gone; they are kept."""

    def __bool__(self) -> bool:
        return bool(self.agents or self.entries)


class Watch(QueueBase):
    """Life and death of nodes."""

    _beat_ms: int | None = None
    """Of this node's last sign of life."""
    _steady_since_ms = 0
    """This node has been heard of without a gap since then."""

    def start(self) -> Reaped:
        """Before this node takes calls: what its last run held is set free, and it lives."""
        self.enroll()
        with self._desk() as desk:
            held = self._held(desk, agents.c.node == self.node)
            left = self._left(desk, queue_entries.c.node == self.node)
        reaped = self._reap(held, left)
        self.beat()
        return reaped

    def beat(self, *, draining: bool = False) -> None:
        """A sign of life; every second."""
        with self._desk() as desk:
            now_ms = desk.now_ms
            values = {"beat_ms": now_ms, "draining": draining}
            known = update(nodes).where(nodes.c.node == self.node).values(values)
            if desk.connection.execute(known).rowcount != 1:
                desk.connection.execute(insert(nodes).values(node=self.node, **values))
        if self._beat_ms is None or now_ms - self._beat_ms >= DEAD_MS:
            self._steady_since_ms = now_ms
        self._beat_ms = now_ms

    def stop(self) -> None:
        """This node goes in order: whatever it still holds is taken for lost at once."""
        with self._desk() as desk:
            gone = update(nodes).where(nodes.c.node == self.node).values(beat_ms=0)
            desk.connection.execute(gone)

    def alive(self) -> tuple[str, ...]:
        """Nodes that were heard of lately, and take calls."""
        with self._desk() as desk:
            fresh = nodes.c.beat_ms > desk.now_ms - DEAD_MS
            query = select(nodes.c.node).where(fresh, ~nodes.c.draining).order_by(nodes.c.node)
            return tuple(desk.connection.execute(query).scalars())

    def lives(self, node: str) -> bool:
        """A node was heard of lately."""
        with self._reading() as connection:
            query = select(nodes.c.beat_ms).where(nodes.c.node == node)
            beat_ms = connection.execute(query).scalar()
            return beat_ms is not None and beat_ms > self._clock(connection) - DEAD_MS

    def has_company(self) -> bool:
        """Another node was heard of lately, draining or not."""
        with self._desk() as desk:
            others = nodes.c.node != self.node
            query = select(nodes.c.node).where(others, nodes.c.beat_ms > desk.now_ms - DEAD_MS)
            return desk.connection.execute(query.limit(1)).first() is not None

    def reap(self) -> Reaped:
        """Set free what dead nodes held, and offers whose lease ran out. Nothing before this node
        has been steady for `DEAD_MS`: others may not have had the time to say that they live."""
        with self._desk() as desk:
            if not self._is_steady(desk.now_ms):
                return Reaped()
            dead = select(nodes.c.node).where(nodes.c.beat_ms <= desk.now_ms - DEAD_MS)
            names = list(desk.connection.execute(dead).scalars())
            expired = agents.c.lease_ms < desk.now_ms
            held = self._held(desk, or_(expired, agents.c.node.in_(names)))
            left = self._left(desk, queue_entries.c.node.in_(names)) if names else []
        return self._reap(held, left)

    def _is_steady(self, now_ms: int) -> bool:
        heard = self._beat_ms is not None and now_ms - self._beat_ms < DEAD_MS
        return heard and now_ms - self._steady_since_ms >= DEAD_MS

    def _held(self, desk: Desk, which: ColumnElement[bool]) -> Sequence[tuple[str, int]]:
        states = agents.c.state.in_([state.value for state in HELD])
        query = select(agents.c.name, agents.c.token).where(and_(states, which))
        return [(n, t) for n, t in desk.connection.execute(query.order_by(agents.c.name))]

    def _left(self, desk: Desk, which: ColumnElement[bool]) -> Sequence[CallId]:
        table = queue_entries.c
        query = select(table.id).where(and_(table.state.in_(_LEGS), which)).order_by(table.id)
        return [CallId(entry) for entry in desk.connection.execute(query).scalars()]

    def _reap(self, held: Sequence[tuple[str, int]], left: Sequence[CallId]) -> Reaped:
        freed = tuple(name for name, token in held if self._free(name, token))
        return Reaped(freed, tuple(entry for entry in left if self._interrupt(entry)))

    def _free(self, name: str, token: int) -> bool:
        """The agent is free; whoever holds the old token is too late from now on."""
        with self._desk() as desk:
            agent = desk.holder(name, token)
            if agent is None or agent.state not in HELD or not self._is_lost(desk, name):
                return False
            if agent.state in RINGING:
                desk.end_offer(agent, OfferOutcome.LEASE_EXPIRED, new_token=True)
                desk.requeue(agent.call, tried=agent.name)
            else:
                self._end_contact(desk, agent)
            return True

    def _is_lost(self, desk: Desk, name: str) -> bool:
        """Still, now that the row is locked: its node may have said that it lives."""
        query = select(agents.c.lease_ms, agents.c.node).where(agents.c.name == name)
        lease_ms, node = desk.connection.execute(query).one()
        if lease_ms is None or lease_ms < desk.now_ms or node == self.node:
            return True
        beat = select(nodes.c.beat_ms).where(nodes.c.node == node)
        return (desk.connection.execute(beat).scalar() or 0) <= desk.now_ms - DEAD_MS

    def _end_contact(self, desk: Desk, agent: Agent) -> None:
        """Caller and agent lost each other with the node: the caller's place is kept."""
        ended = shift.move(agent, AgentEvent.ENDED)
        free = shift.settled(shift.wrapped(ended, desk.now_ms), desk.now_ms)
        desk.write_offer(agent.name, agent.token, ended_ms=desk.now_ms)
        desk.put(agent, replace(free, token=fenced(agent).token))
        row = desk.entry(agent.call)
        if row is not None and row["state"] == EntryState.BRIDGED and row["agent"] == agent.name:
            desk.move(row, EntryEvent.LOST, agent="")

    def _interrupt(self, entry: CallId) -> bool:
        with self._desk() as desk:
            row = desk.entry(entry)
            if row is None or row["state"] not in _LEGS or desk.live(entry):
                return False
            if row["callback"]:
                return False
            desk.move(row, EntryEvent.LOST)
            return True
