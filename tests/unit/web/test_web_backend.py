from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from voicebot.core.errors import ConfigError, EngineError
from voicebot.core.ports import BackendRequest
from voicebot.core.secret_marks import with_marks
from voicebot.web.backend import HttpBackend, parse_body
from voicebot.web.server import start_server
from voicebot.web.settings import BackendSettings

SECRET = "4929123456789012"


class Bank:
    """A back end that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.elsewhere = "http://127.0.0.1:1/"

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{what}/{tail:.*}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.method, request.path, headers, await request.text()))
        match request.match_info["what"]:
            case "json":
                return web.json_response({"balance": "12.50", "名": [1, None]}, status=201)
            case "text":
                return web.Response(text="sorry", status=500)
            case "empty":
                return web.Response(status=204)
            case "gbk":
                body = "余额".encode("gbk")
                return web.Response(body=body, content_type="text/plain", charset="gbk")
            case "broken":
                return web.Response(body=b'{"a": \xff', content_type="application/json")
            case "slow":
                await asyncio.sleep(60)
            case "drip":
                return await self.drip(request)
            case "large":
                return web.Response(body=b"x" * 3_000)
            case "cookie":
                answer = web.json_response({})
                answer.set_cookie("a", "b")
                return answer
            case "moved":
                raise web.HTTPFound("/json/x")
            case "other":
                raise web.HTTPTemporaryRedirect("/json/x")
            case "see":
                raise web.HTTPSeeOther("/json/x")
            case "away":
                raise web.HTTPFound(self.elsewhere)
            case "round":
                raise web.HTTPFound("/round/x")
            case "drop":
                assert request.transport is not None
                request.transport.close()
        return web.Response()

    async def drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)


class Line:
    """The client and the bank that it talks to."""

    def __init__(self, url: str, bank: Bank, backend: HttpBackend) -> None:
        self.url, self.bank, self.backend = url, bank, backend

    async def ask(self, path: str, method: str = "GET", **values: Any) -> Any:
        values.setdefault("timeout_ms", 5_000)
        return await self.backend.request(BackendRequest(method, self.url + path, **values))


@pytest.fixture
async def line(run_app: Callable[..., Any]) -> AsyncIterator[Line]:
    bank = Bank()
    backend = HttpBackend(BackendSettings(max_reply_bytes=2_000), {"token": "a secret"})
    async with run_app(bank.app()) as url:
        yield Line(url, bank, backend)
        await backend.close()


async def test_json_comes_as_values_and_the_rest_as_text(line: Line) -> None:
    reply = await line.ask("/json/x")
    assert (reply.status, reply.body) == (201, {"balance": "12.50", "名": [1, None]})
    assert (await line.ask("/text/x")).status == 500
    assert (await line.ask("/text/x")).body == "sorry"
    assert (await line.ask("/empty/x")).body is None
    assert (await line.ask("/gbk/x")).body == "余额"
    assert (await line.ask("/broken/x")).body == '{"a": \ufffd'


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), (" 1 ", 1), ("null", None), ("NaN", "NaN"), ("[" * 100_000, "[" * 100_000)],
)
def test_bodies(text: str, value: object) -> None:
    assert parse_body(text) == value


async def test_what_is_asked_arrives(line: Line) -> None:
    await line.ask(
        "/json/a%20b?c=%26",
        "post",
        headers={"X-Key": "k"},
        body={"card": "卡"},
        idempotency_key="call-1/3",
    )
    method, path, headers, body = line.bank.asked[0]
    assert (method, path, body) == ("POST", "/json/a b", '{"card": "\\u5361"}')
    assert headers["idempotency-key"] == "call-1/3"
    assert headers["content-type"] == "application/json"
    assert headers["x-key"] == "k"
    await line.ask("/json/x")
    assert "content-type" not in line.bank.asked[1][2]


async def test_calls_do_not_share_cookies(line: Line) -> None:
    await line.ask("/cookie/x")
    await line.ask("/json/x")
    assert "cookie" not in line.bank.asked[1][2]


@pytest.mark.parametrize("what", ["slow", "drip"])
async def test_too_late_is_a_timeout(line: Line, what: str) -> None:
    with pytest.raises(EngineError, match="timeout after 60 ms"):
        await line.ask(f"/{what}/{SECRET}", timeout_ms=60)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"/large/{SECRET}", "larger than 2000 bytes"),
        (f"/away/{SECRET}", "another host"),
        (f"/round/{SECRET}", "too many redirects"),
        (f"/drop/{SECRET}", "hung up"),
    ],
)
async def test_no_answer_is_an_error_without_the_address(line: Line, path: str, text: str) -> None:
    with pytest.raises(EngineError, match=text) as raised:
        await line.ask(path)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (f"http://127.0.0.1:1/{SECRET}", "no connection"),
        (f"ftp://127.0.0.1/{SECRET}", "http or https"),
        (f"//{SECRET}", "http or https"),
        (f"http://[{SECRET}", "back end"),
        (f"/{SECRET}", "http or https"),
    ],
)
async def test_addresses_that_lead_nowhere(line: Line, url: str, text: str) -> None:
    with pytest.raises(EngineError, match=text) as raised:
        await line.backend.request(BackendRequest("GET", url))
    assert SECRET not in str(raised.value)


async def test_redirects_within_the_same_host(line: Line) -> None:
    assert (await line.ask("/moved/x")).status == 201
    assert (await line.ask("/other/x", "POST", body=1)).status == 201
    assert line.bank.asked[-1][0] == "POST"
    assert (await line.ask("/see/x", "POST", body=1)).status == 201
    assert line.bank.asked[-1][0] == "GET"
    # A POST is not made again because of a 302: the flow sees the status.
    assert (await line.ask("/moved/x", "POST", body=1)).status == 302


async def test_closed_and_used_again(line: Line) -> None:
    await line.backend.close()
    assert (await line.ask("/json/x")).status == 201


# ---------------------------------------------------------------- ports


async def test_a_port_in_use_is_said_so() -> None:
    first = await start_server(web.Application(), "127.0.0.1", 0)
    try:
        with pytest.raises(ConfigError, match="port-in-use"):
            await start_server(web.Application(), "127.0.0.1", first.port)
    finally:
        await first.stop()
    again = await start_server(web.Application(), "127.0.0.1", first.port)
    await again.stop()


async def test_an_address_of_another_machine() -> None:
    with pytest.raises(ConfigError, match="address"):
        await start_server(web.Application(), "192.0.2.1", 0)


# ---------------------------------------------------------------- forms and secrets


async def test_a_form_is_sent_as_one(line: Line) -> None:
    await line.ask("/json/x", "POST", form={"who": "Zoë & co", "what": "1+1"})
    _, _, headers, text = line.bank.asked[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert text == "who=Zo%C3%AB+%26+co&what=1%2B1"


async def test_a_secret_is_put_in_at_the_last_moment(line: Line) -> None:
    marked = with_marks("Bearer {secret:token}")
    headers = {"Authorization": marked, "X-Plain": "{secret:token}"}
    await line.ask("/json/x", headers=headers)
    sent = line.bank.asked[0][2]
    assert sent["authorization"] == "Bearer a secret"
    assert sent["x-plain"] == "{secret:token}", "a value of a call is no mark"


async def test_a_secret_that_is_not_configured_sends_nothing(line: Line) -> None:
    with pytest.raises(EngineError, match="no secret nothing_such"):
        await line.ask("/json/x", headers={"Authorization": with_marks("{secret:nothing_such}")})
    assert line.bank.asked == []
