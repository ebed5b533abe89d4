"""How a slot goes from heard to settled.

Sure enough, it is settled at once; in the middle band, or a long digit string by voice, it is read
back first. What the caller denied is not offered again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from voicebot.core.meaning import (
    SlotType,
    SlotValue,
)
from voicebot.flow.asking_back import FREE_TYPES
from voicebot.flow.base import Prompts, Strict
from voicebot.flow.correcting import Correcting
from voicebot.flow.flow import Flow
from voicebot.flow.values import DIGIT_STRINGS, Value, written
from voicebot.flow.visit import Proposal
from voicebot.flow.walk import Walk

_READ_BACK_FROM = 5
"""Digit strings of so many digits are read back when they were spoken."""


class Asked(Strict):
    """How one slot is asked for."""

    prompt: Prompts = Field((), description="The question; the node's if left out.")
    help: Prompts = Field((), description="Said when the caller asks for help.")
    required: bool = Field(True, description="False: taken when said along, never asked for.")
    confirm: Literal["auto", "always", "never"] = Field(
        "auto",
        description="When the value is read back: by how sure the bot is (and always for spoken "
        "strings of more than four digits), always, or never.",
    )
    confirm_prompt: Prompts = Field((), description="How it is read back; `{value}` is the value.")


class Settling(Correcting):
    """A node whose slots are heard, perhaps read back, and settled."""

    @property
    @abstractmethod
    def asked(self) -> Mapping[str, Asked]:
        """The slots by name, in the order in which they are asked for."""

    def consider(self, walk: Walk, heard: Mapping[str, Value], *, keyed: bool = False) -> bool:
        """Settle what is sure, set aside what must be confirmed; False if nothing was of use."""
        useful = {n: v for n, v in heard.items() if self.is_useful(walk, n, v, keyed=keyed)}
        doubtful = {n: v for n, v in useful.items() if self._is_doubtful(walk, n, v, keyed=keyed)}
        self.settle(walk, {n: v for n, v in useful.items() if n not in doubtful})
        walk.revisit(pending={**walk.visit.pending, **doubtful})
        return bool(useful)

    def is_useful(self, walk: Walk, name: str, value: Value, *, keyed: bool) -> bool:
        if (
            name not in (*self.asked, *self.earlier)
            or not isinstance(value, SlotValue)
            or not value.value
        ):
            return False
        spec = walk.flow.slots[name]
        if spec.type is not value.type:
            return False
        if spec.type is SlotType.DIGITS and not spec.shortest <= len(value.value) <= spec.longest:
            return False
        if spec.type is SlotType.CHOICE and value.value not in spec.options:
            return False
        return keyed or (name, value.value) not in walk.visit.denied

    def _is_doubtful(self, walk: Walk, name: str, value: Value, *, keyed: bool) -> bool:
        assert isinstance(value, SlotValue)
        how = self.how_of(name).confirm
        if how != "auto" or walk.flow.is_secret(name):
            return how == "always"
        if value.type is SlotType.YES_NO:
            return False  # "Did you say yes?" would be answered by the same word.
        is_long = value.type in DIGIT_STRINGS and len(value.value) >= _READ_BACK_FROM
        return not keyed and (is_long or value.confidence < self.bands(walk.flow)[0])

    def how_of(self, name: str) -> Asked:
        """How a slot is asked for; one of an earlier node, as usual."""
        return self.asked.get(name) or Asked()

    def is_close(self, walk: Walk, name: str, rival: Value) -> bool:
        """Whether it is to be asked which of two was meant, instead of whether it was the first."""
        is_free = name in walk.visit.pending and walk.flow.slots[name].type in FREE_TYPES
        differs = is_free and written(rival) != written(walk.visit.pending[name])
        return differs and self.is_useful(walk, name, rival, keyed=False)

    def settle(self, walk: Walk, slots: Mapping[str, Value]) -> None:
        if not slots:
            return
        earlier = [name for name in slots if name not in self.asked]
        if earlier:
            self.deny_old(walk, earlier)
            walk.revisit(memo={**walk.visit.memo, "corrected": True})
        walk.keep(slots)
        begun = {n: v for n, v in walk.visit.begun.items() if n not in slots}
        settled = walk.visit.settled | set(slots)
        walk.revisit(settled=settled, begun=begun, no_inputs=0, no_matches=0)
        topic = walk.state.topic
        if topic is not None:
            told = {n: v for n, v in slots.items() if may_carry(walk.flow, n)}
            walk.change(topic=replace(topic, slots={**topic.slots, **told}))

    def read_back_next(self, walk: Walk) -> None:
        """Two values together where both were heard at once; else the first."""
        pending, rivals = walk.visit.pending, walk.visit.rivals
        (name, value), *others = pending.items()
        usual = [n for n in pending if not self.how_of(n).confirm_prompt and n not in rivals]
        if not others or usual[:2] != list(pending)[:2] or self._are_long(walk, usual[:2]):
            self._read_back(walk, name, value)
            return
        second, other = others[0]
        walk.revisit(pending={n: v for n, v in pending.items() if n not in (name, second)})
        sure = min(getattr(v, "confidence", 1.0) for v in (value, other))
        proposal = Proposal("slots", "", sure, {name: value, second: other})
        values = walk.flow.labeled(name, value), walk.flow.labeled(second, other)
        self.propose(walk, proposal, ("did_you_say_both",), *values)

    def _are_long(self, walk: Walk, names: Iterable[str]) -> bool:
        """Digit strings are long enough alone."""
        return any(walk.flow.slots[name].type in (*DIGIT_STRINGS, SlotType.TEXT) for name in names)

    def _read_back(self, walk: Walk, name: str, value: Value) -> None:
        confidence = value.confidence if isinstance(value, SlotValue) else 1.0
        rest = {n: v for n, v in walk.visit.pending.items() if n != name}
        walk.revisit(pending=rest)
        if (rival := walk.visit.rivals.get(name)) is not None:
            second = Proposal("slot", name, getattr(rival, "confidence", 1.0), {name: rival})
            first = Proposal("slot", name, confidence, {name: value}, other=second)
            flow = walk.flow
            values = flow.labeled(name, value), flow.labeled(name, rival)
            self.propose(walk, first, ("which_one",), *values)
            return
        prompts = self.how_of(name).confirm_prompt or ("did_you_say",)
        proposal = Proposal("slot", name, confidence, {name: value})
        self.propose(walk, proposal, prompts, walk.flow.labeled(name, value))


def may_carry(flow: Flow, name: str) -> bool:
    """Whether what was said of a slot before counts when its question comes."""
    slot = flow.slots.get(name)
    return slot is not None and slot.carry and not flow.is_secret(name)
