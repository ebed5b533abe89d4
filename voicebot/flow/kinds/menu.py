"""menu: the caller chooses, by voice or keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal

from pydantic import Field

from voicebot.core.meaning import Choice, Expectation, Interpretation, Match
from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.core.turn import KeySpec
from voicebot.flow.base import Keys, NodeName, PhrasePattern, Strict
from voicebot.flow.listening import Listening
from voicebot.flow.model import Name
from voicebot.flow.state import Flow, Proposal, Visit
from voicebot.flow.values import Value
from voicebot.flow.walk import Walk


class MenuChoice(Strict):
    """One way out of a menu."""

    key: Keys | None = Field(None, description="The key that chooses it.")
    phrases: tuple[PhrasePattern, ...] = Field(
        (), description="What callers say for it; `{slot}` fills a slot along the way."
    )
    label: str = Field("", description="How the bot names it: `Did you mean ...?`")
    to: NodeName = Field(description="The next node.")


class MenuNode(Listening):
    """The caller chooses, by voice or keys."""

    kind: Literal["menu"]
    choices: dict[Name, MenuChoice] = Field(min_length=1, description="The ways out, by name.")

    @cached_property
    def spoken_choices(self) -> tuple[Choice, ...]:
        """Choices that have phrases, parsed."""
        return tuple(
            Choice(name, tuple(parse_phrase(p) for p in choice.phrases), choice.label)
            for name, choice in self.choices.items()
            if choice.phrases
        )

    @cached_property
    def slot_names(self) -> tuple[str, ...]:
        """Slots that phrases bring along, each once."""
        phrases = [p for choice in self.spoken_choices for p in choice.phrases]
        return tuple(dict.fromkeys(name for phrase in phrases for name in slots_of(phrase)))

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
        """Put the question."""
        self.put(walk)

    def question(self, walk: Walk) -> tuple[str, ...]:
        """The long greeting first, the short one later."""
        is_later = walk.state.visits.get(walk.state.node, 0) > 1
        return (is_later and self.again) or self.prompt

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """Every choice that was not denied."""
        denied = {name for kind, name in visit.denied if kind == "choice"}
        longest = max(map(len, self.by_key), default=0)
        return Expectation(
            choices=tuple(c for c in self.spoken_choices if c.name not in denied),
            slots=tuple(flow.specs_optional[name] for name in self.slot_names),
            keys=KeySpec(longest, options=tuple(self.by_key)) if longest else None,
            secret=any(flow.is_secret(name) for name in self.slot_names),
        )

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A choice, taken or asked back."""
        name = interpretation.choice
        is_denied = ("choice", name) in walk.visit.denied
        if interpretation.match is not Match.CHOICE or name not in self.choices or is_denied:
            self.not_understood(walk, interpretation.text)
            return
        slots = {s: v for s, v in interpretation.slots.items() if s in self.slot_names}
        proposal = Proposal("choice", name, interpretation.confidence, slots)
        runner_up = interpretation.runner_up
        is_open = runner_up in self.choices and ("choice", runner_up) not in walk.visit.denied
        if interpretation.confidence >= self.bands(walk.flow, interpretation)[0]:
            self._choose(walk, proposal, interpretation.runner_up)
        elif is_open and runner_up != name:
            other = Proposal("choice", runner_up, interpretation.confidence)
            labels = self._label(name), self._label(runner_up)
            self.propose(walk, replace(proposal, other=other), ("which_one",), *labels)
        else:
            label = self.choices[name].label or interpretation.text or name
            self.propose(walk, proposal, ("did_you_mean",), label)

    def _label(self, name: str) -> str:
        return self.choices[name].label or name.replace("_", " ")

    def alternatives(self, proposal: Proposal) -> tuple[Choice, ...]:
        """The two that the caller is asked for."""
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
        """Take the choice."""
        self._choose(walk, proposal)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """Ask afresh, without that choice."""
        self.retry(walk)

    def _choose(self, walk: Walk, proposal: Proposal, runner_up: str = "") -> None:
        name, slots = proposal.name, proposal.slots
        walk.note_understood(
            Match.CHOICE, proposal.confidence, choice=name, slots=slots, runner_up=runner_up
        )
        walk.keep(slots)
        fresh = {slot: _confidence(value, proposal.confidence) for slot, value in slots.items()}
        walk.change(errors=0, intent=name, fresh={**walk.state.fresh, **fresh})
        walk.go(self.choices[name].to, name)


def _confidence(value: Value, of_choice: float) -> float:
    return min(of_choice, getattr(value, "confidence", 1.0))
