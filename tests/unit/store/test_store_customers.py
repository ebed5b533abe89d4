"""Customers, tags, events and escalations in the database; what follows from facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from call_story import NOON, Pen
from databases import Database

from voicebot.core.afterwards import CallbackRequest, CallbackState
from voicebot.core.call import CallId
from voicebot.core.customers import NOBODY, Customer, Kept, Past
from voicebot.core.escalations import EscalationSettings, EscalationState
from voicebot.core.events import Endpoint, EventKind
from voicebot.core.record import Fact
from voicebot.customers.profile import profile_of
from voicebot.store.customer_query import SqlCustomers, wrong_query
from voicebot.store.customer_tables import escalations
from voicebot.store.database import DatabaseAway, open_engine, parse_url
from voicebot.store.opening import Store, open_customers, open_eraser, open_store
from voicebot.store.outbox import NoticeState, OutboxStore
from voicebot.store.settings import StoreSettings

NUMBER = "+4917055501"
ANNA = Customer(
    id="7",
    numbers=(NUMBER, "+4930123456"),
    name="Anna 安娜",
    language="zh",
    vip=True,
    tags=("gold",),
    notes="likes tea",
    attributes={"overdue": 12.5, "since": "2026-01-01"},
    agent="carla",
    source="store",
)
CRM = Endpoint("crm", "https://crm.test/hook", secret="crm_key")
TAGS = Endpoint("tags", "https://tags.test/", (EventKind.CUSTOMER_TAGGED,))


@pytest.fixture
def told(url: str, settings: StoreSettings) -> Iterator[Store]:
    opened = open_store(url, replace(settings, endpoints=(CRM, TAGS)))
    yield opened
    opened.close()


def written(store: Store, facts: list[Fact]) -> None:
    for fact in facts:
        store.journal.write(fact)
    assert store.journal.flush()


def bodies(store: Store, endpoint: Endpoint) -> list[Any]:
    found = store.outbox.list(limit=1000)
    return [e.notice.message.body for e in found if e.notice.message.url == endpoint.url]


def types(store: Store, endpoint: Endpoint) -> list[str]:
    return sorted(str(body["type"]) for body in bodies(store, endpoint))


def test_a_profile_is_found_by_number_and_id_with_all_that_it_has(store: Store) -> None:
    store.customers.put(ANNA)
    assert store.customers.get("7") == ANNA
    assert store.customers.of_number(("+4930123456",)) == ANNA
    assert store.customers.get("8") is None
    assert store.customers.list("anna") == store.customers.list(tag="gold") == (ANNA,)
    assert store.customers.list("nobody") == ()


def test_a_number_belongs_to_whoever_named_it_last(store: Store) -> None:
    store.customers.put(ANNA)
    store.customers.put(Customer(id="8", numbers=(NUMBER,), name="Ben"))
    found = store.customers.of_number((NUMBER,))
    assert found is not None
    assert found.id == "8"
    assert store.customers.get("7").numbers == ("+4930123456",)


def test_a_call_asks_for_profile_tags_and_past_in_one_go(
    store: Store, pen: Callable[..., Pen]
) -> None:
    store.customers.put(ANNA)
    store.customers.tag(NUMBER, "refund", "qa")
    first, second, up = (pen(name) for name in ("one", "two", "up"))
    day = timedelta(days=1)
    first.started -= 2 * day
    talk = first("bridged", agent="dora", wait_ms=1, queue="service", via="queue")
    written(store, [*first.begin(NUMBER), talk, first.end()])
    chose = second("understood", choice="billing")
    written(store, [*second.begin(NUMBER), chose, second.end(), *up.begin(NUMBER)])
    kept = Kept(("gold", "refund"), Past("dora", "billing", 1))
    assert store.callers.whole((NUMBER,), "", NOON + day) == (ANNA, kept)
    assert store.callers.whole((), "7", NOON) == (ANNA, Kept(("gold", "refund")))
    assert store.callers.of(NOBODY, (NUMBER,), NOON + 3 * day) == Kept(
        ("refund",), Past("dora", "billing", 0)
    )
    assert store.callers.whole(("+491",), "", NOON) == (NOBODY, Kept())
    assert store.callers.of(NOBODY, (), NOON) == Kept()


def test_tags_by_hand_are_told_once(told: Store) -> None:
    assert told.customers.tag("7", "refund", "qa")
    assert not told.customers.tag("7", "refund", "qa")
    assert [(t.tag, t.by, t.who) for t in told.customers.tags(("7",))] == [("refund", "hand", "qa")]
    assert types(told, TAGS) == ["customer.tagged"]
    assert told.customers.untag(("7",), "refund")
    assert not told.customers.untag(("7",), "refund")


def call(pen: Callable[..., Pen], name: str = "one") -> list[Fact]:
    write = pen(name)
    return [
        *write.begin(),
        write("customer", by="caller", found=True, customer="7"),
        write("tagged", tag="refund", by="intent", customer="7"),
        write("tagged", tag="node only"),
        write("queued", queue="service", position=1, summary={}),
        write("offered", queue="service", agent="carla"),
        write("left_queue", queue="service", outcome="abandoned", wait_ms=4000),
        write("callback", queue="service", outcome="accepted", not_before=None),
        write.end(),
    ]


def test_facts_are_events_in_their_own_commit(told: Store, pen: Callable[..., Pen]) -> None:
    written(told, call(pen))
    assert types(told, CRM) == [
        "call.abandoned",
        "call.ended",
        "call.offered",
        "call.queued",
        "call.started",
        "callback.requested",
        "customer.tagged",
    ]
    assert types(told, TAGS) == ["customer.tagged"]
    [ended] = [body for body in bodies(told, CRM) if body["type"] == "call.ended"]
    assert ended["data"]["record"]["queue"] == "service"
    assert [tag.tag for tag in told.customers.tags(("7",))] == ["refund"]
    assert told.customers.calls_of("7", ()) == ("one",)


def test_the_same_facts_again_tell_nothing_again(told: Store, pen: Callable[..., Pen]) -> None:
    facts = call(pen)
    written(told, facts)
    before = {e.notice.id for e in told.outbox.list(limit=1000)}
    written(told, facts)
    assert {e.notice.id for e in told.outbox.list(limit=1000)} == before
    assert len(before) == 8


def test_a_fact_is_kept_though_nothing_can_follow_from_it(
    told: Store, pen: Callable[..., Pen]
) -> None:
    write = pen("odd")
    odd = write("tagged", tag="x", by="nobody knows", customer="7")
    written(told, [*write.begin(), odd, write.end()])
    assert len(told.calls.facts("odd")) == 4
    assert told.customers.tags(("7",)) == ()


def test_a_call_cut_off_by_a_crash_is_told_as_ended(
    url: str, settings: StoreSettings, pen: Callable[..., Pen]
) -> None:
    told = replace(settings, endpoints=(CRM,))
    first = open_store(url, told)
    written(first, pen("cut").begin())
    first.close()
    second = open_store(url, told)
    try:
        assert types(second, CRM) == ["call.ended", "call.started"]
    finally:
        second.close()


def test_notices_of_a_node_that_is_gone_are_delivered_by_another(
    told: Store, url: str, settings: StoreSettings
) -> None:
    told.customers.tag("7", "refund", "qa")
    other = replace(settings, node="there", spill=settings.spill.with_name("other.jsonl"))
    engine = open_engine(parse_url(url), busy_timeout_ms=500)
    soon = OutboxStore(engine, other.node)
    late = OutboxStore(engine, other.node, clock=lambda: datetime.now(UTC) + timedelta(minutes=2))
    assert soon.adopt() == 0
    assert late.adopt() == 2
    assert len(late.due()) == 2
    soon.close()
    late.close()
    engine.dispose()


# ---------------------------------------------------------------- escalations


def make_due(url: str) -> None:
    engine = open_engine(parse_url(url), busy_timeout_ms=500)
    with engine.begin() as connection:
        connection.execute(
            escalations.update().values(due=datetime.now(UTC) - timedelta(seconds=1))
        )
    engine.dispose()


def test_an_escalation_lapses_to_the_manager_also_after_a_restart(
    url: str, settings: StoreSettings
) -> None:
    told = replace(settings, endpoints=(CRM,))
    desk = EscalationSettings(("desk", "boss"), (30, 60))
    first = open_store(url, told)
    opened = first.escalations(desk, mails=False).open(
        call="one", customer="7", note="?", by="anna", evidence={"recording": "/api/x"}
    )
    assert (opened.owner, opened.state, opened.lapses) == ("desk", EscalationState.OPEN, 0)
    assert opened.due - opened.opened == timedelta(minutes=30)
    first.close()
    make_due(url)
    second = open_store(url, told)
    try:
        store = second.escalations(desk, mails=False)
        [lapsed] = store.lapse()
        assert (lapsed.owner, lapsed.lapses) == ("boss", 1)
        assert store.lapse() == ()
        make_due(url)
        [again] = store.lapse()
        assert (again.owner, again.lapses) == ("boss", 2)
        seen = store.acknowledge(opened.id, "ben")
        assert (seen.state, seen.acknowledged_by) == (EscalationState.ACKNOWLEDGED, "ben")
        assert store.close(opened.id, "ben", "refunded").resolution == "refunded"
        with pytest.raises(ValueError, match="closed"):
            store.acknowledge(opened.id, "ben")
        with pytest.raises(KeyError):
            store.close("nothing", "ben")
        make_due(url)
        assert store.lapse() == ()
        assert types(second, CRM) == [
            "escalation.acknowledged",
            "escalation.closed",
            "escalation.lapsed",
            "escalation.lapsed",
            "escalation.opened",
        ]
        assert store.get(opened.id[:8]) == store.list()[0]
    finally:
        second.close()


def test_an_owner_with_an_address_is_told_by_mail_without_what_it_is_about(told: Store) -> None:
    desk = EscalationSettings(("desk@example.org",))
    told.escalations(desk, mails=True).open(
        call="one", customer="7", note="card stolen", by="anna", evidence={}
    )
    [mail] = [e for e in told.outbox.list() if e.notice.id.startswith("esc_")]
    assert mail.notice.message.to == ("desk@example.org",)
    assert "stolen" not in mail.notice.message.text


# ---------------------------------------------------------------- erasure


def test_erasing_a_number_takes_the_profile_and_all_that_hangs_on_it(
    told: Store, url: str, tmp_path: Path, pen: Callable[..., Pen]
) -> None:
    told.customers.put(ANNA)
    told.customers.tag(NUMBER, "loud", "qa")
    written(told, call(pen))
    told.escalations(EscalationSettings(), mails=False).open(
        call="", customer="7", note="?", by="x", evidence={}
    )
    eraser = open_eraser(url, tmp_path)
    try:
        erased = eraser.erase(eraser.of_numbers([NUMBER]), "qa", datetime.now(UTC))
    finally:
        eraser.close()
    assert told.customers.get("7") is None
    assert told.customers.tags(("7", NUMBER)) == ()
    assert {"customers", "customer_numbers", "customer_tags", "escalations"} <= set(erased.rows)
    assert not [e for e in told.outbox.list(limit=1000) if e.state is NoticeState.WAITING]


def test_erasing_a_customer_takes_the_calls_in_which_they_were_recognized(
    told: Store, url: str, tmp_path: Path, pen: Callable[..., Pen]
) -> None:
    told.customers.put(Customer(id="7", name="Anna"))
    written(told, call(pen))
    eraser = open_eraser(url, tmp_path)
    try:
        chosen = eraser.of_customer("7", ())
        assert chosen.calls == ("one",)
        eraser.erase(chosen, "qa", datetime.now(UTC))
    finally:
        eraser.close()
    assert told.calls.facts("one") == ()
    assert told.customers.calls_of("7", ()) == ()


# ---------------------------------------------------------------- the operator's database


def test_a_query_finds_customers_in_any_database(database: Database, store: Store) -> None:
    store.customers.put(ANNA)
    query = (
        "SELECT c.id, c.name, c.vip, n.number AS numbers, 3 AS overdue FROM customers c "
        "JOIN customer_numbers n ON n.customer = c.id WHERE n.number = :number"
    )
    by_id = "SELECT name FROM customers WHERE id = :id"
    profile = partial(profile_of, source="sql", region="")
    found = SqlCustomers(database.url, query, by_id, profile, timeout_ms=500)
    anna = found.look((NUMBER,), "")
    assert anna is not None
    assert (anna.id, anna.name, anna.vip, anna.numbers) == ("7", "Anna 安娜", True, (NUMBER,))
    assert anna.attributes == {"overdue": 3}
    assert found.look(("+1",), "") is None
    assert found.look((), "7").id == "7"
    wrong = SqlCustomers(database.url, "SELECT nothing FROM nowhere", "", profile, timeout_ms=500)
    with pytest.raises(DatabaseAway):
        wrong.look((NUMBER,), "")
    found.close()
    wrong.close()


def test_what_is_no_query_is_said_at_the_start() -> None:
    assert wrong_query("sqlite:///x.db", "SELECT 1", "") == ""
    assert "SELECT" in wrong_query("sqlite:///x.db", "DELETE FROM x", "")
    assert "no query" in wrong_query("sqlite:///x.db", "", "")
    assert wrong_query("nonsense", "SELECT 1", "")


def test_the_commands_door_opens_the_same(told: Store, url: str) -> None:
    told.customers.put(ANNA)
    customers, desk = open_customers(url, (CRM,), node="here")
    assert customers.get("7") == ANNA
    assert customers.tag("7", "x", "me")
    assert desk.list() == ()
    customers.close()


async def test_a_callback_that_is_settled_is_told_once(told: Store) -> None:
    asked = CallbackRequest("cb_1", CallId("one"), "service", NUMBER, datetime.now(UTC))
    await told.callbacks.add(asked)
    assert told.callbacks.settle("cb_1", CallbackState.DONE)
    assert not told.callbacks.settle("cb_1", CallbackState.FAILED)
    [body] = bodies(told, CRM)
    assert (body["type"], body["data"]["outcome"]) == ("callback.settled", "done")
