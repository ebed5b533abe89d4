"""Who may do what: roles, and permissions by name."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the hotline."""

    AGENT = "agent"
    """Own state, own calls."""
    SUPERVISOR = "supervisor"
    """Queues, agents and calls; what is done to calls in progress by permission."""
    ADMIN = "admin"
    """Everything."""


class Permission(StrEnum):
    """What somebody may do."""

    OWN_STATE = "own_state"
    """Say for oneself: at work, on a pause, done; read the calls one is offered."""
    AGENT_STATES = "agent_states"
    """Say so for others."""
    READ_CALLS = "read_calls"
    """Every call, its recording, live events."""
    QUEUES = "queues"
    """Reprioritize, pull a caller, close a queue."""
    LISTEN = "listen"
    """Hear a call unheard."""
    WHISPER = "whisper"
    """Speak to the agent of a call, unheard by the caller."""
    BARGE = "barge"
    """Speak to both."""
    TAKE_OVER = "take_over"
    """Take the agent's place."""
    ESCALATE = "escalate"
    """Ask that somebody looks at a call or a customer ("?")."""
    CUSTOMERS = "customers"
    """Change customers' profiles and tags."""
    ERASE = "erase"
    """Erase a customer with all their calls."""
    WEBHOOKS = "webhooks"
    """Try dead notices anew."""
    AUDIT = "audit"
    """Read the audit log."""


_AGENT = frozenset({Permission.OWN_STATE, Permission.ESCALATE})
_SUPERVISOR = _AGENT | {
    *(Permission.AGENT_STATES, Permission.READ_CALLS, Permission.QUEUES),
    Permission.CUSTOMERS,
}

OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: frozenset(Permission),
}
"""What a role may by itself; more can be given to somebody by name."""


def permissions_of(role: Role, more: tuple[Permission, ...] = ()) -> frozenset[Permission]:
    """All that somebody may."""
    return OF_ROLE[role] | set(more)
