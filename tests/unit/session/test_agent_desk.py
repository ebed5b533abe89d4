"""Whatever agents ask for, in any order: what cannot be is refused, what is asked for in a call
comes after it, and each step is noted down once."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, OfferOutcome, QueueSpec, WrapUp
from voicebot.core.staffing import CHOSEN_REASONS, Operation, Wanted
from voicebot.queueing.router import Offer, Router
from voicebot.session.agent_desk import AgentDesk, StaffRefused
from voicebot.session.directory import Directory
from voicebot.sim.audit import SimAudit

ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
TALKING = (AgentState.BUSY, AgentState.HOLD, AgentState.WRAP_UP)

operations = st.builds(
    Wanted, st.sampled_from(Operation), st.sampled_from(CHOSEN_REASONS), st.integers(1, 60_000)
)
steps = st.lists(
    operations | st.sampled_from(["call", "answer", "miss", "end", "minute"]), max_size=25
)


class Shift:
    """Anna's, with calls that come and go."""

    def __init__(self, wrap_up: WrapUp) -> None:
        self.now_ms = 0
        spec = QueueSpec("billing", wrap_up=wrap_up, wrap_up_ms=20_000, rna_limit=2)
        self.router = Router([spec], [ANNA])
        directory = Directory(self.router, lambda: self.now_ms)
        self.audit = SimAudit()
        self.desk = AgentDesk(directory, self.audit)
        self.offer: Offer | None = None
        self._calls = 0

    @property
    def state(self) -> AgentState:
        return self.desk.agent("anna").state

    def happens(self, what: str) -> None:
        """Something of the queue's."""
        offer, self.now_ms = self.offer, self.now_ms + 1_000
        match what:
            case "minute":
                self.now_ms += 60_000
            case "call" if offer is None:
                self._calls += 1
                self.router.join(CallId(str(self._calls)), "billing", self.now_ms)
            case "answer" if offer is not None and self.state in (
                AgentState.RESERVED,
                AgentState.RINGING,
            ):
                assert self.router.answered(offer, self.now_ms)
            case "miss" if offer is not None and self.state is AgentState.RESERVED:
                self.router.failed(offer, OfferOutcome.NO_ANSWER, self.now_ms)
                self.router.leave(offer.call)
                self.offer = None
            case "end" if offer is not None and self.state in (AgentState.BUSY, AgentState.HOLD):
                self.router.released(offer, self.now_ms)
                self.offer = None
        for made in self.router.dispatch(self.now_ms):
            self.offer = made


@settings(max_examples=60)
@given(steps, st.sampled_from(WrapUp))
def test_any_order_of_what_agents_and_callers_do(run: list[Wanted | str], wrap_up: WrapUp) -> None:
    async def play() -> None:
        shift, asked = Shift(wrap_up), 0
        for step in run:
            before = shift.desk.agent("anna")
            if isinstance(step, str):
                shift.happens(step)
                continue
            asked += 1
            code = "done"
            try:
                await shift.desk.do("anna", step, by="anna", door="api")
            except StaffRefused as refused:
                code = refused.code
            after = shift.desk.agent("anna")
            assert len(shift.audit.acts) == asked
            assert shift.audit.acts[-1].outcome == code
            if code != "done":
                assert after == before
                continue
            if step.operation is Operation.PAUSE:
                assert after.pause is step.reason
                in_call = before.state in (*TALKING, AgentState.RESERVED, AgentState.RINGING)
                assert after.state is (before.state if in_call else AgentState.PAUSED)
            if step.operation is Operation.LOG_OUT and before.state in TALKING:
                assert after.leaves
                assert after.state is before.state
        _ends_as_asked(shift)

    asyncio.run(play())


def _ends_as_asked(shift: Shift) -> None:
    """Once the call and its wrap-up are over, a pause or a log-out that was asked for holds."""
    agent = shift.desk.agent("anna")
    for step in ("answer", "end", "minute", "minute", "minute"):
        shift.happens(step)
    after = shift.desk.agent("anna")
    if agent.leaves:
        assert after.state is AgentState.OFFLINE
    elif agent.pause in CHOSEN_REASONS:
        assert (after.state, after.pause) == (AgentState.PAUSED, agent.pause)
