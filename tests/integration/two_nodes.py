"""Two nodes over one PostgreSQL database, with agents whose phones are one socket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline import Hotline, Setup, running, set_up
from hotline_flows import DESTINATIONS, desk
from sqlalchemy import Engine, create_engine, text

from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.store.queues import QueueStore

QUEUES = ("talk", "ring", "wait")
"""Agents of the first answer, of the second let it ring, of the third are on a pause."""


@dataclass
class Nodes:
    """Both, and what they share."""

    setups: tuple[Setup, Setup]
    engine: Engine
    agents: tuple[AgentSpec, ...]

    def rows(self, query: str) -> Sequence[Any]:
        """What is in the tables."""
        with self.engine.connect() as connection:
            return connection.execute(text(query)).mappings().all()

    def store(self) -> QueueStore:
        """As a third node would have it."""
        return QueueStore(self.engine, "test", [QueueSpec(name) for name in QUEUES], self.agents)


def agents_toml(agents: Sequence[AgentSpec]) -> str:
    """Queues with settings that suit a short test, and these agents."""
    text = "".join(f'[[queues]]\nname = "{q}"\nring_ms = 60000\nwrap_up_ms = 500\n' for q in QUEUES)
    for agent in agents:
        text += f'[[agents]]\nname = "{agent.name}"\naddress = "{agent.address}"\n'
        text += f'queues = ["{agent.queues[0]}"]\n'
    return text


@contextmanager
def two_nodes(folder: Path, url: str, agents: Sequence[AgentSpec], **files: Any) -> Iterator[Nodes]:
    """Their files; `start` them one by one."""
    made = tuple(
        set_up(
            folder / name,
            top=f'database = "{url}"\nnode = "{name}"\n',
            agents=agents_toml(agents),
            calls='default_flow = "wait"',
            flows={queue: desk(queue, queue) for queue in QUEUES},
            hotline=DESTINATIONS,
            sip="capacity = 100\n",
            **files,
        )
        for name in ("one", "two")
    )
    engine = create_engine(url, pool_pre_ping=True)
    yield Nodes((made[0], made[1]), engine, tuple(agents))
    engine.dispose()


@contextmanager
def node(setup: Setup) -> Iterator[Hotline]:
    """One of them, running; a test may kill it."""
    with running(setup) as line:
        yield line
