"""Talk to a flow by typing: the engine, understanding and back end that serve a call.

    voicebot chat bank_en                     a flow of ivr_flows/, by name
    voicebot chat my_flow.yaml --trace        any file; with what the journal would hold and what
                                              the conversation keeps for later turns
    printf 'lost card\\n#4321\\n' | voicebot chat bank_en

Type what the caller would say. Lines of keys only are keys (12, 12#, *; a # before them is left
out), and those that a question does not take are kept for the next. An empty line is silence.
/hangup, or the end of input, ends the call. Queues and transfers end as --queue-outcome and
--transfer-outcome say.

What sip_config/ says of understanding holds, trained models included. The flow's back end is asked
for real, with the secrets of sip_config/. Where it is the demo bank of
this machine and does not run, one is started for the conversation.

Exit codes: 0 the call came to its end, 1 it failed, 2 the flow cannot be loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from voicebot import nlu
from voicebot.cli.chat_context import context_of
from voicebot.cli.chat_services import pretend, tell
from voicebot.cli.flows.finding import load_by_name
from voicebot.config.secret_files import read_secrets
from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import hotline_in
from voicebot.core.call import LegInfo, Outcome
from voicebot.core.customers import NOBODY
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Interpretation, Match, SlotValue
from voicebot.core.ports import Backend, BackendReply, BackendRequest, Understanding
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import TRANSFER_ENDS, QueueOutcome, QueueStatus, TransferOutcome
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.flow.engine import start, step
from voicebot.flow.flow import Flow
from voicebot.flow.steps import (
    Action,
    Call,
    CallFailed,
    CustomerSeen,
    Dial,
    Enqueue,
    Event,
    FindCustomer,
    HangUp,
    Listen,
    LookAtQueue,
    LookedUp,
    LookUp,
    NoInput,
    NoMatch,
    Note,
    Notify,
    Pause,
    PlayBack,
    QueueLeft,
    QueueSeen,
    Record,
    Replied,
    RequestCallback,
    Say,
    Started,
    Transfer,
    TransferEnded,
    Typed,
    Understood,
)
from voicebot.prompts.text import words_of
from voicebot.turns.digits import Collected, CollectReason, DigitCollector, DigitEvent
from voicebot.web.backend import HttpBackend
from voicebot.web.demo_bank import serving

_KEYS = set("0123456789*#")
_DEMO_PORT = 8091
_CONFIG = Path("sip_config")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("flow", help="name of a flow in the folder, or a flow file")
    parser.add_argument("--folder", type=Path, default=Path("ivr_flows"), help="of flows")
    parser.add_argument("--language", default="", help="instead of the flow's: en, zh")
    parser.add_argument(
        "--queue-outcome",
        action="append",
        type=QueueOutcome,
        metavar="OUTCOME",
        help=f"how a wait for a person ends: {', '.join(QueueOutcome)}; repeat it for the next "
        "wait (served)",
    )
    parser.add_argument(
        "--transfer-outcome",
        type=TransferOutcome,
        choices=TRANSFER_ENDS,
        default=TransferOutcome.DONE,
        metavar="OUTCOME",
        help=f"how a transfer ends: {', '.join(TRANSFER_ENDS)} (done)",
    )
    parser.add_argument("--caller", default="", help="the caller's number")
    parser.add_argument(
        "--trace",
        action="store_true",
        help="show nodes, slots, scores, what came close, and what is kept for later turns",
    )
    parser.add_argument(
        "--today", type=datetime.date.fromisoformat, metavar="DATE", help="YYYY-MM-DD"
    )
    parser.add_argument(
        "--own-backend", action="store_true", help="start a demo bank of its own in any case"
    )


def run(args: argparse.Namespace) -> int:
    """Talk until the call ends."""
    return asyncio.run(_talk(load_by_name(args.folder, args.flow), args))


async def _talk(flow: Flow, args: argparse.Namespace) -> int:
    async with AsyncExitStack() as stack:
        hotline = hotline_in(_CONFIG)
        backend = await _backend(stack, hotline, own=args.own_backend)
        outcomes = list(args.queue_outcome or [])
        understanding = nlu.build(hotline.understanding, now=_clock(args.today))
        for note in understanding.notes:
            print(f"Note: {note}", file=sys.stderr)
        chat = Chat(flow, backend, understanding, outcomes)
        chat.transfer_outcome, chat.trace, chat.today = (
            args.transfer_outcome,
            args.trace,
            args.today or datetime.date.today(),
        )
        outcome = await chat.run(args.language, args.caller)
        return 1 if outcome is Outcome.FAILED else 0


def _clock(today: datetime.date | None) -> Callable[[], datetime.datetime]:
    if today is None:
        return datetime.datetime.now
    morning = datetime.datetime.combine(today, datetime.time(9))
    return lambda: morning


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A back end whose demo services are at another address than flows say."""

    backend: Backend
    base: str

    async def request(self, request: BackendRequest) -> BackendReply:
        parts = urlsplit(request.url)
        is_demo = parts.hostname in ("127.0.0.1", "localhost") and parts.port == _DEMO_PORT
        if is_demo:
            moved = urlsplit(self.base)
            url = parts._replace(scheme=moved.scheme, netloc=moved.netloc).geturl()
            request = replace(request, url=url)
        return await self.backend.request(request)


async def _backend(stack: AsyncExitStack, hotline: HotlineFile, *, own: bool) -> Backend:
    """Back ends as flows say; the demo services are started where they do not run."""
    backend = HttpBackend(hotline.backend, read_secrets(hotline.secrets))
    stack.push_async_callback(backend.close)
    if not own and await _answers(_DEMO_PORT):
        return backend
    return _Elsewhere(backend, await stack.enter_async_context(serving()))


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class _HungUp(Exception):
    """The caller is gone."""


@dataclass
class Chat:
    """One conversation."""

    flow: Flow
    backend: Backend
    understanding: Understanding
    queue_outcomes: list[QueueOutcome]
    transfer_outcome: TransferOutcome = TransferOutcome.DONE
    trace: bool = False
    today: datetime.date | None = None
    keys: str = field(default="", init=False)
    """Keys typed ahead."""
    context: str = field(default="", init=False)
    """As it was shown last."""

    async def run(self, language: str = "", caller: str = "") -> Outcome:
        """Until the flow or the caller hangs up."""
        began_s, now = time.monotonic(), _clock(self.today)().astimezone()
        state = start(self.flow, language, now=now)
        event: Event | HangUp = Started(LegInfo(caller=caller, sip_call_id=secrets.token_hex(8)))
        try:
            while not isinstance(event, HangUp):
                at_ms = round((time.monotonic() - began_s) * 1000)
                state, actions = step(state, event, at_ms)
                self._show_context(context_of(state))
                event = await self._carry_out(actions)
        except _HungUp:
            print("       (the caller hangs up)")
            return Outcome.HUNG_UP
        print(f"       (the bot hangs up: {event.outcome})")
        return event.outcome

    async def _carry_out(self, actions: Sequence[Action]) -> Event | HangUp:
        for action in actions[:-1]:
            if isinstance(action, Say):
                self._say(action.prompts)
            elif isinstance(action, Note) and self.trace:
                data = " ".join(f"{key}={value!r}" for key, value in action.data.items())
                print(f"       · {action.kind} {data}")
            elif isinstance(action, Notify):
                tell(action)
        last = actions[-1]
        match last:
            case Listen():
                return await self._hear(last)
            case Call():
                return await self._ask_back_end(last)
            case Enqueue():
                return self._wait(last)
            case Transfer(target):
                print(f"       (transfer to {target}: {self.transfer_outcome})")
                return TransferEnded(self.transfer_outcome)
            case LookUp(text, knowledge, language):
                return LookedUp(await self.understanding.look_up(text, knowledge, language))
            case FindCustomer():
                print("       (looks a customer up: nobody is known)")
                return CustomerSeen(NOBODY)
            case LookAtQueue(queue):
                status = QueueStatus(staffed=1, available=1)
                print(f"       (looks at queue {queue}: an agent is free)")
                return QueueSeen(status)
            case Dial() | Record() | PlayBack() | Pause() | RequestCallback():
                return pretend(last, self.transfer_outcome)
            case HangUp():
                return last
        raise AssertionError("the engine asked for nothing to wait for")

    def _say(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            print(f"bot    {words_of(prompt, today=self.today)}", flush=True)

    # ------------------------------------------------------------ the caller

    async def _hear(self, listen: Listen) -> Event:
        spec = listen.expectation.keys
        if self.keys and spec is not None:
            return self._take_keys(listen)
        line = await asyncio.to_thread(self._read)
        if line == "/hangup":
            raise _HungUp
        if not line:
            return NoInput()
        if set(line) <= _KEYS:
            self.keys += line.removeprefix("#") or line
            return self._take_keys(listen) if spec is not None else NoInput()
        return await self._understand(line, listen) if listen.expectation.speech else NoInput()

    def _read(self) -> str:
        is_terminal = sys.stdin.isatty()
        if is_terminal:
            print("you    ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise _HungUp
        if not is_terminal:
            print(f"you    {line.strip()}")
        return line.strip()

    def _take_keys(self, listen: Listen) -> Event:
        assert listen.expectation.keys is not None
        collector = DigitCollector(listen.expectation.keys, listen.timing.inter_digit_ms)
        events: list[DigitEvent] = []
        while self.keys and not collector.ended:
            key, self.keys = self.keys[0], self.keys[1:]
            events += collector.key(key, 0)
        events += collector.tick(listen.timing.inter_digit_ms)
        collected = next((event for event in events if isinstance(event, Collected)), None)
        if collected is None:
            return NoInput()
        if self.keys[:1] and self.keys[0] in listen.expectation.keys.terminators:
            self.keys = self.keys[1:]
        is_valid = collected.reason is not CollectReason.INVALID
        return Typed(collected.digits) if is_valid else NoMatch()

    async def _understand(self, line: str, listen: Listen) -> Event:
        transcript = Transcript((Hypothesis(line.lower(), 1.0),), True, self.flow.language)
        meaning = await self.understanding.interpret(transcript, listen.expectation)
        if not listen.expectation.secret:
            self._trace(_scores(meaning))
        return NoMatch(meaning) if meaning.match is Match.NONE else Understood(meaning)

    # ------------------------------------------------------------ others

    async def _ask_back_end(self, call: Call) -> Event:
        request = asyncio.ensure_future(self.backend.request(call.request))
        try:
            done, _ = await asyncio.wait([request], timeout=call.cover_after_ms / 1000)
            if not done:
                self._say(call.cover)
            reply = await request
        except EngineError as error:
            reason = "timeout" if "timeout" in str(error) else "error"
            self._trace(f"back end {call.request.method} {reason}")
            return CallFailed(reason)
        self._trace(f"back end {call.request.method} {reply.status}")
        return Replied(reply)

    def _show_context(self, context: str) -> None:
        """What is kept for later turns, where it is something else than before."""
        if context != self.context:
            self.context = context
            self._trace(f"context  {context or 'nothing'}")

    def _trace(self, text: str) -> None:
        if self.trace:
            print(f"       · {text}")

    def _wait(self, action: Enqueue) -> Event:
        self._say([_with_position(prompt) for prompt in action.position])
        outcome = self.queue_outcomes.pop(0) if self.queue_outcomes else QueueOutcome.SERVED
        told = ", ".join(f"{title}: {text}" for title, text in action.summary.items())
        print(f"       (queue {action.queue}: {outcome}; the agent is told: {told or 'nothing'})")
        return QueueLeft(outcome)


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
