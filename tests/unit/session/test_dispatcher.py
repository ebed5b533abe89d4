"""Offers reach the calls that wait, and one that cannot be taken costs nobody a place."""

from __future__ import annotations

import gc
import weakref

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.queueing.router import Offer, Router
from voicebot.session.dispatcher import Dispatcher

CALL = CallId("1")
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
BEN = AgentSpec("ben", "sip:ben@127.0.0.1", ("billing",))


def desk(*agents: AgentSpec) -> tuple[Router, Dispatcher]:
    router = Router([QueueSpec("billing")], agents)
    return router, Dispatcher(router, lambda: 0)


async def test_a_call_is_offered_as_soon_as_it_waits() -> None:
    router, dispatcher = desk(ANNA)
    taken: list[Offer] = []
    dispatcher.follow(CALL, taken.append)
    router.join(CALL, "billing", 0)
    dispatcher.changed()
    assert [offer.agent for offer in taken] == [ANNA]


async def test_an_offer_that_breaks_leaves_the_caller_in_place_and_goes_to_the_next() -> None:
    router, dispatcher = desk(ANNA, BEN)
    asked: list[AgentSpec] = []

    def take(offer: Offer) -> None:
        asked.append(offer.agent)
        if len(asked) == 1:
            raise RuntimeError("it cannot be dialed")

    dispatcher.follow(CALL, take)
    router.join(CALL, "billing", 0)
    dispatcher.changed()
    assert asked == [ANNA, BEN]
    assert router.entries[CALL].ringing == ("ben",)
    assert router.agents["anna"].state is AgentState.AVAILABLE


async def test_when_every_offer_breaks_the_caller_waits_on_and_nothing_turns_in_circles() -> None:
    router, dispatcher = desk(ANNA)
    asked: list[AgentSpec] = []

    def take(offer: Offer) -> None:
        asked.append(offer.agent)
        raise RuntimeError("it cannot be dialed")

    dispatcher.follow(CALL, take)
    router.join(CALL, "billing", 0)
    dispatcher.changed()
    assert asked == [ANNA]
    assert router.position(CALL) == 1


async def test_a_place_without_its_call_holds_no_agent() -> None:
    router, dispatcher = desk(ANNA)
    router.join(CALL, "billing", 0)
    dispatcher.changed()
    assert router.agents["anna"].state is AgentState.AVAILABLE
    assert CALL not in router.entries


async def test_a_call_sent_to_an_agent_is_kept_no_longer_than_it_rings() -> None:
    _, dispatcher = desk(ANNA)

    class Transfer:
        taken = False

        def take(self, _offer: Offer) -> None:
            Transfer.taken = True

    transfer = Transfer()
    kept = weakref.ref(transfer)
    assert dispatcher.offer_to("anna", "billing", CallId("1-1"), CALL, transfer.take) is not None
    del transfer
    gc.collect()
    assert Transfer.taken
    assert kept() is None
