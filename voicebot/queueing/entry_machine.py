"""Where a place in a queue stands: one table, one function that reads it."""

from __future__ import annotations

from enum import StrEnum

from voicebot.core.queueing import EntryState
from voicebot.core.transitions import next_state


class EntryEvent(StrEnum):
    """What moves a place from one state to another."""

    OFFERED = "offered"
    REQUEUED = "requeued"
    """No phone rings for it any more: it waits on, in its place."""
    ANSWERED = "answered"
    HUNG_UP = "hung up"
    WRAPPED = "wrapped up"
    LEFT = "left"
    """The caller hung up, or went elsewhere."""
    LOST = "lost"
    """The leg is gone with its node."""
    ADOPTED = "adopted"
    """The caller rang again and has the place back."""
    TO_BE_CALLED = "to be called"


ENTRY_TRANSITIONS: dict[tuple[EntryState, EntryEvent], EntryState] = {
    (EntryState.WAITING, EntryEvent.OFFERED): EntryState.OFFERED,
    (EntryState.WAITING, EntryEvent.LEFT): EntryState.CLOSED,
    (EntryState.WAITING, EntryEvent.LOST): EntryState.INTERRUPTED,
    (EntryState.WAITING, EntryEvent.TO_BE_CALLED): EntryState.CALLBACK,
    (EntryState.OFFERED, EntryEvent.OFFERED): EntryState.OFFERED,
    (EntryState.OFFERED, EntryEvent.REQUEUED): EntryState.WAITING,
    (EntryState.OFFERED, EntryEvent.ANSWERED): EntryState.BRIDGED,
    (EntryState.OFFERED, EntryEvent.LEFT): EntryState.CLOSED,
    (EntryState.OFFERED, EntryEvent.LOST): EntryState.INTERRUPTED,
    (EntryState.BRIDGED, EntryEvent.REQUEUED): EntryState.WAITING,
    (EntryState.BRIDGED, EntryEvent.HUNG_UP): EntryState.WRAPPING,
    (EntryState.BRIDGED, EntryEvent.LOST): EntryState.INTERRUPTED,
    (EntryState.WRAPPING, EntryEvent.WRAPPED): EntryState.CLOSED,
    (EntryState.INTERRUPTED, EntryEvent.ADOPTED): EntryState.WAITING,
    (EntryState.INTERRUPTED, EntryEvent.TO_BE_CALLED): EntryState.CALLBACK,
    (EntryState.INTERRUPTED, EntryEvent.LEFT): EntryState.CLOSED,
    (EntryState.CALLBACK, EntryEvent.OFFERED): EntryState.OFFERED,
    (EntryState.CALLBACK, EntryEvent.ADOPTED): EntryState.WAITING,
    (EntryState.CALLBACK, EntryEvent.LEFT): EntryState.CLOSED,
}


def next_entry_state(state: EntryState, event: EntryEvent) -> EntryState:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    refusal = "a place that is {state} cannot be {event}"
    return next_state(ENTRY_TRANSITIONS, state, event, refusal)
