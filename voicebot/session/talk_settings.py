"""What agents and supervisors may do in a talk, and by which keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """How agents send callers on from their phones. Keys are pressed during the talk."""

    attended: str = "*1"
    """Then the target's code or number and `#`: the caller waits with music, the agent talks to
    the target first. Empty, here and below: not by keys."""
    blind: str = "*2"
    """Then the target's code or number and `#`: whoever answers has the caller."""
    conference: str = "*3"
    """In a briefing: all three hear each other."""
    complete: str = "*4"
    """In a briefing or a conference: the target has the caller. Hanging up does the same."""
    take_back: str = "*0"
    """Ends the transfer; the agent has the caller again."""
    hold: str = "*5"
    """The caller hears music, nobody hears them; again: back. As the desk's button."""
    mute: str = "*6"
    """Nobody hears the agent; again: all do."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """What is keyed after `attended` and `blind`, to where it leads: `agent:NAME`, `queue:NAME`,
    `node:NAME` (a way back of the flow's queue node) or `number:NUMBER`. Agents are reached by
    their `number`, too."""
    numbers: bool = False
    """Whether agents may also key telephone numbers, as far as calls may go there (sip.toml)."""
    ring_ms: int = 20_000
    """How long a target outside the queues rings."""


class Beep(StrEnum):
    """Who is told by a tone that a supervisor takes part."""

    NONE = "none"
    AGENT = "agent"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SupervisionSettings:
    """Supervisors in talks."""

    beep: Beep = Beep.NONE
    """Who hears a tone when a supervisor begins to take part: `none`, `agent`, `all`. Whether
    people must be told is the law's to say."""
