"""Callers join, leave, are moved up, or find a queue closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voicebot.core.call import CallId
from voicebot.core.queueing import Closure, EntryState
from voicebot.queueing.board import Board
from voicebot.queueing.entry_machine import EntryEvent, next_entry_state
from voicebot.queueing.snapshot import Entry


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller brings into a queue."""

    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    """Least level by skill."""
    preferred: tuple[str, ...] = ()
    """Agents whom the caller knows."""
    number: str = field(default="", repr=False)
    """By which a caller who rings again is known. Personal."""


NO_WISH = Wish()


class Callers(Board):
    """What callers do, and supervisors for them."""

    def join(
        self,
        place: CallId,
        queue: str,
        now_ms: int,
        wish: Wish = NO_WISH,
        *,
        call: CallId | None = None,
        joined_ms: int | None = None,
    ) -> Entry:
        """Take a caller in. `place` is the call's id where `call` is not given; `joined_ms` is
        earlier than now for one who has waited before."""
        self._joined += 1
        entry = Entry(
            place,
            queue,
            now_ms if joined_ms is None else joined_ms,
            self._joined,
            priority=wish.priority,
            skills=wish.skills,
            preferred=wish.preferred,
            call=call or place,
            node=self.share.node,
        )
        self.entries[place] = entry
        self._reach.pop(place, None)
        self.share.joined(entry, wish.number)
        return entry

    def leave(self, place: CallId, outcome: str = "abandoned") -> None:
        """The caller gives up the place; harmless without one, or with an agent already."""
        entry = self.entries.get(place)
        if entry is not None and entry.state in (EntryState.WAITING, EntryState.OFFERED):
            next_entry_state(entry.state, EntryEvent.LEFT)
            self._forget(place)
            self.share.left(entry, outcome)

    def reprioritize(self, place: CallId, *, priority: int | None = None, age_ms: int = 0) -> None:
        """A supervisor changes a place's priority, or makes it count as older. Raises `KeyError`
        where the caller has no place."""
        entry = self.entries[place]
        priority = entry.priority if priority is None else priority
        older_ms = entry.artificial_age_ms + age_ms
        entry = replace(entry, priority=priority, artificial_age_ms=older_ms)
        self.entries[place] = entry
        self.share.reprioritized(entry)

    def close_queue(self, queue: str, now_ms: int, *, by: str) -> None:
        """No further callers; harmless where it is closed already. Raises `KeyError`."""
        name = self.queues[queue].name
        if name not in self.closed:
            self.closed[name] = Closure(by, now_ms)
            self.share.queue_closed(name, self.closed[name])

    def open_queue(self, queue: str) -> None:
        """Callers again."""
        if self.closed.pop(queue, None) is not None:
            self.share.queue_opened(queue)
