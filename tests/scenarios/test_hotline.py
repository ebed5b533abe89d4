"""Whole calls in virtual time: what the world does, and every fact that came of it.

`pytest tests/scenarios --accept` rewrites the scenarios after a change that was meant.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot import nlu
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_file
from voicebot.scenario.compare import accepted, expected, rendered
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend

HERE = Path(__file__).parent
SCENARIOS = sorted((HERE / "hotline").glob("*.txt"))
FLOW = load_file(HERE / "desk.yaml", queues=["support"], destinations=["branch"])
AGENTS = (
    AgentSpec("anna", "sip:anna@127.0.0.1", ("support",)),
    AgentSpec("ben", "sip:ben@127.0.0.1", ("support",)),
)


def world(agents: tuple[AgentSpec, ...] = AGENTS) -> World:
    reply = BackendReply(200, {"balance": "12.50 USD"})
    return World(
        FLOW,
        nlu.build(),
        SimBackend({("POST", "/balance"): reply}),
        (QueueSpec("support", ring_ms=15_000, max_wait_ms=60_000),),
        agents,
        {"branch": "sip:branch@127.0.0.1"},
    )


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text("utf-8")
    hotline = world()
    came = rendered(hotline.play(text))
    if request.config.getoption("--accept"):
        path.write_text(accepted(text, came), "utf-8")
        return
    assert came == expected(text)
    nothing_is_left(hotline)


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
