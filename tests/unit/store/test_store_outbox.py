"""Notices and callbacks outlast the call, the process and a database that is away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import Database, Sqlite

from voicebot.core.afterwards import CallbackRequest, CallbackState, Mail, Notice, Webhook
from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError
from voicebot.store.database import DatabaseAway, open_engine, parse_url
from voicebot.store.opening import Store, open_afterwards, open_store
from voicebot.store.outbox import PAUSES_S, NoticeState, OutboxStore
from voicebot.store.settings import StoreSettings

BODY = {"from": "+4917055501", "state": ["好", 1, None]}
HOOK = Notice("msg_1", CallId("one"), Webhook("http://127.0.0.1:1/x", BODY, {"A": "b"}, "hook"))
MAIL = Notice("msg_2", CallId("one"), Mail(("desk@example.org",), "Hello", "Text", ("m.wav",)))
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """A wall clock that is set by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(url: str, clock: Clock, node: str = "here") -> OutboxStore:
    return OutboxStore(open_engine(parse_url(url), busy_timeout_ms=50), node, clock=clock)


def test_what_is_put_is_what_comes_out(store: Store, url: str, clock: Clock) -> None:
    outbox = opened(url, clock)
    outbox.put(HOOK)
    outbox.put(MAIL)
    assert outbox.flush()
    assert [entry.notice for entry in outbox.due()] == [HOOK, MAIL]
    assert {entry.attempts for entry in outbox.due()} == {0}
    assert outbox.close()


def test_the_same_notice_twice_is_one(store: Store, url: str, clock: Clock) -> None:
    outbox = opened(url, clock)
    outbox.put(HOOK)
    outbox.put(HOOK)
    assert outbox.flush()
    assert len(outbox.due()) == 1


def test_it_is_there_after_a_restart(url: str, settings: StoreSettings) -> None:
    first = open_store(url, settings)
    first.outbox.put(HOOK)
    assert first.close()
    second = open_store(url, settings)
    assert [entry.notice for entry in second.outbox.due()] == [HOOK]
    second.close()


def test_of_one_that_arrived_nothing_personal_is_kept(
    store: Store, database: Database, clock: Clock
) -> None:
    outbox = opened(database.url, clock)
    outbox.put(HOOK)
    assert outbox.flush()
    outbox.sent(HOOK.id)
    assert outbox.due() == ()
    [entry] = outbox.list(NoticeState.SENT)
    assert entry.notice.id == HOOK.id
    assert database.run("SELECT CAST(message AS TEXT) FROM outbox") == [("{}",)]


def test_pauses_grow_until_it_is_dead_and_it_can_be_revived(
    store: Store, url: str, clock: Clock
) -> None:
    outbox = opened(url, clock)
    outbox.put(HOOK)
    assert outbox.flush()
    for attempt, pause_s in enumerate(PAUSES_S, 1):
        [entry] = outbox.due()
        assert outbox.failed(entry, "no connection") is NoticeState.WAITING
        clock.now += timedelta(seconds=pause_s - 1)
        assert outbox.due() == (), f"too soon after attempt {attempt}"
        clock.now += timedelta(seconds=1)
    [entry] = outbox.due()
    assert outbox.failed(entry, "no connection") is NoticeState.DEAD
    [dead] = outbox.list(NoticeState.DEAD)
    assert (dead.attempts, dead.error) == (len(PAUSES_S) + 1, "no connection")
    assert not outbox.revive("another")
    assert outbox.revive(HOOK.id)
    assert [entry.attempts for entry in outbox.due()] == [0]


def test_one_that_can_never_arrive_is_dead_at_once(store: Store, url: str, clock: Clock) -> None:
    outbox = opened(url, clock)
    outbox.put(MAIL)
    assert outbox.flush()
    [entry] = outbox.due()
    assert outbox.failed(entry, "550", for_good=True) is NoticeState.DEAD


def test_a_node_delivers_its_own(store: Store, url: str, clock: Clock) -> None:
    here, there = opened(url, clock), opened(url, clock, "there")
    here.put(HOOK)
    there.put(MAIL)
    assert here.flush()
    assert there.flush()
    assert [entry.notice.id for entry in here.due()] == [HOOK.id]
    assert len(here.list()) == 2


def test_a_database_that_is_away_is_waited_for_and_order_is_kept(
    store: Store, database: Database, clock: Clock
) -> None:
    outbox = opened(database.url, clock)
    notices = [replace(HOOK, id=f"msg_{n}") for n in range(5)]
    with database.locked():
        for notice in notices:
            outbox.put(notice)
        assert not outbox.flush(0.2)
    assert outbox.flush()
    assert [entry.notice.id for entry in outbox.due()] == [notice.id for notice in notices]


# ---------------------------------------------------------------- callbacks


def callback(number: str = "+4917055501") -> CallbackRequest:
    later = NOW + timedelta(hours=2)
    return CallbackRequest("one-1", CallId("one"), "service", number, NOW, later)


def test_a_callback_is_there_after_a_restart(url: str, settings: StoreSettings) -> None:
    first = open_store(url, settings)
    asyncio.run(first.callbacks.add(callback()))
    asyncio.run(first.callbacks.add(callback()))
    first.close()
    second = open_store(url, settings)
    assert second.callbacks.list(CallbackState.WAITING) == (callback(),)
    assert second.callbacks.list(CallbackState.DONE) == ()
    second.close()


def test_a_callback_that_cannot_be_written_says_so_without_the_number(
    store: Store, database: Database
) -> None:
    database.run("DROP TABLE callbacks")
    with pytest.raises(DatabaseAway) as raised:
        asyncio.run(store.callbacks.add(callback()))
    assert "4917055501" not in str(raised.value)
    assert "4917055501" not in repr(callback())


def test_they_are_read_while_the_hotline_serves(store: Store, url: str) -> None:
    asyncio.run(store.callbacks.add(callback()))
    store.outbox.put(HOOK)
    assert store.outbox.flush()
    callbacks, outbox = open_afterwards(url)
    assert len(callbacks.list()) == len(outbox.list()) == 1
    assert outbox.due() == ()
    outbox.close()
    callbacks.close()


def test_nothing_is_made_by_looking(sqlite: Sqlite, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no database here"):
        open_afterwards(sqlite.url)
    assert list(tmp_path.iterdir()) == []
