"""What menu, ask and digits have in common: the turn of the caller.

prompt ─ listen ─┬─ silence, nonsense ── reaction by count ─┬─ listen again
                 ├─ a global command                        └─ leave
                 ├─ sure ─────────── taken
                 └─ middle band ──── "did you say ...?" ─┬─ yes: taken
                                                         └─ no: never offered again
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, KeySpec
from voicebot.flow.asking_back import ANSWER, NO, YES, Reply, expected, reply_to
from voicebot.flow.base import Prompts
from voicebot.flow.properties import (
    ConfidenceModel,
    Reaction,
    Reactions,
    TimingModel,
    reaction_to,
)
from voicebot.flow.state import Flow, Proposal, Visit
from voicebot.flow.steps import EngineFailed, Event, NoInput, NoMatch, Typed, Understood
from voicebot.flow.values import Value
from voicebot.flow.walk import Kind, Walk

YES_NO_CONFIRM = 0.2
"""From this confidence a yes or no is taken: words so short score low, and little else is said."""
_MAX_UNCLEAR = 2
_TRAIL = 20
"""Questions that `back` may go back over."""
_DEFAULT_NO_INPUT = (Reaction(prompt=("still_there",), repeat=True),) * 2
_DEFAULT_NO_MATCH = (
    Reaction(prompt=("sorry",), repeat=True),
    Reaction(prompt=("sorry_again",), repeat=True),
)


class Listening(Kind):
    """A node that listens to the caller."""

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

    def corrected(self, walk: Walk, proposal: Proposal, slots: Mapping[str, SlotValue]) -> None:
        """The caller said other values instead of what was asked back."""
        self.not_understood(walk)

    def alternatives(self, proposal: Proposal) -> tuple[Choice, ...]:
        """The choices of which one is asked for."""
        return ()

    def correctable(self, flow: Flow, proposal: Proposal) -> tuple[SlotSpec, ...]:
        """The slots that may be said otherwise while something is asked back."""
        return ()

    def forget(self, walk: Walk) -> None:
        """The caller comes back to have this asked once more."""

    def given_up(self, walk: Walk, via: str) -> None:
        """The caller kept silent, or was not understood, once too often."""
        walk.go_wrong(via)

    def help_prompts(self, walk: Walk) -> tuple[str, ...]:
        """What help says."""
        return self.help or ("no_help",)

    # ------------------------------------------------------------ asking

    def put(self, walk: Walk) -> None:
        """Say the question and listen."""
        walk.say(self.question(walk), self.barge_in_now(walk))
        self.listen(walk)

    def listen(self, walk: Walk, *, patiently: bool = False) -> None:
        """Listen, without another word."""
        expectation = self.expectation(walk.flow, walk.visit, walk.state.language)
        timing = self.timing.over(walk.flow.timing)
        if walk.visit.attempt is not None:
            timing = walk.visit.attempt.timing.over(timing)
        if patiently:
            timing = replace(timing, no_input_ms=max(timing.wait_ms, timing.no_input_ms))
        if walk.state.trail[-1:] != (walk.state.node,):
            walk.change(trail=(*walk.state.trail, walk.state.node)[-_TRAIL:])
        walk.listen(expectation, timing)

    def barge_in_now(self, walk: Walk) -> BargeIn | None:
        """What may interrupt: by the attempt, or the node."""
        attempt = walk.visit.attempt
        return self.barge_in if attempt is None or attempt.barge_in is None else attempt.barge_in

    def expectation(self, flow: Flow, visit: Visit, language: str = "") -> Expectation:
        """All that can be meant now."""
        wanted = self._wanted_now(flow, visit)
        accept, confirm = self._levels(flow, wanted)
        return Expectation(
            language=language or flow.language,
            choices=wanted.choices,
            slots=wanted.slots,
            universals=tuple(u for u in flow.universals if u.name not in self.without),
            keys=self._with_global_keys(flow, wanted.keys),
            accept=accept,
            confirm=confirm,
            secret=wanted.secret,
            speech=wanted.speech and not visit.deaf,
        )

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """On entry, and while something is asked back."""
        yield self.expectation(flow, Visit())
        yield self.expectation(flow, Visit(proposal=Proposal("choice", "", 0.5)))

    def bands(self, flow: Flow) -> tuple[float, float]:
        """(accept, confirm) here."""
        levels = (self.confidence, flow.file.confidence)
        accepts = [level.accept for level in levels if level.accept is not None]
        confirms = [level.confirm for level in levels if level.confirm is not None]
        accept = accepts[0] if accepts else flow.settings.accept
        confirm = confirms[0] if confirms else flow.settings.confirm
        return accept, min(accept, confirm)

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
            if command.key and name not in self.without
            if command.key not in taken and command.key not in reserved
        }

    # ------------------------------------------------------------ answers

    def take(self, walk: Walk, event: Event) -> None:
        """The caller's turn came."""
        match event:
            case NoInput():
                self._silent(walk)
            case NoMatch(interpretation):
                self.not_understood(walk, interpretation.text if interpretation else "")
            case Typed(digits):
                self._typed(walk, digits)
            case Understood(interpretation):
                self._understood(walk, interpretation)
            case EngineFailed():
                self._cannot_hear(walk)
            case _:
                raise AssertionError(f"{type(event).__name__} is no answer of a caller")

    def _typed(self, walk: Walk, digits: str) -> None:
        proposal = walk.visit.proposal
        if proposal is not None and digits in (YES, NO):
            second = Reply.NO if proposal.other is None else Reply.SECOND
            self._replied(walk, proposal, Reply.YES if digits == YES else second)
        elif proposal is None and self.keyed(walk, digits):
            return
        elif (name := self._global_of_keys(walk, digits)) is not None:
            self._obey(walk, name, 1.0)
        else:
            self.not_understood(walk)

    def _global_of_keys(self, walk: Walk, digits: str) -> str | None:
        wanted = self._wanted_now(walk.flow, walk.visit)
        return self.global_keys(walk.flow, wanted.keys).get(digits)

    def _understood(self, walk: Walk, meaning: Interpretation) -> None:
        accept, confirm = self._levels(walk.flow, self._wanted_now(walk.flow, walk.visit))
        proposal = walk.visit.proposal
        if set(meaning.slots) != {ANSWER}:
            confirm = max(confirm, self.bands(walk.flow)[1])
        if meaning.match is Match.NONE or meaning.confidence < confirm:
            self.not_understood(walk, meaning.text)
        elif meaning.match is Match.UNIVERSAL:
            self._asked_for(walk, meaning, is_sure=meaning.confidence >= accept)
        elif proposal is None:
            self.meant(walk, meaning)
        else:
            reply, slots = reply_to(proposal, meaning)
            if reply is Reply.UNCLEAR:
                self.not_understood(walk, meaning.text)
            else:
                confidence = meaning.confidence
                heard = {n: replace(v, confidence=confidence) for n, v in slots.items()}
                self._replied(walk, proposal, reply, heard)

    def _replied(
        self,
        walk: Walk,
        proposal: Proposal,
        reply: Reply,
        slots: Mapping[str, SlotValue] | None = None,
    ) -> None:
        says_no = reply in (Reply.NO, Reply.CORRECTED)
        if proposal.other is None or says_no:
            answer = SlotValue(SlotType.YES_NO, "no" if says_no else "yes")
            walk.note_understood(Match.SLOTS, 1.0, slots={ANSWER: answer})
        walk.revisit(proposal=None, unclear=0)
        if says_no:
            denied = {proposal.key} | ({proposal.other.key} if proposal.other else set())
            walk.revisit(denied=walk.visit.denied | denied)
            if reply is Reply.CORRECTED:
                self.corrected(walk, proposal, slots or {})
            else:
                self.denied(walk, proposal)
        elif proposal.kind == "universal":
            self._obey(walk, proposal.name, proposal.confidence)
        else:
            chosen = proposal.other if reply is Reply.SECOND else proposal
            assert chosen is not None
            self.accepted(walk, replace(chosen, other=None))

    def propose(
        self,
        walk: Walk,
        proposal: Proposal,
        prompts: tuple[str, ...],
        value: Value = None,
        other: Value = None,
    ) -> None:
        """Ask back."""
        walk.revisit(proposal=proposal, unclear=0)
        walk.say(prompts, self.barge_in, {"value": value, "other": other})
        self.listen(walk)

    # ------------------------------------------------------------ silence and nonsense

    def _silent(self, walk: Walk) -> None:
        if walk.visit.proposal is not None:
            self._unclear(walk, FactKind.TIMED_OUT)
            return
        count = walk.visit.no_inputs + 1
        walk.revisit(no_inputs=count)
        walk.note(FactKind.TIMED_OUT, node=walk.place, count=count)
        reactions = self.no_input or walk.flow.file.no_input or _DEFAULT_NO_INPUT
        self._react(walk, reactions, count, "no_input")

    def not_understood(self, walk: Walk, text: str = "") -> None:
        """Nothing that was expected was meant; `text` is what was heard."""
        is_secret = self.wanted(walk.flow, walk.visit).secret
        shown = "" if is_secret else text
        if walk.visit.proposal is not None:
            self._unclear(walk, FactKind.NOT_UNDERSTOOD, text=shown)
            return
        count = walk.visit.no_matches + 1
        walk.revisit(no_matches=count)
        walk.note(
            FactKind.NOT_UNDERSTOOD, node=walk.place, count=count, text=shown
        )
        self._react(walk, self._no_match(walk.flow), count, "no_match")

    def retry(self, walk: Walk) -> None:
        """After a no: the question again, unless that has failed too often already."""
        count = walk.visit.no_matches + 1
        walk.revisit(no_matches=count)
        walk.note(
            FactKind.NOT_UNDERSTOOD, node=walk.place, count=count, text=""
        )
        reactions = self._no_match(walk.flow)
        reaction = reaction_to(reactions, count)
        if reaction is None or reaction.to is not None:
            self._react(walk, reactions, count, "no_match")
            return
        walk.say(["try_again"], self.barge_in)
        self.put(walk)

    def _no_match(self, flow: Flow) -> Reactions:
        return self.no_match or flow.file.no_match or _DEFAULT_NO_MATCH

    def _unclear(self, walk: Walk, kind: FactKind, **data: str) -> None:
        """No yes and no no: asked once more, and then taken for a no."""
        unclear = walk.visit.unclear + 1
        walk.revisit(unclear=unclear)
        walk.note(kind, node=walk.place, count=unclear, **data)
        if unclear <= _MAX_UNCLEAR:
            self._ask_again(walk)
            return
        proposal = walk.visit.proposal
        assert proposal is not None
        walk.revisit(proposal=None, unclear=0)
        self.denied(walk, proposal)

    def _ask_again(self, walk: Walk) -> None:
        """What is asked back: yes or no, or which of two."""
        proposal = walk.visit.proposal
        if proposal is not None and proposal.other is not None:
            walk.say_prompts(walk.state.last_said, self.barge_in)
        else:
            walk.say(["say_yes_or_no"], self.barge_in)
        self.listen(walk)

    def _react(self, walk: Walk, reactions: Reactions, count: int, via: str) -> None:
        reaction = reaction_to(reactions, count)
        if reaction is None:
            self.given_up(walk, via)
            return
        walk.revisit(attempt=reaction)
        walk.say(reaction.prompt, self.barge_in_now(walk))
        if reaction.to is not None:
            walk.go(reaction.to, via)
        elif reaction.repeat or not reaction.prompt:
            self.put(walk)
        else:
            self.listen(walk)

    def _cannot_hear(self, walk: Walk) -> None:
        """The recognizer failed: once may be a worker that died, and costs one "sorry?"; twice in
        one visit, and only keys are listened to here."""
        if not walk.visit.misheard:
            walk.revisit(misheard=True)
            walk.say(["sorry"], self.barge_in)
            self.put(walk)
            return
        keys = self.expectation(walk.flow, walk.visit).keys
        if keys is None or walk.visit.deaf:
            walk.fail("the recognizer failed")
            return
        walk.note(FactKind.FAILED, what="recognizer", error="keys only")
        walk.revisit(deaf=True)
        walk.say(["use_keys"], self.barge_in)
        self.put(walk)

    # ------------------------------------------------------------ global commands

    def _asked_for(self, walk: Walk, meaning: Interpretation, *, is_sure: bool) -> None:
        command = walk.flow.globals.get(meaning.choice)
        denied = ("universal", meaning.choice) in walk.visit.denied
        if command is None or meaning.choice in self.without or denied:
            self.not_understood(walk, meaning.text)
        elif is_sure:
            self._obey(walk, meaning.choice, meaning.confidence)
        else:
            proposal = Proposal("universal", meaning.choice, meaning.confidence)
            label = command.label or meaning.text or meaning.choice
            self.propose(walk, proposal, ("did_you_say",), label)

    def _obey(self, walk: Walk, name: str, confidence: float) -> None:
        walk.note_understood(Match.UNIVERSAL, confidence, choice=name)
        target, floors = walk.flow.globals[name].to, walk.flow.floors_up(name)
        if target is not None:
            for _ in range(floors):
                walk.leave_flow()
            walk.go(target, name)
        elif name == "help":
            walk.revisit(proposal=None)
            walk.say(self.help_prompts(walk), self.barge_in)
            self.put(walk)
        elif name == "back":
            self._back(walk)
        elif name == "wait":
            walk.say(["take_your_time"], self.barge_in)
            self.listen(walk, patiently=True)
        else:
            walk.say_prompts(walk.state.last_said, self.barge_in)
            self.listen(walk)

    def _back(self, walk: Walk) -> None:
        """To the question before this one, which is asked once more."""
        *trail, _ = walk.state.trail or ("",)
        walk.revisit(proposal=None)
        if not trail:
            walk.say(["nothing_before"], self.barge_in)
            self.put(walk)
            return
        walk.change(trail=tuple(trail[:-1]))
        node = walk.flow.nodes[trail[-1]]
        assert isinstance(node, Listening)
        node.forget(walk)
        walk.go(trail[-1], "back")


def _only_yes_or_no(wanted: Expectation) -> bool:
    """Whether such words are all that is asked for; other values may be said instead."""
    needed = [slot for slot in wanted.slots if slot.required]
    is_yes_no = all(slot.type is SlotType.YES_NO for slot in needed)
    return bool(needed) and is_yes_no and not wanted.choices
