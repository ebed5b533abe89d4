"""docs/api.md against the console's routes, roles and answers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from aiohttp import web
from documents import rows, section, text_of

from voicebot.core.access import OF_ROLE, Permission, Role
from voicebot.core.audit import AuditEntry
from voicebot.core.call_context import context_of
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.staffing import CHOSEN_REASONS
from voicebot.prompts.agent_phrases import PHRASES
from voicebot.queueing.router import Router
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.directory import Directory
from voicebot.session.star_codes import StarCodes
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings
from voicebot.web.app import create_app
from voicebot.web.context_view import context_json
from voicebot.web.office import Office
from voicebot.web.ports import NodeStatus
from voicebot.web.screen_pop import NAMES

API, AGENTS = text_of("docs/api.md"), text_of("docs/agents.md")
_PAGES = {"/", "/agent", "/report", "/supervisor", "/login", "/static"}


class Still:
    """Stands in for the monitor and for the flows."""

    async def status(self) -> NodeStatus:
        return NodeStatus()

    async def metrics(self) -> bytes:
        return b""

    async def flows(self) -> dict[str, object]:
        return {}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    store = open_store(f"sqlite:///{tmp_path / 'voicebot.db'}", StoreSettings(node="here"))
    router = Router([QueueSpec("billing")], [AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))])
    return _office(router, store)


def _office(router: Router, store: Store) -> Office:
    directory = Directory(router, lambda: 0)
    desks = AgentDesk(directory, store.audit), SupervisorDesk(directory, store.audit)
    return Office(*desks, directory, store.calls, store.dispositions, store.audit)


def routes(app: web.Application) -> set[str]:
    found = set()
    for route in app.router.routes():
        canonical = route.resource.canonical if route.resource is not None else ""
        if canonical not in _PAGES and route.method != "HEAD":
            found.add(f"{route.method} {canonical}")
    return found


def test_every_route_is_explained_and_no_other(office: Office, tmp_path: Path) -> None:
    app = create_app(
        office.calls,
        None,  # type: ignore[arg-type]  # nobody listens here
        Still(),
        Still(),
        data=tmp_path,
        office=office,
        registry=object(),  # type: ignore[arg-type]  # nothing is asked of it here
    )
    explained = {row[0].strip("`") for row in rows(section(API, "Routes"))}
    assert explained == routes(app)


def test_what_each_role_may_is_as_the_page_says() -> None:
    table = rows(API.split("**Errors**")[0])
    assert [row[0].strip("`") for row in table] == list(Permission)
    for permission, *may, _ in table:
        for role, said in zip(Role, may, strict=True):
            has = Permission(permission.strip("`")) in OF_ROLE[role]
            assert (said == "yes") is has, f"{role} {permission}"


def test_an_agent_is_as_the_page_says(office: Office) -> None:
    explained = [row[0].strip("`") for row in rows(section(API, "An agent"))]
    assert explained == list(office.view(office.desk.agent("anna")))
    for state in AgentState:
        assert f"`{state}`" in section(API, "An agent")
    for reason in CHOSEN_REASONS:
        assert f"`{reason}`" in section(API, "Routes")


def test_the_context_is_as_the_page_says() -> None:
    from datetime import UTC, datetime

    from voicebot.core.call import CallId
    from voicebot.core.record import Fact, FactKind

    now = datetime(2026, 11, 22, tzinfo=UTC)
    context = context_of([Fact(CallId("1"), 0, 0, now, FactKind.RANG, {})])
    assert context is not None
    shown, text = context_json(context, ()), section(AGENTS, "Context")
    named = {name for row in rows(text) for name in row[0].replace("`", "").split(", ")}
    assert named == set(shown) - {"call"}
    for part in ("who", "why", "how_long", "tried"):
        for key in shown[part]:
            assert f"`{key}`" in text, f"{part}.{key}"
    for name in NAMES:
        assert f"{{{name}}}" in section(AGENTS, "Screen pop")


def test_the_star_codes_are_as_the_page_says() -> None:
    codes = StarCodes()
    shown = [row[0].split("`")[1] for row in rows(section(AGENTS, "Star codes"))]
    for code in shown:
        assert code in {getattr(codes, name) for name in StarCodes.__slots__}
    assert shown[:6] == [codes.log_in, codes.log_out, codes.pause, codes.resume,
                         codes.end_wrap_up, codes.extend_wrap_up]  # fmt: skip
    assert "logged_in" in PHRASES["en"]


def test_an_audit_entry_says_all_that_the_page_names() -> None:
    for name in ("by", "time", "door", "action", "target", "outcome"):
        assert name in {one.name for one in fields(AuditEntry)}
