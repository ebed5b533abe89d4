"""Queues of several nodes, as one node's router uses them: at once, whatever the database does.

    router ──▶ QueueShare ──▶ Writer ──thread──▶ QueueStore    what this node does, in its order
       ▲            │ ◀── what came of claims
       └── learn ◀──┴── Mirror: rows that other nodes changed, all rows now and then

What this node did is so at once; only a claim waits for the database, and that for `PATIENCE_S` at
most: then, and while the database is away, this node dials by what it knows, and the claim is made
afterwards. Where it turns out that another node has the agent, that phone rings no longer; people
who talk to each other go on talking.
"""

from __future__ import annotations

from voicebot.core.queueing import Closure, PauseReason, Place
from voicebot.queueing.snapshot import Agent, Entry
from voicebot.store.database import Conflict
from voicebot.store.queue_share_base import rows_of
from voicebot.store.queue_share_offers import OfferShare


class QueueShare(OfferShare):
    """Implements `queueing.sharing.Share`. Used on one event loop."""

    # ------------------------------------------------------------ callers

    def joined(self, entry: Entry, number: str) -> None:
        place = Place(
            entry.id,
            entry.call,
            entry.queue,
            number,
            entry.priority,
            entry.skills,
            entry.preferred,
        )
        rows = rows_of((entry.id,), ())

        def run(_again: bool) -> bool:
            try:
                self._store.enter(place, joined_ms=entry.joined_ms)
            except Conflict:  # told twice, or it was thought lost
                self._store.join(place, joined_ms=entry.joined_ms)
            return self._store.inherit(entry.id, number, within_ms=self.kept_ms)

        def settle(_inherited: object) -> None:
            self.read(rows)

        self._writer.add(rows, self.now_ms(), run, settle, heeds=(True,))

    def left(self, entry: Entry, outcome: str) -> None:
        self._post((entry.id,), entry.ringing, lambda: self._store.leave(entry.id, outcome))

    def reprioritized(self, entry: Entry) -> None:
        self._post(
            (entry.id,),
            (),
            lambda: self._store.reprioritize(
                entry.id, priority=entry.priority, age_ms=entry.artificial_age_ms
            ),
        )

    # ------------------------------------------------------------ queues

    def queue_closed(self, queue: str, closure: Closure) -> None:
        self._post_queue(queue, closure)

    def queue_opened(self, queue: str) -> None:
        self._post_queue(queue, None)

    def _post_queue(self, queue: str, closure: Closure | None) -> None:
        rows = (f"q {queue}",)

        def run(_again: bool) -> bool:
            return self._store.set_closure(queue, closure)

        def settle(_was_so: object) -> None:
            self.read(rows)  # by whom: another node was first

        self._writer.add(rows, self.now_ms(), run, settle, heeds=(False,))

    # ------------------------------------------------------------ agents

    def ticked(self, agent: Agent, now_ms: int) -> None:
        place = (agent.call,) if agent.call else ()
        self._post(place, (agent.name,), lambda: self._store.tick_agent(agent.name), now_ms)

    def logged_in(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.log_in(agent, by=by))

    def logged_out(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.log_out(agent, by=by))

    def paused(self, agent: str, reason: PauseReason, by: str) -> None:
        self._post((), (agent,), lambda: self._store.pause(agent, reason, by=by))

    def resumed(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.resume(agent, by=by))

    def lifted(self, agent: str, reason: PauseReason) -> None:
        self._post((), (agent,), lambda: self._store.lift(agent, reason))

    def wrap_up_ended(self, agent: Agent, by: str) -> None:
        place = (agent.call,) if agent.call else ()
        self._post(place, (agent.name,), lambda: self._store.end_wrap_up(agent.name, by=by))

    def wrap_up_extended(self, agent: Agent, by_ms: int) -> None:
        self._post((), (agent.name,), lambda: self._store.extend_wrap_up(agent.name, by_ms))
