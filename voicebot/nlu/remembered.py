"""What texts meant within a scope, so that a replay of many calls reads each but once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

from voicebot.core.meaning import SlotType
from voicebot.nlu.matching import Meaning
from voicebot.nlu.scope import Scope
from voicebot.nlu.text import Utterance

Read = tuple[Utterance, Sequence[Meaning]]
_BY_THE_CLOCK = frozenset({SlotType.DATE, SlotType.TIME, SlotType.DATETIME})
"""What these are depends on the time at which they are said."""


class Remembered:
    """The last readings. What is found depends on the scope, the text and, where a day or time can
    be said, the clock: nothing else, so that a remembered one is that which would be made anew.

    It keeps what callers said for as long as it lives: not for a hotline that serves.
    """

    def __init__(self, limit: int) -> None:
        """At most `limit` texts; 0 remembers nothing."""
        self._limit = limit
        self._reads: OrderedDict[tuple[int, str, datetime | None], tuple[Scope, Read]]
        self._reads = OrderedDict()

    def get(self, scope: Scope, text: str, now: datetime, make: Callable[[], Read]) -> Read:
        """The reading of a text; by `make` where it is not remembered."""
        if not self._limit:
            return make()
        # The scope is kept beside its reading, so that its id stays its own.
        key = (id(scope), text, now if _needs_clock(scope) else None)
        known = self._reads.get(key)
        if known is not None:
            self._reads.move_to_end(key)
            return known[1]
        made = make()
        self._reads[key] = (scope, made)
        if len(self._reads) > self._limit:
            self._reads.popitem(last=False)
        return made

    def forget(self) -> None:
        """All of it."""
        self._reads.clear()


def _needs_clock(scope: Scope) -> bool:
    return any(spec.type in _BY_THE_CLOCK for spec in scope.specs.values())
