"""Offers: made, dialed, and come to nothing. Nobody loses a place by one."""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentState, EntryState, OfferOutcome
from voicebot.queueing import policy, shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.back_off import after_offer
from voicebot.queueing.board import RINGING
from voicebot.queueing.contacts import Contacts
from voicebot.queueing.entry_machine import EntryEvent, next_entry_state
from voicebot.queueing.sharing import Offer
from voicebot.queueing.snapshot import Agent, Entry, Snapshot
from voicebot.queueing.timers import due_ms

SETTLES_MS = 100
"""An agent whom somebody else has is not asked for again for so long."""
_NOT_TRIED = (OfferOutcome.CALLER_GONE, OfferOutcome.LEASE_EXPIRED)


class Offering(Contacts):
    """Who is rung for whom."""

    def dispatch(self, now_ms: int) -> tuple[Offer, ...]:
        """The offers to be made now; each reserves its agent. They are to be dialed at once."""
        self.tick(now_ms)
        if not any(agent.may_ring(now_ms) for agent in self.agents.values()):
            return ()
        now = self.snapshot(now_ms)
        picks = policy.decide(now)
        self._keep_steps(now)
        # Those of other nodes are made there: the agent is theirs, not to be given to anybody here.
        mine = (pick for pick in picks if self._is_mine(self.entries[pick.entry]))
        return tuple(self._claim(pick.entry, pick.agent, now_ms) for pick in mine)

    def _is_mine(self, entry: Entry) -> bool:
        return entry.node == self.share.node and entry.state is not EntryState.CALLBACK

    def callbacks_due(self, now_ms: int) -> tuple[CallId, ...]:
        """Callbacks whose turn it is, as an agent is free who would have the caller."""
        picks = policy.decide(self._snapshot(now_ms, tuple(self.entries.values())))
        places = dict.fromkeys(pick.entry for pick in picks)
        due = (p for p in places if self.entries[p].state is EntryState.CALLBACK)
        return tuple(place for place in due if place not in self.calling_back)

    def due_ms(self, now_ms: int) -> int | None:
        """When `dispatch` may have something new though nothing happens until then."""
        return due_ms(self.agents.values(), now_ms, lambda: self.snapshot(now_ms))

    def _keep_steps(self, now: Snapshot) -> None:
        """Steps that were looked at; they never go back."""
        for call, step in now.steps.items():
            entry = self.entries[call]
            if step != entry.step:
                self.entries[call] = replace(entry, step=step)

    def claim_directly(
        self, place: CallId, name: str, queue: str, now_ms: int, *, call: CallId
    ) -> Offer | None:
        """A place of its own for a caller who is sent to one agent, whatever the queues say, and
        that agent reserved; None where the agent is not free, or not known."""
        if not self._may_ring(name, now_ms):
            return None
        self.join(place, queue, now_ms, call=call)
        return self._claim(place, name, now_ms)

    def claim_for(self, place: CallId, name: str, now_ms: int) -> Offer | None:
        """One agent reserved for a caller who waits, whatever the queues say; None where the agent
        is not free, or not known, or nobody waits there."""
        entry = self.entries.get(place)
        waits = entry is not None and entry.state in (EntryState.WAITING, EntryState.OFFERED)
        if not waits or not self._may_ring(name, now_ms):
            return None
        return self._claim(place, name, now_ms)

    def _may_ring(self, name: str, now_ms: int) -> bool:
        agent = self.agents.get(name)
        return agent is not None and agent.may_ring(now_ms)

    def _claim(self, call: CallId, name: str, now_ms: int) -> Offer:
        entry, agent = self.entries[call], self.agents[name]
        agent = shift.move(agent, AgentEvent.CLAIMED)
        agent = replace(
            agent, token=agent.token + 1, offered_ms=now_ms, queue=entry.queue, call=call
        )
        self.agents[name] = agent
        self.entries[call] = replace(
            entry,
            state=next_entry_state(entry.state, EntryEvent.OFFERED),
            ringing=(*entry.ringing, name),
            offered_ms=entry.offered_ms if entry.ringing else now_ms,
        )
        return Offer(call, entry.queue, agent.spec, agent.token)

    def counts(self, offer: Offer) -> bool:
        """The offer is under way, or its contact is."""
        agent = self._of(offer)
        return agent is not None and agent.call == offer.call

    def dialed(self, offer: Offer) -> bool:
        """The INVITE is out. False where the offer counts no more: hang up."""
        agent = self._of(offer)
        if agent is None:
            return False
        if agent.state is AgentState.RESERVED:
            self.agents[agent.name] = shift.move(agent, AgentEvent.DIALED)
            self.share.dialed(offer)
        return True

    def failed(self, offer: Offer, outcome: OfferOutcome, now_ms: int) -> None:
        """The offer came to nothing: the caller waits on, in place. An old offer does nothing."""
        agent = self._of(offer)
        if agent is None or agent.state not in RINGING:
            return
        self._freed(offer, agent, outcome, now_ms)
        self.share.failed(offer, outcome)

    def withdrawn(self, offer: Offer, now_ms: int) -> bool:
        """The offer never counted, or counts no more, as somebody else has the agent or the place:
        the caller waits on. False where it has come further than that, or ended."""
        agent = self._of(offer)
        if agent is None or agent.state not in RINGING:
            return False
        self._freed(offer, agent, OfferOutcome.LEASE_EXPIRED, now_ms)
        free = self.agents[agent.name]
        # What is really so will be learned soon; till then the agent is not asked for again.
        rests_ms = now_ms + SETTLES_MS
        self.agents[agent.name] = replace(free, token=free.token + 1, rests_until_ms=rests_ms)
        return True

    def _freed(self, offer: Offer, agent: Agent, outcome: OfferOutcome, now_ms: int) -> None:
        rested = after_offer(agent, outcome, self.queues[offer.queue], now_ms)
        self.agents[agent.name] = shift.freed(rested, now_ms)
        self._requeue(offer, outcome)

    def _requeue(self, offer: Offer, outcome: OfferOutcome) -> None:
        entry, name = self.entries.get(offer.call), offer.agent.name
        if entry is None or name not in entry.ringing:
            return
        ringing = tuple(other for other in entry.ringing if other != name)
        tried = entry.tried if outcome in _NOT_TRIED else (*entry.tried, name)
        state = entry.state
        if state is EntryState.OFFERED and not ringing:
            state = next_entry_state(state, EntryEvent.REQUEUED)
        self.entries[offer.call] = replace(entry, state=state, ringing=ringing, tried=tried)
