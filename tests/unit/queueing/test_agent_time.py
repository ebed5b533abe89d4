"""Time by state, and the occupancy that comes of it."""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.queueing import AgentSpec, AgentState
from voicebot.queueing.agent_time import AgentTime, occupancy
from voicebot.queueing.snapshot import Agent

ANNA = Agent(AgentSpec("anna", "sip:anna@x", ("q",)))
BUSY, WRAPPING = replace(ANNA, state=AgentState.BUSY), replace(ANNA, state=AgentState.WRAP_UP)


def test_times_of_all_agents_add_up() -> None:
    time = AgentTime()
    time.note({"anna": ANNA, "ben": ANNA}, 1_000)
    time.note({"anna": ANNA, "ben": BUSY}, 3_000)
    time.note({"anna": ANNA, "ben": WRAPPING}, 9_000)
    spent = time.spent_ms(10_000)
    assert spent == {
        AgentState.AVAILABLE: 4_000 + 6_000 + 1_000,
        AgentState.BUSY: 6_000,
        AgentState.WRAP_UP: 1_000,
    }
    assert occupancy(spent) == 7 / 18
    assert time.spent_ms(11_000)[AgentState.WRAP_UP] == 2_000


def test_without_anybody_at_work_there_is_no_occupancy() -> None:
    time = AgentTime()
    time.note({"anna": replace(ANNA, state=AgentState.PAUSED)}, 0)
    assert occupancy(time.spent_ms(5_000)) is None
    assert occupancy(AgentTime().spent_ms(5_000)) is None
