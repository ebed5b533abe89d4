"""answer: the caller's questions are answered from a knowledge base."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from voicebot.core.knowledge import Finding, KnowledgeScope
from voicebot.core.meaning import Expectation, Interpretation, Match
from voicebot.core.record import FactKind
from voicebot.flow.actions import LookUp
from voicebot.flow.answering import Answering
from voicebot.flow.base import Expression, NodeName, Prompts, Strict
from voicebot.flow.events import EngineFailed, Event, LookedUp
from voicebot.flow.flow import Flow
from voicebot.flow.knowledge.property import Knowing
from voicebot.flow.knowledge.wording import DONE, MORE, choices
from voicebot.flow.properties import Reaction, Reactions
from voicebot.flow.state import Waiting
from voicebot.flow.values import written
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk

_NO_MATCH = (Reaction(prompt=("no_answer",)),)
_NO_INPUT = (Reaction(prompt=("still_there",), repeat=True),)
_GIVEN = "given"
"""Memo: the question came along, nobody has asked for it yet."""


class AnswerOutcomes(Strict):
    """Where the call goes afterwards."""

    answered: NodeName = Field(description="The caller has no further question.")
    not_found: NodeName = Field(description="No answer was found, or the caller said it was none.")
    clarified: NodeName | None = Field(
        None,
        description="As answered, where the bot had to ask back which question was meant; the "
        "same as answered if left out.",
    )
    nothing: NodeName | None = Field(
        None, description="The caller had no question at all; the same as answered if left out."
    )
    no_input: NodeName | None = Field(
        None,
        description="The caller was silent twice; what the flow says under no_input if left out.",
    )


class AnswerNode(Answering):
    """The caller's questions are answered from a knowledge base, one after the other.

    An entry is told only where the bot is sure of it, and surer than of any other; else the caller
    is asked which of two was meant, or hears that there is no answer. Silence after an answer
    counts as no further question.
    """

    needs_prompt: ClassVar[bool] = False

    kind: Literal["answer"]
    knowledge: Knowing = Field(
        description="Knowledge bases to answer from: a name, several, or all properties."
    )
    text: Expression | None = Field(
        None, description="A text that holds the question, instead of asking for it first."
    )
    from_last: bool = Field(
        False,
        description="Whether what the caller said last may hold the question: it is answered if an "
        "answer is found, else the prompt asks for it.",
    )
    more: Prompts = Field(
        (), description="Said after an answer; `Anything else?` if left out. It asks for the next."
    )
    once: bool = Field(False, description="Whether the call goes on after the first answer.")
    outcomes: AnswerOutcomes = Field(description="Where the call goes afterwards.")

    def _scope(self, flow: Flow) -> KnowledgeScope | None:
        scope = super()._scope(flow)
        return replace(scope, free=True) if scope is not None else None

    # ------------------------------------------------------------ asking

    def enter(self, walk: Walk) -> None:
        """Look up what was asked already, or ask."""
        text = self._asked_already(walk)
        scope = self._scope(walk.flow)
        if text and scope is not None:
            walk.wait(LookUp(text, scope, walk.state.language))
        else:
            self.put(walk)

    def _asked_already(self, walk: Walk) -> str:
        if self.text is not None:
            return written(walk.value(self.text))
        return walk.state.heard if self.from_last else ""

    def question(self, walk: Walk) -> tuple[str, ...]:
        """The first question, or that for more."""
        if walk.visit.memo.get("answers"):
            return self.more or ("anything_else",)
        return self.prompt or ("your_question",)

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """That there is a further question, or none."""
        names = (MORE, DONE) if visit.memo.get("answers") else (DONE,)
        return Expectation(choices=choices(flow.language, *names))

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """Also those after an answer."""
        yield from super().expectations(flow)
        yield self.expectation(flow, Visit(memo={"answers": 1, "told": {}}))

    # ------------------------------------------------------------ answers

    def take(self, walk: Walk, event: Event) -> None:
        """What was looked up, or the caller's turn."""
        match event:
            case LookedUp(findings):
                self._looked_up(walk, findings)
            case EngineFailed() if walk.state.waiting is Waiting.KNOWLEDGE:
                self.put(walk)
            case _:
                super().take(walk, event)

    def _looked_up(self, walk: Walk, findings: tuple[Finding, ...]) -> None:
        walk.revisit(memo={**walk.visit.memo, _GIVEN: True})
        self.found(walk, findings, "")

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A word beside the question."""
        is_choice = interpretation.match is Match.CHOICE
        if is_choice and interpretation.choice == DONE:
            walk.note_understood(Match.CHOICE, interpretation.confidence, choice=DONE)
            self._leave(walk)
        elif is_choice and interpretation.choice == MORE:
            walk.note_understood(Match.CHOICE, interpretation.confidence, choice=MORE)
            walk.say(["your_question"], self.barge_in)
            self.listen(walk)
        else:
            self.not_understood(walk, interpretation.text)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """No key answers."""
        return False

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """That was the question."""
        if not self.answer_accepted(walk, proposal):
            self.put(walk)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """It was not."""
        self.not_answered(walk, "")

    def after_answer(self, walk: Walk) -> None:
        """Ask for more, or go on."""
        if self.once:
            self._leave(walk)
        else:
            self.put(walk)

    def not_answered(self, walk: Walk, text: str) -> None:
        """Say so; what came along with another question is asked for instead."""
        if self.from_last and walk.visit.memo.get(_GIVEN):
            walk.revisit(memo={})
            self.put(walk)
        else:
            self.not_understood(walk, text)

    # ------------------------------------------------------------ ways out

    def _silent(self, walk: Walk) -> None:
        if walk.visit.proposal is None and walk.visit.memo.get("answers"):
            walk.note(FactKind.TIMED_OUT, node=walk.place, count=1)
            self._leave(walk)
        elif walk.visit.proposal is None and self.outcomes.no_input and not self.no_input:
            count = walk.visit.no_inputs + 1
            walk.revisit(no_inputs=count)
            walk.note(FactKind.TIMED_OUT, node=walk.place, count=count)
            self._react(walk, _NO_INPUT, count, "no_input")
        else:
            super()._silent(walk)

    def _leave(self, walk: Walk) -> None:
        outcomes, memo = self.outcomes, walk.visit.memo
        if not memo.get("answers"):
            walk.go(outcomes.nothing or outcomes.answered, "nothing")
        elif memo.get("via") == "clarified" and outcomes.clarified:
            walk.go(outcomes.clarified, "clarified")
        else:
            walk.go(outcomes.answered, "answered")

    def reacts_itself(self, kind: str) -> bool:
        """That nothing was found always has its own way out; silence, where it has an outcome."""
        is_given = kind == "no_match" or self.outcomes.no_input is not None
        return is_given or super().reacts_itself(kind)

    def given_up(self, walk: Walk, via: str) -> None:
        """No answer was found, or nobody asks."""
        if via == "no_match":
            walk.go(self.outcomes.not_found, "not_found")
        elif self.outcomes.no_input is not None:
            walk.go(self.outcomes.no_input, "no_input")
        else:
            super().given_up(walk, via)

    def _no_match(self, flow: Flow) -> Reactions:
        return self.no_match or _NO_MATCH
