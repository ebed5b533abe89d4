"""What star codes do for agents: the same as the console's buttons."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.core.queueing import AgentState
from voicebot.core.staffing import Operation, Wanted
from voicebot.queueing.snapshot import Agent
from voicebot.session.agent_desk import AgentDesk, StaffRefused
from voicebot.session.star_call import Handler
from voicebot.session.star_codes import REASONS, TABLE
from voicebot.session.star_visit import Visit


def agent_handlers(desk: AgentDesk) -> dict[str, Handler]:
    """One for each operation, by its name."""
    return {name: _handler(desk, Operation(name)) for name in TABLE if name in set(Operation)}


def _handler(desk: AgentDesk, operation: Operation) -> Handler:
    async def handle(visit: Visit) -> Sequence[str]:
        reason = REASONS[visit.argument or "1"] if operation is Operation.PAUSE else None
        name = visit.agent.name
        try:
            agent = await desk.do(name, Wanted(operation, reason), by=name, door="phone")
        except StaffRefused as refused:
            return (refused.code.replace("-", "_"),)
        return told(operation, agent)

    return handle


def told(operation: Operation, agent: Agent) -> Sequence[str]:
    """The phrases that tell an agent what came of it."""
    match operation:
        case Operation.LOG_IN:
            return ("logged_in",)
        case Operation.LOG_OUT:
            return ("logged_out" if agent.state is AgentState.OFFLINE else "logs_out_later",)
        case Operation.PAUSE:
            begun = agent.state is AgentState.PAUSED
            return ("paused" if begun else "pauses_later", f"reason_{agent.pause}")
        case Operation.RESUME:
            return ("resumed",)
        case Operation.END_WRAP_UP if agent.state is AgentState.PAUSED:
            return ("paused", f"reason_{agent.pause}")
        case Operation.END_WRAP_UP:
            return ("logged_out" if agent.state is AgentState.OFFLINE else "wrapped",)
        case Operation.EXTEND_WRAP_UP:
            return ("extended",)
        case Operation.REJECT:
            raise ValueError("the phone that rings cannot call a star code")
