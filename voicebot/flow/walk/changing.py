"""The state as one step changes it, and the actions so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, Note
from voicebot.flow.flow import Flow
from voicebot.flow.state import FlowState
from voicebot.flow.visit import Visit
from voicebot.flow.walk.copying import copied


class Changing:
    """What one step has come to. Used by one step only."""

    def __init__(self, state: FlowState) -> None:
        self.state = copied(state)
        """A copy of its own, changed in place until the step is done: copying it at every change
        was half the time of a step."""
        self._visit: Visit | None = None
        """That visit of it which is a copy of its own, too."""
        self.actions: list[Action] = []
        self.next: tuple[str, str] | None = None
        """(node, via) to be entered next."""

    @property
    def flow(self) -> Flow:
        """The flow that the call walks."""
        return self.state.flow

    @property
    def visit(self) -> Visit:
        """The present visit of the present node."""
        return self.state.visit

    @property
    def place(self) -> str:
        """The present node as the journal names it."""
        return self.state.place(self.state.node)

    def change(self, **changes: Any) -> None:
        """Set fields of the state."""
        for name, value in changes.items():
            object.__setattr__(self.state, name, value)

    def revisit(self, **changes: Any) -> None:
        """Set fields of the present visit."""
        if self.state.visit is not self._visit:
            self._visit = copied(self.state.visit)
            self.change(visit=self._visit)
        for name, value in changes.items():
            object.__setattr__(self._visit, name, value)

    def deny(self, denied: Iterable[tuple[str, str]]) -> None:
        """Remember what the caller said no to: for the present visit, and of slots' values for as
        long as the call is about the same."""
        denied = frozenset(denied)
        self.revisit(denied=self.visit.denied | denied)
        slots = {name for name in self.flow.slots if not self.flow.is_secret(name)}
        of_slots = frozenset(key for key in denied if key[0] in slots)
        topic = self.state.topic
        if topic is not None and of_slots:
            self.change(topic=replace(topic, denied=topic.denied | of_slots))

    def note(self, kind: FactKind, **data: Any) -> None:
        """Add a fact."""
        self.actions.append(Note(kind, data))
