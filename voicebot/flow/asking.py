"""How slots are filled: what ask and digits have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pydantic import Field

from voicebot.core.meaning import (
    Expectation,
    Interpretation,
    Match,
)
from voicebot.core.record import FactKind
from voicebot.core.turn import KeySpec
from voicebot.flow.base import NodeName
from voicebot.flow.flow import Flow
from voicebot.flow.keyed import read_keys
from voicebot.flow.settling import Settling, may_carry
from voicebot.flow.values import Value
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk

_OPEN_TRIES = 2
"""After so many failures the open question gives way to one question a slot."""


class Asking(Settling):
    """A node that fills slots."""

    to: NodeName = Field(description="The next node, once every slot is filled.")

    # ------------------------------------------------------------ what kinds fill in

    @abstractmethod
    def keys_for(self, flow: Flow, name: str) -> KeySpec | None:
        """The keys that fill a slot."""

    @property
    def read_back_prompts(self) -> tuple[str, ...]:
        """Said to confirm all slots together; empty for no such question."""
        return ()

    @property
    def keeps(self) -> bool:
        """Whether slots that have a value from before are not asked again."""
        return False

    def gives(self) -> Mapping[str, Collection[str]]:
        """Every slot that is asked for."""
        return {"to": [name for name, how in self.asked.items() if how.required]}

    # ------------------------------------------------------------ the walk of a visit

    def enter(self, walk: Walk) -> None:
        """Take what came along, drop what is old, ask for the rest."""
        fresh, old = walk.state.fresh, walk.state.values
        came = {n: fresh[n] for n in self.asked if n in fresh and may_carry(walk.flow, n)}
        kept = {n: old[n] for n in self.asked if self.keeps and n not in came and old.get(n)}
        dropped = set(self.asked) - set(kept)
        walk.change(
            values={n: v for n, v in old.items() if n not in dropped},
            fresh={n: c for n, c in fresh.items() if n not in self.asked},
        )
        topic = walk.state.topic
        denied = {key for key in topic.denied if key[0] in self.asked} if topic else ()
        walk.revisit(settled=frozenset(kept), denied=frozenset(denied))
        if self.consider(walk, came):
            taken = walk.visit.settled | set(walk.visit.pending)
            walk.note_values(FactKind.CARRIED, {n: v for n, v in came.items() if n in taken})
        self.go_on(walk)

    def missing(self, visit: Visit) -> list[str]:
        """Required slots that are still to be filled, in order."""
        return [n for n, how in self.asked.items() if how.required and n not in visit.settled]

    def go_on(self, walk: Walk) -> None:
        """Read back, ask, or leave."""
        if walk.visit.pending:
            self.read_back_next(walk)
        elif walk.visit.memo.get("corrected") and self.after_correction is not None:
            walk.go(self.after_correction, "corrected")
        elif self.missing(walk.visit):
            self.put(walk)
        elif self.read_back_prompts and walk.visit.settled:
            filled = {n: v for n, v in walk.state.values.items() if n in walk.visit.settled}
            self.propose(walk, Proposal("form", "", 1.0, filled), self.read_back_prompts)
        else:
            walk.change(errors=0)
            walk.go(self.to, "filled")

    # ------------------------------------------------------------ asking

    def question(self, walk: Walk) -> tuple[str, ...]:
        """The open question first, then slot by slot."""
        missing = self.missing(walk.visit)
        is_later = walk.state.visits.get(walk.state.node, 0) > 1
        of_node = (is_later and self.again) or self.prompt
        if not missing or self._is_open(walk.visit):
            return of_node
        return self.asked[missing[0]].prompt or of_node

    def _is_open(self, visit: Visit) -> bool:
        """All slots are asked for in one question, as long as that seems to work."""
        required = [name for name, how in self.asked.items() if how.required]
        works = max(visit.no_matches, visit.no_inputs) < _OPEN_TRIES
        return bool(self.prompt) and self.missing(visit) == required and len(required) > 1 and works

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """The slot that is asked for; the others may be said along.

        Where slots are only keyed in, speech is still listened to for the global commands: a
        person is there on request from everywhere.
        """
        missing = self.missing(visit)
        unsettled = [name for name in self.asked if name not in visit.settled]
        needed = missing if self._is_open(visit) else missing[:1]
        specs = (flow.specs_optional, flow.specs)
        listed = [*unsettled, *self.corrigible(flow, visit)] if self.by_speech else []
        return Expectation(
            slots=tuple([specs[n in needed][n] for n in listed]),
            keys=self.keys_for(flow, missing[0]) if missing else None,
            secret=any(flow.is_secret(name) for name in unsettled),
        )

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """Also those of each single question."""
        yield from super().expectations(flow)
        for count in range(1, len(self.asked)):
            yield self.expectation(flow, Visit(settled=frozenset(list(self.asked)[:count])))

    def help_prompts(self, walk: Walk) -> tuple[str, ...]:
        """The slot's help, the node's, or the built-in one."""
        missing = self.missing(walk.visit)
        return (missing and self.asked[missing[0]].help) or super().help_prompts(walk)

    def forget(self, walk: Walk) -> None:
        """Drop what was answered."""
        walk.change(values={n: v for n, v in walk.state.values.items() if n not in self.asked})

    def note_sure(self, walk: Walk, heard: Mapping[str, Value]) -> None:
        """What of it was sure."""
        sure = {n: v for n, v in heard.items() if n in walk.visit.settled}
        if sure:
            confidence = min(getattr(v, "confidence", 1.0) for v in sure.values())
            walk.note_understood(Match.SLOTS, confidence, slots=sure)

    # ------------------------------------------------------------ answers

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """Slots were spoken."""
        heard = {
            name: replace(value, confidence=min(value.confidence, interpretation.confidence))
            for name, value in interpretation.slots.items()
            if name in (*self.asked, *self.earlier) and self.by_speech
        }
        changed = self.changed_by(walk, heard)
        heard = {n: v for n, v in heard.items() if self.is_said_now(walk, n, v, changed)}
        if interpretation.match is not Match.SLOTS or not heard:
            self.not_understood(walk, interpretation.text)
            return
        self.take_back(walk, changed)
        before = walk.visit.settled
        if not self.consider(walk, heard):
            self.not_understood(walk, interpretation.text)
            return
        walk.revisit(begun={**walk.visit.begun, **interpretation.begun})
        close = {n: v for n, v in interpretation.rivals.items() if self.is_close(walk, n, v)}
        walk.revisit(rivals=close)
        sure = {n: v for n, v in heard.items() if n in walk.visit.settled - before}
        if sure:
            walk.note_understood(Match.SLOTS, interpretation.confidence, slots=sure)
        self.note_corrected(walk, changed)
        self.acknowledge(walk, changed)
        self.go_on(walk)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """The slot that is asked for was keyed in."""
        missing = self.missing(walk.visit)
        name = missing[0] if missing else ""
        if not name or self.keys_for(walk.flow, name) is None:
            return False
        flow, today = walk.flow, walk.state.today
        slot, region = flow.slots[name], flow.specs[name].region or "US"
        currency = flow.file.currency
        value = read_keys(slot, digits, currency=currency, today=today, region=region)
        if value is None:
            return False
        self.consider(walk, {name: value}, keyed=True)
        if name in walk.visit.settled:
            walk.note_understood(Match.SLOTS, 1.0, slots={name: value})
        self.go_on(walk)
        return True

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """Settle what was read back, or leave."""
        if proposal.kind == "form":
            walk.change(errors=0)
            walk.go(self.to, "confirmed")
            return
        walk.note_understood(Match.SLOTS, proposal.confidence, slots=proposal.slots)
        self.settle(walk, proposal.slots)
        self.go_on(walk)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """Ask again: the slot, or all of them."""
        if proposal.kind == "form":
            walk.change(values={n: v for n, v in walk.state.values.items() if n not in self.asked})
            walk.revisit(settled=frozenset())
        walk.revisit(pending={})
        self.retry(walk)
