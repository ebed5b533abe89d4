"""State machines as literal tables: one function reads them all."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def next_state(
    table: Mapping[tuple[State, Event], State], state: State, event: Event, refusal: str
) -> State:
    """The state that an event leads to. One without a row changes nothing and raises `ValueError`
    with `refusal`, in which {state} and {event} are filled in."""
    try:
        return table[state, event]
    except KeyError:
        raise ValueError(refusal.format(state=state, event=event)) from None
