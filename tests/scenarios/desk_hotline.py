"""A hotline with a desk of two agents, and what must hold after each of its calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from voicebot import nlu
from voicebot.core.audio import FRAME_MS
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_file
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend

HERE = Path(__file__).parent
FLOW = load_file(HERE / "desk.yaml", queues=["support"], destinations=["branch"])
AGENTS = (
    AgentSpec("anna", "sip:anna@127.0.0.1", ("support",)),
    AgentSpec("ben", "sip:ben@127.0.0.1", ("support",)),
)


def world(agents: tuple[AgentSpec, ...] = AGENTS) -> World:
    """All but the telephone network."""
    reply = BackendReply(200, {"balance": "12.50 USD"})
    return World(
        FLOW,
        nlu.build(),
        SimBackend({("POST", "/balance"): reply}),
        (QueueSpec("support", ring_ms=15_000, max_wait_ms=60_000),),
        agents,
        {"branch": "sip:branch@127.0.0.1"},
    )


def nothing_is_left(hotline: World) -> None:
    """Whatever happened: no call, no place in a queue, no ringing phone, no open recording."""
    assert hotline.directory is not None
    assert len(hotline.directory) == 0
    board = hotline.directory.router
    assert board.waiting("support") == []
    free = {AgentState.AVAILABLE, AgentState.WRAP_UP, AgentState.PAUSED}
    assert {agent.state for agent in board.agents.values()} <= free
    assert all(leg.state == "DISCONNECTED" for leg in hotline.telephone.dialed)
    assert hotline.leg.state == "DISCONNECTED"
    assert hotline.journal.facts[-1].kind is FactKind.ENDED
    assert [fact.seq for fact in hotline.journal.facts] == list(range(len(hotline.journal.facts)))


DEAD_AIR_MS = 3_000
"""Callers who hear nothing for so long believe that the line is dead."""


def longest_silence_ms(hotline: World) -> int:
    """The longest time in which nothing was played to the caller, who said nothing either."""
    longest = now = 0
    for frame in hotline.leg.said:
        now = 0 if np.any(frame.samples) else now + FRAME_MS
        longest = max(longest, now)
    return longest
