"""What other nodes changed, learned by this node's router.

Rows that this node has itself changed while they were read are left as they are, and read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from voicebot.core.call import CallId
from voicebot.core.queueing import Closure
from voicebot.queueing.estimate import RECENT
from voicebot.queueing.router import Router
from voicebot.queueing.snapshot import Agent, Snapshot
from voicebot.store.queue_held import HeldOffers
from voicebot.store.queue_writer import Writer
from voicebot.store.queues import QueueStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read."""

    agents: tuple[str, ...]
    places: tuple[CallId, ...]
    closures: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the store has of it."""

    snapshot: Snapshot
    closed: Mapping[str, Closure] | None
    """None where it was not asked for."""


class Mirror:
    """Of one node. Used on its event loop."""

    def __init__(self, store: QueueStore, writer: Writer, held: HeldOffers) -> None:
        self._store, self._writer, self._held = store, writer, held
        self._router: Router | None = None
        self._changed: Callable[[], None] = lambda: None
        self._asked: set[str] | None = set()
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        """The store's token of each agent, as it was last learned."""

    def join(self, router: Router, changed: Callable[[], None]) -> None:
        """From now on `router` learns what others do; `changed` is called after."""
        self._router, self._changed = router, changed

    def learn_all(self, router: Router) -> None:
        """Blocks: everything as it stands, before the first call. Raises `DatabaseAway`."""
        self._router = router
        self._apply(self._fetch(None), 0, None)
        for queue in self._store.queues:
            lengths_ms = self._store.contacts_ms(queue, limit=RECENT)
            router.learn_contacts(queue, reversed(lengths_ms))

    def read(self, rows: Iterable[str] | None) -> None:
        """Have these rows read, or all. What is asked for while one reading waits is read with
        it."""
        with self._lock:
            asked = self._asked
            self._asked = None if rows is None or asked is None else asked | set(rows)
        if asked != set():
            return
        taken: list[set[str] | None] = []

        def run() -> Found:
            if not taken:
                with self._lock:
                    taken.append(self._asked)
                    self._asked = set()
            return self._fetch(taken[0])

        self._writer.read(run, partial(self._read, taken))

    def _fetch(self, rows: set[str] | None) -> Found:
        if rows is None:
            return Found(self._store.snapshot(), self._store.closures())
        wanted = _wanted(rows)
        snapshot = self._store.read(wanted.agents, wanted.places)
        return Found(snapshot, self._store.closures() if wanted.closures else None)

    def _read(self, taken: list[set[str] | None], number: int, found: object) -> None:
        if isinstance(found, Found):
            self._apply(found, number, taken[0])
            self._changed()

    def _apply(self, found: Found, number: int, rows: set[str] | None) -> None:
        newer = self._writer.newer(number)
        self._apply_agents(found.snapshot.agents, newer)
        self._apply_places(found.snapshot, newer, rows)
        if found.closed is not None:
            self._apply_closures(found.closed, newer)
        again = newer if rows is None else newer & rows
        if again:
            self.read(again)

    def _apply_agents(self, agents: Iterable[Agent], newer: set[str]) -> None:
        router = self._learning
        for agent in agents:
            if f"a {agent.name}" not in newer:
                router.learn_agent(self._with_token(agent, router.agents.get(agent.name)))

    def _apply_places(self, found: Snapshot, newer: set[str], rows: set[str] | None) -> None:
        router = self._learning
        for entry in found.entries:
            if f"e {entry.id}" not in newer:
                router.learn_entry(entry)
        there = {entry.id for entry in found.entries}
        asked = set(router.entries) if rows is None else set(_wanted(rows).places)
        for place in asked - there:
            if f"e {place}" not in newer:
                router.learn_gone(place)

    def _apply_closures(self, closed: Mapping[str, Closure], newer: set[str]) -> None:
        router = self._learning
        for queue in router.queues:
            if f"q {queue}" not in newer:
                router.learn_closure(queue, closed.get(queue))

    @property
    def _learning(self) -> Router:
        assert self._router is not None
        return self._router

    def _with_token(self, agent: Agent, known: Agent | None) -> Agent:
        """With a token of this node's: another one where somebody else has had the agent."""
        token = known.token if known is not None else 0
        before = self._held.token(agent.name, token)
        if before is None:
            before = self._seen.get(agent.name)
        self._seen[agent.name] = agent.token
        return replace(agent, token=token if before == agent.token else token + 1)


def _wanted(rows: Iterable[str]) -> Wanted:
    agents = sorted(row[2:] for row in rows if row[0] == "a")
    places = sorted(CallId(row[2:]) for row in rows if row[0] == "e")
    return Wanted(tuple(agents), tuple(places), any(row[0] == "q" for row in rows))
