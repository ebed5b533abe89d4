"""What happens to an agent in the course of a shift: pure steps from one `Agent` to the next.

A pause or a log-out that is asked for while the agent has a caller is kept, and comes when the
contact and its wrap-up are over.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.queueing import AgentState, PauseReason, QueueSpec, WrapUp
from voicebot.queueing.agent_machine import AgentEvent, next_agent_state
from voicebot.queueing.snapshot import NO_CALL, Agent


def move(agent: Agent, event: AgentEvent) -> Agent:
    """One row of the table. Raises `ValueError` where there is none."""
    return replace(agent, state=next_agent_state(agent.state, event))


def freed(agent: Agent, now_ms: int) -> Agent:
    """The offer came to nothing."""
    agent = replace(move(agent, AgentEvent.FREED), call=NO_CALL, queue="")
    return settled(agent, now_ms)


def ended(agent: Agent, queue: QueueSpec, now_ms: int) -> Agent:
    """The contact is over: wrap-up begins, counted from here, whose call it was or not."""
    length_ms = queue.wrap_up_cap_ms if queue.wrap_up is WrapUp.MANDATORY else queue.wrap_up_ms
    return replace(
        move(agent, AgentEvent.ENDED),
        wraps_until_ms=now_ms + length_ms,
        wrap_cap_ms=now_ms + max(length_ms, queue.wrap_up_cap_ms),
    )


def wrap_up_is_over(agent: Agent, now_ms: int) -> bool:
    """By time."""
    until_ms = agent.wraps_until_ms
    return agent.state is AgentState.WRAP_UP and until_ms is not None and now_ms >= until_ms


def wrapped(agent: Agent, now_ms: int) -> Agent:
    """Wrap-up is over: idle from here."""
    agent = move(agent, AgentEvent.WRAPPED)
    return replace(agent, idle_since_ms=now_ms, wraps_until_ms=None, call=NO_CALL, queue="")


def settled(agent: Agent, now_ms: int) -> Agent:
    """With no caller, a log-out or a pause that was asked for comes about."""
    if agent.leaves and agent.state in (AgentState.AVAILABLE, AgentState.PAUSED):
        agent = move(agent, AgentEvent.LOGGED_OUT)
        return replace(agent, leaves=False, pause=None, paused_until_ms=None, rna=0)
    if agent.pause is not None and agent.state is AgentState.AVAILABLE:
        return move(agent, AgentEvent.PAUSED)
    return agent


def logged_in(agent: Agent, now_ms: int) -> Agent:
    """At work from now on; harmless where so already."""
    agent = replace(agent, leaves=False)
    if agent.state is not AgentState.OFFLINE:
        return agent
    agent = move(agent, AgentEvent.LOGGED_IN)
    return replace(agent, idle_since_ms=now_ms, rests_until_ms=now_ms, rna=0, unreachable=0)


def paused(agent: Agent, reason: PauseReason, now_ms: int) -> Agent:
    """No calls from now on, or from the end of the present one. Nothing for one not at work."""
    if agent.state is AgentState.OFFLINE:
        return agent
    agent = replace(agent, pause=reason, paused_until_ms=None)
    if agent.state is AgentState.PAUSED:
        return move(agent, AgentEvent.PAUSED)
    return settled(agent, now_ms)


def lifted(agent: Agent, reason: PauseReason, now_ms: int) -> Agent:
    """Calls again where the pause is for that reason; nothing where it is another one by now."""
    return resumed(agent, now_ms) if agent.pause is reason else agent


def pause_is_over(agent: Agent, now_ms: int) -> bool:
    """By time."""
    until_ms = agent.paused_until_ms
    return agent.state is AgentState.PAUSED and until_ms is not None and now_ms >= until_ms


def resumed(agent: Agent, now_ms: int) -> Agent:
    """Calls again; a pause that has not begun is taken back."""
    if agent.state is AgentState.PAUSED:
        agent = replace(move(agent, AgentEvent.RESUMED), idle_since_ms=now_ms, rna=0)
    return replace(agent, pause=None, paused_until_ms=None)
