"""A house with two queues and four agents, served by any number of nodes over one database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, EntryState, Place, QueueSpec, Strategy, WrapUp
from voicebot.queueing.router import Offer
from voicebot.queueing.snapshot import Entry
from voicebot.store.database import open_engine, parse_url
from voicebot.store.opening import open_store
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

LEASE_MS = 4_000
QUEUES = (
    QueueSpec("service", wrap_up_ms=5_000, rna_limit=3, rna_pause_ms=60_000),
    QueueSpec("cards", wrap_up=WrapUp.NONE, strategy=Strategy.RING_ALL, rna_limit=0),
)
AGENTS = tuple(
    AgentSpec(name, f"sip:{name}@127.0.0.1", queues)
    for name, queues in (
        ("ann", ("service",)),
        ("bob", ("service", "cards")),
        ("cyd", ("cards",)),
        ("dee", ("service", "cards")),
    )
)


@dataclass
class Clock:
    """The store's, as the test sets it."""

    now_ms: int = 1_000_000

    def __call__(self, connection: Connection) -> int:
        return self.now_ms


@dataclass
class House:
    """The nodes of one database."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)
    nodes: dict[str, QueueStore] = field(default_factory=dict)

    def node(self, name: str = "one") -> QueueStore:
        """A node that has started."""
        if name not in self.nodes:
            store = QueueStore(self.engine, name, QUEUES, AGENTS, clock=self.clock)
            store.start()
            self.nodes[name] = store
        return self.nodes[name]

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        """What is in the tables."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def later(self, by_ms: int, *alive: str) -> None:
        """Time goes by; the nodes that are named give signs of life every second."""
        until_ms = self.clock.now_ms + by_ms
        while self.clock.now_ms < until_ms:
            self.clock.now_ms = min(until_ms, self.clock.now_ms + 1_000)
            for name in alive:
                self.nodes[name].beat()


def opened_house(url: str, settings: StoreSettings) -> House:
    """With the tables made."""
    open_store(url, settings).close()
    return House(open_engine(parse_url(url), busy_timeout_ms=5_000))


def place(name: str, queue: str = "service", number: str = "") -> Place:
    return Place(CallId(name), CallId(name), queue, number)


def claimed(node: QueueStore, entry: CallId | str, agent: str) -> Offer:
    """An offer of a place as it stands, which must come about."""
    offer = node.claim(seen(node, entry), agent, lease_ms=LEASE_MS)
    assert offer is not None
    return offer


def seen(node: QueueStore, entry: CallId | str) -> Entry:
    found = node.entry(CallId(entry))
    assert found is not None
    return found


def state(node: QueueStore, entry: CallId | str) -> EntryState:
    return seen(node, entry).state
