"""The talks under way at this node, as those who watch over them find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicebot.core.call import CallId

if TYPE_CHECKING:
    from voicebot.session.talk import Talk


class Talks:
    """By call and by agent."""

    def __init__(self) -> None:
        self._talks: dict[CallId, Talk] = {}

    def add(self, talk: Talk) -> None:
        """A talk begins."""
        self._talks[talk.context.id] = talk

    def remove(self, talk: Talk) -> None:
        """It is over."""
        self._talks.pop(talk.context.id, None)

    def of_call(self, call: str) -> Talk | None:
        """The talk of a call, found by the beginning of its id where that is one call's only."""
        found = [talk for name, talk in self._talks.items() if name.startswith(call)]
        return found[0] if len(found) == 1 else None

    def of_agent(self, agent: str) -> Talk | None:
        """The talk that an agent has."""
        return next((talk for talk in self._talks.values() if talk.is_of(agent)), None)

    def all(self) -> tuple[Talk, ...]:
        """Every one."""
        return tuple(self._talks.values())
