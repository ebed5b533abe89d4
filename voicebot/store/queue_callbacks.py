"""Places without a leg: kept, taken by the node that calls the customer, put off, given up.

    keep ─▶ due ─▶ take ─▶ the customer talked to an agent ─▶ end
             ▲       └─ busy, no answer, ... ─▶ put_off
             └───────┘ the node that took it is gone: it is due again after `TAKEN_MS`

A customer who rings meanwhile inherits the place (`Places.inherit`), which closes it. What was
settled by hand is not called, and no number by two at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from voicebot.core.afterwards import CallbackRequest, CallbackState, DueCallback
from voicebot.core.call import CallId
from voicebot.core.queueing import EntryState, Place
from voicebot.queueing.entry_machine import EntryEvent
from voicebot.store.callbacks import request_row
from voicebot.store.database import Conflict
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import Desk
from voicebot.store.queue_places import ADOPTED
from voicebot.store.queue_rows import Row, place_row
from voicebot.store.queue_tables import queue_entries
from voicebot.store.tables import callbacks

TAKEN_MS = 120_000
"""A callback that its node has not touched for so long may be taken by another one."""
UNPLACED_MS = 60_000
"""A callback that has no place so long after it was noted down will get none by its call."""
SETTLED_MS = 60_000
"""A place that was closed so long ago is one whose callback its node settles no more."""
_E = queue_entries.c
_OTHER = queue_entries.alias("other")


class CallbackPlaces(QueueBase):
    """What is done about callbacks."""

    def keep_callback(self, place: Place, *, joined_ms: int, not_before_ms: int = 0) -> None:
        """A caller who hung up has a place that is as old as the wait was; twice is once."""
        try:
            with self._desk() as desk:
                row = place_row(place, node="", joined_ms=joined_ms, now_ms=desk.now_ms)
                row |= {"state": EntryState.CALLBACK.value, "callback": True}
                desk.note_kept(place.number)
                desk.add_place(row | {"not_before_ms": not_before_ms})
        except Conflict:
            return

    def due_callbacks(self) -> tuple[CallId, ...]:
        """Those that may be called now, and that nobody calls; the longest waiting first."""
        with self._desk() as desk:
            query = select(_E.id).where(_free(desk.now_ms)).order_by(_E.joined_ms, _E.ordinal)
            return tuple(CallId(id) for id in desk.connection.execute(query).scalars())

    def take_callback(self, entry: CallId) -> DueCallback | None:
        """This node is going to call; None where it is not to be called any more, or by another
        node, or where that customer is being called already."""
        with self._desk() as desk:
            _lock_those_of_the_customer(desk, entry)
            change = (
                update(queue_entries)
                .where(_E.id == entry, _free(desk.now_ms))
                .values(node=self.node, changed_ms=desk.now_ms, attempt=_E.attempt + 1)
            )
            if desk.connection.execute(change).rowcount != 1:
                return None
            row = desk.entry(entry)
            assert row is not None
            noted = callbacks.c.id == entry
            count = update(callbacks).where(noted).values(attempts=row["attempt"])
            desk.connection.execute(count)
            cut_off = select(callbacks.c.cut_off).where(noted)
            return DueCallback(
                entry,
                CallId(row["call"]),
                row["queue"],
                row["number"],
                joined_ms=row["joined_ms"],
                attempt=row["attempt"],
                priority=row["priority"],
                skills=row["skills"],
                preferred=tuple(row["preferred"]),
                cut_off=bool(desk.connection.execute(cut_off).scalar()),
            )

    def touch_callbacks(self, entries: Collection[CallId]) -> None:
        """This node is still at them."""
        with self._desk() as desk:
            mine = (_E.id.in_(list(entries)), _E.state == EntryState.CALLBACK.value)
            change = update(queue_entries).where(*mine, _E.node == self.node)
            desk.connection.execute(change.values(changed_ms=desk.now_ms))

    def put_off(self, entry: CallId, by_ms: int, result: str) -> bool:
        """Not now, as the attempt came to that; False where the place is gone, as the customer rang
        again."""
        with self._desk() as desk:
            row = desk.entry(entry)
            if row is None or row["state"] != EntryState.CALLBACK or row["node"] != self.node:
                return False
            until_ms = desk.now_ms + by_ms
            desk.write_entry(entry, node="", not_before_ms=until_ms, changed_ms=desk.now_ms)
            noted = update(callbacks).where(callbacks.c.id == entry)
            desk.connection.execute(noted.values(result=result))
            return True

    def end_callback(self, entry: CallId, outcome: str) -> bool:
        """Called, or given up; False where the place is gone, as the customer rang again, or
        another node is at it."""
        with self._desk() as desk:
            row = desk.entry(entry)
            if row is None or row["state"] != EntryState.CALLBACK:
                return False
            fresh = row["changed_ms"] >= desk.now_ms - TAKEN_MS
            if fresh and row["node"] not in ("", self.node):
                return False
            desk.move(row, EntryEvent.LEFT, outcome=outcome, callback=False)
            return True

    def closed_callbacks(self) -> tuple[tuple[str, CallbackState], ...]:
        """Callbacks that still wait, though their place is closed, and what they came to: the
        customer rang and has it, or a node died before it could settle them."""
        query = (
            select(callbacks.c.id, _E.outcome)
            .join(queue_entries, _E.id == callbacks.c.id)
            .where(callbacks.c.state == CallbackState.WAITING.value)
            .where(_E.state == EntryState.CLOSED.value)
        )
        with self._desk() as desk:
            long_ago = _E.changed_ms < desk.now_ms - SETTLED_MS
            rows = desk.connection.execute(query.where(or_(_E.outcome == ADOPTED, long_ago)))
            return tuple((row.id, _STATES.get(row.outcome, CallbackState.ADOPTED)) for row in rows)

    def canceled_callbacks(self) -> tuple[CallId, ...]:
        """Places of callbacks that somebody settled by hand."""
        query = (
            select(_E.id)
            .join(callbacks, _E.id == callbacks.c.id)
            .where(callbacks.c.state != CallbackState.WAITING.value)
            .where(_E.state == EntryState.CALLBACK.value)
        )
        with self._desk() as desk:
            ids = desk.connection.execute(query.where(_untaken(desk.now_ms))).scalars()
            return tuple(CallId(id) for id in ids)

    def place_callbacks(self) -> int:
        """Callbacks that were noted down and have no place, as their node died or did not dial, get
        one; how many."""
        query = (
            select(callbacks)
            .outerjoin(queue_entries, _E.id == callbacks.c.id)
            .where(callbacks.c.state == CallbackState.WAITING.value, _E.id.is_(None))
        )
        with self._desk() as desk:
            now_ms = desk.now_ms
            rows = desk.connection.execute(query).mappings().all()
        placed = 0
        for row in rows:
            asked_ms = round(row["requested_at"].timestamp() * 1000)
            if row["queue"] in self.queues and asked_ms <= now_ms - UNPLACED_MS:
                not_before_ms = _ms(row["not_before"])
                place = Place(CallId(row["id"]), row["call"], row["queue"], row["number"])
                self.keep_callback(place, joined_ms=asked_ms, not_before_ms=not_before_ms)
                placed += 1
        return placed

    def overdue_callbacks(self, after_ms: int) -> tuple[CallId, ...]:
        """Those that nobody calls, and that could have been made for so long."""
        query = (
            select(_E.id, _E.joined_ms, callbacks.c.not_before)
            .outerjoin(callbacks, callbacks.c.id == _E.id)
            .where(_E.state == EntryState.CALLBACK.value)
        )
        with self._desk() as desk:
            rows = desk.connection.execute(query.where(_untaken(desk.now_ms))).all()
            until_ms = desk.now_ms - after_ms
        return tuple(CallId(r.id) for r in rows if max(r.joined_ms, _ms(r.not_before)) <= until_ms)

    def call_back_interrupted(
        self, after_ms: int, dialable: Callable[[str], bool], *, most_ms: int
    ) -> int:
        """Callers who were cut off so long ago (`most_ms` at most), did not ring again, and may be
        called, are to be; how many. Each is noted down as a callback that nobody asked for."""
        called = 0
        with self._desk() as desk:
            cut = (_E.state == EntryState.INTERRUPTED.value, _E.number != "")
            old = _E.changed_ms.between(desk.now_ms - most_ms, desk.now_ms - after_ms)
            ids = desk.connection.execute(select(_E.id).where(*cut, old)).scalars().all()
            for id in ids:
                row = desk.entry(id)
                if row is None or row["state"] != EntryState.INTERRUPTED:
                    continue
                if dialable(row["number"]):
                    self._call_back(desk, row)
                    called += 1
        return called

    def _call_back(self, desk: Desk, row: Row) -> None:
        again: dict[str, Any] = {"callback": True, "node": "", "attempt": 0, "not_before_ms": 0}
        desk.move(row, EntryEvent.TO_BE_CALLED, **again)
        at = datetime.fromtimestamp(desk.now_ms / 1000, UTC)
        who = (row["id"], CallId(row["call"]), row["queue"], row["number"])
        request = CallbackRequest(*who, requested_at=at, cut_off=True)
        is_noted = select(callbacks.c.id).where(callbacks.c.id == row["id"])
        if desk.connection.execute(is_noted).scalar() is None:
            desk.connection.execute(insert(callbacks).values(request_row(request)))


_STATES = {state.value: state for state in CallbackState}


def _free(now_ms: int) -> ColumnElement[bool]:
    state = _E.state == EntryState.CALLBACK.value
    due = and_(state, _E.not_before_ms <= now_ms, _untaken(now_ms))
    settled = exists().where(
        callbacks.c.id == _E.id, callbacks.c.state != CallbackState.WAITING.value
    )
    return and_(due, ~settled, ~_is_called(now_ms))


def _is_called(now_ms: int) -> ColumnElement[bool]:
    """By another callback of the same customer."""
    other = _OTHER.c
    same = and_(other.number == _E.number, other.number != "", other.id != _E.id)
    taken = and_(other.node != "", other.changed_ms >= now_ms - TAKEN_MS)
    return exists().where(same, other.state == EntryState.CALLBACK.value, taken)


def _lock_those_of_the_customer(desk: Desk, entry: CallId) -> None:
    """Of two nodes that take two callbacks of one customer at once, the second waits here and then
    sees what the first has taken. In one order, so that neither waits for the other."""
    number = select(_E.number).where(_E.id == entry).scalar_subquery()
    same = (_OTHER.c.number == number, _OTHER.c.number != "")
    query = select(_OTHER.c.id).where(*same, _OTHER.c.state == EntryState.CALLBACK.value)
    desk.connection.execute(query.order_by(_OTHER.c.id).with_for_update(of=_OTHER)).all()


def _untaken(now_ms: int) -> ColumnElement[bool]:
    return or_(_E.node == "", _E.changed_ms < now_ms - TAKEN_MS)


def _ms(time: datetime | None) -> int:
    return round(time.timestamp() * 1000) if time else 0
