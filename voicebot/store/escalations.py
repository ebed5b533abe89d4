"""Escalations in the database. Deadlines are those of its clock, and outlast restarts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, update

from voicebot.core.afterwards import Mail
from voicebot.core.call import CallId
from voicebot.core.escalations import (
    Escalation,
    EscalationEvent,
    EscalationSettings,
    EscalationState,
    next_escalation_state,
)
from voicebot.core.events import Event, EventKind
from voicebot.store import tables
from voicebot.store.customer_tables import escalations
from voicebot.store.database import transaction
from voicebot.store.events import WAITING, EventStore, add_new

_WHAT = "escalations"


class EscalationStore:
    """The escalations of a database. Every method blocks, and raises `DatabaseAway`."""

    def __init__(
        self,
        engine: Engine,
        events: EventStore,
        settings: EscalationSettings | None = None,
        *,
        mails: bool = False,
    ) -> None:
        """`mails`: there is a mail server, so owners that are addresses are told by mail, too."""
        self._engine, self._events = engine, events
        self._settings, self._mails = settings or EscalationSettings(), mails

    def open(
        self, *, call: str, customer: str, note: str, by: str, evidence: Mapping[str, Any]
    ) -> Escalation:
        """Open one about a call, a customer, or both."""
        with transaction(self._engine, _WHAT) as connection:
            now = _now(connection)
            found = Escalation(
                id=uuid4().hex,
                call=call,
                customer=customer,
                note=note,
                opened_by=by,
                owner=self._settings.owner(0),
                state=EscalationState.OPEN,
                lapses=0,
                opened=now,
                due=now + timedelta(minutes=self._settings.minutes(0)),
                evidence=dict(evidence),
            )
            connection.execute(insert(escalations).values(_row(found)))
            self._tell(connection, found, EventKind.ESCALATION_OPENED, now)
        return found

    def get(self, id: str) -> Escalation | None:
        """The one of an id, or of how an id begins where that is one only."""
        query = select(escalations).where(escalations.c.id.startswith(id, autoescape=True))
        with transaction(self._engine, _WHAT) as connection:
            rows = connection.execute(query.limit(2)).mappings().all()
        return _escalation(rows[0]) if len(rows) == 1 else None

    def list(
        self, state: EscalationState | None = None, limit: int = 100
    ) -> tuple[Escalation, ...]:
        """Those that are due first go first, closed ones last."""
        query = select(escalations).order_by(escalations.c.closed.is_not(None), escalations.c.due)
        if state is not None:
            query = query.where(escalations.c.state == state.value)
        with transaction(self._engine, _WHAT) as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
        return tuple(_escalation(row) for row in rows)

    def acknowledge(self, id: str, by: str) -> Escalation:
        """Somebody sees to it. Raises `KeyError` for none, `ValueError` where it cannot be."""
        minutes = self._settings.close_minutes
        event = EscalationEvent.ACKNOWLEDGED
        return self._move(id, event, minutes, acknowledged_by=by)

    def close(self, id: str, by: str, resolution: str = "") -> Escalation:
        """It is settled. Raises as `acknowledge`."""
        return self._move(id, EscalationEvent.CLOSED, 0, closed_by=by, resolution=resolution)

    def lapse(self) -> tuple[Escalation, ...]:
        """Hand on what was not seen to in time; of several nodes one does it. To be called every
        few seconds."""
        table, found = escalations.c, []
        with transaction(self._engine, _WHAT) as connection:
            now = _now(connection)
            query = select(escalations).where(
                table.state != EscalationState.CLOSED.value, table.due <= now
            )
            for row in connection.execute(query).mappings().all():
                after = self._handed_on(connection, _escalation(row), now)
                found += [after] if after is not None else []
        return tuple(found)

    # ------------------------------------------------------------ moves

    def _handed_on(
        self, connection: Connection, before: Escalation, now: datetime
    ) -> Escalation | None:
        """None where another node was first."""
        lapses = before.lapses + 1
        state = next_escalation_state(before.state, EscalationEvent.LAPSED)
        values = {
            "state": state.value,
            "lapses": lapses,
            "owner": self._settings.owner(lapses),
            "due": now + timedelta(minutes=self._settings.minutes(lapses)),
        }
        query = update(escalations).where(
            escalations.c.id == before.id, escalations.c.lapses == before.lapses
        )
        if not connection.execute(query.values(values)).rowcount:
            return None
        after = _escalation({**_row(before), **values})
        self._tell(connection, after, EventKind.ESCALATION_LAPSED, now)
        return after

    def _move(self, id: str, event: EscalationEvent, minutes: int, **values: Any) -> Escalation:
        query = select(escalations).where(escalations.c.id == id).with_for_update()
        with transaction(self._engine, _WHAT) as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise KeyError(id)
            now = _now(connection)
            state = next_escalation_state(EscalationState(row["state"]), event)
            changes: dict[str, Any] = {**values, "state": state.value}
            if event is EscalationEvent.CLOSED:
                changes["closed"] = now
            else:
                changes["due"] = now + timedelta(minutes=minutes)
            connection.execute(update(escalations).where(escalations.c.id == id).values(changes))
            after = _escalation({**row, **changes})
            self._tell(connection, after, EventKind(f"escalation.{event.value}"), now)
        return after

    def _tell(
        self, connection: Connection, escalation: Escalation, kind: EventKind, now: datetime
    ) -> None:
        name = f"{escalation.id}/{kind.value}/{escalation.lapses}"
        event = Event(name, kind, now, CallId(escalation.call), escalation_json(escalation))
        self._events.publish(connection, [event])
        told = kind in (EventKind.ESCALATION_OPENED, EventKind.ESCALATION_LAPSED)
        if told and self._mails and "@" in escalation.owner:
            add_new(connection, tables.outbox, [self._mail(escalation, name, now)])

    def _mail(self, escalation: Escalation, name: str, now: datetime) -> dict[str, Any]:
        """The mail says that there is one, and where; nothing of what it is about."""
        text = (
            f"An escalation waits for you until {escalation.due:%Y-%m-%d %H:%M} UTC.\n\n"
            f"Opened by {escalation.opened_by}; deadlines that have lapsed: {escalation.lapses}.\n"
            f"See it in the console, or: voicebot escalations show {escalation.id[:8]}\n"
        )
        mail = Mail((escalation.owner,), f"Escalation {escalation.id[:8]}", text)
        return {
            "id": f"esc_{name[:32]}_{escalation.lapses}",
            "call": escalation.call or escalation.customer[:64],
            "node": self._events.node,
            "channel": "mail",
            "message": {"to": list(mail.to), "subject": mail.subject, "text": mail.text},
            "state": WAITING,
            "created": now,
            "due": now,
            "attempts": 0,
            "error": "",
        }


def escalation_json(escalation: Escalation) -> dict[str, Any]:
    """As JSON, times in ISO 8601."""
    row = _row(escalation)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _now(connection: Connection) -> datetime:
    """The store's time: a server's own, or that of the one machine of an SQLite file."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def _row(escalation: Escalation) -> dict[str, Any]:
    names = Escalation.__slots__
    return {
        **{name: getattr(escalation, name) for name in names},
        "state": escalation.state.value,
        "evidence": dict(escalation.evidence),
    }


def _escalation(row: RowMapping | Mapping[str, Any]) -> Escalation:
    values = {name: row[name] for name in Escalation.__slots__}
    return Escalation(**{**values, "state": EscalationState(row["state"])})
