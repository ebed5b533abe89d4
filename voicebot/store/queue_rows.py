"""Rows of places and agents, to and from what the policy sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, EntryState, PauseReason, Place
from voicebot.queueing.snapshot import Agent, Entry

Row = Mapping[Any, Any]


def entry_of(row: Row, ringing: Sequence[Row] = ()) -> Entry:
    """A place; `ringing` are its offers that are under way."""
    ringing = sorted(ringing, key=lambda offer: (offer["offered_ms"], offer["agent"]))
    return Entry(
        CallId(row["id"]),
        row["queue"],
        row["joined_ms"],
        row["ordinal"],
        priority=row["priority"],
        artificial_age_ms=row["age_ms"],
        state=EntryState(row["state"]),
        skills=row["skills"],
        preferred=tuple(row["preferred"]),
        step=row["step"],
        ringing=tuple(offer["agent"] for offer in ringing),
        offered_ms=ringing[0]["offered_ms"] if ringing else 0,
        agent=row["agent"],
        tried=tuple(row["tried"]),
        call=CallId(row["call"]),
        node=row["node"],
    )


def place_row(place: Place, *, node: str, joined_ms: int, now_ms: int) -> dict[str, Any]:
    """The columns of a place that waits from now on, of a caller who has waited since
    `joined_ms`."""
    return {
        "id": place.id,
        "queue": place.queue,
        "call": place.call,
        "number": place.number,
        "node": node,
        "state": EntryState.WAITING.value,
        "changed_ms": now_ms,
        "joined_ms": joined_ms,
        "priority": place.priority,
        "age_ms": 0,
        "skills": dict(place.skills),
        "preferred": list(place.preferred),
        "step": 0,
        "tried": [],
        "attempt": 0,
        "agent": "",
        "outcome": "",
        "callback": False,
        "not_before_ms": 0,
    }


def agent_of(row: Row, spec: AgentSpec) -> Agent:
    """An agent as configured, and as things stand."""
    return Agent(
        spec,
        AgentState(row["state"]),
        token=row["token"],
        idle_since_ms=row["idle_since_ms"],
        offered_ms=row["offered_ms"],
        calls=row["calls"],
        rests_until_ms=row["rests_until_ms"],
        wraps_until_ms=row["wraps_until_ms"],
        wrap_cap_ms=row["wrap_cap_ms"],
        pause=PauseReason(row["pause"]) if row["pause"] else None,
        paused_until_ms=row["paused_until_ms"],
        leaves=row["leaves"],
        rna=row["rna"],
        unreachable=row["unreachable"],
        queue=row["queue"],
        call=CallId(row["entry"]),
    )


def agent_row(agent: Agent) -> dict[str, Any]:
    """The columns of `agents` that the policy knows, but for the name."""
    return {
        "state": agent.state.value,
        "token": agent.token,
        "idle_since_ms": agent.idle_since_ms,
        "offered_ms": agent.offered_ms,
        "calls": agent.calls,
        "rests_until_ms": agent.rests_until_ms,
        "wraps_until_ms": agent.wraps_until_ms,
        "wrap_cap_ms": agent.wrap_cap_ms,
        "pause": agent.pause and agent.pause.value,
        "paused_until_ms": agent.paused_until_ms,
        "leaves": agent.leaves,
        "rna": agent.rna,
        "unreachable": agent.unreachable,
        "queue": agent.queue,
        "entry": agent.call,
    }
