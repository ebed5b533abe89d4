"""What menu, ask and digits have in common: the turn of the caller.

prompt ─ listen ─┬─ silence, nonsense ── reaction by count (`reacting.py`)
                 ├─ a global command
                 ├─ sure ─────────── taken
                 └─ middle band ──── "did you say ...?" ─┬─ yes: taken
                                                         └─ no: never offered again

What can be meant at all is found in `expecting.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.flow.asking_back import ANSWER, NO, YES, Reply, reply_to
from voicebot.flow.digression import interrupt
from voicebot.flow.events import EngineFailed, Event, NoInput, NoMatch, Typed, Understood
from voicebot.flow.guessing import end_guess
from voicebot.flow.reacting import Reacting
from voicebot.flow.visit import Proposal
from voicebot.flow.walk import Walk

_MOST_BEGUN = 3
"""Values that a caller may leave unfinished in one visit."""


class Listening(Reacting):
    """A node that listens to the caller."""

    # ------------------------------------------------------------ answers

    def take(self, walk: Walk, event: Event) -> None:
        """The caller's turn came."""
        match event:
            case NoInput():
                self._silent(walk)
            case NoMatch(interpretation):
                if interpretation is None or not self._goes_on(walk, interpretation):
                    self.not_understood(walk, interpretation.text if interpretation else "")
            case Typed(digits):
                self._typed(walk, digits)
            case Understood(interpretation):
                self._understood(walk, interpretation)
            case EngineFailed():
                self._cannot_hear(walk)
            case _:
                raise AssertionError(f"{type(event).__name__} is no answer of a caller")

    def _goes_on(self, walk: Walk, meaning: Interpretation) -> bool:
        """A part of a value was said, and the rest is waited for; once for what was said so far."""
        more = {n: v for n, v in meaning.begun.items() if walk.visit.begun.get(n) != v}
        if not more or walk.visit.proposal is not None or len(walk.visit.begun) >= _MOST_BEGUN:
            return False
        walk.revisit(begun={**walk.visit.begun, **more})
        walk.say(["go_on"], self.barge_in)
        self.listen(walk)
        return True

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
        wanted = self.expectation(walk.flow, walk.visit, walk.state.language)
        accept, confirm = self.bands(walk.flow, meaning)
        proposal = walk.visit.proposal
        if set(meaning.slots) == {ANSWER}:
            confirm = wanted.confirm
        if meaning.choice == "wait" and meaning.slots:  # "No wait, fifty-five."
            meaning = replace(meaning, match=Match.SLOTS, choice="")
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
            walk.deny(denied)
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

    # ------------------------------------------------------------ global commands

    def _asked_for(self, walk: Walk, meaning: Interpretation, *, is_sure: bool) -> None:
        command = walk.flow.globals.get(meaning.choice)
        denied = ("universal", meaning.choice) in walk.visit.denied
        if command is None or meaning.choice in self.without or (denied and not is_sure):
            self.not_understood(walk, meaning.text)
        elif is_sure:
            self._obey(walk, meaning.choice, meaning.confidence)
        else:
            proposal = Proposal("universal", meaning.choice, meaning.confidence)
            label = command.label or meaning.text or meaning.choice
            self.propose(walk, proposal, ("did_you_say",), label)

    def _obey(self, walk: Walk, name: str, confidence: float) -> None:
        walk.note_understood(Match.UNIVERSAL, confidence, choice=name)
        command, floors = walk.flow.globals[name], walk.flow.floors_up(name)
        if command.to is not None:
            if command.returns:
                interrupt(walk, name, floors)
            else:
                self._leave_business(walk, name, floors)
            walk.go(command.to, name)
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

    def _leave_business(self, walk: Walk, name: str, floors: int) -> None:
        """Nothing is come back to; who takes it all back (`cancel`) is asked everything anew."""
        end_guess(walk, "left")
        walk.change(digressions=())
        if name == "cancel":
            walk.say(["never_mind"], self.barge_in)
            walk.change(topic=None, fresh={})
        for _ in range(floors):
            walk.leave_flow()

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
