"""Places, offers and agents in the database, on either kind of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from queue_house import LEASE_MS, House, claimed, opened_house, place, seen, state

from voicebot.core.afterwards import CallbackRequest, CallbackState
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentState, EntryState, OfferOutcome, PauseReason, Place
from voicebot.queueing import policy
from voicebot.queueing.router import Offer
from voicebot.store.callbacks import CallbackStore
from voicebot.store.opening import open_calls
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

ONE, TWO = CallId("one"), CallId("two")


@pytest.fixture
def house(url: str, settings: StoreSettings) -> Iterator[House]:
    made = opened_house(url, settings)
    yield made
    made.engine.dispose()


@pytest.fixture
def node(house: House) -> QueueStore:
    return house.node()


@pytest.fixture
def offer(node: QueueStore) -> Offer:
    """Ann's phone rings for the first caller."""
    node.join(place("one"))
    offer = claimed(node, ONE, "ann")
    assert node.dialed(offer)
    return offer


# ---------------------------------------------------------------- places


def test_to_join_twice_is_to_join_once(house: House, node: QueueStore) -> None:
    first = node.join(place("one"))
    house.later(5_000)
    assert node.join(place("one")) == first
    assert len(house.rows("SELECT * FROM queue_entries")) == 1


def test_places_are_in_the_order_of_joining(node: QueueStore) -> None:
    for name in ("zoe", "amy", "max"):
        node.join(place(name))
    assert [entry.id for entry in policy.in_order(node.snapshot())] == ["zoe", "amy", "max"]


def test_what_a_supervisor_and_a_step_change(node: QueueStore) -> None:
    node.join(place("one"))
    assert node.reprioritize(ONE, priority=2, age_ms=500)
    assert node.reprioritize(ONE, priority=2, age_ms=1000)
    node.keep_steps({ONE: 2})
    node.keep_steps({ONE: 1})
    entry = seen(node, ONE)
    assert (entry.priority, entry.artificial_age_ms, entry.step) == (2, 1_000, 2)
    assert not node.reprioritize(TWO, priority=1, age_ms=0)


def test_places_that_were_closed_are_forgotten_in_time(house: House, node: QueueStore) -> None:
    node.join(place("one"))
    node.join(place("two"))
    assert node.leave(ONE, "left")
    house.later(10_000)
    assert node.forget(older_ms=20_000) == 0
    assert node.forget(older_ms=5_000) == 1
    assert [row["id"] for row in house.rows("SELECT id FROM queue_entries")] == ["two"]
    node.start()  # the second caller is cut off, and does not ring again
    assert state(node, TWO) is EntryState.INTERRUPTED
    house.later(10_000)
    assert (node.forget(older_ms=20_000), node.forget(older_ms=5_000)) == (0, 1)


# ---------------------------------------------------------------- claims


def test_a_claim_takes_both_or_neither(house: House, node: QueueStore) -> None:
    node.join(place("one"))
    node.join(place("two"))
    waiting = seen(node, ONE)
    offer = claimed(node, ONE, "ann")
    assert offer.token == 1
    assert node.claim(seen(node, TWO), "ann", lease_ms=LEASE_MS) is None
    assert state(node, TWO) is EntryState.WAITING
    assert node.claim(waiting, "bob", lease_ms=LEASE_MS) is None, "it was seen before the offer"
    assert node.agent("bob").state is AgentState.AVAILABLE
    assert node.agent("bob").token == 0
    [row] = house.rows("SELECT agent, token, outcome FROM queue_offers")
    assert row == {"agent": "ann", "token": 1, "outcome": ""}


def test_another_node_does_not_claim_for_a_leg_that_it_has_not(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    here.join(place("one"))
    assert there.claim(seen(there, ONE), "ann", lease_ms=LEASE_MS) is None
    assert claimed(here, ONE, "ann").agent.name == "ann"


def test_the_policy_decides_over_what_the_store_shows(node: QueueStore) -> None:
    for name in ("one", "two"):
        node.join(place(name))
    picks = policy.decide(node.snapshot())
    assert [pick.entry for pick in picks] == [ONE, TWO]
    for pick in picks:
        claimed(node, pick.entry, pick.agent)
    assert policy.decide(node.snapshot()) == ()


# ---------------------------------------------------------------- outcomes: the table


@pytest.mark.parametrize(
    ("outcome", "rest_ms", "rna", "tried"),
    [
        (OfferOutcome.NO_ANSWER, 5_000, 1, ("ann",)),
        (OfferOutcome.BUSY, 60_000, 0, ("ann",)),
        (OfferOutcome.REJECTED, 10_000, 0, ("ann",)),
        (OfferOutcome.UNREACHABLE, 5_000, 0, ("ann",)),
        (OfferOutcome.CALLER_GONE, 0, 0, ()),
    ],
)
def test_an_offer_that_comes_to_nothing(
    house: House,
    node: QueueStore,
    offer: Offer,
    outcome: OfferOutcome,
    rest_ms: int,
    rna: int,
    tried: tuple[str, ...],
) -> None:
    joined_ms = seen(node, ONE).joined_ms
    house.later(3_000)
    assert node.failed(offer, outcome)
    entry, agent = seen(node, ONE), node.agent("ann")
    assert (entry.state, entry.joined_ms, entry.tried) == (EntryState.WAITING, joined_ms, tried)
    assert (agent.state, agent.rna) == (AgentState.AVAILABLE, rna)
    assert agent.rests_until_ms == house.clock.now_ms + rest_ms
    if rest_ms:
        assert node.claim(entry, "ann", lease_ms=LEASE_MS) is None, "rests"
        house.later(rest_ms)
    assert claimed(node, ONE, "ann").token == 2
    assert not node.failed(offer, outcome), "the token is old"
    assert node.agent("ann").state is AgentState.RESERVED


def test_a_call_that_is_served(house: House, node: QueueStore, offer: Offer) -> None:
    assert node.answered(offer)
    assert node.answered(offer), "told twice, it is the same"
    assert (state(node, ONE), seen(node, ONE).agent) == (EntryState.BRIDGED, "ann")
    assert node.held(offer, on=True)
    assert node.agent("ann").state is AgentState.HOLD
    assert node.held(offer, on=False)
    house.later(30_000)
    assert node.released(offer)
    assert not node.released(offer)
    agent = node.agent("ann")
    assert (agent.state, agent.calls) == (AgentState.WRAP_UP, 1)
    assert state(node, ONE) is EntryState.WRAPPING
    house.later(4_999)
    assert node.tick() == ()
    house.later(1)
    assert node.tick() == ("ann",)
    assert node.agent("ann").state is AgentState.AVAILABLE
    assert node.agent("ann").idle_since_ms == house.clock.now_ms
    assert state(node, ONE) is EntryState.CLOSED
    assert node.contacts_ms("service", limit=10) == (35_000,)


def test_an_agent_ends_wrap_up_or_needs_longer(
    house: House, node: QueueStore, offer: Offer
) -> None:
    assert not node.end_wrap_up("ann", by="ann")
    assert node.answered(offer)
    assert node.released(offer)
    assert node.extend_wrap_up("ann", 10_000)
    house.later(14_000)
    assert node.tick() == ()
    assert node.end_wrap_up("ann", by="ann")
    assert state(node, ONE) is EntryState.CLOSED


def test_reports_know_how_long_wrap_up_was(
    house: House, node: QueueStore, offer: Offer, url: str
) -> None:
    assert node.answered(offer)
    house.later(60_000, "one")
    assert node.released(offer)
    ended = datetime.fromtimestamp(house.clock.now_ms / 1000, UTC)
    calls = open_calls(url)
    assert calls.wrap_ups(ended, ended) == {}, "it lasts"
    house.later(2_500, "one")
    assert node.end_wrap_up("ann", by="ann")
    assert calls.wrap_ups(ended, ended) == {(ONE, "ann"): (2_500,)}
    assert calls.wrap_ups(ended + timedelta(seconds=1), ended + timedelta(seconds=9)) == {}
    calls.close()


def test_without_wrap_up_the_agent_is_free_at_once(node: QueueStore) -> None:
    node.join(place("one", "cards"))
    offer = claimed(node, ONE, "cyd")
    assert node.answered(offer)
    assert node.released(offer)
    assert node.agent("cyd").state is AgentState.AVAILABLE
    assert state(node, ONE) is EntryState.CLOSED


def test_an_agent_who_is_gone_before_the_bridge(node: QueueStore, offer: Offer) -> None:
    assert node.answered(offer)
    assert node.unbridged(offer, OfferOutcome.REJECTED)
    entry, agent = seen(node, ONE), node.agent("ann")
    assert (entry.state, entry.agent, entry.tried) == (EntryState.WAITING, "", ("ann",))
    assert (agent.state, agent.calls) == (AgentState.AVAILABLE, 0)
    assert node.contacts_ms("service", limit=10) == ()


def test_too_many_unanswered_offers_are_a_pause(house: House, node: QueueStore) -> None:
    node.join(place("one"))
    for _ in range(3):
        assert node.failed(claimed(node, ONE, "ann"), OfferOutcome.NO_ANSWER)
        house.later(6_000)
    agent = node.agent("ann")
    assert (agent.state, agent.pause) == (AgentState.PAUSED, PauseReason.RNA)
    house.later(60_000)
    assert node.tick() == ("ann",)
    assert node.agent("ann").state is AgentState.AVAILABLE


def test_who_leaves_while_a_phone_rings_frees_the_agent_at_once(
    node: QueueStore, offer: Offer
) -> None:
    assert node.leave(ONE, "abandoned")
    agent = node.agent("ann")
    assert (agent.state, agent.rests_until_ms) == (AgentState.AVAILABLE, node.now_ms())
    assert state(node, ONE) is EntryState.CLOSED
    assert not node.answered(offer)
    assert not node.leave(ONE, "abandoned")


def test_who_talks_to_an_agent_does_not_leave(node: QueueStore, offer: Offer) -> None:
    assert node.answered(offer)
    assert not node.leave(ONE, "abandoned")
    assert state(node, ONE) is EntryState.BRIDGED


# ---------------------------------------------------------------- several phones


def test_the_first_answer_wins(node: QueueStore) -> None:
    node.join(place("one", "cards"))
    offers = [claimed(node, ONE, name) for name in ("bob", "cyd", "dee")]
    assert seen(node, ONE).ringing == ("bob", "cyd", "dee")
    assert node.failed(offers[2], OfferOutcome.BUSY)
    assert state(node, ONE) is EntryState.OFFERED
    assert node.answered(offers[1])
    assert not node.answered(offers[0])
    assert node.failed(offers[0], OfferOutcome.CALLER_GONE)
    assert (state(node, ONE), seen(node, ONE).agent) == (EntryState.BRIDGED, "cyd")
    assert node.agent("bob").state is AgentState.AVAILABLE


def test_all_phones_stop_when_the_caller_leaves(node: QueueStore) -> None:
    node.join(place("one", "cards"))
    for name in ("bob", "cyd", "dee"):
        claimed(node, ONE, name)
    assert node.leave(ONE, "abandoned")
    assert {node.agent(name).state for name in ("bob", "cyd", "dee")} == {AgentState.AVAILABLE}


def test_one_who_is_gone_leaves_the_other_phones_ringing(node: QueueStore) -> None:
    node.join(place("one", "cards"))
    first, second = claimed(node, ONE, "bob"), claimed(node, ONE, "cyd")
    assert node.answered(first)
    assert node.unbridged(first, OfferOutcome.REJECTED)
    assert state(node, ONE) is EntryState.OFFERED
    assert node.answered(second)


# ---------------------------------------------------------------- agents


def test_pause_resume_and_log_out_are_noted_with_who_wanted_them(
    house: House, node: QueueStore
) -> None:
    node.pause("ann", PauseReason.LUNCH, by="ann")
    node.join(place("one"))
    assert node.claim(seen(node, ONE), "ann", lease_ms=LEASE_MS) is None
    house.later(1_000)
    node.resume("ann", by="boss")
    node.log_out("ann", by="ann")
    node.log_in("ann", by="ann")
    lines = [(line.state, line.pause, line.by) for line in node.history("ann")]
    assert lines == [
        (AgentState.AVAILABLE, None, "system"),
        (AgentState.PAUSED, PauseReason.LUNCH, "ann"),
        (AgentState.AVAILABLE, None, "boss"),
        (AgentState.OFFLINE, None, "ann"),
        (AgentState.AVAILABLE, None, "ann"),
    ]
    assert len(node.history("ann", since_ms=house.clock.now_ms)) == 3


def test_a_pause_of_the_system_s_is_lifted_and_none_of_the_agent_s(node: QueueStore) -> None:
    node.pause("ann", PauseReason.DEVICE, by="system")
    assert node.lift("ann", PauseReason.LAGGED).state is AgentState.PAUSED
    assert node.lift("ann", PauseReason.DEVICE).state is AgentState.AVAILABLE
    node.pause("ann", PauseReason.LUNCH, by="ann")
    assert node.lift("ann", PauseReason.DEVICE).pause is PauseReason.LUNCH
    noted = [(line.state, line.pause, line.by) for line in node.history("ann")][1:]
    assert noted == [
        (AgentState.PAUSED, PauseReason.DEVICE, "system"),
        (AgentState.AVAILABLE, None, "system"),
        (AgentState.PAUSED, PauseReason.LUNCH, "ann"),
    ]


@pytest.mark.parametrize("wish", ["pause", "log_out"])
def test_a_wish_during_a_call_comes_true_after_it(
    node: QueueStore, offer: Offer, wish: str
) -> None:
    assert node.answered(offer)
    if wish == "pause":
        node.pause("ann", PauseReason.BREAK, by="ann")
    else:
        node.log_out("ann", by="ann")
    assert node.agent("ann").state is AgentState.BUSY
    assert node.released(offer)
    assert node.agent("ann").state is AgentState.WRAP_UP
    assert node.end_wrap_up("ann", by="ann")
    wanted = AgentState.PAUSED if wish == "pause" else AgentState.OFFLINE
    assert node.agent("ann").state is wanted


def test_an_agent_who_is_not_known(node: QueueStore) -> None:
    with pytest.raises(KeyError):
        node.pause("eve", PauseReason.BREAK, by="eve")


def test_agents_stay_as_they_were_over_a_restart(house: House, node: QueueStore) -> None:
    node.log_out("ann", by="ann")
    del house.nodes["one"]
    assert house.node("one").agent("ann").state is AgentState.OFFLINE


# ---------------------------------------------------------------- leases, and nodes that die


def test_a_lease_that_is_renewed_holds(house: House, node: QueueStore, offer: Offer) -> None:
    house.node("two")
    for _ in range(10):
        house.later(1_000, "one", "two")
        assert node.renew([offer], lease_ms=LEASE_MS) == ()
        assert not house.node("two").reap()
    assert node.answered(offer)


def test_a_lease_that_runs_out_frees_the_agent_and_keeps_the_place(
    house: House, node: QueueStore, offer: Offer
) -> None:
    """The node lives, but whoever held the offer does not."""
    joined_ms = seen(node, ONE).joined_ms
    house.later(LEASE_MS + 1, "one")
    reaped = node.reap()
    assert (reaped.agents, reaped.entries) == (("ann",), ())
    entry, agent = seen(node, ONE), node.agent("ann")
    assert (entry.state, entry.joined_ms, entry.tried) == (EntryState.WAITING, joined_ms, ("ann",))
    assert (agent.state, agent.token) == (AgentState.AVAILABLE, offer.token + 1)
    assert not node.answered(offer)
    assert not node.failed(offer, OfferOutcome.NO_ANSWER)
    assert node.renew([offer], lease_ms=LEASE_MS) == (offer,)
    [row] = house.rows("SELECT outcome FROM queue_offers")
    assert row["outcome"] == OfferOutcome.LEASE_EXPIRED


def test_a_killed_node_s_agents_are_free_and_its_callers_keep_their_places(house: House) -> None:
    dead, other = house.node("one"), house.node("two")
    for name in ("one", "two", "six"):
        dead.join(place(name, number=f"+49{name}"))
    other.join(place("four"))
    claimed(dead, ONE, "ann")
    talking = claimed(dead, TWO, "bob")
    assert dead.answered(talking)
    joined_ms = seen(other, ONE).joined_ms
    house.later(2_999, "two")
    assert not other.reap()
    house.later(1_001, "two")
    reaped = other.reap()
    assert set(reaped.agents) == {"ann", "bob"}
    assert set(reaped.entries) == {"one", "six"}
    assert not other.reap()
    assert {state(other, name) for name in ("one", "two", "six")} == {EntryState.INTERRUPTED}
    assert state(other, "four") is EntryState.WAITING
    assert {other.agent(name).state for name in ("ann", "bob")} == {AgentState.AVAILABLE}
    again = other.adopt(CallId("again"), "+49one", within_ms=60_000)
    assert again is not None
    assert (again.id, again.joined_ms, again.state) == (ONE, joined_ms, EntryState.WAITING)
    assert claimed(other, ONE, "bob")
    assert other.adopt(CallId("more"), "+49one", within_ms=60_000) is None


def test_a_node_that_starts_anew_sets_free_what_it_held(house: House, offer: Offer) -> None:
    del house.nodes["one"]
    node = house.node("one")
    assert node.agent("ann").state is AgentState.AVAILABLE
    assert state(node, ONE) is EntryState.INTERRUPTED
    assert not node.answered(offer)


def test_after_the_store_was_away_everyone_may_first_say_that_they_live(
    house: House, node: QueueStore, offer: Offer
) -> None:
    other = house.node("two")
    house.later(20_000)
    other.beat()
    assert not other.reap(), "nobody could renew a lease meanwhile"
    node.beat()
    assert node.renew([offer], lease_ms=LEASE_MS) == ()
    house.later(2_000, "one", "two")
    assert not other.reap()
    house.later(1_000, "one", "two")
    assert not other.reap()
    assert node.answered(offer)


def test_a_caller_whose_node_was_taken_for_dead_joins_in_place(house: House) -> None:
    node, other = house.node("one"), house.node("two")
    joined = node.join(place("one"))
    house.later(5_000, "two")
    assert other.reap().entries == (ONE,)
    assert node.join(place("one")) == joined
    assert claimed(node, ONE, "ann")


def test_nodes_that_live_and_take_calls(house: House, node: QueueStore) -> None:
    house.node("two").beat(draining=True)
    house.node("three")
    assert node.alive() == ("one", "three")
    house.later(5_000, "one")
    assert node.alive() == ("one",)


# ---------------------------------------------------------------- callbacks


def test_a_callback_keeps_the_place_and_any_node_may_call(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    joined_ms = here.join(place("one", number="+491")).joined_ms
    here.join(place("two"))
    assert here.to_be_called(ONE, not_before_ms=house.clock.now_ms + 10_000)
    assert [entry.id for entry in there.snapshot().entries] == [TWO]
    house.later(10_000)
    assert [entry.id for entry in policy.in_order(there.snapshot())] == [ONE, TWO]
    offer = claimed(there, ONE, "ann")
    assert here.claim(seen(here, ONE), "bob", lease_ms=LEASE_MS) is None
    assert there.failed(offer, OfferOutcome.REJECTED)
    assert (state(here, ONE), seen(here, ONE).joined_ms) == (EntryState.CALLBACK, joined_ms)
    assert here.answered(claimed(here, ONE, "bob"))
    assert state(here, ONE) is EntryState.BRIDGED


def test_a_callback_is_taken_by_one_node_and_put_off(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    callback = Place(ONE, CallId("asked"), "service", "+491", 2, {"english": 50}, ("bob",))
    here.keep_callback(callback, joined_ms=500)
    here.keep_callback(callback, joined_ms=900)  # twice is once
    assert there.due_callbacks() == (ONE,)
    due = there.take_callback(ONE)
    assert due is not None
    assert (due.joined_ms, due.attempt, due.priority, due.preferred) == (500, 1, 2, ("bob",))
    assert here.take_callback(ONE) is None
    assert not here.put_off(ONE, 1_000, "busy")
    assert there.put_off(ONE, 1_000, "busy")
    assert here.due_callbacks() == ()
    house.later(1_000)
    again = here.take_callback(ONE)
    assert again is not None
    assert again.attempt == 2
    house.later(100_000)
    here.touch_callbacks([ONE])
    house.later(100_000)
    assert there.due_callbacks() == ()
    house.later(60_000)  # the node that took it is dead
    assert there.take_callback(ONE) is not None
    assert there.end_callback(ONE, "done")
    assert not there.end_callback(ONE, "done")
    assert house.rows("select number from queue_entries") == [{"number": ""}]
    assert (there.closed_callbacks(), there.canceled_callbacks(), there.place_callbacks()) == (
        (),
        (),
        0,
    )


def _asked_for(house: House, *ids: CallId) -> CallbackStore:
    """By the same caller, in calls of their own."""
    noted, at = CallbackStore(house.engine), datetime.fromtimestamp(0, UTC)
    for id in ids:
        asyncio.run(noted.add(CallbackRequest(id, id, "service", "+491", at)))
        house.node().keep_callback(Place(id, id, "service", "+491"), joined_ms=500)
    return noted


def test_what_was_settled_by_hand_is_not_called_though_its_node_dies(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    noted = _asked_for(house, ONE)
    assert here.take_callback(ONE) is not None
    assert noted.settle(ONE, CallbackState.CANCELED)
    assert there.canceled_callbacks() == ()  # it is being called
    house.later(130_000)
    assert (there.due_callbacks(), there.take_callback(ONE)) == ((), None)
    assert there.canceled_callbacks() == (ONE,)
    assert there.end_callback(ONE, "settled")


def test_a_node_that_was_late_does_not_end_what_another_one_calls(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    _asked_for(house, ONE)
    assert here.take_callback(ONE) is not None
    house.later(130_000)
    assert there.take_callback(ONE) is not None
    assert not here.end_callback(ONE, "failed")
    assert there.end_callback(ONE, "done")


def test_what_a_node_died_over_before_it_was_settled_is_settled(house: House) -> None:
    node = house.node()
    _asked_for(house, ONE)
    assert node.take_callback(ONE) is not None
    assert node.end_callback(ONE, CallbackState.DONE)
    assert node.closed_callbacks() == ()  # it may be at it
    house.later(70_000)
    assert node.closed_callbacks() == ((ONE, CallbackState.DONE),)


def test_a_customer_is_called_by_one_at_a_time(house: House) -> None:
    here, there = house.node("one"), house.node("two")
    _asked_for(house, ONE, TWO)
    assert here.due_callbacks() == (ONE, TWO)
    assert here.take_callback(ONE) is not None
    assert (there.due_callbacks(), there.take_callback(TWO)) == ((), None)
    assert here.put_off(ONE, 60_000, "busy")
    assert there.take_callback(TWO) is not None


def test_who_rings_before_the_callback_has_the_place(house: House, node: QueueStore) -> None:
    joined_ms = node.join(place("one", number="+491")).joined_ms
    assert node.to_be_called(ONE, number="+492")
    assert not node.to_be_called(ONE)
    house.later(3_600_000)
    assert node.adopt(CallId("again"), "+491", within_ms=1) is None
    assert node.adopt(CallId("again"), "+492", queue="cards", within_ms=1) is None
    entry = node.adopt(CallId("again"), "+492", queue="service", within_ms=1)
    assert entry is not None
    assert (entry.state, entry.joined_ms) == (EntryState.WAITING, joined_ms)
    assert node.adopt(CallId("again"), "", within_ms=1) is None


def test_a_place_that_was_cut_off_long_ago_is_not_given_back(house: House) -> None:
    node = house.node("one")
    node.join(place("one", number="+491"))
    other = house.node("two")
    house.later(5_000, "two")
    other.reap()
    house.later(60_001, "two")
    assert other.adopt(CallId("again"), "+491", within_ms=60_000) is None
    assert other.to_be_called(ONE)
    assert state(other, ONE) is EntryState.CALLBACK
