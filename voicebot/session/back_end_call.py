"""A request to the back end: tried again where that helps, covered by a word, given up in time.

attempt ─▶ answer ──────────────────────────────────────────────▶ Replied
   ▲         │ none, or 408, 425, 429, 500, 502, 503, 504
   └─ pause ◀┘ as long as attempts and time are left ──── else ──▶ Replied | CallFailed
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Call
from voicebot.flow.events import CallFailed, Event, Replied
from voicebot.session.context import Context
from voicebot.session.tasks import Work
from voicebot.turns.floor import FloorEvent

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed (RFC 9110; 425: RFC 8470; 429: RFC 6585)."""


MOST_KEPT = 65_536
"""Characters of an answer, as JSON, that go into the journal."""


async def ask_back_end(context: Context, action: Call, row: list[tuple[Prompt, BargeIn]]) -> Event:
    """Ask while the prompts play; cover a long wait with a word, so that nobody hears nothing.
    Raises `LegGone`."""
    call = _BackEndCall(context, action)
    context.speaker.start(row)
    if row:
        context.hand_on(FloorEvent.PROMPT_STARTED)
    try:
        while not call.over() or context.speaker.speaking:
            await context.line.frame()
            call.cover()
    finally:
        call.drop()
    context.hand_on(FloorEvent.WAITING)
    return call.result


def reason_of(error: EngineError) -> str:
    """What the flow and the journal are told of a request without an answer."""
    return "timeout" if "timeout" in str(error) else "error"


class _BackEndCall:
    """The attempts of one request."""

    def __init__(self, context: Context, action: Call) -> None:
        self._context = context
        self._action = action
        self._began_ms = context.line.now_ms
        self._cover_ms = self._began_ms + action.cover_after_ms
        self._attempts = 0
        self._work: Work[BackendReply] | None = None
        self._next_ms = 0
        self._result: Event | None = None
        self._attempt()

    @property
    def result(self) -> Event:
        assert self._result is not None, "asked for before it was over"
        return self._result

    def over(self) -> bool:
        """Go on as far as that is possible now; True when nothing more is waited for."""
        now_ms = self._context.line.now_ms
        if self._result is None and now_ms - self._began_ms >= self._action.give_up_ms:
            self.drop()
            self._note(0, "give_up")
            self._result = CallFailed("give_up")
        if self._result is None and self._work is None and now_ms >= self._next_ms:
            self._attempt()
        if self._result is None and self._work is not None and self._work.done:
            self._take(self._work)
        return self._result is not None

    def cover(self) -> None:
        """Say that it takes a moment, where it does."""
        context, now_ms = self._context, self._context.line.now_ms
        cover, every_ms = self._action.cover, self._action.cover_every_ms
        due = cover and self._result is None and now_ms > self._cover_ms
        if not due or context.speaker.speaking:
            return
        self._cover_ms = now_ms + every_ms if every_ms else self._began_ms + (1 << 40)
        context.hand_on(FloorEvent.PROMPT_STARTED)
        context.speaker.start([(prompt, BargeIn.NONE) for prompt in cover], covers=True)

    def drop(self) -> None:
        """An answer that comes now is too late."""
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def _attempt(self) -> None:
        self._attempts += 1
        self._started_ms = self._context.line.now_ms
        request = self._context.services.backend.request(self._action.request)
        self._work = self._context.tasks.start(request, "back end")

    def _take(self, work: Work[BackendReply]) -> None:
        self._work = None
        try:
            reply = work.result()
        except EngineError as error:
            reason = reason_of(error)
            self._note(0, reason)
            self._finish(CallFailed(reason), may_repeat=True)
        else:
            self._note(reply.status, "", kept_of(reply, self._action))
            self._finish(Replied(reply), may_repeat=reply.status in AGAIN)

    def _finish(self, event: Event, *, may_repeat: bool) -> None:
        if not may_repeat or self._attempts > self._action.retries:
            self._result = event
            return
        pause_ms = self._action.backoff_ms * 2 ** (self._attempts - 1)
        self._next_ms = self._context.line.now_ms + pause_ms

    def _note(self, status: int, error: str, reply: object = None) -> None:
        context = self._context
        context.pen.write(
            FactKind.REQUESTED,
            node=context.node,
            method=self._action.request.method,
            status=status,
            took_ms=context.line.now_ms - self._started_ms,
            error=error,
            reply=reply,
        )


def kept_of(reply: BackendReply, action: Call) -> object:
    """What the journal keeps of an answer's body; None where that would be too much."""
    body = reply.body
    if action.keeps is not None:
        body = _nested({path: _at(body, path) for path in sorted(action.keeps)})
    return body if len(json.dumps(body)) <= MOST_KEPT else None


def _at(body: object, path: str) -> object:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, Mapping) else None
    return body


def _nested(values: Mapping[str, object]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in values.items():
        place, (*folders, name) = body, path.split(".")
        for folder in folders:
            place = place.setdefault(folder, {})
            if not isinstance(place, dict):
                break  # A shorter path has it already.
        else:
            place[name] = value
    return body
