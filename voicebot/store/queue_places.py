"""Callers' places: joined, left, lost and found again. `joined_ms` never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select, update

from voicebot.core.call import CallId
from voicebot.core.queueing import EntryState, OfferOutcome, Place
from voicebot.queueing.entry_machine import EntryEvent
from voicebot.queueing.snapshot import Entry
from voicebot.store.database import Conflict
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import KEPT, RINGING, Desk
from voicebot.store.queue_rows import Row, place_row
from voicebot.store.queue_tables import queue_entries

_LEAVES_FROM = frozenset(
    {EntryState.WAITING, EntryState.OFFERED, EntryState.INTERRUPTED, EntryState.CALLBACK}
)
ADOPTED = "adopted"
"""The outcome of a place that another one of the same caller goes on from."""

_KEPT_NOW = [state.value for state in KEPT]


class Places(QueueBase):
    """What callers do."""

    def join(self, place: Place, *, joined_ms: int | None = None) -> Entry:
        """Take a caller in, who has waited since `joined_ms`. The same again gives the place as it
        is; one that was lost with its node is taken back."""
        try:
            with self._desk() as desk:
                row = desk.entry(place.id)
                if row is None:
                    self._enter(desk, place, desk.now_ms if joined_ms is None else joined_ms)
                elif row["state"] == EntryState.INTERRUPTED:
                    self._take_back(desk, row, place.call)
                return _seen(desk, place.id)
        except Conflict:  # another thread was first
            with self._desk() as desk:
                return _seen(desk, place.id)

    def enter(self, place: Place, *, joined_ms: int) -> None:
        """The same for a new caller, at the least expense. Raises `Conflict` for a place that is
        there."""
        with self._desk() as desk:
            self._enter(desk, place, joined_ms)

    def _enter(self, desk: Desk, place: Place, joined_ms: int) -> None:
        row = place_row(place, node=self.node, joined_ms=joined_ms, now_ms=desk.now_ms)
        desk.add_place(row)

    def entry(self, entry: CallId) -> Entry | None:
        """One place as it stands."""
        with self._desk() as desk:
            row = desk.entry(entry)
            return None if row is None else desk.seen(row)

    def leave(self, entry: CallId, outcome: str) -> bool:
        """The caller hung up or goes elsewhere: no phone rings any more, each agent is free at
        once. False where there is no such place, or an agent talks to the caller."""
        while True:
            with self._desk() as desk:
                offers = desk.live(entry)
                for name, token in offers:
                    agent = desk.holder(name, token)
                    if agent is not None and agent.state in RINGING:
                        desk.end_offer(agent, OfferOutcome.CALLER_GONE)
                row = desk.entry(entry)
                if desk.live(entry):
                    continue  # one more phone began to ring before the place was locked
                if row is None or EntryState(row["state"]) not in _LEAVES_FROM:
                    return False
                desk.move(row, EntryEvent.LEFT, outcome=outcome, callback=False)
                return True

    def to_be_called(self, entry: CallId, *, number: str = "", not_before_ms: int = 0) -> bool:
        """The place goes on without a leg, as a callback. `number` is empty for the one that is
        known. False where it is neither waiting nor interrupted."""
        with self._desk() as desk:
            row = desk.entry(entry)
            states = (EntryState.WAITING, EntryState.INTERRUPTED)
            if row is None or row["state"] not in states:
                return False
            values: dict[str, Any] = {"number": number} if number else {}
            values |= {"callback": True, "node": "", "not_before_ms": not_before_ms}
            desk.move(row, EntryEvent.TO_BE_CALLED, **values)
            return True

    def adopt(self, call: CallId, number: str, *, queue: str = "", within_ms: int) -> Entry | None:
        """Give a caller who rings again the oldest place that is kept for the number, in `queue`
        or in any: one cut off at most `within_ms` ago, or one to be called back. None: there is
        none."""
        if not number:
            return None
        table = queue_entries.c
        with self._desk() as desk:
            query = _kept(number, desk.now_ms - within_ms)
            query = query.limit(1).with_for_update(skip_locked=True)
            if queue:
                query = query.where(table.queue == queue)
            row = desk.connection.execute(query).mappings().first()
            if row is None:
                return None
            self._take_back(desk, row, call)
            return _seen(desk, row["id"])

    def kept_places(self, number: str, *, within_ms: int) -> dict[str, int]:
        """When a caller joined the queues in which a place is kept, by queue."""
        if not number:
            return {}
        with self._reading() as connection:
            query = _kept(number, self._clock(connection) - within_ms).order_by(None)
            rows = connection.execute(query).mappings().all()
        return {r["queue"]: r["joined_ms"] for r in sorted(rows, key=lambda r: -r["joined_ms"])}

    def inherit(self, entry: CallId, number: str, *, within_ms: int) -> bool:
        """A caller who joined has a place in the queue already, that is kept for the number: the
        new one is as old, and the old one is gone. False where there is none."""
        if not number:
            return False
        with self._desk() as desk:
            row = desk.entry(entry)
            if row is None or row["state"] != EntryState.WAITING:
                return False
            query = _kept(number, desk.now_ms - within_ms).limit(1)
            query = query.where(queue_entries.c.queue == row["queue"])
            query = query.with_for_update(skip_locked=True)
            old = desk.connection.execute(query).mappings().first()
            if old is None:
                return False
            desk.move(old, EntryEvent.LEFT, outcome=ADOPTED, callback=False)
            joined_ms = min(row["joined_ms"], old["joined_ms"])
            priority = max(row["priority"], old["priority"])
            tried = [*old["tried"], *row["tried"]]
            desk.write_entry(
                entry, joined_ms=joined_ms, priority=priority, age_ms=old["age_ms"], tried=tried
            )
            return True

    def kept_numbers(self) -> set[str]:
        """Of all callers for whom a place is kept."""
        with self._reading() as connection:
            query = select(queue_entries.c.number).where(queue_entries.c.state.in_(_KEPT_NOW))
            return set(connection.execute(query.distinct()).scalars())

    def reprioritize(self, entry: CallId, *, priority: int, age_ms: int) -> bool:
        """A supervisor changed a place's priority, or made it count as older: both as they are
        now."""
        with self._desk() as desk:
            row = desk.entry(entry)
            if row is None:
                return False
            desk.write_entry(entry, age_ms=age_ms, priority=priority)
            return True

    def keep_steps(self, steps: Mapping[CallId, int]) -> None:
        """The relaxation steps that places have reached; one never goes back."""
        if not steps:
            return
        table = queue_entries.c
        with self._desk() as desk:
            for entry, step in sorted(steps.items()):
                query = update(queue_entries).where(table.id == entry, table.step < step)
                desk.connection.execute(query.values(step=step))

    def _take_back(self, desk: Desk, row: Row, call: CallId) -> None:
        values = {"call": call, "node": self.node, "callback": False, "not_before_ms": 0}
        desk.move(row, EntryEvent.ADOPTED, **values)


def _seen(desk: Desk, entry: CallId) -> Entry:
    row = desk.entry(entry)
    assert row is not None
    return desk.seen(row)


def _kept(number: str, since_ms: int) -> Select[Any]:
    """Places that are kept for a number; those of who was cut off from `since_ms` on."""
    table = queue_entries.c
    return (
        select(queue_entries)
        .where(table.number == number, table.state.in_(_KEPT_NOW))
        .where(table.callback | (table.changed_ms >= since_ms))
        .order_by(table.joined_ms, table.ordinal)
    )
