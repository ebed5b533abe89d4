"""The contexts of this node's calls, as young as their last fact."""

from __future__ import annotations

from voicebot.core.call import CallId
from voicebot.core.call_context import CallContext, take
from voicebot.core.record import Fact, FactKind


class LiveContexts:
    """Folds the feed of facts; implements `observe.follow.Taker`."""

    def __init__(self) -> None:
        self._running: dict[CallId, CallContext] = {}

    def get(self, call: str) -> CallContext | None:
        """Of a call that runs on this node and was followed from its first fact; else None: the
        store has it."""
        return self._running.get(CallId(call))

    def take(self, fact: Fact) -> None:
        """One fact more."""
        if fact.kind is FactKind.ENDED:
            self._running.pop(fact.call, None)
        elif fact.call in self._running or fact.seq == 0:
            self._running[fact.call] = take(self._running.get(fact.call), fact)

    def missed(self) -> None:
        """Facts are missing: the store has them all."""
        self._running.clear()
