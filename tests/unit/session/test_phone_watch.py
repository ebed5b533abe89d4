"""Who is paused as nobody reaches their phone, and until when."""

from __future__ import annotations

import pytest

from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    OfferOutcome,
    PauseReason,
    QueueSpec,
)
from voicebot.queueing.router import Router
from voicebot.session.directory import Directory
from voicebot.session.phone_watch import ASKED_AT_FIRST, MOST_ASKED, PhoneWatch

ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))


class Phone:
    """The agent's, which answers after so many questions."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.asked = 0
        self.answers_after = 1
        self.picks: PauseReason | None = None
        """The pause that the agent chooses when asked."""

    async def is_there(self, address: str) -> bool:
        assert address == ANNA.address
        self.asked += 1
        if self.picks is not None:
            self.directory.pause("anna", self.picks, by="anna")
        return self.asked >= self.answers_after


class Floor:
    """A queue, an agent, her phone and who watches it."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.router = Router([QueueSpec("billing")], [ANNA])
        self.directory = Directory(self.router, lambda: self.now_ms)
        self.phone = Phone(self.directory)
        self.watch = PhoneWatch(self.directory, self.phone.is_there, every_s=0)

    def offered_in_vain(self, outcome: OfferOutcome = OfferOutcome.UNREACHABLE) -> None:
        self.now_ms += 60_000
        self.router.join(CallId("1"), "billing", self.now_ms)
        [offer] = self.router.dispatch(self.now_ms)
        self.router.dialed(offer)
        self.router.failed(offer, outcome, self.now_ms)
        self.router.leave(CallId("1"))

    @property
    def state(self) -> tuple[AgentState, PauseReason | None]:
        anna = self.router.agents["anna"]
        return anna.state, anna.pause


@pytest.fixture
async def floor() -> Floor:
    return Floor()


PAUSED = (AgentState.PAUSED, PauseReason.DEVICE)
AT_WORK = (AgentState.AVAILABLE, None)


async def test_a_phone_that_was_not_reached_is_asked_until_it_answers(floor: Floor) -> None:
    floor.phone.answers_after = 3
    floor.offered_in_vain()
    assert floor.watch.look() == ("anna",)
    assert floor.state == PAUSED
    await floor.watch.ask("anna")
    assert (floor.phone.asked, floor.state) == (3, AT_WORK)
    assert floor.watch.look() == (), "the same failure counts once"
    floor.offered_in_vain()
    floor.watch.look()
    assert floor.state == PAUSED


@pytest.mark.parametrize("outcome", [OfferOutcome.NO_ANSWER, OfferOutcome.BUSY])
async def test_a_phone_that_rang_or_was_busy_is_there(floor: Floor, outcome: OfferOutcome) -> None:
    floor.offered_in_vain(outcome)
    assert floor.watch.look() == ()
    assert floor.state == AT_WORK


async def test_a_pause_that_the_agent_chose_is_left_alone(floor: Floor) -> None:
    floor.offered_in_vain()
    floor.watch.look()
    floor.phone.picks = PauseReason.LUNCH
    await floor.watch.ask("anna")
    assert floor.state == (AgentState.PAUSED, PauseReason.LUNCH)
    assert floor.watch.look() == ()


async def test_who_is_on_a_pause_of_her_own_already_is_not_suspected(floor: Floor) -> None:
    floor.offered_in_vain()
    floor.directory.pause("anna", PauseReason.BREAK, by="anna")
    assert floor.watch.look() == ()
    assert floor.state == (AgentState.PAUSED, PauseReason.BREAK)


async def test_a_phone_that_never_answers_such_questions_is_tried_again(floor: Floor) -> None:
    floor.phone.answers_after = 10_000
    asked = []
    for _ in range(6):
        floor.offered_in_vain()
        floor.watch.look()
        floor.phone.asked = 0
        await floor.watch.ask("anna")
        assert floor.state == AT_WORK
        asked.append(floor.phone.asked)
    assert asked[:3] == [ASKED_AT_FIRST, 2 * ASKED_AT_FIRST, 3 * ASKED_AT_FIRST]
    assert asked[4:] == [MOST_ASKED, MOST_ASKED]
