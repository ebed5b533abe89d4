from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voicebot.core.record import Fact
from voicebot.store.opening import Store


class Stream:
    """Reads events as a browser does."""

    def __init__(self, response: Any) -> None:
        self.response = response

    async def block(self) -> dict[str, str]:
        """The next event or comment (under the name "")."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(5):
            while line := (await self.response.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                fields[name.rstrip(":")] = value
        return fields

    async def fact(self) -> dict[str, Any]:
        fields = await self.block()
        assert fields["event"] == "fact", fields
        return {**json.loads(fields["data"]), "id": fields["id"]}


@asynccontextmanager
async def listening(
    console: Any, path: str = "/api/events", **headers: str
) -> AsyncIterator[Stream]:
    async with console.session.get(console.url + path, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        stream = Stream(response)
        assert "retry" in await stream.block()
        yield stream


async def test_facts_as_they_happen(
    serve: Callable[..., Any], store: Store, fact: Callable[..., Fact]
) -> None:
    async with serve() as console, listening(console) as stream:
        store.journal.write(fact("runs", 2, "heard", 700, text="a\nb 卡", start_ms=100))
        store.journal.write(fact("runs", 3, "moved", 700, node="menu", via="x"))
        heard, moved = await stream.fact(), await stream.fact()
        assert (heard["call"], heard["seq"], heard["data"]["text"]) == ("runs", 2, "a\nb 卡")
        assert heard["line"]["text"] == '"a\nb 卡"'
        assert moved["line"] is None


async def test_who_comes_back_misses_nothing(
    serve: Callable[..., Any], store: Store, fact: Callable[..., Fact]
) -> None:
    async with serve() as console:
        async with listening(console) as stream:
            store.journal.write(fact("runs", 2, "tagged", tag="a"))
            last = (await stream.fact())["id"]
        store.journal.write(fact("runs", 3, "tagged", tag="b"))
        store.journal.write(fact("runs", 4, "tagged", tag="c"))
        async with listening(console, **{"Last-Event-ID": last}) as stream:
            assert [(await stream.fact())["seq"] for _ in range(2)] == [3, 4]


async def test_one_call_with_what_was_said_before(
    serve: Callable[..., Any], store: Store, fact: Callable[..., Fact]
) -> None:
    async with serve() as console, listening(console, "/api/events?call=runs") as stream:
        assert [(await stream.fact())["seq"] for _ in range(2)] == [0, 1]
        store.journal.write(fact("other", 0, "rang", caller="", called=""))
        store.journal.write(fact("runs", 2, "tagged", tag="a"))
        assert (await stream.fact())["seq"] == 2


async def test_a_place_that_is_forgotten_is_a_gap(serve: Callable[..., Any]) -> None:
    async with serve() as console, listening(console, **{"Last-Event-ID": "old-7"}) as stream:
        assert (await stream.block())["event"] == "gap"


async def test_a_sign_of_life(serve: Callable[..., Any]) -> None:
    async with serve(heartbeat_s=0.01) as console, listening(console) as stream:
        assert [await stream.block() for _ in range(3)] == [{"": "still here"}] * 3


async def test_an_open_page_does_not_hold_up_the_stop(serve: Callable[..., Any]) -> None:
    async with serve() as console:
        response = await console.session.get(console.url + "/api/events")
        stream = Stream(response)
        await stream.block()
        loop = asyncio.get_running_loop()
        begun = loop.time()
    # Well below the time after which requests are cut off.
    assert loop.time() - begun < 1.5
    assert await response.content.read() == b""


async def test_too_many_pages_are_told_so(serve: Callable[..., Any]) -> None:
    async with serve(max_streams=1) as console, listening(console):
        answer = await console.get("/api/events")
        assert (answer.status, (await answer.json())["error"]["code"]) == (
            503,
            "too-many-streams",
        )


@pytest.mark.parametrize("count", [20])
async def test_pages_that_leave_make_room(serve: Callable[..., Any], count: int) -> None:
    async with serve(max_streams=2, heartbeat_s=0.01) as console:
        for _ in range(count):
            async with asyncio.timeout(5):
                while True:
                    answer = await console.session.get(console.url + "/api/events")
                    if answer.status == 200:
                        break
                    await answer.read()
            answer.close()
