"""What a contact goes through in the database, a statement a row and step: joined, claimed,
answered, released. Each says what it takes for granted; where that is not so it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BindParameter, Column, ColumnElement, bindparam, insert, or_, update

from voicebot.core.queueing import AgentState, EntryState, OfferOutcome
from voicebot.queueing.router import RINGING, TALKING
from voicebot.store.direct import Direct
from voicebot.store.queue_tables import agents, queue_entries, queue_offers

_A, _E, _O = agents.c, queue_entries.c, queue_offers.c
_NOW_MS: BindParameter[int] = bindparam("now_ms")


def _any_of(column: Column[str], states: Iterable[StrEnum]) -> ColumnElement[bool]:
    return or_(*(column == state.value for state in states))


_PLACE = _E.id == bindparam("_entry")
_OFFER = _O.agent == bindparam("_agent"), _O.token == bindparam("_token")
_HOLDER = _A.name == bindparam("_agent"), _A.token == bindparam("_token")

NEW_PLACE = Direct(
    insert(queue_entries).inline(), *(c.name for c in queue_entries.c if c is not _E.ordinal)
)

RESERVE = Direct(
    update(agents)
    .where(_A.name == bindparam("_agent"), _A.state == AgentState.AVAILABLE.value)
    .where(_A.rests_until_ms <= _NOW_MS)
    .values(
        state=bindparam("_state"),
        changed_ms=_NOW_MS,
        token=_A.token + 1,
        lease_ms=bindparam("until_ms"),
        node=bindparam("_node"),
        entry=bindparam("_entry"),
        queue=bindparam("_queue"),
        offered_ms=_NOW_MS,
    )
    .returning(_A.token)
)


def _offering(*seen: EntryState) -> Direct:
    return Direct(
        update(queue_entries)
        .where(_PLACE, _any_of(_E.state, seen))
        .where(or_(_E.node == bindparam("_node"), _E.node == ""))
        .where(_E.not_before_ms <= _NOW_MS)
        .values(
            state=EntryState.OFFERED.value,
            changed_ms=_NOW_MS,
            attempt=_E.attempt + 1,
            node=bindparam("_node"),
        )
    )


OFFER_FIRST = _offering(EntryState.WAITING, EntryState.CALLBACK)
OFFER_MORE = _offering(EntryState.OFFERED)
OFFER_OWN = _offering(EntryState.WAITING, EntryState.CALLBACK, EntryState.OFFERED)
NEW_OFFER = Direct(
    insert(queue_offers).inline(),
    *("agent", "token", "entry", "queue", "node", "offered_ms", "outcome"),
)

AGENT_ANSWERS = Direct(
    update(agents)
    .where(*_HOLDER, _any_of(_A.state, RINGING))
    .values(
        state=AgentState.BUSY.value,
        changed_ms=_NOW_MS,
        calls=_A.calls + 1,
        rna=0,
        unreachable=0,
    )
)
PLACE_ANSWERED = Direct(
    update(queue_entries)
    .where(_PLACE, _E.state == EntryState.OFFERED.value)
    .values(state=EntryState.BRIDGED.value, changed_ms=_NOW_MS, agent=bindparam("_agent"))
)
OFFER_ANSWERED = Direct(
    update(queue_offers)
    .where(*_OFFER)
    .values(answered_ms=_NOW_MS, outcome=OfferOutcome.ANSWERED.value)
)

_DONE = update(agents).where(*_HOLDER, _any_of(_A.state, TALKING))
_RELEASED = _DONE.values(
    changed_ms=_NOW_MS,
    lease_ms=None,
    node="",
    state=bindparam("state"),
    wraps_until_ms=bindparam("wraps_until_ms"),
    wrap_cap_ms=bindparam("wrap_cap_ms"),
)
AGENT_WRAPS = Direct(_RELEASED)
AGENT_FREE = Direct(
    _RELEASED.where(~_A.leaves, _A.pause.is_(None)).values(
        idle_since_ms=bindparam("idle_since_ms"),
        entry=bindparam("entry"),
        queue=bindparam("queue"),
    )
)
"""At once, where neither a log-out nor a pause is asked for."""
OFFER_ENDS = Direct(
    update(queue_offers).where(*_OFFER).values(ended_ms=_NOW_MS, wrapped_ms=bindparam("wrapped_ms"))
)
_TALKED = (
    update(queue_entries)
    .where(_PLACE, _E.state == EntryState.BRIDGED.value, _E.agent == bindparam("_agent"))
    .values(changed_ms=_NOW_MS, callback=False)
)
PLACE_WRAPS = Direct(_TALKED.values(state=EntryState.WRAPPING.value, outcome=""))
PLACE_SERVED = Direct(
    _TALKED.values(state=EntryState.CLOSED.value, outcome=bindparam("outcome"), number="")
)
