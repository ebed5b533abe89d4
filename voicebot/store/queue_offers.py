"""Offers: an agent and a place are claimed together, or not at all.

    claim ─▶ dialed ─▶ answered ─▶ held … ─▶ released ─▶ wrap-up ─▶ the place is closed
      │                    └─▶ unbridged ─▶ the place waits on
      └─▶ failed(outcome) ─▶ the place waits on, the agent rests

Every step carries the offer's token: one that the agent's row has left behind changes nothing, and
whoever asked for it hangs up. The node that holds an offer renews its lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Update, select, tuple_, update

from voicebot.core.queueing import AgentState, EntryState, OfferOutcome, WrapUp
from voicebot.queueing import shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.entry_machine import EntryEvent
from voicebot.queueing.router import Offer
from voicebot.queueing.snapshot import Agent, Entry
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import HELD, RINGING, SERVED, TALKING, Desk
from voicebot.store.queue_rows import Row
from voicebot.store.queue_sql import NEW_OFFER, OFFER_FIRST, OFFER_MORE, OFFER_OWN, RESERVE
from voicebot.store.queue_tables import agents, queue_offers


class Offers(QueueBase):
    """What the node that holds a caller's leg does."""

    def claim(self, entry: Entry, agent: str, *, lease_ms: int, own: bool = False) -> Offer | None:
        """Reserve an agent for a place, as it was seen: one more phone for one that is offered
        already, the first for one that waits. None where either is taken meanwhile, or the caller
        is another node's. Dial only when this has returned. `own`: whoever asks decides alone how
        many phones ring for the place, and dials at once: no further word of that is needed."""
        spec = self.agents[agent]
        try:
            with self._desk() as desk:
                state = AgentState.RINGING if own else AgentState.RESERVED
                token = self._reserve(desk, entry, agent, lease_ms, state)
                self._offer(desk, entry, agent, token, OFFER_OWN if own else None)
        except _Taken:
            if self._batch is not None:
                raise  # what was reserved is to be undone, and with it all that is done together
            return None
        return Offer(entry.id, entry.queue, spec, token)

    def _reserve(
        self,
        desk: Desk,
        entry: Entry,
        agent: str,
        lease_ms: int,
        state: AgentState = AgentState.RESERVED,
    ) -> int:
        values = {"_name": agent, "_node": self.node, "_entry": entry.id, "_queue": entry.queue}
        values |= {"_state": state.value}
        times = {"now_ms": desk.now_ms, "until_ms": desk.now_ms + lease_ms}
        token: int | None = desk.connection.execute(RESERVE, values | times).scalar()
        if token is None:
            raise _Taken
        return token

    def claimed(self, entry: Entry, agent: str) -> Offer | None:
        """The offer that this node has claimed already: whether it was is not known where the
        database went away while it was told."""
        with self._desk() as desk:
            found = desk.agent(agent)
            holds = found.state in RINGING and found.call == entry.id
            mine = dict(desk.live(entry.id)).get(agent) == found.token
            row = desk.entry(entry.id)
            if not (holds and mine and row is not None and row["node"] == self.node):
                return None
            return Offer(entry.id, entry.queue, found.spec, found.token)

    def _offer(
        self, desk: Desk, entry: Entry, agent: str, token: int, statement: Update | None
    ) -> None:
        statement = OFFER_MORE if statement is None and entry.ringing else statement
        statement = OFFER_FIRST if statement is None else statement
        key = {"_id": entry.id, "_node": self.node, "now_ms": desk.now_ms}
        if desk.connection.execute(statement, key).rowcount != 1:
            raise _Taken
        values = {"agent": agent, "token": token, "entry": entry.id, "queue": entry.queue}
        values |= {"node": self.node, "offered_ms": desk.now_ms, "outcome": ""}
        desk.connection.execute(NEW_OFFER, values)
        desk.changed |= {f"a {agent}", f"e {entry.id}"}

    def renew(self, offers: Sequence[Offer], *, lease_ms: int) -> tuple[Offer, ...]:
        """This node lives, and holds these offers and contacts. Gives back those that count no
        more: their legs are to be hung up."""
        if not offers:
            return ()
        table = agents.c
        held = [(offer.agent.name, offer.token) for offer in sorted(offers, key=_by_agent)]
        with self._several, self._desk() as desk:
            desk.lock([name for name, _ in held])
            query = (
                update(agents)
                .where(tuple_(table.name, table.token).in_(held))
                .where(table.state.in_([state.value for state in HELD]))
                .values(lease_ms=desk.now_ms + lease_ms)
                .returning(table.name, table.token)
            )
            renewed = {(name, token) for name, token in desk.connection.execute(query)}
        return tuple(o for o in offers if (o.agent.name, o.token) not in renewed)

    def dialed(self, offer: Offer) -> bool:
        """The INVITE is out. False where the offer counts no more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state not in RINGING:
                return False
            if agent.state is AgentState.RESERVED:
                desk.put(agent, shift.move(agent, AgentEvent.DIALED))
            return True

    def answered(self, offer: Offer) -> bool:
        """The agent took the call. False where another one has it, or the offer counts no more:
        hang up, and report it as `failed` by `CALLER_GONE`."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            row = desk.entry(offer.call)
            if agent is None or row is None:
                return False
            if agent.state in TALKING and _is_with(row, agent):
                return True  # told twice, as the database was away
            if agent.state not in RINGING:
                return False
            if row["state"] != EntryState.OFFERED:
                return False
            dialed = agent
            if agent.state is AgentState.RESERVED:
                dialed = shift.move(agent, AgentEvent.DIALED)
            talking = shift.move(dialed, AgentEvent.ANSWERED)
            desk.put(agent, replace(talking, calls=agent.calls + 1, rna=0, unreachable=0))
            desk.move(row, EntryEvent.ANSWERED, agent=agent.name)
            outcome = OfferOutcome.ANSWERED.value
            desk.write_offer(agent.name, agent.token, answered_ms=desk.now_ms, outcome=outcome)
            return True

    def failed(self, offer: Offer, outcome: OfferOutcome) -> bool:
        """The phone rings no more: the agent rests as the outcome asks for, and the caller waits
        on, in place, unless other phones ring. False where the offer counts no more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state not in RINGING:
                return False
            desk.end_offer(agent, outcome)
            gone = outcome is OfferOutcome.CALLER_GONE
            desk.requeue(offer.call, tried="" if gone else agent.name)
            return True

    def unbridged(self, offer: Offer) -> bool:
        """Answered, but gone before the caller was put through: the caller waits on, in place.
        False where the offer counts no more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state is not AgentState.BUSY:
                return False
            after = replace(shift.move(agent, AgentEvent.ENDED), calls=agent.calls - 1)
            after = desk.rested(shift.wrapped(after, desk.now_ms), agent, OfferOutcome.UNREACHABLE)
            desk.put(agent, shift.settled(after, desk.now_ms))
            desk.write_offer(
                agent.name,
                agent.token,
                answered_ms=None,
                ended_ms=desk.now_ms,
                outcome=OfferOutcome.UNREACHABLE.value,
            )
            row = desk.entry(offer.call)
            if row is not None and _is_with(row, agent):
                desk.move(row, EntryEvent.REQUEUED, agent="", tried=[*row["tried"], agent.name])
                if desk.live(offer.call) and (waiting := desk.entry(offer.call)) is not None:
                    desk.move(waiting, EntryEvent.OFFERED)  # other phones ring still
            return True

    def talks_still(self, offer: Offer, *, lease_ms: int) -> Offer | None:
        """An agent who was taken for lost talks to the caller all the time: a new offer for the
        rest of the contact. None where the agent has another one."""
        with self._desk() as desk:
            agent = desk.agent(offer.agent.name)
            row = desk.entry(offer.call)
            lost = (EntryState.INTERRUPTED, EntryState.CALLBACK)
            if agent.state is not AgentState.AVAILABLE or row is None or row["state"] not in lost:
                return None
            desk.move(row, EntryEvent.ADOPTED, node=self.node, callback=False)
            token = self._reserve(desk, desk.seen(row), agent.name, lease_ms)
            self._offer(desk, desk.seen(row), agent.name, token, OFFER_OWN)
        again = replace(offer, token=token)
        return again if self.answered(again) else None

    def held(self, offer: Offer, *, on: bool) -> bool:
        """The agent put the caller on hold, or took the caller back. False where the offer counts
        no more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state not in TALKING:
                return False
            if (agent.state is AgentState.HOLD) is not on:
                event = AgentEvent.HELD if on else AgentEvent.RETRIEVED
                desk.put(agent, shift.move(agent, event))
            return True

    def released(self, offer: Offer) -> bool:
        """The agent's part in the call is over: wrap-up begins. False where the offer counts no
        more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state not in TALKING:
                return False
            wraps = desk.queue_of(agent).wrap_up is not WrapUp.NONE
            after = shift.ended(agent, desk.queue_of(agent), desk.now_ms)
            times = {"ended_ms": desk.now_ms}
            if not wraps:
                after = shift.settled(shift.wrapped(after, desk.now_ms), desk.now_ms)
                times["wrapped_ms"] = desk.now_ms
            desk.put(agent, after)
            desk.write_offer(agent.name, agent.token, **times)
            row = desk.entry(offer.call)
            if row is not None and _is_with(row, agent):
                events = (
                    (EntryEvent.HUNG_UP,) if wraps else (EntryEvent.HUNG_UP, EntryEvent.WRAPPED)
                )
                desk.move(row, *events, callback=False, outcome="" if wraps else SERVED)
            return True

    def contacts_ms(self, queue: str, *, limit: int) -> tuple[int, ...]:
        """Talk, hold and wrap-up of a queue's latest contacts, the latest first."""
        table = queue_offers.c
        query = (
            select(table.wrapped_ms - table.answered_ms)
            .where(table.queue == queue, table.wrapped_ms.is_not(None))
            .order_by(table.wrapped_ms.desc())
            .limit(limit)
        )
        with self._desk() as desk:
            return tuple(desk.connection.execute(query).scalars())


class _Taken(Exception):
    """Somebody was quicker."""


def _is_with(row: Row, agent: Agent) -> bool:
    return bool(row["state"] == EntryState.BRIDGED and row["agent"] == agent.name)


def _by_agent(offer: Offer) -> str:
    return offer.agent.name
