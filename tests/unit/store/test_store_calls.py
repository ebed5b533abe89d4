from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from call_story import NOON, Pen
from databases import Database
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from voicebot.core.call import Outcome
from voicebot.core.record import FactKind
from voicebot.store.opening import Store, open_store
from voicebot.store.query import CallFilter, NotOneCall, read_cursor
from voicebot.store.settings import StoreSettings

CALLS = [
    # id, minutes after noon, caller, flow, words, outcome
    ("aa01", 0, "+491", "bank_en", "i lost my card", "handled"),
    ("aa02", 10, "+492", "bank_zh", "我的卡丢了", "contained"),
    ("ab03", 20, "+491", "bank_en", 'he said "100%" and_more', "abandoned"),
    ("b004", 30, "", "bank_en", "nothing", None),
]


@pytest.fixture
def calls(store: Store, pen: Any) -> Store:
    for name, minutes, caller, flow, words, outcome in CALLS:
        write = pen(name, NOON + timedelta(minutes=minutes))
        facts = [*write.begin(caller, flow), write("heard", 100, text=words)]
        if outcome:
            facts.append(write.end(outcome=outcome))
        for fact in facts:
            store.journal.write(fact)
    assert store.journal.flush()
    return store


def ids(store: Store, **wanted: Any) -> list[str]:
    return [cdr.call for cdr in store.calls.list(CallFilter(**wanted)).calls]


def test_lists_are_youngest_first(calls: Store) -> None:
    assert ids(calls) == ["b004", "ab03", "aa02", "aa01"]
    assert [cdr.call for cdr in calls.calls.running()] == ["b004"]


def test_filters(calls: Store) -> None:
    ten = NOON + timedelta(minutes=10)
    assert ids(calls, since=ten) == ["b004", "ab03", "aa02"]
    assert ids(calls, until=ten) == ["aa01"]
    assert ids(calls, caller="+491") == ["ab03", "aa01"]
    assert ids(calls, caller="+491", outcome=Outcome.HANDLED) == ["aa01"]
    assert ids(calls, flow="bank_zh") == ["aa02"]
    assert ids(calls, outcome="running") == ["b004"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LOST my", ["aa01"]),
        ("卡丢", ["aa02"]),
        ('"100%', ["ab03"]),
        ("d_m", ["ab03"]),
        ("%", ["ab03"]),
        ("hotline", []),
        ("' OR 1=1 --", []),
    ],
)
def test_what_was_said(calls: Store, text: str, found: list[str]) -> None:
    assert ids(calls, text=text) == found


def test_journals_come_together_and_kinds_may_be_left_out(calls: Store) -> None:
    store = calls.calls
    found = store.journals_of(["aa02", "ab03", "nobody"])
    assert found == {name: store.facts(name) for name in ("aa02", "ab03")}
    [facts] = store.journals_of(["ab03"], {FactKind.HEARD, FactKind.RANG}).values()
    kept = [f for f in store.facts("ab03") if f.kind not in (FactKind.HEARD, FactKind.RANG)]
    assert list(facts) == kept
    assert len(kept) == len(store.facts("ab03")) - 2


def test_the_beginning_of_an_id_finds_it(calls: Store) -> None:
    assert calls.calls.find("aa") == ("aa02", "aa01")
    assert calls.calls.find("aa01") == ("aa01",)
    assert calls.calls.find("%") == ()
    assert calls.calls.get("aa") is None
    assert calls.calls.one("aa01") == "aa01"
    assert calls.calls.one("b") == "b004"
    with pytest.raises(NotOneCall, match="several calls' ids begin with 'aa': aa02, aa01"):
        calls.calls.one("aa")
    with pytest.raises(NotOneCall, match="no call's id begins with 'x'"):
        calls.calls.one("x")


def test_pages_follow_each_other(calls: Store) -> None:
    every = calls.calls.every
    assert [cdr.call for cdr in every(CallFilter(limit=1))] == ids(calls)
    assert [cdr.call for cdr in every(CallFilter(), 3)] == ids(calls)[:3]
    assert [len(page.calls) for page in calls.calls.pages(CallFilter(), 3)] == [3]


@pytest.mark.parametrize("cursor", ["x", "!!!", "e30", "WyJ4IiwgInkiXQ", "WzEsIDJd"])
def test_a_cursor_that_was_not_given_out(calls: Store, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        read_cursor(cursor)
    with pytest.raises(ValueError, match="cursor"):
        calls.calls.list(CallFilter(cursor=cursor))


@budget(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.integers(0, 5), max_size=12), limit=st.integers(1, 5), late=st.booleans()
)
def test_pages_hold_every_call_once(
    database: Database, settings: StoreSettings, minutes: list[int], limit: int, *, late: bool
) -> None:
    """Also where many began at the same time, and where calls come in meanwhile."""
    database.clear()
    store = open_store(database.url, replace(settings, batch_ms=0))
    for number, minute in enumerate(minutes):
        for fact in Pen(f"c{number}", NOON + timedelta(minutes=minute)).begin():
            store.journal.write(fact)
    assert store.journal.flush()
    expected = ids(store)
    found, cursor = [], ""
    while True:
        page = store.calls.list(CallFilter(limit=limit, cursor=cursor))
        found += [cdr.call for cdr in page.calls]
        if late:
            write = Pen(f"late{len(found)}", NOON + timedelta(hours=1 + len(found)))
            for fact in write.begin():
                store.journal.write(fact)
            store.journal.flush()
        if not (cursor := page.cursor):
            break
    store.close()
    assert found == expected
    assert len(found) == len(minutes)
