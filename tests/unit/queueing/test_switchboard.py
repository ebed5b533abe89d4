"""Nobody loses a place, nobody is offered twice, no agent rests longer than told."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, OfferOutcome, QueueSpec
from voicebot.queueing.switchboard import Offer, Switchboard

BILLING = QueueSpec("billing", wrap_up_ms=5_000)
CARDS = QueueSpec("cards", wrap_up_ms=0)
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
BEN = AgentSpec("ben", "sip:ben@127.0.0.1", ("billing", "cards"))

FIRST, SECOND, THIRD = CallId("1"), CallId("2"), CallId("3")


def desk(*agents: AgentSpec) -> Switchboard:
    return Switchboard([BILLING, CARDS], agents)


def test_first_come_is_first_served() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    board.join(SECOND, "billing", 0)
    assert board.claim(SECOND, 10) is None
    assert board.claim(FIRST, 10) == Offer(FIRST, "billing", ANNA)
    assert board.position(SECOND) == 1


def test_a_failed_offer_keeps_the_place_and_tries_somebody_else_first() -> None:
    board = desk(ANNA, BEN)
    board.join(FIRST, "billing", 0)
    offer = board.claim(FIRST, 0)
    assert offer is not None
    board.join(SECOND, "billing", 1)
    board.failed(offer, OfferOutcome.NO_ANSWER, 20_000)
    assert board.position(FIRST) == 1
    again = board.claim(FIRST, 60_000)
    assert again is not None
    assert again.agent != offer.agent


def test_wrap_up_is_kept_and_then_ends() -> None:
    board = desk(ANNA)
    board.join(FIRST, "billing", 0)
    offer = board.claim(FIRST, 0)
    assert offer is not None
    board.answered(offer)
    board.leave(FIRST)
    board.join(SECOND, "billing", 10)
    assert board.claim(SECOND, 10) is None
    board.released(offer, 1_000)
    assert board.claim(SECOND, 5_999) is None
    assert board.claim(SECOND, 6_000) is not None


def test_an_agent_of_two_queues_takes_the_longest_waiting_caller_of_both() -> None:
    board = desk(BEN)
    board.join(FIRST, "cards", 0)
    board.join(SECOND, "billing", 5)
    assert board.claim(SECOND, 10) is None
    assert board.claim(FIRST, 10) is not None


def test_the_longest_idle_agent_is_rung() -> None:
    board = desk(ANNA, BEN)
    board.agents["anna"].idle_since_ms = 500
    board.join(FIRST, "billing", 1_000)
    offer = board.claim(FIRST, 1_000)
    assert offer is not None
    assert offer.agent is BEN


def test_staffed_and_full() -> None:
    board = Switchboard([QueueSpec("billing", max_length=1)], [ANNA])
    assert board.staffed("billing")
    board.join(FIRST, "billing", 0)
    assert board.is_full("billing")
    board.agents["anna"].state = AgentState.OFFLINE
    assert not board.staffed("billing")


class AnyRun(RuleBasedStateMachine):
    """Calls come and go, offers fail and succeed, in any order."""

    waiting = Bundle("waiting")
    offers = Bundle("offers")
    talks = Bundle("talks")

    def __init__(self) -> None:
        super().__init__()
        self.board = desk(ANNA, BEN)
        self.now_ms = 0
        self.count = 0

    @rule(target=waiting, queue=st.sampled_from(["billing", "cards"]))
    def join(self, queue: str) -> CallId:
        self.count += 1
        call = CallId(str(self.count))
        self.board.join(call, queue, self.now_ms)
        return call

    @rule(ms=st.integers(0, 120_000))
    def wait(self, ms: int) -> None:
        self.now_ms += ms

    @rule(target=offers, call=waiting)
    def claim(self, call: CallId) -> Offer | None:
        if call not in self.board._entries or self.board.position(call) == 0:
            return None
        ahead = self.board.waiting(self.board._entries[call].queue)
        offer = self.board.claim(call, self.now_ms)
        if offer is not None:
            assert ahead[0].call == call
        return offer

    @rule(offer=consumes(offers), outcome=st.sampled_from(list(OfferOutcome)))
    def fail(self, offer: Offer | None, outcome: OfferOutcome) -> None:
        if offer is not None:
            before = self.board._entries.get(offer.call)
            self.board.failed(offer, outcome, self.now_ms)
            if before is not None:
                assert self.board.position(offer.call) >= 1

    @rule(target=talks, offer=consumes(offers))
    def answer(self, offer: Offer | None) -> Offer | None:
        if offer is not None:
            self.board.answered(offer)
            self.board.leave(offer.call)
        return offer

    @rule(offer=consumes(talks))
    def hang_up(self, offer: Offer | None) -> None:
        if offer is not None:
            self.board.released(offer, self.now_ms)

    @rule(call=consumes(waiting))
    def leave(self, call: CallId) -> None:
        if call in self.board._entries and self.board.position(call):
            self.board.leave(call)

    @invariant()
    def an_agent_has_one_caller_at_most(self) -> None:
        held = [e.agent for e in self.board._entries.values() if e.agent]
        assert len(held) == len(set(held))
        for name in held:
            assert self.board.agents[name].state is AgentState.RINGING

    @invariant()
    def the_line_is_in_order_of_joining(self) -> None:
        for queue in ("billing", "cards"):
            line = self.board.waiting(queue)
            assert [e.order for e in line] == sorted(e.order for e in line)


TestAnyRun = AnyRun.TestCase
TestAnyRun.settings = settings(max_examples=60, deadline=None)
