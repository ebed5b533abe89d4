"""A hotline that takes messages, calls back, asks for scores and puts callers through."""

from __future__ import annotations

from pathlib import Path

from desk_hotline import AGENTS

from voicebot import nlu
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.flow.loader import load_file
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend

HERE = Path(__file__).parent
FLOW = load_file(HERE / "services.yaml", queues=["support"], destinations=["front", "back"])
RING = "  0.0  ring     +4917055501 → services\n"
FRONT, BACK = "sip:front@127.0.0.1", "sip:back@127.0.0.1"
MESSAGE = "please call me about my parcel"


def world(agents: tuple[AgentSpec, ...] = AGENTS) -> World:
    """All but the telephone network."""
    return World(
        FLOW,
        nlu.build(),
        SimBackend(),
        (QueueSpec("support", ring_ms=15_000, max_wait_ms=60_000),),
        agents,
        {"front": FRONT, "back": BACK},
    )
