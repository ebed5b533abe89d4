"""Queues that outlast calls and nodes: places, offers and agents in the database.

The claim is global, the leg is local: any node sees all places and agents, and an agent is reserved
for a place in one short transaction, with a lease and a token. No row stays locked while a phone
rings. What follows from an event for an agent is the pure policy's to say; here it is made to last.

    Places   join, leave, adopt, to_be_called
             keep_callback, take_callback, put_off, end_callback
    Offers   claim, dialed, failed, renew                          ┐
    Contacts answered, held, released, unbridged                   │ one `QueueStore`
    Staff    log_in, pause, resume, log_out, end_wrap_up, tick     │
    Closures set_closure, closures                                 │
    Watch    start, beat, reap                                     ┘
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CursorResult, Text, bindparam, cast, delete, select

from voicebot.core.queueing import EntryState
from voicebot.queueing.snapshot import Snapshot
from voicebot.store.database import transaction
from voicebot.store.queue_callbacks import CallbackPlaces
from voicebot.store.queue_closures import Closures
from voicebot.store.queue_contacts import Contacts
from voicebot.store.queue_places import Places
from voicebot.store.queue_rows import Row, agent_of, entry_of
from voicebot.store.queue_staff import Staff
from voicebot.store.queue_tables import agents, queue_entries, queue_offers
from voicebot.store.queue_watch import Watch

_OPEN = (EntryState.WAITING.value, EntryState.OFFERED.value, EntryState.CALLBACK.value)
_JSON = ("skills", "preferred", "tried")
"""Read as text: most are empty, and what is empty needs no parser."""
_E, _O = queue_entries.c, queue_offers.c
_WAITING = (
    select(_E.id, _E.queue, _E.joined_ms, _E.ordinal, _E.priority, _E.age_ms, _E.state, _E.step)
    .add_columns(_E.agent, _E.call, _E.node, *(cast(_E[name], Text).label(name) for name in _JSON))
    .where(_E.state.in_(_OPEN), _E.not_before_ms <= bindparam("now_ms"))
    .order_by(_E.ordinal)
)
_RINGING = select(_O.entry, _O.agent, _O.offered_ms).where(_O.outcome == "")
_AGENTS = select(agents).order_by(agents.c.name)
_SOME = _WAITING.where(_E.id.in_(bindparam("ids", expanding=True)))
_SOME_RINGING = _RINGING.where(_O.entry.in_(bindparam("ids", expanding=True)))
_SOME_AGENTS = _AGENTS.where(agents.c.name.in_(bindparam("names", expanding=True)))


_EMPTY: dict[str, Any] = {"{}": {}, "[]": ()}


class QueueStore(Places, CallbackPlaces, Contacts, Staff, Closures, Watch):
    """All of it, for one node. Blocks: from the event loop, use it in a thread."""

    def snapshot(self) -> Snapshot:
        """What the policy decides over: every place that waits or is offered, and all agents."""
        with transaction(self._engine, "queues cannot be read") as connection:
            now_ms = self._clock(connection)
            entries = map(_parsed, _rows(connection.execute(_WAITING, {"now_ms": now_ms})))
            offers = _rows(connection.execute(_RINGING))
            rows = _rows(connection.execute(_AGENTS))
        return self._snapshot(now_ms, entries, offers, rows)

    def _snapshot(
        self,
        now_ms: int,
        entries: Iterable[Row],
        offers: Iterable[Row],
        rows: Iterable[Row],
    ) -> Snapshot:
        ringing: dict[str, list[Row]] = defaultdict(list)
        for offer in offers:
            ringing[offer["entry"]].append(offer)
        return Snapshot(
            now_ms,
            self.policies,
            tuple(
                entry_of(entry, ringing.get(entry["id"], ()))
                for entry in entries
                if entry["queue"] in self.policies
            ),
            tuple(agent_of(a, self.agents[a["name"]]) for a in rows if a["name"] in self.agents),
        )

    def read(self, names: Collection[str], entries: Collection[str]) -> Snapshot:
        """Some of it: what is there of these agents, and of these places that wait, are offered
        or to be called."""
        with transaction(self._engine, "queues cannot be read") as connection:
            now_ms = self._clock(connection)
            places, ringing = [], []
            if entries:
                key = {"ids": list(entries)}
                places = [
                    *map(_parsed, _rows(connection.execute(_SOME, {**key, "now_ms": now_ms})))
                ]
                ringing = _rows(connection.execute(_SOME_RINGING, key))
            rows = _rows(connection.execute(_SOME_AGENTS, {"names": list(names)}))
        return self._snapshot(now_ms, places, ringing, rows)

    def forget(self, *, older_ms: int) -> int:
        """Remove places that were closed, or cut off, so long ago; how many. Offers stay, for the
        figures."""
        table = queue_entries.c
        with self._desk() as desk:
            over = table.state.in_((EntryState.CLOSED.value, EntryState.INTERRUPTED.value))
            query = delete(queue_entries).where(over, table.changed_ms < desk.now_ms - older_ms)
            return desk.connection.execute(query).rowcount


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    for name in _JSON:
        text = row[name]
        row[name] = _EMPTY[text] if text in _EMPTY else json.loads(text)
    return row


def _rows(result: CursorResult[Any]) -> list[dict[str, Any]]:
    """As plain dicts, which are read several times as fast as SQLAlchemy's mappings."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
