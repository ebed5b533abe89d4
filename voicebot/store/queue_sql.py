"""Statements over queues, built once: to build one anew costs as much as to execute it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    Update,
    bindparam,
    cast,
    func,
    select,
    update,
)

from voicebot.store.queue_tables import agents, queue_entries, queue_offers

CLOCK: ColumnElement[int] = cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
"""PostgreSQL's clock, in ms since 1970."""

AGENT = select(agents).where(agents.c.name == bindparam("name")).with_for_update()
HOLDER = AGENT.where(agents.c.token == bindparam("token"))
ENTRY = select(queue_entries).where(queue_entries.c.id == bindparam("id")).with_for_update()
LIVE = (
    select(queue_offers)
    .where(queue_offers.c.entry == bindparam("entry"), queue_offers.c.outcome == "")
    .order_by(queue_offers.c.agent)
)

_KEYS = {agents.name: ("name",), queue_entries.name: ("id",), queue_offers.name: ("agent", "token")}


@cache
def changing(table: Table, names: tuple[str, ...]) -> Update:
    """Change these columns of one row; its key is `_name`, `_id`, or `_agent` and `_token`."""
    keys = [table.c[key] == bindparam(f"_{key}") for key in _KEYS[table.name]]
    return update(table).where(*keys).values({name: bindparam(name) for name in names})


@cache
def with_clock(statement: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    """The same, with PostgreSQL's time as `store_now_ms`."""
    return statement.add_columns(CLOCK.label("store_now_ms"))
