"""Offers: an agent and a place are claimed together, or not at all.

    claim ─▶ dialed ─▶ answered ─▶ held … ─▶ released ─▶ wrap-up ─▶ the place is closed
      │                    └─▶ unbridged ─▶ the place waits on
      └─▶ failed(outcome) ─▶ the place waits on, the agent rests

Every step carries the offer's token: one that the agent's row has left behind changes nothing, and
whoever asked for it hangs up. The node that holds an offer renews its lease.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, tuple_, update

from voicebot.core.queueing import AgentState, OfferOutcome
from voicebot.queueing import shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.router import Offer
from voicebot.queueing.snapshot import Entry
from voicebot.store.direct import Direct
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import HELD, RINGING, Desk
from voicebot.store.queue_steps import NEW_OFFER, OFFER_FIRST, OFFER_MORE, OFFER_OWN, RESERVE
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
        except Taken:
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
        values = {"_agent": agent, "_node": self.node, "_entry": entry.id, "_queue": entry.queue}
        values |= {"_state": state.value}
        times = {"now_ms": desk.now_ms, "until_ms": desk.now_ms + lease_ms}
        token: int | None = RESERVE.execute(desk.connection, values | times).scalar()
        if token is None:
            raise Taken
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
        self, desk: Desk, entry: Entry, agent: str, token: int, statement: Direct | None
    ) -> None:
        statement = OFFER_MORE if statement is None and entry.ringing else statement
        statement = OFFER_FIRST if statement is None else statement
        key = {"_entry": entry.id, "_node": self.node, "now_ms": desk.now_ms}
        if statement.execute(desk.connection, key).rowcount != 1:
            raise Taken
        values = {"agent": agent, "token": token, "entry": entry.id, "queue": entry.queue}
        values |= {"node": self.node, "offered_ms": desk.now_ms, "outcome": ""}
        NEW_OFFER.execute(desk.connection, values)
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


class Taken(Exception):
    """Somebody was quicker."""


def _by_agent(offer: Offer) -> str:
    return offer.agent.name
