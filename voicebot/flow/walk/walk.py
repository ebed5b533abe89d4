"""Where one step leads: to another node or flow, to what is waited for, to the end of the call."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.core.call import Outcome
from voicebot.core.meaning import Expectation
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, Timing
from voicebot.flow.actions import (
    Call,
    Dial,
    Enqueue,
    FindCustomer,
    HangUp,
    Listen,
    LookAtQueue,
    LookUp,
    Notify,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Transfer,
    Wait,
)
from voicebot.flow.flow import Flow
from voicebot.flow.state import Frame, Waiting
from voicebot.flow.values import Value
from voicebot.flow.visit import NOTHING, Visit
from voicebot.flow.walk.telling import Telling

WAITS: dict[type, Waiting] = {
    Listen: Waiting.CALLER,
    Call: Waiting.BACKEND,
    Enqueue: Waiting.QUEUE,
    Transfer: Waiting.TRANSFER,
    Dial: Waiting.TRANSFER,
    Record: Waiting.MESSAGE,
    Pause: Waiting.PAUSE,
    PlayBack: Waiting.PAUSE,
    RequestCallback: Waiting.CALLBACK,
    LookAtQueue: Waiting.STATUS,
    LookUp: Waiting.KNOWLEDGE,
    FindCustomer: Waiting.CUSTOMER,
    HangUp: Waiting.ENDED,
}
"""What the engine waits for after the last action of a step."""


class Walk(Telling):
    """Collects what one step does; node kinds write their behavior against it."""

    def go(self, node: str, via: str) -> None:
        """On to another node (or the same one again)."""
        self.next = (node, via)

    def listen(self, expectation: Expectation, timing: Timing) -> None:
        """Wait for the caller."""
        cover = (self.spare("one_moment"),) if expectation.speech else ()
        self.wait(Listen(expectation, timing, cover))

    def wait(self, action: Wait) -> None:
        """Wait for whatever the action is answered by."""
        self.actions.append(action)
        self.change(waiting=WAITS[type(action)])

    def notify(self, action: Notify) -> None:
        """Tell others; nothing is waited for."""
        self.actions.append(action)

    def hang_up(self, outcome: Outcome, reason: str = "") -> None:
        """End the call."""
        self.wait(HangUp(outcome, reason))

    def fail(self, error: str) -> None:
        """Something failed: a note, then the flow's error path, or the end where it fails too."""
        self.note(FactKind.FAILED, what=f"flow node {self.place}", error=error)
        self.change(errors=self.state.errors + 1)
        if self.state.errors > self.flow.settings.max_errors:
            self.break_off()
        else:
            self.go_wrong("error")

    def go_wrong(self, via: str) -> None:
        """The error path: the node's, the flow's, or that of the flow which called it."""
        own = self.flow.nodes[self.state.node].on_error if self.state.node else None
        if own is not None and own != self.state.node:
            self.go(own, via)
            return
        while self.flow.file.on_error is None and self.state.frames:
            self.leave_flow()
        if self.flow.file.on_error is None:
            self.break_off()
        else:
            self.go(self.flow.file.on_error, via)

    def enter_flow(self, flow: Flow, values: Mapping[str, Value]) -> None:
        """Call another flow with values of its own; this one waits for it."""
        state = self.state
        frame = Frame(
            state.flow,
            state.node,
            state.values,
            state.visits,
            state.trail,
            state.loops,
        )
        self.change(frames=(*state.frames, frame))
        self._begin(flow.in_language(state.language).under(state.flow), values)

    def go_to_flow(self, flow: Flow, values: Mapping[str, Value]) -> None:
        """Leave this flow and those that called it for another one."""
        flow = flow.in_language(self.state.language)
        self.change(frames=(), digressions=(), language=flow.language)
        self._begin(flow, values)

    def _begin(self, flow: Flow, values: Mapping[str, Value]) -> None:
        self.change(
            flow=flow,
            node="",
            values=values,
            visits=NOTHING,
            trail=(),
            loops=NOTHING,
        )

    def speak_in(self, language: str) -> None:
        """Go on in another language, if the flow has it."""
        flow = self.flow.in_language(language)
        self.change(flow=flow, language=flow.language)

    def leave_flow(self) -> None:
        """Back in the flow that called this one, at the node that did."""
        *outer, frame = self.state.frames
        self.change(
            frames=tuple(outer),
            flow=frame.flow.in_language(self.state.language),
            node=frame.node,
            values=frame.values,
            visits=frame.visits,
            trail=frame.trail,
            loops=frame.loops,
            visit=Visit(),
            in_a_row=0,
        )

    def time_is_up(self) -> None:
        """The call has lasted as long as it may."""
        while self.state.frames:
            self.leave_flow()
        limit = self.flow.file.max_call
        self.say(limit.prompt or ["time_is_up"], BargeIn.NONE)
        if limit.to is not None:
            self.go(limit.to, "max_call")
        else:
            self.hang_up(self.state.outcome, "max_call")

    def break_off(self) -> None:
        """Apologize and hang up."""
        self.next = None
        self.say(["broken_off"], BargeIn.NONE)
        self.hang_up(Outcome.HANDLED if self.state.served else Outcome.FAILED)

    def out_of_steps(self) -> bool:
        """Whether the step limit ends this: once by the error path, then for good."""
        settings = self.flow.settings
        if self.state.overtime:
            over = self.state.steps > settings.max_steps + settings.overtime_steps
            if over:
                self.break_off()
            return over
        if self.state.steps <= settings.max_steps:
            return False
        self.change(overtime=True)
        self.fail("too many steps")
        return True
