"""A customer is called back: rung, greeted, and put through like every other who waits.

ring ─▶ answered ─▶ greeting ─▶ a person ─▶ the queue, as old as the place is ─▶ an agent ─▶ over
  │                    └─ a machine ─▶ over
  └─ busy, no answer, ... ─▶ over
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from voicebot.core.afterwards import CallbackPlan, CallbackResult, DueCallback
from voicebot.core.call import CallId, EndedBy, LegState, Outcome
from voicebot.core.call_context import CallContext
from voicebot.core.errors import LegGone, VoicebotError
from voicebot.core.ports import Leg, LegEnded, StateChanged
from voicebot.core.queueing import OfferOutcome
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Enqueue
from voicebot.prompts.callback_phrases import CONNECTING, CUT_OFF, GREETING, SORRY, phrase
from voicebot.session.context import Context, Services
from voicebot.session.dialed_leg import outcome_of
from voicebot.session.dialogue import say
from voicebot.session.directory import Directory
from voicebot.session.line import Line
from voicebot.session.on_record import Ending, answered, opened, wound_up
from voicebot.session.tasks import Tasks
from voicebot.session.waiting import wait_for_agent
from voicebot.session.who_answered import WhoAnswered

FLOW = "callback"
"""What the journal has in place of a flow's name."""
SERVED_S = 10
"""Who has talked to an agent for so long is not called again, whatever becomes of the talk."""
_RESULTS = {
    OfferOutcome.BUSY: CallbackResult.BUSY,
    OfferOutcome.REJECTED: CallbackResult.REJECTED,
    OfferOutcome.NO_ANSWER: CallbackResult.NO_ANSWER,
}
_OUTCOMES = {
    CallbackResult.SERVED: Outcome.HANDLED,
    CallbackResult.UNSERVED: Outcome.UNSERVED,
    CallbackResult.HUNG_UP: Outcome.HUNG_UP,
}


class CallbackCall:
    """One attempt, a call of its own."""

    def __init__(
        self,
        due: DueCallback,
        plan: CallbackPlan,
        services: Services,
        directory: Directory,
        call: CallId,
        earlier: CallContext | None = None,
        served: Callable[[], None] = lambda: None,
    ) -> None:
        """`earlier`: what is known of the call that the customer waits since; `served` is called
        once the customer has talked to an agent for `SERVED_S`."""
        self._due, self._plan = due, plan
        self._services, self._directory, self._call = services, directory, call
        self._earlier, self._served = earlier, served
        self._language = earlier.language if earlier and earlier.language else plan.language

    async def run(self) -> CallbackResult:
        """Call, and say what came of it. When it returns, nothing of the call is left."""
        try:
            leg = await self._services.telephone.dial(self._due.number, {})
        except VoicebotError:
            return CallbackResult.FAILED
        try:
            return await self._call_on(leg)
        finally:
            await leg.hang_up()

    async def _call_on(self, leg: Leg) -> CallbackResult:
        async with asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            context = self._context(leg, tasks)
            self._directory.enter(self._call)
            self._write_rang(context)
            result = CallbackResult.FAILED
            try:
                result = await self._ring(context.line)
                if result is CallbackResult.SERVED:
                    result = CallbackResult.UNSERVED
                    result = await self._talk(context)
            finally:
                result = CallbackResult.SERVED if context.bridged else result
                await self._end(context, result)
                self._directory.leave(self._call)
                tasks.cancel()
        return result

    async def _ring(self, line: Line) -> CallbackResult:
        """`SERVED` stands for an answer here."""
        try:
            async with asyncio.timeout(self._plan.ring_s):
                async for event in line.leg.events():
                    match event:
                        case StateChanged(LegState.CONFIRMED):
                            return CallbackResult.SERVED
                        case LegEnded(code):
                            line.ended = event  # There is nothing more to be read.
                            return _RESULTS.get(outcome_of(code), CallbackResult.FAILED)
        except TimeoutError:
            return CallbackResult.NO_ANSWER
        return CallbackResult.FAILED

    async def _talk(self, context: Context) -> CallbackResult:
        """What it came to if no agent had the customer; `context.bridged` tells whether one had."""
        try:
            self._begin(context)
            if not await self._is_person(context):
                return CallbackResult.MACHINE
            await self._say(context, CONNECTING)
            # From now on the call has the place: nothing is to be left free for it besides.
            self._directory.router.calling_back.discard(self._due.id)
            context.tasks.start(self._tell_served(context), "callback served")
            await wait_for_agent(context, self._wish())
            if not context.bridged:
                await self._say(context, SORRY)
        except LegGone:
            return CallbackResult.HUNG_UP
        except VoicebotError as error:
            context.pen.write(FactKind.FAILED, what="call", error=str(error))
        return CallbackResult.UNSERVED

    async def _tell_served(self, context: Context) -> None:
        talked_s = 0
        while talked_s < SERVED_S:
            await asyncio.sleep(1)
            talked_s += context.bridged
        self._served()

    async def _is_person(self, context: Context) -> bool:
        """A machine is left the message that is configured."""
        plan, greeting = self._plan, CUT_OFF if self._due.cut_off else GREETING
        answered_by = WhoAnswered(context, plan, self._language)
        person = await answered_by.is_person(phrase(greeting, self._language, of=plan.name))
        if not person and plan.machine_message:
            await answered_by.leave_message(plan.machine_message)
        return person

    def _wish(self) -> Enqueue:
        """The wait as it was, with what the first call told of the customer."""
        due, earlier = self._due, self._earlier
        summary = dict(earlier.summary) if earlier else {}
        if earlier and earlier.intent:
            summary.setdefault("intent", earlier.intent)
        return Enqueue(
            due.queue,
            summary,
            priority=due.priority,
            skills=due.skills,
            preferred=due.preferred,
        )

    async def _say(self, context: Context, name: str) -> None:
        await say(context, [(phrase(name, self._language), BargeIn.NONE)])

    def _context(self, leg: Leg, tasks: Tasks) -> Context:
        context = opened(self._call, leg, self._services, self._directory, tasks)
        context.called_back, context.waits_since_ms = True, self._due.joined_ms
        return context

    def _begin(self, context: Context) -> None:
        served_by = {"flow": FLOW, "flow_version": "", "flows": {}, "knowledge": {}}
        answered(context, {**served_by, "language": self._language})

    def _write_rang(self, context: Context) -> None:
        context.pen.write(
            FactKind.RANG,
            caller=self._due.number,
            caller_name="",
            called="",
            source="",
            trunk="",
            diversion="",
            user_to_user="",
            sip_call_id="",
            direction="out",
            of=self._due.call,
            joined=datetime.fromtimestamp(self._due.joined_ms / 1000, UTC).isoformat(),
        )

    async def _end(self, context: Context, result: CallbackResult) -> None:
        by = EndedBy.CALLER if result is CallbackResult.HUNG_UP else EndedBy.BOT
        outcome = _OUTCOMES.get(result, Outcome.FAILED)
        await wound_up(context, Ending(by, outcome, f"callback_{result}"))
