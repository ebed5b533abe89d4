"""Contacts: an agent answers, holds, is done. Each step carries the token of the offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from voicebot.core.queueing import AgentState, EntryState, OfferOutcome, QueueSpec, WrapUp
from voicebot.queueing import shift
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.entry_machine import EntryEvent
from voicebot.queueing.router import Offer
from voicebot.queueing.snapshot import Agent
from voicebot.store.direct import Direct
from voicebot.store.queue_desk import SERVED, TALKING, Desk
from voicebot.store.queue_offers import Offers, Taken
from voicebot.store.queue_rows import Row, agent_row
from voicebot.store.queue_steps import (
    AGENT_ANSWERS,
    AGENT_FREE,
    AGENT_WRAPS,
    OFFER_ANSWERED,
    OFFER_ENDS,
    OFFER_OWN,
    PLACE_ANSWERED,
    PLACE_SERVED,
    PLACE_WRAPS,
)


class Contacts(Offers):
    """From the answer to the beginning of wrap-up."""

    def answered(self, offer: Offer) -> bool:
        """The agent took the call. False where another one has it, or the offer counts no more:
        hang up, and report it as `failed` by `CALLER_GONE`."""
        try:
            with self._desk() as desk:
                return _answer(desk, offer) or _talks(desk, offer)
        except Taken:
            if self._batch is not None:
                raise
            return False

    def unbridged(self, offer: Offer, outcome: OfferOutcome) -> bool:
        """Answered, but gone before the caller was put through: the caller waits on, in place.
        False where the offer counts no more."""
        with self._desk() as desk:
            agent = desk.holder(offer.agent.name, offer.token)
            if agent is None or agent.state is not AgentState.BUSY:
                return False
            after = replace(shift.move(agent, AgentEvent.ENDED), calls=agent.calls - 1)
            after = desk.rested(shift.wrapped(after, desk.now_ms), agent, outcome)
            desk.put(agent, shift.settled(after, desk.now_ms))
            desk.write_offer(
                agent.name,
                agent.token,
                answered_ms=None,
                ended_ms=desk.now_ms,
                outcome=outcome.value,
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
        queue = self.queues.get(offer.queue) or QueueSpec(offer.queue)
        with self._desk() as desk:
            if queue.wrap_up is not WrapUp.NONE:
                return _wrap_up(desk, offer, queue)
            if not _free(desk, offer, queue):  # or with a wish, which comes true now
                if not _wrap_up(desk, offer, queue):
                    return False
                agent = desk.holder(offer.agent.name, offer.token)
                assert agent is not None
                desk.wrapped(agent, desk.now_ms)
            return True


def _answer(desk: Desk, offer: Offer) -> bool:
    """False where the agent's phone does not ring for the offer. Raises `Taken` where another
    one has the caller."""
    key = _key(desk, offer)
    if AGENT_ANSWERS.execute(desk.connection, key).rowcount != 1:
        return False
    if PLACE_ANSWERED.execute(desk.connection, key).rowcount != 1:
        raise Taken
    OFFER_ANSWERED.execute(desk.connection, key)
    desk.changed |= {f"a {offer.agent.name}", f"e {offer.call}"}
    return True


def _talks(desk: Desk, offer: Offer) -> bool:
    """It was told before, as the database was away."""
    agent = desk.holder(offer.agent.name, offer.token)
    row = desk.entry(offer.call)
    with_it = agent is not None and row is not None and _is_with(row, agent)
    return with_it and agent is not None and agent.state in TALKING


def _wrap_up(desk: Desk, offer: Offer, queue: QueueSpec) -> bool:
    """The contact is over. False where the agent does not talk, by this offer."""
    after = shift.ended(_talking(offer), queue, desk.now_ms)
    return _end(desk, offer, AGENT_WRAPS, after, PLACE_WRAPS)


def _free(desk: Desk, offer: Offer, queue: QueueSpec) -> bool:
    """The contact is over, and its wrap-up with it. False also where the agent has a wish."""
    after = shift.ended(_talking(offer), queue, desk.now_ms)
    after = shift.wrapped(after, desk.now_ms)
    return _end(desk, offer, AGENT_FREE, after, PLACE_SERVED, wrapped_ms=desk.now_ms)


def _end(
    desk: Desk,
    offer: Offer,
    agent: Direct,
    after: Agent,
    place: Direct,
    wrapped_ms: int | None = None,
) -> bool:
    values = {**_key(desk, offer), **agent_row(after)}
    if agent.execute(desk.connection, values).rowcount != 1:
        return False
    OFFER_ENDS.execute(desk.connection, {**values, "wrapped_ms": wrapped_ms})
    place.execute(desk.connection, {**values, "outcome": SERVED})
    desk.changed |= {f"a {offer.agent.name}", f"e {offer.call}"}
    return True


def _talking(offer: Offer) -> Agent:
    """The agent, as far as it matters to what the end of the contact changes."""
    return Agent(offer.agent, AgentState.BUSY, queue=offer.queue, call=offer.call)


def _key(desk: Desk, offer: Offer) -> dict[str, Any]:
    return {
        "_agent": offer.agent.name,
        "_token": offer.token,
        "_entry": offer.call,
        "now_ms": desk.now_ms,
    }


def _is_with(row: Row, agent: Agent) -> bool:
    return bool(row["state"] == EntryState.BRIDGED and row["agent"] == agent.name)
