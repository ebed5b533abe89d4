"""What an agent is doing: one table, one function that reads it."""

from __future__ import annotations

from enum import StrEnum

from voicebot.core.queueing import AgentState
from voicebot.core.transitions import next_state


class AgentEvent(StrEnum):
    """What moves an agent from one state to another."""

    LOGGED_IN = "logged in"
    LOGGED_OUT = "logged out"
    CLAIMED = "claimed"
    DIALED = "dialed"
    FREED = "offer ended"
    """The offer came to nothing, or its lease ran out."""
    ANSWERED = "answered"
    HELD = "held"
    RETRIEVED = "retrieved"
    ENDED = "contact ended"
    WRAPPED = "wrap-up ended"
    PAUSED = "paused"
    RESUMED = "resumed"


AGENT_TRANSITIONS: dict[tuple[AgentState, AgentEvent], AgentState] = {
    (AgentState.OFFLINE, AgentEvent.LOGGED_IN): AgentState.AVAILABLE,
    (AgentState.AVAILABLE, AgentEvent.LOGGED_OUT): AgentState.OFFLINE,
    (AgentState.AVAILABLE, AgentEvent.PAUSED): AgentState.PAUSED,
    (AgentState.AVAILABLE, AgentEvent.CLAIMED): AgentState.RESERVED,
    (AgentState.RESERVED, AgentEvent.DIALED): AgentState.RINGING,
    (AgentState.RESERVED, AgentEvent.FREED): AgentState.AVAILABLE,
    (AgentState.RINGING, AgentEvent.ANSWERED): AgentState.BUSY,
    (AgentState.RINGING, AgentEvent.FREED): AgentState.AVAILABLE,
    (AgentState.BUSY, AgentEvent.HELD): AgentState.HOLD,
    (AgentState.BUSY, AgentEvent.ENDED): AgentState.WRAP_UP,
    (AgentState.HOLD, AgentEvent.RETRIEVED): AgentState.BUSY,
    (AgentState.HOLD, AgentEvent.ENDED): AgentState.WRAP_UP,
    (AgentState.WRAP_UP, AgentEvent.WRAPPED): AgentState.AVAILABLE,
    (AgentState.PAUSED, AgentEvent.PAUSED): AgentState.PAUSED,
    (AgentState.PAUSED, AgentEvent.RESUMED): AgentState.AVAILABLE,
    (AgentState.PAUSED, AgentEvent.LOGGED_OUT): AgentState.OFFLINE,
}
"""A pause or a log-out that is asked for while the agent has a caller waits until it has a row."""


def next_agent_state(state: AgentState, event: AgentEvent) -> AgentState:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    refusal = "an agent who is {state} cannot be {event}"
    return next_state(AGENT_TRANSITIONS, state, event, refusal)
