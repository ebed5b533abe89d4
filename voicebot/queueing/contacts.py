"""Contacts: an agent answers, holds, is done, and wraps up."""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.queueing import AgentState, EntryState, OfferOutcome, WrapUp
from voicebot.queueing import shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.back_off import after_offer
from voicebot.queueing.board import TALKING
from voicebot.queueing.callers import Callers
from voicebot.queueing.entry_machine import EntryEvent, next_entry_state
from voicebot.queueing.sharing import Offer
from voicebot.queueing.snapshot import Agent

_ENDING = (AgentState.WRAP_UP, AgentState.PAUSED)
"""Agents' states that may end by themselves."""


class Contacts(Callers):
    """From the answer to the end of wrap-up."""

    def answered(self, offer: Offer, now_ms: int) -> bool:
        """The agent took the call. False where another one has it, or the offer counts no more:
        hang up, and report it as `failed` by `CALLER_GONE`."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or entry is None or entry.state is not EntryState.OFFERED:
            return False
        if agent.state is AgentState.RESERVED:
            agent = shift.move(agent, AgentEvent.DIALED)
        agent = shift.move(agent, AgentEvent.ANSWERED)
        self.agents[agent.name] = replace(agent, calls=agent.calls + 1, rna=0, unreachable=0)
        self._answered_ms[agent.name] = now_ms
        ringing = tuple(name for name in entry.ringing if name != agent.name)
        state = next_entry_state(entry.state, EntryEvent.ANSWERED)
        self.entries[offer.call] = replace(entry, state=state, agent=agent.name, ringing=ringing)
        self.share.answered(offer)
        return True

    def unbridged(self, offer: Offer, outcome: OfferOutcome, now_ms: int) -> None:
        """Answered, but gone before the caller was put through: the caller waits on, in place."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or agent.state is not AgentState.BUSY:
            return
        spec = self.queues[offer.queue]
        agent = replace(shift.move(agent, AgentEvent.ENDED), calls=agent.calls - 1)
        agent = shift.wrapped(agent, now_ms)
        rested = after_offer(agent, outcome, spec, now_ms)
        self.agents[agent.name] = shift.settled(rested, now_ms)
        self._answered_ms.pop(agent.name, None)
        mine = entry is not None and entry.agent == agent.name
        if entry is not None and mine and entry.state is EntryState.BRIDGED:
            state = next_entry_state(entry.state, EntryEvent.REQUEUED)
            if entry.ringing:
                state = next_entry_state(state, EntryEvent.OFFERED)
            tried = (*entry.tried, agent.name)
            self.entries[offer.call] = replace(entry, state=state, agent="", tried=tried)
        self.share.unbridged(offer, outcome)

    def held(self, offer: Offer, *, on: bool) -> None:
        """The agent put the caller on hold, or took the caller back."""
        agent = self._of(offer)
        if agent is not None and agent.state in TALKING:
            wanted = AgentState.HOLD if on else AgentState.BUSY
            if agent.state is not wanted:
                event = AgentEvent.HELD if on else AgentEvent.RETRIEVED
                self.agents[agent.name] = shift.move(agent, event)
                self.share.held(offer, on=on)

    def released(self, offer: Offer, now_ms: int) -> int:
        """The agent's part in the call is over; wrap-up begins: how long it is to last, in ms. An
        old offer does nothing."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or agent.state not in TALKING:
            return 0
        if entry is not None and entry.agent == agent.name:
            state = next_entry_state(entry.state, EntryEvent.HUNG_UP)
            self.entries[offer.call] = replace(entry, state=state)
        spec = self.queues[offer.queue]
        self.agents[agent.name] = agent = shift.ended(agent, spec, now_ms)
        self.share.released(offer, now_ms)
        if spec.wrap_up is WrapUp.NONE:
            self._wrapped(agent, now_ms)
            return 0
        return (agent.wraps_until_ms or now_ms) - now_ms

    def tick(self, now_ms: int) -> None:
        """What ends by itself ends: wrap-up, and pauses that have a time."""
        for name, agent in self.agents.items():
            if agent.state not in _ENDING:
                continue
            if shift.wrap_up_is_over(agent, now_ms):
                self._wrapped(agent, agent.wraps_until_ms or now_ms)
                self.share.ticked(agent, now_ms)
            elif shift.pause_is_over(agent, now_ms):
                self.agents[name] = shift.resumed(agent, now_ms)
                self.share.ticked(agent, now_ms)

    def _wrapped(self, agent: Agent, now_ms: int) -> None:
        entry = self.entries.get(agent.call)
        if entry is not None and entry.state is EntryState.WRAPPING:
            next_entry_state(entry.state, EntryEvent.WRAPPED)
            self._forget(agent.call)
        began_ms = self._answered_ms.pop(agent.name, None)
        if began_ms is not None:
            self._contacts[agent.queue].append(now_ms - began_ms)
        self.agents[agent.name] = shift.settled(shift.wrapped(agent, now_ms), now_ms)
