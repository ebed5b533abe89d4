"""Whatever happens in whatever order, on either database: nobody is lost and nobody is stuck."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from databases import Database
from hypothesis import HealthCheck
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from queue_house import AGENTS, LEASE_MS, House, opened_house, place

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentState, EntryState, OfferOutcome, PauseReason
from voicebot.queueing import policy
from voicebot.queueing.router import Offer
from voicebot.store.queue_desk import HELD, RINGING, TALKING
from voicebot.store.settings import StoreSettings

NAMES = [agent.name for agent in AGENTS]
NODES = ["one", "two"]
FAILURES = [o for o in OfferOutcome if o not in (OfferOutcome.ANSWERED, OfferOutcome.LEASE_EXPIRED)]


@dataclass
class Held:
    """An offer that a node believes to hold."""

    node: str
    offer: Offer


class Hall(RuleBasedStateMachine):
    """Two nodes; either may be killed, or forget an offer, and start again."""

    house: House
    database: Database

    @initialize()
    def open(self) -> None:
        self.database.clear()
        self.house = House(self.house.engine)
        self.names = itertools.count(1)
        self.joined: dict[str, int] = {}
        self.tokens: Counter[str] = Counter()
        self.held: list[Held] = []
        self.old: list[Held] = []
        self.alive = set(NODES)
        for name in NODES:
            self.house.node(name)

    def node(self, name: str) -> Any:
        """A node; the other one where it is dead."""
        return self.house.node(name if name in self.alive else min(self.alive))

    def entries(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.house.rows("SELECT * FROM queue_entries")]

    # ------------------------------------------------------------ callers

    @rule(node=st.sampled_from(NODES), queue=st.sampled_from(["service", "cards"]))
    def join(self, node: str, queue: str) -> None:
        name = f"c{next(self.names)}"
        entry = self.node(node).join(place(name, queue, number=f"+49{name}"))
        self.joined[name] = entry.joined_ms

    @precondition(lambda self: self.joined)
    @rule(data=st.data(), node=st.sampled_from(NODES))
    def leave(self, data: st.DataObject, node: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.joined)))
        self.node(node).leave(CallId(name), "abandoned")

    @precondition(lambda self: self.joined)
    @rule(data=st.data(), node=st.sampled_from(NODES))
    def ring_again(self, data: st.DataObject, node: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.joined)))
        self.node(node).adopt(CallId(f"again-{name}"), f"+49{name}", within_ms=30_000)

    @precondition(lambda self: self.joined)
    @rule(data=st.data(), node=st.sampled_from(NODES))
    def call_back(self, data: st.DataObject, node: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.joined)))
        self.node(node).to_be_called(CallId(name))

    # ------------------------------------------------------------ offers

    @rule(node=st.sampled_from(NODES))
    def distribute(self, node: str) -> None:
        """As a node does: what the policy picks of what the node may claim."""
        store = self.node(node)
        now = store.snapshot()
        for pick in policy.decide(now):
            # Each claim goes by the place as it is after the one before.
            entry = store.entry(pick.entry)
            offer = store.claim(entry, pick.agent, lease_ms=LEASE_MS)
            if offer is not None:
                assert offer.token > self.tokens[pick.agent]
                self.tokens[pick.agent] = offer.token
                self.held.append(Held(store.node, offer))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), outcome=st.sampled_from(FAILURES))
    def fail(self, data: st.DataObject, outcome: OfferOutcome) -> None:
        held = self.drawn(data)
        if self.node(held.node).failed(held.offer, outcome):
            self.forget(held)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        held = self.drawn(data)
        store = self.node(held.node)
        store.dialed(held.offer)
        if not store.answered(held.offer):
            store.failed(held.offer, OfferOutcome.CALLER_GONE)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), how=st.sampled_from(["released", "unbridged", "hold"]))
    def talk(self, data: st.DataObject, how: str) -> None:
        held = self.drawn(data)
        store = self.node(held.node)
        if how == "released":
            self.stop_the_others(held)
        more = {"hold": {"on": True}, "unbridged": {"outcome": OfferOutcome.REJECTED}}.get(how, {})
        done = getattr(store, "held" if how == "hold" else how)(held.offer, **more)
        if done and how != "hold":
            self.forget(held)

    def stop_the_others(self, held: Held) -> None:
        """As a call does before its talk begins: phones that ring for it still are told."""
        for other in [one for one in self.held if one is not held]:
            if other.offer.call == held.offer.call:
                self.node(other.node).failed(other.offer, OfferOutcome.CALLER_GONE)
                self.forget(other)

    @precondition(lambda self: self.old)
    @rule(data=st.data())
    def too_late(self, data: st.DataObject) -> None:
        """A writer that was left behind changes nothing."""
        late = data.draw(st.sampled_from(self.old))
        store = self.node(late.node)
        before = self.entries(), self.house.rows("SELECT * FROM agents")
        assert not store.answered(late.offer)
        assert not store.dialed(late.offer)
        assert not store.failed(late.offer, OfferOutcome.BUSY)
        assert not store.released(late.offer)
        assert not store.unbridged(late.offer, OfferOutcome.REJECTED)
        assert store.renew([late.offer], lease_ms=LEASE_MS) == (late.offer,)
        assert (self.entries(), self.house.rows("SELECT * FROM agents")) == before

    def drawn(self, data: st.DataObject) -> Held:
        return data.draw(st.sampled_from(self.held))

    def forget(self, held: Held) -> None:
        self.held.remove(held)
        self.old.append(held)

    # ------------------------------------------------------------ agents

    @rule(name=st.sampled_from(NAMES), what=st.sampled_from(["log_in", "log_out", "resume"]))
    def agent_wants(self, name: str, what: str) -> None:
        getattr(self.node("one"), what)(name, by=name)

    @rule(name=st.sampled_from(NAMES), reason=st.sampled_from(list(PauseReason)))
    def agent_pauses(self, name: str, reason: PauseReason) -> None:
        self.node("two").pause(name, reason, by=name)

    @rule(name=st.sampled_from(NAMES))
    def agent_is_done(self, name: str) -> None:
        self.node("one").end_wrap_up(name, by=name)

    # ------------------------------------------------------------ time, and death

    @rule(seconds=st.integers(1, 8), renews=st.booleans())
    def time_goes_by(self, seconds: int, renews: bool) -> None:
        for _ in range(seconds):
            self.house.later(1_000, *sorted(self.alive))
            for name in sorted(self.alive):
                store = self.house.node(name)
                if renews:
                    mine = [held.offer for held in self.held if held.node == name]
                    store.renew(mine, lease_ms=LEASE_MS)
                store.tick()
                store.reap()

    @precondition(lambda self: len(self.alive) == len(NODES))
    @rule(node=st.sampled_from(NODES))
    def kill(self, node: str) -> None:
        self.alive.discard(node)
        del self.house.nodes[node]

    @precondition(lambda self: len(self.alive) < len(NODES))
    @rule()
    def start_again(self) -> None:
        for name in NODES:
            if name not in self.alive:
                self.alive.add(name)
                self.house.node(name)

    def teardown(self) -> None:
        """With nobody to renew a lease, every agent comes free by itself."""
        if not hasattr(self, "alive"):
            return
        self.time_goes_by(seconds=8, renews=False)
        states = {AgentState(row["state"]) for row in self.house.rows("SELECT state FROM agents")}
        assert not states & set(HELD)

    # ------------------------------------------------------------ what must hold

    @invariant()
    def nobody_loses_a_place(self) -> None:
        found = {row["id"]: row["joined_ms"] for row in self.entries()}
        assert found == self.joined

    @invariant()
    def agents_who_are_held_have_a_caller_and_the_other_way_round(self) -> None:
        entries = {row["id"]: row for row in self.entries()}
        agents = self.house.rows("SELECT * FROM agents")
        live = self.house.rows("SELECT * FROM queue_offers WHERE outcome = ''")
        ringing = {(row["agent"], row["token"]): row["entry"] for row in live}
        for agent in agents:
            state, key = AgentState(agent["state"]), (agent["name"], agent["token"])
            assert (state in HELD) is (agent["lease_ms"] is not None)
            assert (state in RINGING) is (key in ringing)
            if state in RINGING:
                entry = entries[agent["entry"]]
                assert ringing.pop(key) == agent["entry"]
                assert entry["state"] in (EntryState.OFFERED, EntryState.BRIDGED)
            if state in TALKING:
                entry = entries[agent["entry"]]
                assert (entry["state"], entry["agent"]) == (EntryState.BRIDGED, agent["name"])
            if state is AgentState.WRAP_UP:
                assert entries[agent["entry"]]["state"] == EntryState.WRAPPING
        assert not ringing, "an offer without its agent"

    @invariant()
    def each_place_is_with_those_whom_its_state_says(self) -> None:
        agents = self.house.rows("SELECT * FROM agents")
        live = Counter(
            row["entry"]
            for row in self.house.rows("SELECT entry FROM queue_offers WHERE outcome = ''")
        )
        talking = Counter(a["entry"] for a in agents if AgentState(a["state"]) in TALKING)
        for row in self.entries():
            state = EntryState(row["state"])
            assert talking[row["id"]] == (state is EntryState.BRIDGED)
            if state is EntryState.OFFERED:
                assert live[row["id"]] >= 1
                assert live[row["id"]] == 1 or row["queue"] == "cards", "one phone at a time"
            elif state is not EntryState.BRIDGED:
                assert not live[row["id"]]

    @invariant()
    def tokens_never_go_back(self) -> None:
        for row in self.house.rows("SELECT name, token FROM agents"):
            assert row["token"] >= self.tokens[row["name"]]
            self.tokens[row["name"]] = row["token"]


def budget(examples: int) -> limits:
    """How long to look."""
    return limits(
        max_examples=examples,
        stateful_step_count=30,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(240)
def test_nobody_is_lost_and_nobody_is_stuck(database: Database, settings: StoreSettings) -> None:
    house = opened_house(database.url, settings)

    class Here(Hall):
        pass

    Here.house, Here.database = house, database
    examples = 25 if database.url.startswith("sqlite") else 10
    run_state_machine_as_test(Here, settings=budget(examples))
    house.engine.dispose()
