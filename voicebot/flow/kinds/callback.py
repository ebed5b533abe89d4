"""callback: the caller leaves a number, and is called back.

the calling number? ─┬─ yes ──────────────────┬─ noted down ── accepted
                     └─ no: key it in, right? ┤
                                   ▲          └─ may not be called ─┐
                                   └────────────────────────────────┴── too often: invalid
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from voicebot.core.afterwards import CallbackOutcome
from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.phrases import parse_phrase
from voicebot.core.turn import KeySpec
from voicebot.flow.actions import RequestCallback
from voicebot.flow.base import Expression, NodeName, Prompts, QueueName, Strict
from voicebot.flow.events import CallbackEnded, EngineFailed, Event
from voicebot.flow.expressions import EvaluationError
from voicebot.flow.flow import Flow
from voicebot.flow.listening import Listening
from voicebot.flow.state import Waiting
from voicebot.flow.values import written
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk
from voicebot.flow.wording import NO_CALLBACK

NUMBER = "number"
"""The slot of the question for a number."""
_DECLINE = "no_callback"
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SHORTEST, _LONGEST = 3, 15
"""Digits of a number (ITU-T E.164)."""


class CallbackOutcomes(Strict):
    """Where the call goes, by what came of the offer."""

    accepted: NodeName = Field(description="It is noted down, and survives a restart.")
    declined: NodeName = Field(description="The caller wants none.")
    failed: NodeName = Field(description="It could not be noted down.")
    invalid: NodeName | None = Field(
        None,
        description="No number came that the configuration allows to call; the same as failed if "
        "left out.",
    )

    def of(self, outcome: CallbackOutcome) -> str:
        """The node for an outcome."""
        return getattr(self, outcome) or self.failed


class CallbackNode(Listening):
    """The caller leaves a number, and is called back when it is their turn.

    The number that the call comes from is offered first. Another one is keyed in (or said), read
    back, and checked against the destinations that the configuration allows.
    """

    needs_prompt: ClassVar[bool] = False

    kind: Literal["callback"]
    queue: QueueName = Field(description="The queue whose people call back.")
    offer_caller: bool = Field(True, description="Whether the calling number is offered.")
    offer_prompt: Prompts = Field(
        (), description="Offers `{value}`, the calling number; a built-in one if left out."
    )
    number_prompt: Prompts = Field(
        (), description="Asks for another number; a built-in one if left out."
    )
    read_back: Prompts = Field((), description="Reads `{value}` back; a built-in one if left out.")
    not_allowed: Prompts = Field(
        (), description="Said where that number cannot be called; a built-in one if left out."
    )
    attempts: int = Field(3, ge=1, le=10, description="Numbers that may be tried.")
    at: Expression | None = Field(
        None,
        description="Not before: an expression that gives a date, a time, or both (of the "
        "hotline's zone); null or left out, as soon as may be.",
    )
    outcomes: CallbackOutcomes = Field(description="Where the call goes.")

    def enter(self, walk: Walk) -> None:
        """Offer the calling number, or ask for one."""
        walk.say(self.prompt, self.barge_in)
        caller = walk.state.info.caller
        if self.offer_caller and _NUMBER.fullmatch(caller):
            self._propose(walk, caller, 1.0, self.offer_prompt or ("callback_offer",))
        else:
            self.put(walk)

    def question(self, walk: Walk) -> tuple[str, ...]:
        """For a number."""
        return self.number_prompt or ("callback_number",)

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """A number, or none."""
        phrases = NO_CALLBACK.get(flow.language, NO_CALLBACK["en"])
        return Expectation(
            choices=(Choice(_DECLINE, tuple(map(parse_phrase, phrases))),),
            slots=(
                SlotSpec(
                    NUMBER,
                    SlotType.DIGITS,
                    min_length=_SHORTEST,
                    max_length=_LONGEST,
                    required=False,
                ),
            ),
            keys=KeySpec(_LONGEST, 0, "#", "*"),
        )

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """For a number, and while one is read back."""
        return super().expectations(flow)

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A number, or none."""
        value = interpretation.slots.get(NUMBER)
        if interpretation.match is Match.CHOICE and interpretation.choice == _DECLINE:
            self._leave(walk, CallbackOutcome.DECLINED)
        elif value is None or not _NUMBER.fullmatch(value.value):
            self.not_understood(walk, interpretation.text)
        else:
            self._read_back(walk, value.value, interpretation.confidence)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """The same by keys; none before the pound key is none at all."""
        if not digits:
            self._leave(walk, CallbackOutcome.DECLINED)
            return True
        if not _NUMBER.fullmatch(digits):
            return False
        self._read_back(walk, digits, 1.0)
        return True

    def _read_back(self, walk: Walk, number: str, confidence: float) -> None:
        self._propose(walk, number, confidence, self.read_back or ("callback_read_back",))

    def _propose(
        self, walk: Walk, number: str, confidence: float, prompts: tuple[str, ...]
    ) -> None:
        value = SlotValue(SlotType.DIGITS, number)
        proposal = Proposal("slot", NUMBER, confidence, {NUMBER: value})
        self.propose(walk, proposal, prompts, SlotValue(SlotType.DIGITS, number.lstrip("+")))

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """Note it down."""
        number = written(proposal.slots[NUMBER])
        walk.wait(RequestCallback(self.queue, number, self._not_before(walk)))

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """Another one."""
        self._another(walk)

    def given_up(self, walk: Walk, via: str) -> None:
        """No number came."""
        self._leave(walk, CallbackOutcome.INVALID)

    def take(self, walk: Walk, event: Event) -> None:
        """An answer, or whether it is noted down."""
        match event:
            case CallbackEnded(CallbackOutcome.INVALID):
                walk.say(self.not_allowed or ("callback_not_allowed",), self.barge_in)
                self._another(walk)
            case CallbackEnded(outcome):
                self._leave(walk, outcome)
            case EngineFailed() if walk.state.waiting is Waiting.CALLBACK:
                self._leave(walk, CallbackOutcome.FAILED)
            case _:
                super().take(walk, event)

    def _another(self, walk: Walk) -> None:
        tried = int(walk.visit.memo.get("tried", 0)) + 1
        memo: dict[str, Any] = {"tried": tried}
        walk.revisit(memo=memo, proposal=None)
        if tried > self.attempts:
            self._leave(walk, CallbackOutcome.INVALID)
        else:
            self.put(walk)

    def _leave(self, walk: Walk, outcome: CallbackOutcome) -> None:
        if outcome is CallbackOutcome.ACCEPTED:
            walk.change(errors=0)
        walk.go(self.outcomes.of(outcome), str(outcome))

    def _not_before(self, walk: Walk) -> str:
        """ISO 8601; empty for as soon as may be. Raises `EvaluationError`."""
        text = written(walk.value(self.at)) if self.at is not None else ""
        now = walk.state.now
        if not text:
            return ""
        try:
            if re.fullmatch(r"\d\d:\d\d", text) and now is not None:
                at = datetime.time.fromisoformat(text)
                when = datetime.datetime.combine(now.date(), at)
                days = 0 if when > now.replace(tzinfo=None) else 1
                return (when + datetime.timedelta(days=days)).isoformat()
            return datetime.datetime.fromisoformat(text).isoformat()
        except ValueError:
            raise EvaluationError("`at` is no date or time") from None
