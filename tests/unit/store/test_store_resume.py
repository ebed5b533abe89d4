"""Where a call's dialogue stood, for a caller who rings again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from queue_house import Clock
from sqlalchemy import Engine

from voicebot.core.call import CallId
from voicebot.store.database import Refused, open_engine, parse_url
from voicebot.store.opening import open_store
from voicebot.store.resume import ResumeRecord, ResumeStore
from voicebot.store.settings import StoreSettings


@pytest.fixture
def engine(url: str, settings: StoreSettings) -> Iterator[Engine]:
    open_store(url, settings).close()
    engine = open_engine(parse_url(url), busy_timeout_ms=5_000)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resume(engine: Engine, clock: Clock) -> ResumeStore:
    return ResumeStore(engine, clock=clock)


def record(call: str, number: str = "+491", **values: object) -> ResumeRecord:
    return ResumeRecord(CallId(call), number, {"node": "menu", "slots": {"名": "卡"}, **values})


def test_the_last_turn_of_the_last_call_is_found(resume: ResumeStore, clock: Clock) -> None:
    resume.keep(record("one", turn=1))
    resume.keep(record("other", "+492"))
    clock.now_ms += 1_000
    resume.keep(record("two", turn=1))
    clock.now_ms += 1_000
    resume.keep(record("one", turn=2))
    assert resume.find("+491", within_ms=5_000) == record("one", turn=2)
    assert resume.find("+493", within_ms=5_000) is None
    assert resume.find("", within_ms=5_000) is None
    resume.forget(CallId("one"))
    assert resume.find("+491", within_ms=5_000) == record("two", turn=1)


def test_what_is_too_old_is_not_found_and_can_be_removed(resume: ResumeStore, clock: Clock) -> None:
    resume.keep(record("one"))
    clock.now_ms += 60_001
    assert resume.find("+491", within_ms=60_000) is None
    assert resume.forget_older(than_ms=60_000) == 1
    assert resume.forget_older(than_ms=60_000) == 0


def test_by_the_store_s_own_clock(engine: Engine) -> None:
    resume = ResumeStore(engine)
    resume.keep(record("one"))
    assert resume.find("+491", within_ms=60_000) == record("one")


def test_what_is_no_json_is_refused_and_not_told(resume: ResumeStore) -> None:
    secret = "4711"
    with pytest.raises(Refused) as raised:
        resume.keep(record("one", pin={secret}))
    assert secret not in str(raised.value)
    assert secret not in repr(record("one", pin=secret))
