"""Reads calls. Every method blocks for a query: from the event loop, call them in a thread."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Text,
    and_,
    cast,
    exists,
    or_,
    select,
    type_coerce,
)

from voicebot.core.call import CallId, Outcome
from voicebot.core.record import Cdr, Fact, FactKind
from voicebot.queueing.figures.occupancy import AgentLine
from voicebot.queueing.figures.wrap_ups import Wrapped, call_of_place
from voicebot.store import tables
from voicebot.store.database import transaction
from voicebot.store.labels import Label, LabelStore
from voicebot.store.ledger import facts_of
from voicebot.store.query import CallFilter, CallPage, NotOneCall, read_cursor, write_cursor
from voicebot.store.queue_tables import agent_history, queue_offers
from voicebot.store.rows import advance, cdr_from_row, fact_from_row

MOST = 500
_SETUP = FactKind.SETUP.value
_KINDS = {kind.value: kind for kind in FactKind}
_WORDS = (FactKind.SAID, FactKind.HEARD, FactKind.KEYED, FactKind.UNDERSTOOD)


class CallStore:
    """The calls of a database. Every method raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, wanted: CallFilter | None = None) -> CallPage:
        """A page of calls, youngest first. Raises `ValueError` for a wrong cursor."""
        wanted = wanted or CallFilter()
        limit = max(1, min(wanted.limit, MOST))
        calls = tables.calls
        query = (
            select(calls)
            .where(*_conditions(wanted))
            .order_by(calls.c.started.desc(), calls.c.call.desc())
            .limit(limit + 1)
        )
        with self._reading() as connection:
            found = [cdr_from_row(row) for row in connection.execute(query).mappings()]
        page = tuple(found[:limit])
        return CallPage(page, write_cursor(page[-1]) if len(found) > limit else "")

    def pages(self, wanted: CallFilter, limit: int = 0) -> Iterator[CallPage]:
        """Page by page from the filter's cursor on, at most `limit` calls in all; 0 for all. The
        filter's own limit does not count. Raises `ValueError` for a wrong cursor."""
        left = limit
        while True:
            page = self.list(replace(wanted, limit=min(left, MOST) if limit else MOST))
            yield page
            left -= len(page.calls)
            if not page.cursor or (limit and left <= 0):
                return
            wanted = replace(wanted, cursor=page.cursor)

    def every(self, wanted: CallFilter, limit: int = 0) -> Iterator[Cdr]:
        """Call by call, youngest first, at most `limit`; 0 for all."""
        for page in self.pages(wanted, limit):
            yield from page.calls

    def running(self) -> tuple[Cdr, ...]:
        """The calls that have not ended, youngest first."""
        return self.list(CallFilter(outcome="running", limit=MOST)).calls

    def get(self, call: str) -> Cdr | None:
        """The record of a call, folded from its journal; None if there is no such call."""
        return advance(None, self.facts(call))

    def facts(self, call: str) -> tuple[Fact, ...]:
        """The journal of a call in order; empty if there is no such call."""
        with self._reading() as connection:
            return tuple(facts_of(connection, CallId(call)))

    def journals_of(
        self, calls: Collection[str], without: Collection[FactKind] = ()
    ) -> dict[str, tuple[Fact, ...]]:
        """The journals of some calls in one query; a call that is not there has no entry. Facts of
        the kinds in `without` are left out."""
        facts = tables.facts.c
        data = cast(facts.data, Text)
        time = type_coerce(facts.time, DateTime(timezone=True))  # `_journal` puts the zone back.
        columns = (facts.call, facts.seq, facts.at_ms, time, facts.kind, data)
        query = select(*columns).where(facts.call.in_(calls)).order_by(facts.call, facts.seq)
        if without:
            query = query.where(facts.kind.not_in([kind.value for kind in without]))
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return {call: _journal(of_call) for call, of_call in groupby(rows, itemgetter(0))}

    def labels_of(self, calls: Collection[str]) -> dict[str, tuple[Label, ...]]:
        """What people say that was really said in some calls; none has no entry."""
        found: dict[str, list[Label]] = {}
        for label in LabelStore(self._engine).of(calls):
            found.setdefault(label.call, []).append(label)
        return {call: tuple(labels) for call, labels in found.items()}

    def journals(
        self, since: datetime, until: datetime, kinds: Collection[FactKind]
    ) -> Iterator[tuple[Fact, ...]]:
        """The facts of these kinds, together for each call that began from `since` to `until`."""
        calls, facts = tables.calls.c, tables.facts
        query = (
            select(facts)
            .join(tables.calls, calls.call == facts.c.call)
            .where(calls.started >= since, calls.started < until)
            .where(facts.c.kind.in_([kind.value for kind in kinds]))
            .order_by(calls.started, facts.c.call, facts.c.seq)
            .execution_options(yield_per=1_000)
        )
        with self._reading() as connection:
            rows = connection.execute(query).mappings()
            for _, of_call in groupby(rows, lambda row: row["call"]):
                yield tuple(fact_from_row(row) for row in of_call)

    def find(self, prefix: str, limit: int = 10) -> tuple[CallId, ...]:
        """Ids of the calls that begin with `prefix`, youngest first."""
        calls = tables.calls.c
        query = (
            select(calls.call)
            .where(calls.call.startswith(prefix, autoescape=True))
            .order_by(calls.started.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            return tuple(CallId(call) for call in connection.execute(query).scalars())

    def one(self, prefix: str) -> CallId:
        """The call whose id is `prefix`, or the only one whose id begins so. Raises
        `NotOneCall`."""
        found = self.find(prefix)
        if prefix in found:
            return CallId(prefix)
        if len(found) != 1:
            raise NotOneCall(prefix, found)
        return found[0]

    def agent_lines(self, until: datetime) -> tuple[AgentLine, ...]:
        """When agents came, went and paused, up to a time; oldest first."""
        table = agent_history.c
        query = (
            select(table.agent, table.time_ms, table.state)
            .where(table.time_ms < round(until.timestamp() * 1000))
            .order_by(table.time_ms, table.id)
        )
        with self._reading() as connection:
            return tuple(AgentLine(*row) for row in connection.execute(query))

    def wrap_ups(self, since: datetime, until: datetime) -> Mapping[Wrapped, Sequence[int]]:
        """How long agents wrapped up after contacts that ended within a period, in ms."""
        table = queue_offers.c
        query = (
            select(table.entry, table.agent, table.wrapped_ms - table.ended_ms)
            .where(table.answered_ms.is_not(None), table.wrapped_ms.is_not(None))
            .where(table.ended_ms.between(since.timestamp() * 1000, until.timestamp() * 1000))
            .order_by(table.ended_ms)
        )
        found: dict[Wrapped, tuple[int, ...]] = {}
        with self._reading() as connection:
            for entry, agent, length_ms in connection.execute(query):
                contact = call_of_place(entry), agent
                found[contact] = (*found.get(contact, ()), length_ms)
        return found

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, "the calls cannot be read")


def _journal(rows: Iterable[Sequence[Any]]) -> tuple[Fact, ...]:
    """Rows of one call. Their data are parsed as one text: one by one takes thrice the time. What
    serves is the same for all calls of a node's run: the same object."""
    rows = list(rows)
    every = json.loads(f"[{','.join('0' if row[4] == _SETUP else row[5] for row in rows)}]")
    return tuple(
        Fact(
            call,
            seq,
            at_ms,
            time if time.tzinfo else time.replace(tzinfo=UTC),
            _KINDS[kind],
            _setup(text) if kind == _SETUP else data,
        )
        for (call, seq, at_ms, time, kind, text), data in zip(rows, every, strict=True)
    )


@lru_cache(maxsize=64)
def _setup(text: str) -> Mapping[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


def _conditions(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    calls = tables.calls.c
    if wanted.since:
        yield calls.started >= wanted.since
    if wanted.until:
        yield calls.started < wanted.until
    if wanted.caller:
        yield calls.caller == wanted.caller
    if wanted.callers:
        yield calls.caller.in_(wanted.callers)
    if wanted.flow:
        yield calls.flow == wanted.flow
    if wanted.outcome == "running":
        yield calls.ended.is_(None)
    elif isinstance(wanted.outcome, Outcome):
        yield calls.outcome == wanted.outcome.value
    if wanted.intent:
        yield _has(calls.intents, wanted.intent)
    if wanted.tag:
        yield _has(calls.tags, wanted.tag)
    if wanted.confidence is not None:
        yield _unsure(wanted.confidence)
    if wanted.text:
        yield _says(wanted.text)
    if wanted.cursor:
        started, call = read_cursor(wanted.cursor)
        yield or_(calls.started < started, and_(calls.started == started, calls.call < call))


def _has(column: Column[Any], value: str) -> ColumnElement[bool]:
    """A list of texts has this one: as JSON writes it, with its quotation marks."""
    written = json.dumps(value, ensure_ascii=False)
    return cast(column, Text).contains(written, autoescape=True)


def _unsure(confidence: float) -> ColumnElement[bool]:
    facts = tables.facts.c
    return exists().where(
        facts.call == tables.calls.c.call,
        facts.kind == FactKind.HEARD.value,
        facts.data["confidence"].as_float() < confidence,
    )


def _says(text: str) -> ColumnElement[bool]:
    facts = tables.facts.c
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    return exists().where(
        facts.call == tables.calls.c.call,
        facts.kind.in_([kind.value for kind in _WORDS]),
        cast(facts.data, Text).icontains(written, autoescape=True),
    )
