"""The audit log: what was written shows, and what was changed shows, too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from databases import Database

from voicebot.core.afterwards import Webhook
from voicebot.core.audit import Act
from voicebot.core.call import CallId
from voicebot.core.events import Endpoint, EventKind
from voicebot.core.staffing import Disposition
from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings


def note(store: Store, *actions: str) -> None:
    async def several() -> None:
        for action in actions:
            await store.audit.note(Act("anna", "api", action, "anna", detail={"reason": "lunch"}))

    asyncio.run(several())


def test_the_youngest_come_first_and_older_ones_page_by_page(store: Store) -> None:
    note(store, "a", "b", "c")
    first = store.audit.entries(limit=2)
    assert [entry.action for entry in first] == ["c", "b"]
    [last] = store.audit.entries(before=first[-1].id)
    assert (last.by, last.door, last.target, last.outcome) == ("anna", "api", "anna", "done")
    assert last.detail == {"reason": "lunch"}
    assert last.time.tzinfo is UTC
    assert store.audit.entries(target="ben") == ()


def test_whoever_changes_a_row_or_takes_one_out_is_found(store: Store, database: Database) -> None:
    note(store, "a", "b", "c", "d")
    assert store.audit.broken_at() is None
    second, third = (entry.id for entry in reversed(store.audit.entries()[1:3]))
    database.run(f"UPDATE audit SET action = 'x' WHERE id = {second}")
    assert store.audit.broken_at() == second
    database.run(f"UPDATE audit SET action = 'b' WHERE id = {second}")
    assert store.audit.broken_at() is None
    database.run(f"DELETE FROM audit WHERE id = {second}")
    assert store.audit.broken_at() == third


def test_several_write_at_once_and_all_stand_in_one_chain(store: Store) -> None:
    async def all_at_once() -> None:
        notes = (store.audit.note(Act("x", "api", f"a{i}", "t")) for i in range(12))
        await asyncio.gather(*notes)

    asyncio.run(all_at_once())
    assert {entry.action for entry in store.audit.entries()} == {f"a{i}" for i in range(12)}
    assert store.audit.broken_at() is None


def test_an_agent_may_think_again_about_a_contact(store: Store) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for code in ("sold", "callback"):
        store.dispositions.put(Disposition(CallId("1"), "anna", code, "words", "anna", noon))
    store.dispositions.put(Disposition(CallId("2"), "anna", "sold", "", "eva", noon))
    [kept] = store.dispositions.of("1")
    assert (kept.code, kept.note, kept.by, kept.time) == ("callback", "words", "anna", noon)
    assert store.dispositions.of("3") == ()


def test_a_disposition_is_told_to_who_wants_it_each_time(url: str, settings: StoreSettings) -> None:
    wants = Endpoint("crm", "https://crm.example/hook", (EventKind.DISPOSITION,))
    store = open_store(url, replace(settings, endpoints=(wants,)))
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for second, code in enumerate(("sold", "callback")):
        when = noon.replace(second=second)
        store.dispositions.put(Disposition(CallId("1"), "anna", code, "", "anna", when))
    messages = [waiting.notice.message for waiting in reversed(store.outbox.list())]
    store.close()
    bodies: list[Any] = [message.body for message in messages if isinstance(message, Webhook)]
    assert [body["data"]["code"] for body in bodies] == ["sold", "callback"]
