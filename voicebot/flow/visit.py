"""What is known of the present visit of a node. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from voicebot.core.meaning import Choice
from voicebot.core.prompt import Prompt
from voicebot.flow.properties import Reaction
from voicebot.flow.values import Value, written

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was heard in the middle band and is being asked back."""

    kind: str
    """`choice`, `universal`, `slot`, `slots` (two at once) or `form` (all slots of a node)."""
    name: str
    confidence: float
    slots: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    other: Proposal | None = None
    """The caller is asked which of two was meant, this or that."""
    choices: tuple[Choice, ...] = ()
    """Of an `entry` of a knowledge base: what callers say for it and for the other."""

    @property
    def key(self) -> tuple[str, str]:
        """What is denied by a no: the choice, or the slot's value."""
        if self.kind == "slots":
            return self.kind, "\n".join(written(value) for value in self.slots.values())
        if self.kind != "slot":
            return self.kind, self.name
        return self.name, written(self.slots[self.name])


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the present visit of a node; forgotten on leaving it."""

    no_inputs: int = 0
    no_matches: int = 0
    proposal: Proposal | None = None
    asked_back: tuple[Prompt, ...] = ()
    """How the present proposal was put."""
    unclear: int = 0
    """Answers to the present proposal that were neither yes nor no."""
    denied: frozenset[tuple[str, str]] = frozenset()
    """(slot or kind, value) that the caller said no to: never offered again."""
    settled: frozenset[str] = frozenset()
    """Slots that are filled and, where needed, confirmed."""
    pending: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Slots that were heard and wait to be confirmed."""
    rivals: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Values that came close to those that wait to be confirmed."""
    attempt: Reaction | None = None
    """What the caller's last silence, or answer that was not understood, led to."""
    misheard: bool = False
    """The recognizer failed once."""
    deaf: bool = False
    """The recognizer failed: only keys are listened for."""
    begun: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Values of which the caller has said a part."""
    guess: str = ""
    """Menu: the choice that the caller is asked for before the open question."""
    follows: str = ""
    """Menu: the choice that was answered last, and may be asked for again with other values."""
    memo: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """What a kind remembers of its own."""
