"""The API for agents: who may what, what comes of it, and what is noted down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web

from voicebot.core.access import Permission, Role
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, PauseReason, QueueSpec
from voicebot.core.record import Fact
from voicebot.queueing.router import Offer, Router
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.directory import Directory
from voicebot.session.supervisor_desk import STEPS, SupervisorDesk
from voicebot.session.talk import Talk
from voicebot.store.opening import Store
from voicebot.web.app import create_app
from voicebot.web.office import Office
from voicebot.web.ports import NodeStatus
from voicebot.web.settings import DeskSettings, Token, WebSettings

ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
BEN = AgentSpec("ben", "sip:ben@127.0.0.1", ("cards",))
TOKENS = (
    Token("anna", "anna-anna-anna-anna"),
    Token("ben", "ben-ben-ben-ben-ben"),
    Token("eva", "eva-eva-eva-eva-eva", Role.SUPERVISOR, queues=("billing",)),
    Token("udo", "udo-udo-udo-udo-udo", Role.SUPERVISOR, (Permission.AUDIT,)),
)
CRM = "https://crm.example/{caller_e164|urlencode}?call={call_id}&intent={intent}"


@dataclass
class Asking:
    """Somebody with a token."""

    url: str
    session: aiohttp.ClientSession
    token: str

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Status and JSON."""
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        json_body = {} if body is None else {"json": body}
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **json_body
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else text


@dataclass
class House:
    """A console with agents, and those who use it."""

    url: str
    session: aiohttp.ClientSession
    office: Office
    router: Router
    store: Store

    def as_(self, name: str) -> Asking:
        token = next(one.token for one in TOKENS if one.name == name)
        return Asking(self.url, self.session, token)

    def offered(self, call: str = "runs") -> Offer:
        """A call of the store rings at Anna's."""
        self.router.join(CallId(call), "billing", 0)
        [offer] = self.router.dispatch(0)
        return offer


class NoMonitor:
    async def status(self) -> NodeStatus:
        return NodeStatus()

    async def metrics(self) -> bytes:
        return b""


class NoFlows:
    async def flows(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def house(
    store: Store, tmp_path: Path, run_app: Callable[[web.Application], Any]
) -> Callable[[], Any]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        router = Router([QueueSpec("billing"), QueueSpec("cards")], [ANNA, BEN])
        directory = Directory(router, lambda: 0)
        desk = AgentDesk(directory, store.audit)
        office = Office(
            desk,
            SupervisorDesk(directory, store.audit),
            directory,
            store.calls,
            store.dispositions,
            store.audit,
            DeskSettings(screen_pop=CRM, lagged_after_s=0.05),
        )
        web_settings = WebSettings(tokens=TOKENS, heartbeat_s=0.05)
        app = create_app(
            store.calls,
            store.feed,
            NoMonitor(),
            NoFlows(),
            data=tmp_path,
            settings=web_settings,
            office=office,
        )
        async with run_app(app) as url, aiohttp.ClientSession() as session:
            yield House(url, session, office, router, store)

    return opened


async def test_an_agent_says_how_things_stand_and_it_is_noted_down(
    house: Callable[[], Any],
) -> None:
    async with house() as at:
        anna = at.as_("anna")
        status, body = await anna.ask("GET", "/api/me")
        assert (status, body["agent"]) == (200, "anna")
        assert "own_state" in body["permissions"]
        assert "agent_states" not in body["permissions"]
        steps = [
            ("pause", {"reason": "lunch"}, "paused"),
            ("resume", None, "available"),
            ("log-out", None, "offline"),
            ("log-in", {}, "available"),
        ]
        for step, sent, state in steps:
            status, body = await anna.ask("POST", f"/api/agents/anna/{step}", sent)
            assert (status, body["agent"]["state"]) == (200, state), step
        noted = [(e.by, e.door, e.action, e.outcome) for e in reversed(at.store.audit.entries())]
        assert noted == [
            ("anna", "api", f"agent.{step.replace('-', '_')}", "done") for step, _, _ in steps
        ]
        assert at.store.audit.entries()[-1].detail == {"reason": "lunch", "state": "paused"}


@pytest.mark.parametrize(
    ("step", "body", "status", "code"),
    [
        ("pause", {"reason": "siesta"}, 400, "bad-field"),
        ("pause", {"reason": "rna"}, 409, "systems-reason"),
        ("pause", {"reason": 1}, 400, "bad-field"),
        ("pause", {"raeson": "lunch"}, 400, "unknown-field"),
        ("pause", [1], 400, "bad-json"),
        ("resume", None, 409, "not-paused"),
        ("end-wrap-up", None, 409, "no-wrap-up"),
        ("extend-wrap-up", {"by_ms": True}, 400, "bad-field"),
        ("sleep", None, 404, "not-found"),
    ],
)
async def test_what_cannot_be_is_refused_in_the_one_shape(
    house: Callable[[], Any], step: str, body: Any, status: int, code: str
) -> None:
    async with house() as at:
        answer = await at.as_("anna").ask("POST", f"/api/agents/anna/{step}", body)
        assert answer[0] == status
        assert answer[1]["error"]["code"] == code
        assert set(answer[1]["error"]) == {"code", "message", "hint"}
        assert at.router.agents["anna"].state is AgentState.AVAILABLE


@pytest.mark.parametrize("step", STEPS.values())
async def test_what_agents_may_do_to_their_own_callers_takes_no_more_than_their_token(
    house: Callable[[], Any], step: str
) -> None:
    """It is looked for their talk, not at what else they may read."""
    path = step.removeprefix("call.").replace(".", "/").replace("_", "-")
    async with house() as at:
        status, body = await at.as_("anna").ask("POST", f"/api/calls/runs/{path}", {})
        assert (status, body["error"]["code"]) == (404, "no-such-talk")


class Told:
    """Stands for a talk: what the API asks of it before it does anything."""

    agent, queue = "anna", "billing"

    def __init__(self) -> None:
        self.context = SimpleNamespace(id=CallId("runs"))
        self.supervisors: tuple[object, ...] = ()

    def is_of(self, name: str) -> bool:
        return name == self.agent


async def test_whose_caller_it_is_is_looked_up_when_all_has_been_read(
    house: Callable[[], Any],
) -> None:
    """While a body comes in slowly, another agent may get the caller."""
    async with house() as at:
        talk, talks = Told(), at.office.directory.talks
        talks.add(cast("Talk", talk))

        async def slowly() -> AsyncIterator[bytes]:
            yield b"{"
            await at.as_("anna").ask("GET", "/api/me")
            talk.agent = "ben"
            yield b"}"

        for step in ("hold", "transfer"):
            talk.agent = "anna"
            headers = {"Authorization": f"Bearer {at.as_('anna').token}"}
            url = f"{at.url}/api/calls/runs/{step}"
            async with at.session.post(url, data=slowly(), headers=headers) as answer:
                assert (answer.status, step) == (403, step)


@pytest.mark.parametrize("body", [{"priority": 2**63}, {"age_ms": -(2**63)}])
async def test_no_place_counts_for_more_than_the_database_holds(
    house: Callable[[], Any], body: dict[str, int]
) -> None:
    async with house() as at:
        at.router.log_out("anna", 0)
        at.router.join(CallId("runs"), "billing", 0)
        path = "/api/calls/runs/reprioritize"
        status, answer = await at.as_("eva").ask("POST", path, body)
        assert (status, answer["error"]["code"]) == (400, "bad-field")
        assert (await at.as_("eva").ask("POST", path, {"priority": 2}))[0] == 200
        assert at.router.entries[CallId("runs")].priority == 2


async def test_who_may_not_listen_is_noted_down(house: Callable[[], Any]) -> None:
    async with house() as at:
        at.office.directory.talks.add(cast("Talk", Told()))
        asked = at.as_("eva").ask("POST", "/api/calls/runs/supervise", {"how": "listen"})
        assert (await asked)[0] == 403
        [entry] = at.store.audit.entries()
        told = (entry.by, entry.action, entry.detail["how"], entry.outcome)
        assert told == ("eva", "call.supervise", "listen", "not-permitted")


async def test_an_agent_sees_and_changes_nobody_else(house: Callable[[], Any]) -> None:
    async with house() as at:
        anna, eva, udo = at.as_("anna"), at.as_("eva"), at.as_("udo")
        for method, path in [
            ("GET", "/api/agents/ben"),
            ("GET", "/api/agents/ben/events"),
            ("POST", "/api/agents/ben/log-out"),
            ("GET", "/api/agents"),
            ("GET", "/api/calls"),
            ("GET", "/api/calls/done"),
            ("GET", "/api/calls/done/context"),
            ("GET", "/api/calls/done/recording"),
            ("GET", "/api/events"),
            ("GET", "/api/audit"),
            ("GET", "/metrics"),
        ]:
            status, body = await anna.ask(method, path)
            assert (status, body["error"]["code"]) == (403, "not-permitted"), path
        assert (await anna.ask("GET", "/"))[0] == 302
        assert (await eva.ask("POST", "/api/agents/anna/log-out"))[0] == 200
        assert (await eva.ask("POST", "/api/agents/ben/log-out"))[0] == 403
        assert [a["name"] for a in (await eva.ask("GET", "/api/agents"))[1]["agents"]] == ["anna"]
        assert (await eva.ask("GET", "/api/audit"))[0] == 403
        assert (await udo.ask("POST", "/api/agents/ben/log-out"))[0] == 200
        audit = (await udo.ask("GET", "/api/audit?limit=1&check=true"))[1]
        assert [(e["by"], e["target"]) for e in audit["entries"]] == [("udo", "ben")]
        assert audit["broken_at"] is None
        assert (await udo.ask("GET", "/api/agents/nobody"))[0] == 404
        stranger = Asking(at.url, at.session, "not a token at all")
        assert (await stranger.ask("GET", "/api/me"))[0] == 401


async def test_a_page_of_another_site_changes_nothing(house: Callable[[], Any]) -> None:
    async with house() as at:
        anna = at.as_("anna")
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            status, body = await anna.ask("POST", "/api/agents/anna/log-out", None, **headers)
            assert (status, body["error"]["code"]) == (403, "other-site")
        own = {"Origin": at.url, "Sec-Fetch-Site": "same-origin"}
        assert (await anna.ask("POST", "/api/agents/anna/log-out", None, **own))[0] == 200


async def test_a_pause_in_a_call_comes_after_it_and_wrap_up_is_the_agents(
    house: Callable[[], Any],
) -> None:
    async with house() as at:
        anna, offer = at.as_("anna"), at.offered()
        assert at.router.answered(offer, 0)
        _, body = await anna.ask("POST", "/api/agents/anna/pause", {"reason": "break"})
        assert (body["agent"]["state"], body["agent"]["pause"]) == ("busy", "break")
        at.router.released(offer, 0)
        _, body = await anna.ask("POST", "/api/agents/anna/extend-wrap-up", {"by_ms": 1_000})
        wrap_up = body["agent"]["wrap_up"]
        assert (wrap_up["mode"], wrap_up["may_end"], wrap_up["may_extend"]) == (
            "optional",
            True,
            True,
        )
        assert at.router.agents["anna"].wraps_until_ms == 6_000
        _, body = await anna.ask("POST", "/api/agents/anna/end-wrap-up")
        assert (body["agent"]["state"], body["agent"]["pause"]) == ("paused", "break")


async def test_who_is_offered_a_call_may_read_its_context_and_say_what_became_of_it(
    house: Callable[[], Any], fact: Callable[..., Fact]
) -> None:
    async with house() as at:
        for line in [
            fact("runs", 2, "moved", 20, node="menu"),
            fact(
                "runs", 3, "understood", 30, choice="lost card", confidence=0.91, slots={"a": "1"}
            ),
            fact("runs", 4, "offered", 40, queue="billing", agent="anna"),
        ]:
            at.store.journal.write(line)
        assert at.store.journal.flush()
        anna, ben = at.as_("anna"), at.as_("ben")
        status, body = await anna.ask("GET", "/api/calls/runs/context")
        assert (status, body["version"], body["why"]["intent"]) == (200, 1, "lost card")
        assert body["screen_pop"] == "https://crm.example/?call=runs&intent=lost%20card"
        assert body["tried"]["path"] == ["menu"]
        assert (await ben.ask("GET", "/api/calls/runs/context"))[0] == 403
        assert (await anna.ask("GET", "/api/calls/none/context"))[0] == 404

        path, sent = "/api/calls/runs/disposition", {"code": "resolved", "note": " all well "}
        status, body = await anna.ask("POST", path, sent)
        assert (status, body["disposition"]["note"]) == (200, "all well")
        assert (await ben.ask("POST", path, sent))[0] == 403
        assert (await anna.ask("POST", path, {"code": "sold"}))[0] == 400
        assert (await at.as_("udo").ask("POST", path, sent))[0] == 409
        status, body = await anna.ask("GET", "/api/calls/runs/dispositions")
        assert [one["code"] for one in body["dispositions"]] == ["resolved"]
        [entry] = at.store.audit.entries()
        assert (entry.action, entry.target) == ("call.disposition", "runs")
        assert "well" not in json.dumps(dict(entry.detail))


async def test_the_stream_tells_of_each_change_and_of_the_call(house: Callable[[], Any]) -> None:
    async with house() as at:
        headers = {"Authorization": f"Bearer {TOKENS[0].token}"}
        url = f"{at.url}/api/agents/anna/events"
        async with at.session.get(url, headers=headers) as stream, asyncio.timeout(10):
            assert await next_event(stream) == ("available", None)
            at.office.directory.pause("anna", PauseReason.MEETING, by="anna")
            assert await next_event(stream) == ("paused", None)
            at.office.directory.resume("anna", by="anna")
            assert await next_event(stream) == ("available", None)
            at.offered()
            assert await next_event(stream) == ("reserved", "runs")


async def test_an_agent_whose_desk_is_gone_is_paused_until_it_is_back(
    house: Callable[[], Any],
) -> None:
    async with house() as at, asyncio.timeout(20):
        url = f"{at.url}/api/agents/anna/events"
        anna, udo = ({"Authorization": f"Bearer {TOKENS[i].token}"} for i in (0, 3))
        # A supervisor's page is no desk of hers.
        async with at.session.get(url, headers=udo) as watching:
            assert await next_event(watching) == ("available", None)
            async with at.session.get(url, headers=anna) as desk:
                assert await next_event(desk) == ("available", None)
            assert await next_event(watching) == ("paused", None)
            assert at.router.agents["anna"].pause is PauseReason.LAGGED
            async with at.session.get(url, headers=anna):
                assert await next_event(watching) == ("available", None)


async def next_event(stream: aiohttp.ClientResponse) -> tuple[str, str | None]:
    async for line in stream.content:
        if line.startswith(b"data: "):
            data = json.loads(line.removeprefix(b"data: "))
            return data["agent"]["state"], (data["context"] or {}).get("call")
    raise AssertionError("the stream ended")
