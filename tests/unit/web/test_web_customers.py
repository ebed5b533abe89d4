"""The JSON API for customers, escalations, notices and numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from voicebot.core.access import Role
from voicebot.core.call import CallId
from voicebot.core.escalations import EscalationSettings
from voicebot.core.events import Endpoint, Event, EventKind
from voicebot.store.erasing import Erased
from voicebot.store.events import publish
from voicebot.store.opening import Store, open_eraser
from voicebot.web.app import create_app
from voicebot.web.registry import Registry
from voicebot.web.server import start_server
from voicebot.web.settings import Token, WebSettings

AGENT, BOSS = "a" * 16, "b" * 16
NUMBER = "+4917055501"
ANNA = {"name": "Anna", "numbers": [NUMBER], "vip": True, "attributes": {"points": 5}}


@pytest.fixture
def registry(store: Store, tmp_path: Path) -> Registry:
    def erase(id: str, numbers: tuple[str, ...], by: str) -> Erased:
        eraser = open_eraser(f"sqlite:///{tmp_path / 'voicebot.db'}", tmp_path)
        try:
            return eraser.erase(eraser.of_customer(id, numbers), by, datetime.now(UTC))
        finally:
            eraser.close()

    desk = store.escalations(EscalationSettings(("desk", "boss")), mails=False)
    return Registry(
        store.customers, desk, store.outbox, store.calls, store.audit, erase, store.calls
    )


class Api:
    """A client: method, path and body to status and JSON."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = url, session

    async def __call__(
        self, method: str, path: str, body: object = None, token: str = BOSS
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.request(
            method, self._url + path, json=body, headers=headers
        ) as response:
            return response.status, await response.json()


@pytest.fixture
async def api(store: Store, registry: Registry, tmp_path: Path) -> AsyncIterator[Api]:
    tokens = (Token("anna", AGENT, Role.AGENT), Token("boss", BOSS, Role.ADMIN))
    app = create_app(
        store.calls,
        store.feed,
        None,  # type: ignore[arg-type]  # nobody asks how it is
        None,  # type: ignore[arg-type]
        data=tmp_path,
        settings=WebSettings(port=0, tokens=tokens),
        registry=registry,
    )
    server = await start_server(app, "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        yield Api(server.url, session)
    await server.stop()


async def test_a_profile_is_kept_found_tagged_and_erased(api: Api, store: Store) -> None:
    status, body = await api("PUT", "/api/customers/7", ANNA)
    assert (status, body["customer"]["numbers"]) == (200, [NUMBER])
    status, body = await api("POST", f"/api/customers/{NUMBER}/tags", {"tag": "gold"})
    assert (status, [tag["tag"] for tag in body["tags"]]) == (200, ["gold"])
    _, body = await api("GET", f"/api/customers/{NUMBER}")
    assert (body["customer"]["name"], body["customer"]["tags"]) == ("Anna", ["gold"])
    _, body = await api("GET", "/api/customers?tag=gold")
    assert [one["id"] for one in body["customers"]] == ["7"]
    assert (await api("DELETE", "/api/customers/7/tags/gold"))[0] == 200
    assert (await api("DELETE", "/api/customers/7/tags/gold"))[0] == 404
    assert (await api("DELETE", "/api/customers/7"))[0] == 200
    assert (await api("GET", "/api/customers/7"))[0] == 404
    actions = [entry.action for entry in store.audit.entries()]
    assert actions == [f"customer.{what}" for what in ("erase", "untag", "tag", "change")]
    assert NUMBER not in str(store.audit.entries()[0])


async def test_the_timeline_has_the_calls_of_a_number(api: Api) -> None:
    _, body = await api("GET", "/api/customers/+49170")
    assert (body["customer"], [call["call"] for call in body["calls"]]) == (None, ["done"])


async def test_what_cannot_be_kept_is_said(api: Api) -> None:
    for body in ({"vip": "yes"}, {"nmae": "x"}, {"attributes": {"a": {"b": 1}}}):
        assert (await api("PUT", "/api/customers/7", body))[0] == 400
    assert (await api("POST", "/api/customers/7/tags", {"tag": ""}))[0] == 400


async def test_one_key_escalates_with_evidence_and_it_goes_its_way(api: Api) -> None:
    status, body = await api("POST", "/api/escalations", {"call": "done"}, AGENT)
    one = body["escalation"]
    assert (status, one["owner"], one["opened_by"], one["note"]) == (201, "desk", "anna", "?")
    assert one["customer"] == "+49170"
    assert one["evidence"]["recording"] == "/api/calls/done/recording"
    path = f"/api/escalations/{one['id']}"
    assert (await api("POST", f"{path}/acknowledge"))[1]["escalation"]["acknowledged_by"] == "boss"
    assert (await api("POST", f"{path}/acknowledge"))[0] == 409
    status, body = await api("POST", f"{path}/close", {"resolution": "refunded"})
    assert (status, body["escalation"]["state"]) == (200, "closed")
    assert (await api("POST", "/api/escalations/none/close"))[0] == 404
    _, body = await api("GET", "/api/escalations?state=open")
    assert body["escalations"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"call": "done", "customer": "7"}, 400), ({"call": "none"}, 404)],
)
async def test_an_escalation_is_about_one_thing_that_there_is(
    api: Api, body: dict[str, str], status: int
) -> None:
    assert (await api("POST", "/api/escalations", body))[0] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/customers"),
        ("PUT", "/api/customers/7"),
        ("GET", "/api/escalations"),
        ("POST", "/api/escalations/x/close"),
        ("POST", "/api/webhooks/notices/retry"),
        ("GET", "/api/report"),
    ],
)
async def test_an_agent_may_ask_for_help_and_for_nothing_else(
    api: Api, method: str, path: str
) -> None:
    assert (await api(method, path, {} if method != "GET" else None, AGENT))[0] == 403


async def test_dead_notices_are_listed_without_what_they_say_and_tried_anew(
    api: Api, store: Store
) -> None:
    event = Event("e", EventKind.CALL_ENDED, datetime.now(UTC), CallId("done"), {"secret": "x"})
    with store.events._engine.begin() as connection:
        publish(connection, [event], [Endpoint("crm", "https://crm.test/")], "here")
    [entry] = store.outbox.due()
    store.outbox.failed(entry, "the receiver answered 500", for_good=True)
    _, body = await api("GET", "/api/webhooks/notices?state=dead")
    [notice] = body["notices"]
    assert (notice["error"], notice["call"]) == ("the receiver answered 500", "done")
    assert "secret" not in str(body)
    assert (await api("POST", "/api/webhooks/notices/retry"))[1] == {"retried": 1}
    assert len(store.outbox.due()) == 1


async def test_the_numbers_of_a_period(api: Api) -> None:
    path = "/api/report?since=2026-11-22T00:00:00Z&until=2026-11-22T13:00:00Z&preset=95/180"
    status, body = await api("GET", path)
    assert (status, body["within_s"]) == (200, 180)
    [group] = body["groups"]
    assert group["call"]["calls"] == 2
    assert group["target"] == {"share": 0.95, "within_s": 180, "met": None}
    for wrong in ("by=week", "preset=1/2", "since=then", "since=2025-01-01", "within=-1"):
        assert (await api("GET", f"/api/report?{wrong}"))[0] == 400
