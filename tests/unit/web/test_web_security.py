from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voicebot.core.errors import ConfigError
from voicebot.web import pages
from voicebot.web.settings import WebSettings, check, is_loopback

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("192.168.1.4", 200),
        ("hotline.example:8080", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example@localhost", 200),
        ("", 421),
        ("[", 421),
    ],
)
async def test_only_known_names_are_answered(
    serve: Callable[..., Any], host: str, status: int
) -> None:
    async with serve(allowed_hosts=("hotline.example",)) as console:
        for path in ("/", "/api/calls", "/static/console.js"):
            assert (await console.get(path, headers={"Host": host})).status == status
        for path in ("/healthz", "/readyz"):
            assert (await console.get(path, headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/calls", "/api/calls/no", "/healthz", "/static/console.css", "/nowhere"]
)
async def test_browsers_are_told_to_be_strict(serve: Callable[..., Any], path: str) -> None:
    async with serve() as console:
        headers = (await console.get(path, headers={"Origin": "http://evil.example"})).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers


async def test_without_the_token_nothing_is_shown(serve: Callable[..., Any]) -> None:
    async with serve(token=TOKEN) as console:
        paths = ["/api/calls", "/api/calls/done", "/api/calls/done/recording", "/api/live"]
        for path in [*paths, "/api/events"]:
            for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
                answer = await console.get(path, headers=given)
                assert answer.status == 401, path
                assert (await answer.json())["error"]["code"] == "token-required"
        page = await console.get("/")
        assert (page.status, page.headers["Location"]) == (302, "/login")
        for path in ("/healthz", "/readyz"):
            assert (await console.get(path)).status == 200


async def test_with_the_token(serve: Callable[..., Any]) -> None:
    async with serve(token=TOKEN) as console:
        header = {"Authorization": f"bearer {TOKEN}"}
        assert (await console.get("/api/calls", headers=header)).status == 200


async def test_signing_in(serve: Callable[..., Any]) -> None:
    async with serve(token=TOKEN) as console:
        console.session._cookie_jar._unsafe = True  # cookies of an IP address
        login = console.url + "/login"
        for wrong in ({"token": "x"}, {}):
            async with console.session.post(login, data=wrong, allow_redirects=False) as answer:
                assert answer.status == 401
                assert "not the token" in await answer.text()
        assert (await console.get("/api/calls")).status == 401
        right = {"token": TOKEN}
        async with console.session.post(login, data=right, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert TOKEN not in cookie
        assert (await console.get("/api/calls")).status == 200
        assert (await console.get("/")).status == 200


async def test_signing_in_needs_a_token_to_be_set(serve: Callable[..., Any]) -> None:
    async with (
        serve() as console,
        console.session.post(console.url + "/login", data={"token": ""}) as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "hotline.example", ""])
def test_a_network_sees_nothing_without_a_token(host: str) -> None:
    with pytest.raises(ConfigError, match="token"):
        check(WebSettings(host=host))
    with pytest.raises(ConfigError):
        check(WebSettings(host=host, token="short"))
    check(WebSettings(host=host, token=TOKEN))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_this_machine_alone_needs_none(host: str) -> None:
    assert is_loopback(host)
    check(WebSettings(host=host))


# ---------------------------------------------------------------- the page


def files() -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in pages.STATIC.iterdir()}


def test_the_page_asks_nothing_of_other_hosts() -> None:
    for name, text in files().items():
        outside = set(re.findall(r"(?:https?:)?//[a-z][\w.-]+\.\w+[^\s\"']*", text))
        assert outside <= {"http://www.w3.org/2000/svg"}, name


def test_the_page_makes_no_html_of_what_callers_say() -> None:
    for name, text in files().items():
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, name
        if name.endswith(".html"):
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", text), name


def test_every_file_that_the_page_names_is_there() -> None:
    known = files()
    for name, text in known.items():
        for wanted in re.findall(r'"(?:/static|\.)/([\w.-]+)"', text):
            assert wanted in known, f"{name} names {wanted}"


async def test_files_come_with_their_type(serve: Callable[..., Any]) -> None:
    kinds = {".html": "text/html", ".js": "text/javascript", ".css": "text/css",
             ".svg": "image/svg+xml"}  # fmt: skip
    async with serve() as console:
        for name in files():
            kind = (await console.get(f"/static/{name}")).content_type
            assert kind.replace("application/java", "text/java") == kinds[Path(name).suffix], name
