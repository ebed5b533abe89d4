"""menu: the caller chooses, by voice or keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from voicebot.core.customers import TagBy
from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.core.turn import KeySpec
from voicebot.flow.answering import Answering
from voicebot.flow.asking_back import ANSWER
from voicebot.flow.base import Keys, Name, NodeName, PhrasePattern, SlotName, Strict
from voicebot.flow.events import Event, NoInput
from voicebot.flow.flow import Flow
from voicebot.flow.following import follow_up, is_follow_up
from voicebot.flow.guessing import GuessModel, end_guess, guessed
from voicebot.flow.settling import may_carry
from voicebot.flow.state import Topic
from voicebot.flow.values import Value
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk


class MenuChoice(Strict):
    """One way out of a menu."""

    key: Keys | None = Field(None, description="The key that chooses it.")
    phrases: tuple[PhrasePattern, ...] = Field(
        (), description="What callers say for it; `{slot}` fills a slot along the way."
    )
    along: tuple[SlotName, ...] = Field(
        (),
        description="Slots that callers may say along in any words, beside those of its phrases; "
        "the questions for them are then left out.",
    )
    follow_up: tuple[SlotName, ...] = Field(
        (),
        description="Slots that callers may change once it was answered, back at this menu: `and "
        "tomorrow?`, `what about the airport?`. It is then taken again, all else as it was.",
    )
    label: str = Field("", description="How the bot names it: `Did you mean ...?`")
    tag: str = Field(
        "",
        max_length=64,
        description="Put on the call and on the customer when it is chosen: the next call can "
        'branch on it (`"refund" in customer.tags`) and be routed by it.',
    )
    to: NodeName = Field(description="The next node.")


class MenuNode(Answering):
    """The caller chooses, by voice or keys."""

    kind: Literal["menu"]
    choices: dict[Name, MenuChoice] = Field(min_length=1, description="The ways out, by name.")
    guess: GuessModel | None = Field(
        None, description="A likely choice that is asked for before the open question."
    )

    @model_validator(mode="after")
    def _guesses_its_choices(self) -> Self:
        unknown = set(self.guess.prompts) - set(self.choices) if self.guess else set()
        if unknown:
            raise ValueError(f"guess has a prompt for {min(unknown)}, which is no choice here")
        return self

    @cached_property
    def spoken_choices(self) -> tuple[Choice, ...]:
        """Choices that have phrases, parsed."""
        return tuple(
            Choice(
                name,
                tuple(parse_phrase(p) for p in choice.phrases),
                choice.label,
                tuple(map(str, choice.along)),
            )
            for name, choice in self.choices.items()
            if choice.phrases
        )

    @cached_property
    def slot_names(self) -> tuple[str, ...]:
        """Slots that come along with choices, each once."""
        phrases = [p for choice in self.spoken_choices for p in choice.phrases]
        names = [name for phrase in phrases for name in slots_of(phrase)]
        names += [name for choice in self.spoken_choices for name in choice.along]
        return tuple(dict.fromkeys(names))

    @cached_property
    def by_key(self) -> Mapping[str, str]:
        """Key -> choice."""
        return {choice.key: name for name, choice in self.choices.items() if choice.key}

    def gives(self) -> Mapping[str, Collection[str]]:
        """Slots that every phrase of a choice brings along."""
        try:
            spoken = self.spoken_choices
        except PhraseError:
            return {}  # Reported where the phrase stands.
        return {
            choice.name: set.intersection(*(set(slots_of(phrase)) for phrase in choice.phrases))
            for choice in spoken
            if self.choices[choice.name].key is None
        }

    def enter(self, walk: Walk) -> None:
        """Put the question, or a guess before it."""
        guess = ""
        if self.guess is not None and walk.state.visits.get(walk.state.node, 0) == 1:
            guess = guessed(walk, self.guess, self.choices)
        walk.revisit(guess=guess, follows=self._answered(walk))
        self.put(walk)

    def _answered(self, walk: Walk) -> str:
        """The choice that was answered last, if it may be asked for again with other values."""
        topic = walk.state.topic
        is_here = topic is not None and (topic.flow, topic.menu) == (
            walk.flow.name,
            walk.state.node,
        )
        choice = self.choices.get(topic.choice) if topic is not None and is_here else None
        return topic.choice if topic is not None and choice and choice.follow_up else ""

    def question(self, walk: Walk) -> tuple[str, ...]:
        """The guess; else the long greeting first, the short one later."""
        guess = walk.visit.guess
        if guess and self.guess is not None:
            return self.guess.prompts.get(guess) or self.guess.prompt or ("guess",)
        is_later = walk.state.visits.get(walk.state.node, 0) > 1 or walk.visit.memo
        return (bool(is_later) and self.again) or self.prompt

    def after_answer(self, walk: Walk) -> None:
        """Ask again what is wanted."""
        walk.revisit(guess="")
        self.put(walk)

    def not_answered(self, walk: Walk, text: str) -> None:
        """Not understood, as anything else."""
        self.not_understood(walk, text)

    def put(self, walk: Walk) -> None:
        """Say the question, of a guess with the choice's label, and listen."""
        if not walk.visit.guess:
            super().put(walk)
            return
        label = self._label(walk.visit.guess)
        walk.say(self.question(walk), self.barge_in_now(walk), {"value": label})
        self.listen(walk)

    @property
    def lead_back(self) -> tuple[str, ...]:
        """Nothing: a menu is no business that was interrupted."""
        return ()

    def answers_itself(self, command: str) -> bool:
        """By the choice of that name."""
        return command in self.choices

    def given_before(self, walk: Walk) -> Mapping[str, Value]:
        """What the last business was about, where it may be followed up."""
        topic = walk.state.topic
        return topic.slots if topic is not None and walk.visit.follows else {}

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """Also those after a guess, and for the follow-ups of each choice."""
        yield from super().expectations(flow)
        if self.guess is not None:
            yield self.expectation(flow, Visit(guess=next(iter(self.choices))))
        for name, choice in self.choices.items():
            if choice.follow_up:
                yield self.expectation(flow, Visit(follows=name))

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """Every choice that was not denied, the last one with other values, a yes or no."""
        denied = {name for kind, name in visit.denied if kind == "choice"}
        longest = max(map(len, self.by_key), default=0)
        followed = self.choices[visit.follows].follow_up if visit.follows else ()
        again = follow_up(visit.follows, followed, flow.language)
        choices = (*self.spoken_choices, *again)
        slots = tuple(flow.specs_optional[n] for n in dict.fromkeys((*self.slot_names, *followed)))
        answer = (SlotSpec(ANSWER, SlotType.YES_NO, required=False),) if visit.guess else ()
        return Expectation(
            choices=tuple(c for c in choices if c.name not in denied),
            slots=(*answer, *slots),
            keys=KeySpec(longest, options=tuple(self.by_key)) if longest else None,
            secret=any(flow.is_secret(name) for name in self.slot_names),
        )

    def take(self, walk: Walk, event: Event) -> None:
        """Silence after a guess brings the open question; keys are those of the choices."""
        if walk.visit.guess and isinstance(event, NoInput):
            self._ask_openly(walk)
        else:
            super().take(walk, event)

    def _ask_openly(self, walk: Walk) -> None:
        walk.revisit(guess="")
        self.put(walk)

    def not_understood(self, walk: Walk, text: str = "") -> None:
        """After that the open question, not the guess once more."""
        walk.revisit(guess="")
        super().not_understood(walk, text)

    def _to_guess(self, walk: Walk, interpretation: Interpretation) -> bool:
        """A yes or no to what was guessed; False where something else was said."""
        answer = interpretation.slots.get(ANSWER)
        guess = walk.visit.guess
        if not guess or answer is None or interpretation.match is not Match.SLOTS:
            return False
        walk.note_understood(Match.SLOTS, interpretation.confidence, slots={ANSWER: answer})
        if answer.value == "yes":
            self._choose(walk, Proposal("choice", guess, interpretation.confidence))
        else:
            self._ask_openly(walk)
        return True

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A choice, taken or asked back."""
        if self._to_guess(walk, interpretation):
            return
        if is_follow_up(interpretation.choice, walk.visit.follows):
            self._followed_up(walk, interpretation)
        elif interpretation.match is Match.CHOICE and self._offers(walk, interpretation.choice):
            self._chosen(walk, interpretation)
        else:
            self.not_understood(walk, interpretation.text)

    def _offers(self, walk: Walk, name: str) -> bool:
        """A choice of this menu that the caller has not said no to."""
        return name in self.choices and ("choice", name) not in walk.visit.denied

    def _chosen(self, walk: Walk, interpretation: Interpretation) -> None:
        """Taken where it is sure; else asked back, with another one that came close."""
        name, runner_up = interpretation.choice, interpretation.runner_up
        confidence = interpretation.confidence
        slots = {s: v for s, v in interpretation.slots.items() if s in self.slot_names}
        proposal = Proposal("choice", name, confidence, slots)
        if confidence >= self.bands(walk.flow, interpretation)[0]:
            self._choose(walk, proposal, runner_up)
        elif runner_up != name and self._offers(walk, runner_up):
            proposal = replace(proposal, other=Proposal("choice", runner_up, confidence))
            labels = self._label(name), self._label(runner_up)
            self.propose(walk, proposal, ("which_one",), *labels)
        else:
            label = self.choices[name].label or interpretation.text or name
            self.propose(walk, proposal, ("did_you_mean",), label)

    def _followed_up(self, walk: Walk, interpretation: Interpretation) -> None:
        """The last business with other values, asked back where it is not sure."""
        name, followed = interpretation.choice, self.choices[walk.visit.follows].follow_up
        new = {n: v for n, v in interpretation.slots.items() if n in followed}
        if not new or ("choice", name) in walk.visit.denied:
            self.not_understood(walk, interpretation.text)
            return
        proposal = Proposal("choice", name, interpretation.confidence, new)
        if interpretation.confidence >= self.bands(walk.flow)[0]:
            self._choose(walk, proposal)
        else:
            slot, value = next(iter(new.items()))
            self.propose(walk, proposal, ("did_you_say",), walk.flow.labeled(slot, value))

    def _label(self, name: str) -> str:
        return self.choices[name].label or name.replace("_", " ")

    def alternatives(self, proposal: Proposal) -> tuple[Choice, ...]:
        """The two that the caller is asked for."""
        if proposal.choices:
            return proposal.choices
        names = {proposal.name, proposal.other.name if proposal.other else ""}
        return tuple(choice for choice in self.spoken_choices if choice.name in names)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """A choice by its key."""
        name = self.by_key.get(digits)
        if name is None:
            return False
        self._choose(walk, Proposal("choice", name, 1.0))
        return True

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """Take the choice, or answer the question."""
        if not self.answer_accepted(walk, proposal):
            self._choose(walk, proposal)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """Ask afresh, without that choice."""
        self.retry(walk)

    def _choose(self, walk: Walk, proposal: Proposal, runner_up: str = "") -> None:
        name, said = proposal.name, proposal.slots
        flow, topic, before = walk.flow, walk.state.topic, {}
        if is_follow_up(name, walk.visit.follows) and topic is not None:
            name, before = topic.choice, dict(topic.slots)
        walk.note_understood(
            Match.CHOICE, proposal.confidence, choice=name, slots=said, runner_up=runner_up
        )
        if tag := self.choices[name].tag:
            walk.tag(tag, TagBy.INTENT)
        end_guess(walk, "hit" if walk.state.guess and walk.state.guess.choice == name else "miss")
        walk.keep(said)
        heard = {n: _as_sure(v, proposal.confidence) for n, v in said.items()}
        carried = {
            n: v
            for n, v in {**before, **heard}.items()
            if isinstance(v, SlotValue) and may_carry(flow, n)
        }
        walk.change(
            errors=0,
            intent=name,
            fresh={**walk.state.fresh, **carried},
            topic=Topic(flow.name, walk.state.node, name, carried),
        )
        walk.go(self.choices[name].to, name)


def _as_sure(value: Value, of_choice: float) -> Value:
    """No surer than the choice that it came with."""
    if not isinstance(value, SlotValue):
        return value
    return replace(value, confidence=min(of_choice, value.confidence))
