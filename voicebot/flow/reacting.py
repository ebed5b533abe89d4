"""Asking, and what follows when no answer comes or none that was expected.

silence, nonsense ── reaction by count ─┬─ listen again
                                        └─ leave
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicebot.core.meaning import Expectation, SlotValue
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, Timing
from voicebot.flow.expecting import Expecting
from voicebot.flow.flow import Flow
from voicebot.flow.one_phrase import timed
from voicebot.flow.properties import Reaction, Reactions, reaction_to
from voicebot.flow.values import Value
from voicebot.flow.visit import Proposal
from voicebot.flow.walk import Walk
from voicebot.flow.walk.copying import copied

_MAX_UNCLEAR = 2
_TRAIL = 20
"""Questions that `back` may go back over."""
_DEFAULT_NO_INPUT = (Reaction(prompt=("still_there",), repeat=True),) * 2
_DEFAULT_NO_MATCH = (
    Reaction(prompt=("sorry",), repeat=True),
    Reaction(prompt=("sorry_again",), repeat=True),
)


class Reacting(Expecting):
    """A node that asks, and asks again."""

    # ------------------------------------------------------------ asking

    def put(self, walk: Walk) -> None:
        """Say the question and listen."""
        walk.say(self.question(walk), self.barge_in_now(walk))
        self.listen(walk)

    def listen(self, walk: Walk, *, patiently: bool = False) -> None:
        """Listen, without another word."""
        expectation = self.expectation(walk.flow, walk.visit, walk.state.language)
        timing = self._timing(walk, expectation)
        if patiently:
            timing = replace(timing, no_input_ms=max(timing.wait_ms, timing.no_input_ms))
        if walk.state.trail[-1:] != (walk.state.node,):
            walk.change(trail=(*walk.state.trail, walk.state.node)[-_TRAIL:])
        filled = self._filled(walk, expectation)
        if filled:
            expectation = copied(expectation)
            object.__setattr__(expectation, "filled", filled)
        walk.listen(expectation, timing)

    def _timing(self, walk: Walk, expectation: Expectation) -> Timing:
        """Whoever was not understood may have been cut off: they are given time."""
        visit = walk.visit
        own = (self.timing,) if visit.attempt is None else (visit.attempt.timing, self.timing)
        timing = walk.flow.timing
        for nearer in reversed(own):
            timing = nearer.over(timing)
        unclear = visit.no_matches or visit.unclear
        return timing if unclear else timed(timing, expectation, *own)

    def _filled(self, walk: Walk, expectation: Expectation) -> dict[str, SlotValue]:
        """What the caller gave of the slots before, be it in part; nothing of it where some of it
        is secret."""
        if expectation.secret:
            return {}
        visit = walk.visit
        asked_back = visit.proposal.slots if visit.proposal is not None else {}
        known = {**self.given_before(walk), **asked_back, **visit.begun}
        given = {slot.name: known.get(slot.name) for slot in expectation.slots}
        return {
            name: value
            for name, value in given.items()
            if isinstance(value, SlotValue) and value.value and not walk.flow.is_secret(name)
        }

    def barge_in_now(self, walk: Walk) -> BargeIn | None:
        """What may interrupt: by the attempt, or the node."""
        attempt = walk.visit.attempt
        return self.barge_in if attempt is None or attempt.barge_in is None else attempt.barge_in

    def given_before(self, walk: Walk) -> Mapping[str, Value]:
        """Values that what is said now may complete or correct."""
        return walk.state.values

    def propose(
        self,
        walk: Walk,
        proposal: Proposal,
        prompts: tuple[str, ...],
        value: Value = None,
        other: Value = None,
    ) -> None:
        """Ask back."""
        before = len(walk.state.said)
        walk.say(prompts, self.barge_in, {"value": value, "other": other})
        said = walk.state.said[before:]
        walk.revisit(proposal=proposal, unclear=0, asked_back=said)
        self.listen(walk)

    def resumed(self, walk: Walk) -> None:
        """The caller asked something else, and comes back: the question once more, be it one that
        was asked back."""
        walk.say(self.lead_back, self.barge_in)
        if walk.visit.proposal is None:
            self.put(walk)
        else:
            walk.say_prompts(walk.visit.asked_back, self.barge_in)
            self.listen(walk)

    @property
    def lead_back(self) -> tuple[str, ...]:
        """Said before a question that was interrupted."""
        return ("well_then",)

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
        walk.note(FactKind.NOT_UNDERSTOOD, node=walk.place, count=count, text=shown)
        self._react(walk, self._no_match(walk.flow), count, "no_match")

    def corrected(self, walk: Walk, proposal: Proposal, slots: Mapping[str, SlotValue]) -> None:
        """The caller said other values instead of what was asked back."""
        self.not_understood(walk)

    def retry(self, walk: Walk) -> None:
        """After a no: the question again, unless that has failed too often already."""
        count = walk.visit.no_matches + 1
        walk.revisit(no_matches=count)
        walk.note(FactKind.NOT_UNDERSTOOD, node=walk.place, count=count, text="")
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
