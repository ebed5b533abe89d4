"""What is expected of the caller at a node that listens, and what such nodes have to say of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from typing import ClassVar

from pydantic import Field

from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    SlotSpec,
    SlotType,
)
from voicebot.core.turn import BargeIn, KeySpec
from voicebot.flow.asking_back import expected
from voicebot.flow.base import Prompts
from voicebot.flow.flow import Flow
from voicebot.flow.properties import ConfidenceModel, Reactions, TimingModel
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Kind, Walk

YES_NO_CONFIRM = 0.2
"""From this confidence a yes or no is taken: words so short score low, and little else is said."""


class Expecting(Kind):
    """A node that listens: its properties, and what can be meant there."""

    needs_prompt: ClassVar[bool] = True
    """Without a prompt of its own it would ask nothing."""

    prompt: Prompts = Field((), description="The question.")
    again: Prompts = Field(
        (), description="The question on later visits, when the caller knows it; shorter."
    )
    help: Prompts = Field(
        (), description="Said when the caller asks for help, before the question."
    )
    barge_in: BargeIn | None = Field(
        None, description="What may interrupt; the flow's if left out."
    )
    timing: TimingModel = Field(TimingModel(), description="When a turn ends, for this node.")
    confidence: ConfidenceModel = Field(
        ConfidenceModel(), description="How sure the bot must be, for this node."
    )
    no_input: Reactions = Field(
        (),
        description="What happens on silence: the first entry the first time, and so on. "
        "After the last the flow's on_error is taken.",
    )
    no_match: Reactions = Field(
        (), description="What happens when nothing was understood, by count, as no_input."
    )
    without: tuple[str, ...] = Field((), description="Global commands that do not work here.")

    # ------------------------------------------------------------ what kinds fill in

    @abstractmethod
    def question(self, walk: Walk) -> tuple[str, ...]:
        """The prompts of what is asked now."""

    @abstractmethod
    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """What is expected now; language, universals, thresholds are put in by `expectation`."""

    @abstractmethod
    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """The caller answered, sure enough to be asked back at least."""

    @abstractmethod
    def keyed(self, walk: Walk, digits: str) -> bool:
        """The caller typed; False if it is no answer to the question."""

    @abstractmethod
    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """The caller said yes to what was asked back (a choice, slot or form)."""

    @abstractmethod
    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """The caller said no to it."""

    def alternatives(self, proposal: Proposal) -> tuple[Choice, ...]:
        """The choices of which one is asked for."""
        return ()

    def correctable(self, flow: Flow, proposal: Proposal) -> tuple[SlotSpec, ...]:
        """The slots that may be said otherwise while something is asked back."""
        return ()

    def forget(self, walk: Walk) -> None:
        """The caller comes back to have this asked once more."""

    def answers_itself(self, command: str) -> bool:
        """Whether a digression of that name is an answer to the question here."""
        return False

    def reacts_itself(self, kind: str) -> bool:
        """Whether what the flow says under `no_input` or `no_match` does not count here."""
        return bool(getattr(self, kind))

    def given_up(self, walk: Walk, via: str) -> None:
        """The caller kept silent, or was not understood, once too often."""
        walk.go_wrong(via)

    def help_prompts(self, walk: Walk) -> tuple[str, ...]:
        """What help says."""
        return self.help or ("no_help",)

    # ------------------------------------------------------------ what is expected

    def expectation(self, flow: Flow, visit: Visit, language: str = "") -> Expectation:
        """All that can be meant now; found once where many calls come to the same."""
        situation = _situation(visit)
        if situation is None:
            return self._expectation(flow, visit, language)
        key = id(self), language, situation
        known = flow.expected.get(key)
        if known is None:  # With the node, so that its id stays its own.
            known = flow.expected[key] = (self, self._expectation(flow, visit, language))
        return known[1]

    def asks_secret(self, flow: Flow, visit: Visit, language: str) -> bool:
        """Whether what is asked for may not be kept."""
        if visit.proposal is None:  # As it was listened for: found already.
            return self.expectation(flow, visit, language).secret
        return self.wanted(flow, visit).secret

    def _expectation(self, flow: Flow, visit: Visit, language: str) -> Expectation:
        wanted = self._wanted_now(flow, visit)
        accept, confirm = self._levels(flow, wanted)
        return Expectation(
            language=language or flow.language,
            choices=wanted.choices,
            slots=wanted.slots,
            universals=tuple([u for u in flow.universals if self.obeys(flow, u.name)]),
            keys=self._with_global_keys(flow, wanted.keys),
            accept=accept,
            confirm=confirm,
            levels_given=self._levels_given(flow),
            sounds=flow.sounds,
            secret=wanted.secret,
            speech=wanted.speech and not visit.deaf,
        )

    def obeys(self, flow: Flow, command: str) -> bool:
        """Whether a global command works here."""
        if command in self.without:
            return False
        return not (flow.globals[command].returns and self.answers_itself(command))

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """On entry, and while something is asked back."""
        yield self.expectation(flow, Visit())
        yield self.expectation(flow, Visit(proposal=Proposal("choice", "", 0.5)))

    def bands(self, flow: Flow, meaning: Interpretation | None = None) -> tuple[float, float]:
        """(accept, confirm) here, for `meaning`: those that its model has learned, where the flow
        gives none."""
        if meaning is not None and meaning.levels is not None:
            return meaning.levels.accept, meaning.levels.confirm
        own, shared, system = self.confidence, flow.file.confidence, flow.settings
        accept = _nearest(own.accept, shared.accept, system.accept)
        return accept, min(accept, _nearest(own.confirm, shared.confirm, system.confirm))

    def _levels_given(self, flow: Flow) -> bool:
        own, shared = self.confidence, flow.file.confidence
        return any(level is not None for c in (own, shared) for level in (c.accept, c.confirm))

    def _levels(self, flow: Flow, wanted: Expectation) -> tuple[float, float]:
        """(accept, confirm) for what is wanted."""
        accept, confirm = self.bands(flow)
        return accept, min(confirm, YES_NO_CONFIRM) if _only_yes_or_no(wanted) else confirm

    def _wanted_now(self, flow: Flow, visit: Visit) -> Expectation:
        """What the node asks for, or a reply to what is asked back."""
        proposal = visit.proposal
        if proposal is None:
            return self.wanted(flow, visit)
        slots = self.correctable(flow, proposal)
        return expected(proposal, self.alternatives(proposal), slots, flow.language)

    def _with_global_keys(self, flow: Flow, keys: KeySpec | None) -> KeySpec | None:
        extra = tuple(self.global_keys(flow, keys))
        if not extra:
            return keys
        if keys is None:
            return KeySpec(max(map(len, extra)), 1, "", options=extra)
        most = max(keys.max_digits, *map(len, extra))
        options = keys.options + extra if keys.options else ()
        fewest = min(1, keys.min_digits)
        return KeySpec(most, fewest, keys.terminators, keys.cancel, options)

    def global_keys(self, flow: Flow, keys: KeySpec | None) -> Mapping[str, str]:
        """Key -> global command, where the key means nothing else here."""
        taken = keys.options if keys else ()
        reserved = keys.terminators + keys.cancel if keys else ""
        return {
            command.key: name
            for name, command in flow.globals.items()
            if command.key and self.obeys(flow, name)
            if command.key not in taken and command.key not in reserved
        }


def _nearest(own: float | None, shared: float | None, system: float) -> float:
    if own is not None:
        return own
    return system if shared is None else shared


def _situation(visit: Visit) -> Hashable:
    """All of a visit that decides what is expected; None for what few calls come to."""
    if visit.denied or visit.memo or visit.deaf:
        return None
    if visit.proposal is None:
        failed = visit.no_inputs, visit.no_matches
        return visit.settled, failed, bool(visit.guess), visit.follows
    return None if visit.proposal.other else (visit.proposal.kind, visit.proposal.name)


def _only_yes_or_no(wanted: Expectation) -> bool:
    """Whether such words are all that is asked for; other values may be said instead."""
    needed = [slot for slot in wanted.slots if slot.required]
    is_yes_no = all(slot.type is SlotType.YES_NO for slot in needed)
    return bool(needed) and is_yes_no and not wanted.choices
