"""Calls that a killed node left open."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, select

from voicebot.core.call import CallId, EndedBy, Outcome
from voicebot.core.record import Fact, FactKind
from voicebot.store import tables
from voicebot.store.database import transaction
from voicebot.store.ledger import Ledger, facts_of

log = logging.getLogger(__name__)


def close_open_calls(engine: Engine, ledger: Ledger, node: str) -> int:
    """End every call of `node` that has no end; returns how many. For the start of that node
    only, before it takes calls. Raises `DatabaseAway`.

    The end is put where the journal stops: nobody knows how long the call went on.
    """
    calls = tables.calls.c
    query = select(calls.call).where(calls.ended.is_(None), calls.node == node)
    with transaction(engine, "open calls") as connection:
        found = [CallId(call) for call in connection.execute(query).scalars()]
        ends = [_end(facts_of(connection, call)[-1]) for call in found]
    for end in ends:
        ledger.append([end])
    if ends:
        log.warning("calls were cut off when this node last stopped", extra={"calls": len(ends)})
    return len(ends)


def _end(last: Fact) -> Fact:
    data = {
        "by": EndedBy.SYSTEM.value,
        "outcome": Outcome.FAILED.value,
        "code": 0,
        "node": "",
        "reason": "the node stopped",
    }
    return Fact(last.call, last.seq + 1, last.at_ms, last.time, FactKind.ENDED, data)
