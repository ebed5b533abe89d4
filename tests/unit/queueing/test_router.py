"""Nobody loses a place, nobody is offered twice, no agent stays behind in any state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    EntryState,
    OfferOutcome,
    PauseReason,
    QueueSpec,
    Strategy,
    WrapUp,
)
from voicebot.queueing.agent_machine import AGENT_TRANSITIONS, AgentEvent, next_agent_state
from voicebot.queueing.entry_machine import ENTRY_TRANSITIONS, EntryEvent, next_entry_state
from voicebot.queueing.router import Offer, Router

BILLING = QueueSpec("billing", wrap_up_ms=5_000, rna_limit=3)
CARDS = QueueSpec("cards", wrap_up_ms=0, strategy=Strategy.RING_ALL)
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
BEN = AgentSpec("ben", "sip:ben@127.0.0.1", ("billing", "cards"))
CARLA = AgentSpec("carla", "sip:carla@127.0.0.1", ("cards",))
FIRST, SECOND, THIRD = CallId("1"), CallId("2"), CallId("3")


def desk(*agents: AgentSpec, **changes: object) -> Router:
    return Router([replace(BILLING, **changes), CARDS], agents)  # type: ignore[arg-type]


def offered(board: Router, now_ms: int) -> Offer:
    [offer] = board.dispatch(now_ms)
    return offer


def test_a_failed_offer_keeps_the_place_and_tries_somebody_else_first() -> None:
    board = desk(ANNA, BEN)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.join(SECOND, "billing", 1)
    board.failed(offer, OfferOutcome.NO_ANSWER, 20_000)
    assert board.position(FIRST) == 1
    again = offered(board, 20_000)
    assert (again.call, again.agent) == (FIRST, BEN)


@pytest.mark.parametrize(
    ("outcome", "rest_ms"),
    [
        (OfferOutcome.NO_ANSWER, 5_000),
        (OfferOutcome.BUSY, 60_000),
        (OfferOutcome.REJECTED, 10_000),
        (OfferOutcome.UNREACHABLE, 5_000),
        (OfferOutcome.CALLER_GONE, 0),
        (OfferOutcome.LEASE_EXPIRED, 0),
    ],
)
def test_an_agent_rests_as_the_outcome_says(outcome: OfferOutcome, rest_ms: int) -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    board.failed(offered(board, 0), outcome, 1_000)
    assert board.due_ms(999) == 1_000 + rest_ms
    assert board.dispatch(1_000 + rest_ms - 1) == ()
    assert len(board.dispatch(1_000 + rest_ms)) == 1


def test_a_phone_that_stays_unreachable_is_tried_less_and_less_often() -> None:
    board, now_ms, rests = desk(ANNA), 0, []
    board.join(FIRST, "billing", 0)
    for _ in range(6):
        board.failed(offered(board, now_ms), OfferOutcome.UNREACHABLE, now_ms)
        rests.append(board.agents["anna"].rests_until_ms - now_ms)
        now_ms = board.agents["anna"].rests_until_ms
    assert rests == [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]


def test_unanswered_offers_pause_the_agent_and_not_for_ever() -> None:
    board, now_ms = desk(ANNA, rna_pause_ms=300_000), 0
    board.join(FIRST, "billing", 0)
    for _ in range(3):
        board.failed(offered(board, now_ms), OfferOutcome.NO_ANSWER, now_ms + 20_000)
        now_ms += 25_000
    anna = board.agents["anna"]
    assert (anna.state, anna.pause) == (AgentState.PAUSED, PauseReason.RNA)
    assert board.position(FIRST) == 1
    until_ms = board.due_ms(now_ms)
    assert until_ms == 70_000 + 300_000
    assert board.dispatch(until_ms - 1) == ()
    assert offered(board, until_ms).agent is ANNA


def test_a_call_that_is_answered_begins_the_count_of_unanswered_ones_anew() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    board.failed(offered(board, 0), OfferOutcome.NO_ANSWER, 0)
    offer = offered(board, 5_000)
    assert board.answered(offer, 6_000)
    assert board.agents["anna"].rna == 0


def test_the_first_answer_wins_and_the_others_are_free_at_once() -> None:
    board = desk(BEN, CARLA)
    board.join(FIRST, "cards", 0)
    ben, carla = board.dispatch(0)
    assert board.answered(carla, 1_000)
    assert not board.answered(ben, 1_000)
    board.failed(ben, OfferOutcome.CALLER_GONE, 1_000)
    assert board.agents["ben"].state is AgentState.AVAILABLE
    assert board.agents["ben"].may_ring(1_000)
    assert board.entries[FIRST].agent == "carla"


def test_an_old_token_is_refused() -> None:
    """No stale answer hours later; no agent freed by an offer that is not theirs any more."""
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    old = offered(board, 0)
    board.failed(old, OfferOutcome.LEASE_EXPIRED, 1_000)
    new = offered(board, 1_000)
    assert not board.answered(old, 2_000)
    board.failed(old, OfferOutcome.NO_ANSWER, 2_000)
    board.released(old, 2_000)
    assert board.agents["anna"].state is AgentState.RESERVED
    assert board.answered(new, 3_000)
    board.released(old, 4_000)
    assert board.agents["anna"].state is AgentState.BUSY


def test_a_state_change_during_an_offer_makes_no_second_one() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.pause("anna", PauseReason.LUNCH, 10)
    board.resume("anna", 20)
    board.log_in("anna", 30)
    assert board.dispatch(40) == ()
    assert board.dialed(offer)
    assert board.dispatch(50) == ()


@pytest.mark.parametrize("asked", ["pause", "log_out"])
def test_a_pause_during_a_call_comes_after_it_and_its_wrap_up(asked: str) -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    assert board.answered(offer, 0)
    if asked == "pause":
        board.pause("anna", PauseReason.LUNCH, 10)
    else:
        board.log_out("anna", 10)
    assert board.agents["anna"].state is AgentState.BUSY
    board.released(offer, 1_000)
    assert board.agents["anna"].state is AgentState.WRAP_UP
    board.tick(6_000)
    wanted = AgentState.PAUSED if asked == "pause" else AgentState.OFFLINE
    assert board.agents["anna"].state is wanted
    board.log_in("anna", 7_000)
    board.resume("anna", 7_000)
    assert board.agents["anna"].state is AgentState.AVAILABLE


def test_wrap_up_is_neither_short_nor_long_and_then_the_next_call_comes() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.answered(offer, 500)
    board.released(offer, 1_000)
    board.join(SECOND, "billing", 1_500)
    assert board.dispatch(5_999) == ()
    assert board.due_ms(1_500) == 6_000
    assert offered(board, 6_000).call == SECOND
    assert FIRST not in board.entries


def test_wrap_up_starts_with_the_end_of_this_contact_and_only_once() -> None:
    """A transfer that goes on with the caller, or a second report, neither resets nor cuts it."""
    board = desk(ANNA, BEN)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.answered(offer, 0)
    board.released(offer, 1_000)
    board.released(offer, 4_000)
    board.leave(FIRST)
    assert board.agents["anna"].wraps_until_ms == 6_000
    board.join(FIRST, "cards", 2_000)
    assert offered(board, 2_000).agent is BEN
    board.tick(6_000)
    assert board.agents["anna"].state is AgentState.AVAILABLE
    assert board.entries[FIRST].state is EntryState.OFFERED


@pytest.mark.parametrize(
    ("mode", "over_at_ms", "may_end"),
    [
        (WrapUp.NONE, 1_000, False),
        (WrapUp.OPTIONAL, 6_000, True),
        (WrapUp.TIMED, 6_000, False),
        (WrapUp.MANDATORY, 121_000, True),
    ],
)
def test_modes_of_wrap_up(mode: WrapUp, over_at_ms: int, may_end: bool) -> None:
    board = desk(ANNA, wrap_up=mode)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.answered(offer, 0)
    board.released(offer, 1_000)
    if mode is not WrapUp.NONE:
        board.tick(over_at_ms - 1)
        assert board.agents["anna"].state is AgentState.WRAP_UP
    early = replace(board.agents["anna"])
    assert board.end_wrap_up("anna", 2_000) is may_end
    board.agents["anna"] = early
    board.tick(over_at_ms)
    assert board.agents["anna"].state is AgentState.AVAILABLE


def test_wrap_up_may_be_extended_up_to_the_cap() -> None:
    board = desk(ANNA, wrap_up=WrapUp.TIMED, wrap_up_cap_ms=12_000)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.answered(offer, 0)
    board.released(offer, 0)
    assert board.extend_wrap_up("anna", 5_000)
    assert board.extend_wrap_up("anna", 5_000)
    assert not board.extend_wrap_up("anna", 5_000)
    assert board.agents["anna"].wraps_until_ms == 12_000


def test_fewest_calls_stays_right_when_a_bridge_fails_or_is_reported_twice() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    assert board.answered(offer, 1)
    assert not board.answered(offer, 1)
    assert board.agents["anna"].calls == 1
    board.unbridged(offer, OfferOutcome.REJECTED, 2)
    assert board.agents["anna"].calls == 0
    assert board.position(FIRST) == 1


def test_a_supervisor_moves_a_caller_up() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    board.join(SECOND, "billing", 10)
    board.reprioritize(SECOND, age_ms=11)
    assert (board.position(SECOND), board.position(FIRST)) == (1, 2)
    board.reprioritize(FIRST, priority=1)
    assert board.position(FIRST) == 1


def test_the_expected_wait_is_unknown_below_ten_contacts_and_zero_with_a_free_agent() -> None:
    board, now_ms = desk(ANNA), 0
    assert board.expected_wait_ms("billing", 0) == 0
    for number in range(10):
        board.join(CallId(f"c{number}"), "billing", now_ms)
        offer = offered(board, now_ms)
        board.answered(offer, now_ms)
        assert board.expected_wait_ms("billing", now_ms) is None
        board.released(offer, now_ms + 95_000)
        now_ms += 100_000
        board.tick(now_ms)
    board.join(FIRST, "billing", now_ms)
    board.dispatch(now_ms)
    # A hundred seconds a contact, one agent: the next waits one of them, who comes then two.
    assert board.expected_wait_ms("billing", now_ms) == 100_000
    board.join(SECOND, "billing", now_ms)
    assert board.expected_wait_ms("billing", now_ms, SECOND) == 100_000
    assert board.expected_wait_ms("billing", now_ms) == 200_000


def test_an_agent_of_two_queues_in_which_callers_wait_counts_half_in_each() -> None:
    board, now_ms = desk(BEN), 0
    for number in range(10):
        board.join(CallId(f"c{number}"), "billing", now_ms)
        offer = offered(board, now_ms)
        board.answered(offer, now_ms)
        board.released(offer, now_ms + 5_000)
        now_ms += 10_000
        board.tick(now_ms)
    board.join(FIRST, "billing", now_ms)
    board.dispatch(now_ms)
    board.join(SECOND, "billing", now_ms)
    assert board.expected_wait_ms("billing", now_ms, SECOND) == 10_000
    board.join(THIRD, "cards", now_ms)
    assert board.expected_wait_ms("billing", now_ms, SECOND) == 20_000


def test_an_agent_who_holds_a_caller_is_still_the_callers() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = offered(board, 0)
    board.held(offer, on=True)
    assert board.agents["anna"].state is AgentState.RESERVED
    board.answered(offer, 0)
    for on, state in ((True, AgentState.HOLD), (True, AgentState.HOLD), (False, AgentState.BUSY)):
        board.held(offer, on=on)
        assert board.agents["anna"].state is state
    board.held(offer, on=True)
    assert board.dispatch(5) == ()
    assert board.released(offer, 10) == 5_000
    assert board.agents["anna"].state is AgentState.WRAP_UP


def test_two_hundred_wait_for_fifty_agents_and_every_release_serves_the_next() -> None:
    """Each agent who becomes free has the longest waiting caller, once, and nobody else is rung."""
    agents = [AgentSpec(f"a{n:02}", f"sip:{n}@x", ("billing",)) for n in range(50)]
    board = Router([QueueSpec("billing", wrap_up_ms=0)], agents)
    calls = [CallId(f"{n:04}") for n in range(450)]
    for call in calls[:250]:
        board.join(call, "billing", 0)
    talking = list(board.dispatch(0))
    assert [offer.call for offer in talking] == calls[:50]
    for offer in talking:
        assert board.answered(offer, 0)
    for number, call in enumerate(calls[50:]):
        now_ms = 10 * number
        board.released(talking.pop(0), now_ms)
        offer = offered(board, now_ms)
        assert offer.call == call
        assert board.answered(offer, now_ms)
        talking.append(offer)
        if number < 200:
            board.join(calls[250 + number], "billing", now_ms)
    assert sum(agent.calls for agent in board.agents.values()) == 450
    assert {agent.state for agent in board.agents.values()} == {AgentState.BUSY}


# ---------------------------------------------------------------- the tables


def test_an_event_without_a_row_raises() -> None:
    for state in AgentState:
        for event in AgentEvent:
            if (state, event) not in AGENT_TRANSITIONS:
                with pytest.raises(ValueError, match="cannot be"):
                    next_agent_state(state, event)
    for place in EntryState:
        for change in EntryEvent:
            if (place, change) not in ENTRY_TRANSITIONS:
                with pytest.raises(ValueError, match="cannot be"):
                    next_entry_state(place, change)


def test_every_state_can_be_reached_and_no_agent_is_stuck_in_any() -> None:
    for table, first, states in (
        (AGENT_TRANSITIONS, AgentState.OFFLINE, AgentState),
        (ENTRY_TRANSITIONS, EntryState.WAITING, EntryState),
    ):
        reached, ways = {first}, list(table.items())  # type: ignore[attr-defined]
        for _ in states:
            reached |= {then for (state, _), then in ways if state in reached}
        assert reached == set(states)
    back = {AgentState.AVAILABLE}
    for _ in AgentState:
        back |= {state for (state, _), then in AGENT_TRANSITIONS.items() if then in back}
    assert back == set(AgentState)


# ---------------------------------------------------------------- any run of events

NAMES = st.sampled_from(["anna", "ben", "carla"])


class AnyRun(RuleBasedStateMachine):
    """Calls come and go, offers fail and succeed, agents pause and return, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.board = desk(ANNA, BEN, CARLA)
        self.now_ms = 0
        self.count = 0
        self.joined: dict[CallId, int] = {}
        self.ringing: list[Offer] = []
        self.talking: list[Offer] = []

    @rule(queue=st.sampled_from(["billing", "cards"]))
    def join(self, queue: str) -> None:
        self.count += 1
        call = CallId(f"{self.count:03}")
        self.board.join(call, queue, self.now_ms)
        self.joined[call] = self.now_ms

    @rule(ms=st.sampled_from([0, 1, 5_000, 60_000, 300_000]))
    def wait(self, ms: int) -> None:
        self.now_ms += ms

    @rule()
    def dispatch(self) -> None:
        self.ringing += self.board.dispatch(self.now_ms)

    @rule(data=st.data(), outcome=st.sampled_from(OfferOutcome))
    def fail(self, data: st.DataObject, outcome: OfferOutcome) -> None:
        if self.ringing and outcome is not OfferOutcome.ANSWERED:
            offer = self.ringing.pop(data.draw(st.integers(0, len(self.ringing) - 1)))
            self.board.failed(offer, outcome, self.now_ms)
            assert self.board.agents[offer.agent.name].state not in _HAS_A_CALLER

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.ringing:
            offer = self.ringing.pop(data.draw(st.integers(0, len(self.ringing) - 1)))
            if self.board.answered(offer, self.now_ms):
                self.talking.append(offer)
            else:
                self.board.failed(offer, OfferOutcome.CALLER_GONE, self.now_ms)

    @rule(data=st.data(), fails=st.booleans())
    def end_talk(self, data: st.DataObject, fails: bool) -> None:
        if self.talking:
            offer = self.talking.pop(data.draw(st.integers(0, len(self.talking) - 1)))
            if fails:
                self.board.unbridged(offer, OfferOutcome.REJECTED, self.now_ms)
            else:
                self.board.released(offer, self.now_ms)

    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        waiting = [call for call, e in self.board.entries.items() if e.state in _OPEN]
        if waiting:
            call = data.draw(st.sampled_from(sorted(waiting)))
            self.board.leave(call)
            for offer in [o for o in self.ringing if o.call == call]:
                self.ringing.remove(offer)
                self.board.failed(offer, OfferOutcome.CALLER_GONE, self.now_ms)

    @rule(name=NAMES, what=st.sampled_from(["pause", "resume", "log_in", "log_out", "end_wrap_up"]))
    def agent_acts(self, name: str, what: str) -> None:
        if what == "pause":
            self.board.pause(name, PauseReason.BREAK, self.now_ms)
        else:
            getattr(self.board, what)(name, self.now_ms)

    @invariant()
    def every_agent_has_the_caller_that_was_offered(self) -> None:
        has = {offer.agent.name for offer in (*self.ringing, *self.talking)}
        assert len(has) == len(self.ringing) + len(self.talking)
        busy = {a.name for a in self.board.agents.values() if a.state in _HAS_A_CALLER}
        assert busy == has

    @invariant()
    def places_and_phones_agree(self) -> None:
        for call, entry in self.board.entries.items():
            ringing = {o.agent.name for o in self.ringing if o.call == call}
            if entry.state in _OPEN:
                assert set(entry.ringing) == ringing
                assert (entry.state is EntryState.OFFERED) == bool(ringing)

    @invariant()
    def nobody_loses_a_place(self) -> None:
        for call, entry in self.board.entries.items():
            assert entry.joined_ms == self.joined[call]
        for queue in ("billing", "cards"):
            line = self.board.waiting(queue)
            assert [e.id for e in line] == sorted(e.id for e in line)

    def teardown(self) -> None:
        """Whatever happened: when all have hung up and time has passed, everybody is free."""
        for offer in self.ringing:
            self.board.failed(offer, OfferOutcome.LEASE_EXPIRED, self.now_ms)
        for offer in self.talking:
            self.board.released(offer, self.now_ms)
        for call in list(self.board.entries):
            self.board.leave(call)
        self.board.tick(self.now_ms + 1_000_000)
        assert self.board.entries == {}
        states = {agent.state for agent in self.board.agents.values()}
        assert states <= {AgentState.AVAILABLE, AgentState.PAUSED, AgentState.OFFLINE}


_HAS_A_CALLER = (AgentState.RESERVED, AgentState.RINGING, AgentState.BUSY, AgentState.HOLD)
_OPEN = (EntryState.WAITING, EntryState.OFFERED)

TestAnyRun = AnyRun.TestCase
TestAnyRun.settings = settings(max_examples=60, stateful_step_count=40)
