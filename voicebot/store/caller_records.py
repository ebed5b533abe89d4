"""What is kept of callers, as a call asks for it: one short transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from voicebot.core.customers import NOBODY, Customer, Kept, Past
from voicebot.store import tables
from voicebot.store.customer_tables import customer_tags
from voicebot.store.customers import keys_of, profile_of
from voicebot.store.database import transaction

DAY = timedelta(hours=24)


class CallerRecords:
    """Of one database. Every method blocks, and raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, profile: Customer, numbers: Collection[str], now: datetime) -> Kept:
        """Of whom another source knows, or of these numbers."""
        with transaction(self._engine, "callers cannot be read") as connection:
            return _kept(connection, profile, numbers, now)

    def whole(self, numbers: Collection[str], id: str, now: datetime) -> tuple[Customer, Kept]:
        """The profile that is kept here, too, by id or else by one of the numbers."""
        with transaction(self._engine, "callers cannot be read") as connection:
            profile = profile_of(connection, numbers, id) or NOBODY
            return profile, _kept(connection, profile, numbers, now)


def _kept(
    connection: Connection, profile: Customer, numbers: Collection[str], now: datetime
) -> Kept:
    keys = keys_of(profile, numbers)
    if not keys:
        return Kept()
    table = customer_tags.c
    query = select(table.tag).where(table.customer.in_(keys)).order_by(table.time, table.tag)
    tags = tuple(dict.fromkeys(connection.execute(query).scalars()))
    return Kept(tags, _past(connection, numbers, now) if numbers else Past())


def _past(connection: Connection, numbers: Collection[str], now: datetime) -> Past:
    """What earlier calls of these numbers tell."""
    calls = tables.calls.c
    ended = (calls.caller.in_(numbers), calls.ended.is_not(None))
    last = select(calls.agent, calls.intents).where(*ended).order_by(calls.started.desc())
    rows = connection.execute(last.limit(20)).all()
    if not rows:
        return Past()
    recent = select(func.count()).where(*ended, calls.started >= now - DAY)
    count = connection.execute(recent).scalar() or 0
    agent = next((row.agent for row in rows if row.agent), "")
    intent = next((row.intents[-1] for row in rows if row.intents), "")
    return Past(agent, intent, count)
