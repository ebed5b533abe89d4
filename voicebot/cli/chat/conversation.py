"""One typed conversation: the flow engine asks, this carries out."""

from __future__ import annotations

import asyncio
import datetime
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

from voicebot.cli.chat.context import context_of
from voicebot.cli.chat.keyboard import HungUp, Keyboard
from voicebot.cli.chat.pretending import Pretending, aside, tell
from voicebot.core.call import LegInfo, Outcome
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Interpretation, Match, SlotValue
from voicebot.core.ports import Backend, Understanding
from voicebot.core.prompt import Prompt
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.flow.actions import Action, Call, Enqueue, HangUp, Listen, LookUp, Note, Notify, Say
from voicebot.flow.engine import start, step
from voicebot.flow.events import CallFailed, Event, LookedUp, NoMatch, Replied, Started, Understood
from voicebot.flow.flow import Flow
from voicebot.prompts.text import words_of


class Conversation:
    """Typed answers, printed prompts."""

    def __init__(
        self,
        flow: Flow,
        backend: Backend,
        understanding: Understanding,
        pretending: Pretending,
        keyboard: Keyboard,
        *,
        trace: bool = False,
    ) -> None:
        self._flow, self._backend, self._understanding = flow, backend, understanding
        self._pretending, self._keyboard, self._trace = pretending, keyboard, trace
        self._today = datetime.date.min
        self._context = ""
        """As it was shown last."""

    async def run(self, now: datetime.datetime, language: str = "", caller: str = "") -> Outcome:
        """Until the flow or the caller hangs up."""
        began_s, self._today = time.monotonic(), now.date()
        state = start(self._flow, language, now=now)
        event: Event | HangUp = Started(LegInfo(caller=caller, sip_call_id=secrets.token_hex(8)))
        try:
            while not isinstance(event, HangUp):
                at_ms = round((time.monotonic() - began_s) * 1000)
                state, actions = step(state, event, at_ms)
                self._show_context(context_of(state))
                event = await self._carry_out(actions)
        except HungUp:
            aside("the caller hangs up")
            return Outcome.HUNG_UP
        aside(f"the bot hangs up: {event.outcome}")
        return event.outcome

    async def _carry_out(self, actions: Sequence[Action]) -> Event | HangUp:
        for action in actions[:-1]:
            self._go_past(action)
        match actions[-1]:
            case Listen() as listen:
                return await self._hear(listen)
            case Call() as call:
                return await self._ask_back_end(call)
            case LookUp(text, knowledge, language):
                return LookedUp(await self._understanding.look_up(text, knowledge, language))
            case Enqueue() as stay:
                self._say([_with_position(prompt) for prompt in stay.position])
                return self._pretending.answer(stay)
            case HangUp() as last:
                return last
            case Note() | Say() | Notify():
                raise AssertionError("the engine asked for nothing to wait for")
            case other:
                return self._pretending.answer(other)

    def _go_past(self, action: Action) -> None:
        """What nothing is waited for."""
        if isinstance(action, Say):
            self._say(action.prompts)
        elif isinstance(action, Note):
            data = " ".join(f"{key}={value!r}" for key, value in action.data.items())
            self._note(f"{action.kind} {data}")
        elif isinstance(action, Notify):
            tell(action)

    def _say(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            print(f"bot    {words_of(prompt, today=self._today)}", flush=True)

    async def _hear(self, listen: Listen) -> Event:
        answer = await self._keyboard.answer(listen)
        if not isinstance(answer, str):
            return answer
        transcript = Transcript((Hypothesis(answer.lower(), 1.0),), True, self._flow.language)
        meaning = await self._understanding.interpret(transcript, listen.expectation)
        if not listen.expectation.secret:
            self._note(_scores(meaning))
        return NoMatch(meaning) if meaning.match is Match.NONE else Understood(meaning)

    async def _ask_back_end(self, call: Call) -> Event:
        request = asyncio.ensure_future(self._backend.request(call.request))
        try:
            done, _ = await asyncio.wait([request], timeout=call.cover_after_ms / 1000)
            if not done:
                self._say(call.cover)
            reply = await request
        except EngineError as error:
            reason = "timeout" if "timeout" in str(error) else "error"
            self._note(f"back end {call.request.method} {reason}")
            return CallFailed(reason)
        self._note(f"back end {call.request.method} {reply.status}")
        return Replied(reply)

    def _show_context(self, context: str) -> None:
        """What is kept for later turns, where it is something else than before."""
        if context != self._context:
            self._context = context
            self._note(f"context  {context or 'nothing'}")

    def _note(self, text: str) -> None:
        """A line of the trace."""
        if self._trace:
            print(f"       · {text}")


def _scores(meaning: Interpretation) -> str:
    """What was made of a line, how sure it is, and what came close."""
    slots = [f"{name}={slot.value} {slot.confidence:.2f}" for name, slot in meaning.slots.items()]
    close = f"runner-up {meaning.runner_up}" if meaning.runner_up else ""
    parts = (f"read as {meaning.match}", meaning.choice, f"{meaning.confidence:.2f}", *slots, close)
    return " ".join(part for part in parts if part)


def _with_position(prompt: Prompt) -> Prompt:
    parts = tuple(
        replace(part, value="1") if isinstance(part, SlotValue) and part.raw == "position" else part
        for part in prompt.parts
    )
    return replace(prompt, parts=parts)
