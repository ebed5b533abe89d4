"""survey: the caller gives scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from voicebot.core.meaning import (
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.record import FactKind
from voicebot.core.turn import KeySpec
from voicebot.flow.actions import Record
from voicebot.flow.base import DurationMs, Name, NodeName, Prompts, Strict
from voicebot.flow.events import EngineFailed, Event, Recorded
from voicebot.flow.flow import Flow
from voicebot.flow.listening import Listening
from voicebot.flow.state import Waiting
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk

SCORE = "score"
"""The slot of a survey's question."""


class Question(Strict):
    """One question of a survey."""

    prompt: Prompts = Field(min_length=1, description="The question, with its scale.")
    scale: Literal["1-5", "0-10"] = Field("1-5", description="The lowest and the highest score.")

    @property
    def scores(self) -> range:
        """What may be answered."""
        low, high = map(int, self.scale.split("-"))
        return range(low, high + 1)


class Comment(Strict):
    """What the caller may say at the end, in words."""

    prompt: Prompts = Field(min_length=1, description="The question.")
    mailbox: Name = Field("survey", description="Whose message it is, for reports.")
    max: DurationMs = Field(60_000, ge=1_000, le=600_000, description="The longest comment (1m).")


class SurveyNode(Listening):
    """The caller gives scores, by key or voice; each is kept under its question's name.

    Who does not answer is not pressed: the call goes on. Let `served` of a queue lead here, and the
    caller is asked when the agent has hung up.
    """

    needs_prompt: ClassVar[bool] = False

    kind: Literal["survey"]
    questions: dict[Name, Question] = Field(
        min_length=1, description="The questions, by the names that reports have."
    )
    comment: Comment | None = Field(None, description="A comment, recorded after the questions.")
    to: NodeName = Field(description="The next node, however much was answered.")

    def enter(self, walk: Walk) -> None:
        """Ask the first."""
        walk.say(self.prompt, self.barge_in)
        self.put(walk)

    def _name(self, visit: Visit) -> str:
        return list(self.questions)[int(visit.memo.get("at", 0))]

    def question(self, walk: Walk) -> tuple[str, ...]:
        """The one that is asked now."""
        return self.questions[self._name(walk.visit)].prompt

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """A score of its scale."""
        scores = tuple(map(str, self.questions[self._name(visit)].scores))
        longest = max(map(len, scores))
        return Expectation(
            slots=(SlotSpec(SCORE, SlotType.NUMBER),), keys=KeySpec(longest, options=scores)
        )

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """Of every question."""
        yield from super().expectations(flow)
        for at in range(1, len(self.questions)):
            yield self.expectation(flow, Visit(memo={"at": at}))

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A score, taken or asked back."""
        value = interpretation.slots.get(SCORE)
        score = self._score(walk, value.value) if value is not None else None
        if value is None or score is None or (SCORE, value.value) in walk.visit.denied:
            self.not_understood(walk, interpretation.text)
        elif interpretation.confidence >= self.bands(walk.flow)[0]:
            self._answer(walk, score)
        else:
            slots = {SCORE: value}
            proposal = Proposal("slot", SCORE, interpretation.confidence, slots)
            self.propose(walk, proposal, ("did_you_say",), value)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """A score by keys."""
        score = self._score(walk, digits)
        if score is None:
            return False
        self._answer(walk, score)
        return True

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """It was that."""
        value = proposal.slots[SCORE]
        score = self._score(walk, value.value) if isinstance(value, SlotValue) else None
        if score is None:
            self.retry(walk)
        else:
            self._answer(walk, score)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """It was not."""
        self.retry(walk)

    def _score(self, walk: Walk, text: str) -> int | None:
        scores = self.questions[self._name(walk.visit)].scores
        return int(text) if text.isdecimal() and int(text) in scores else None

    def _answer(self, walk: Walk, score: int) -> None:
        name = self._name(walk.visit)
        walk.note_understood(Match.SLOTS, 1.0, slots={SCORE: score})
        walk.note(FactKind.SURVEYED, question=name, score=score)
        walk.keep({name: score})
        walk.change(errors=0)
        following = int(walk.visit.memo.get("at", 0)) + 1
        if following < len(self.questions):
            walk.change(visit=Visit(memo={"at": following}))
            self.put(walk)
        elif self.comment is not None:
            walk.say(self.comment.prompt)
            walk.wait(Record(self.comment.mailbox, max_ms=self.comment.max))
        else:
            walk.go(self.to, "answered")

    def given_up(self, walk: Walk, via: str) -> None:
        """Not pressed any further."""
        walk.go(self.to, "unanswered")

    def take(self, walk: Walk, event: Event) -> None:
        """An answer, or the comment."""
        match event:
            case Recorded(outcome):
                walk.go(self.to, str(outcome))
            case EngineFailed() if walk.state.waiting is Waiting.MESSAGE:
                walk.go(self.to, "answered")
            case _:
                super().take(walk, event)
