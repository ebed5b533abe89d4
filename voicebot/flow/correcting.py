"""Answers that callers take back: at the next question, or where they are read back.

    "Tuesday." ─ "At what time?" ─ "no, Wednesday" ─▶ "All right, Wednesday. At what time?"

What was taken back is not taken from speech again; nothing else is asked anew.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from voicebot.core.meaning import SlotSpec, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.asking_back import FREE_TYPES
from voicebot.flow.base import NodeName
from voicebot.flow.flow import Flow
from voicebot.flow.listening import Listening
from voicebot.flow.values import Value, written
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk


class Correcting(Listening):
    """A node whose callers may say otherwise what was answered before, here or earlier."""

    # ------------------------------------------------------------ what Asking fills in

    @property
    @abstractmethod
    def asked(self) -> Mapping[str, object]:
        """The slots by name, in the order in which they are asked for."""

    @property
    @abstractmethod
    def by_speech(self) -> bool:
        """Whether the caller may speak."""

    @abstractmethod
    def missing(self, visit: Visit) -> list[str]:
        """Required slots that are still to be filled, in order."""

    @abstractmethod
    def consider(self, walk: Walk, heard: Mapping[str, Value], *, keyed: bool = False) -> bool:
        """Settle what is sure, set aside what must be confirmed; False if nothing was of use."""

    @abstractmethod
    def is_useful(self, walk: Walk, name: str, value: Value, *, keyed: bool) -> bool:
        """Whether a value can be taken at all."""

    @abstractmethod
    def settle(self, walk: Walk, slots: Mapping[str, Value]) -> None:
        """Take values as they are."""

    @abstractmethod
    def note_sure(self, walk: Walk, heard: Mapping[str, Value]) -> None:
        """Note what of it was sure."""

    @abstractmethod
    def go_on(self, walk: Walk) -> None:
        """Read back, ask, or leave."""

    @property
    def earlier(self) -> tuple[str, ...]:
        """Slots of earlier questions that may be said otherwise here."""
        return ()

    @property
    def after_correction(self) -> NodeName | None:
        """Where the call goes once one of them was; None: the question is put again."""
        return None

    # ------------------------------------------------------------ what may be taken back

    def corrigible(self, flow: Flow, visit: Visit) -> list[str]:
        """Slots that were answered, here or earlier, and may still be said otherwise: those that
        no answer to the present question can be taken for."""
        asked = {flow.slots[n].type for n in self.asked if n not in visit.settled}
        if not asked:
            return []
        names = [n for n in self.asked if n in visit.settled]
        names += [n for n in self.earlier if n not in self.asked]
        return [
            name
            for name in dict.fromkeys(names)
            if (kind := flow.slots[name].type) in FREE_TYPES and not flow.is_secret(name)
            if kind is SlotType.CHOICE or kind not in asked
        ]

    def correctable(self, flow: Flow, proposal: Proposal) -> tuple[SlotSpec, ...]:
        """The slot that is read back, or all of them."""
        if not self.by_speech or proposal.kind not in ("slot", "slots", "form"):
            return ()
        slots = {"slot": [proposal.name], "slots": list(proposal.slots)}.get(proposal.kind)
        slots = [*self.asked, *self.earlier] if slots is None else slots
        return tuple(flow.specs[name] for name in slots if not flow.is_secret(name))

    def corrected(self, walk: Walk, proposal: Proposal, slots: Mapping[str, SlotValue]) -> None:
        """Other values were said in place of those that were read back."""
        self.take_back(walk, slots)
        if self.consider(walk, slots):
            rest = {n: v for n, v in proposal.slots.items() if n not in slots}
            if proposal.kind == "slots":  # What was not corrected was right.
                self.settle(walk, rest)
            self.note_sure(walk, slots)
            self.note_corrected(walk, slots)
            self.go_on(walk)
        else:
            self.denied(walk, proposal)

    def take_back(self, walk: Walk, slots: Iterable[str]) -> None:
        """The values that these slots had are not taken again; those of earlier questions not
        before the new ones are sure, as they cannot be asked for here."""
        names = set(slots)
        self.deny_old(walk, names & set(self.asked))
        walk.revisit(settled=walk.visit.settled - names)

    def deny_old(self, walk: Walk, slots: Iterable[str]) -> None:
        """Do not take what these slots have now from speech again."""
        old = walk.state.values
        walk.deny((n, written(old[n])) for n in slots if isinstance(old.get(n), SlotValue))

    def changed_by(self, walk: Walk, heard: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
        """What was heard of slots that were answered before, if it is something else."""
        known = walk.state.values
        before = (walk.visit.settled & set(self.asked)) | set(self.earlier)
        useful = {n: v for n, v in heard.items() if self.is_useful(walk, n, v, keyed=False)}
        return {
            n: v
            for n, v in useful.items()
            if n in before and n in known and written(known[n]) != v.value
        }

    def note_corrected(self, walk: Walk, slots: Mapping[str, Value]) -> None:
        """Note what was corrected for sure."""
        sure = {n: v for n, v in slots.items() if n in walk.visit.settled}
        if sure:
            walk.note_values(FactKind.CORRECTED, sure)

    def is_said_now(
        self, walk: Walk, name: str, value: SlotValue, changed: Mapping[str, SlotValue]
    ) -> bool:
        """Whether it counts beside a correction: the "no" of "no, on Friday" is no answer, and what
        was repeated as it had been is none either."""
        if changed and value.type is SlotType.YES_NO:
            return False
        is_old = name in walk.visit.settled or name not in self.asked
        return name in changed or not is_old

    def acknowledge(self, walk: Walk, changed: Mapping[str, SlotValue]) -> None:
        """Say what is different now, where the next question does not."""
        if walk.visit.pending or not self.missing(walk.visit):
            return
        for name, value in changed.items():
            if name in self.asked:
                walk.say(["corrected"], self.barge_in, {"value": walk.flow.labeled(name, value)})
