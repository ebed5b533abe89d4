"""Callbacks of a whole hotline: asked for in the queue by key, dialed when an agent is free."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import numpy as np
import pytest
from customer_phone import CustomerPhone
from desk_caller import PATIENCE_S, DeskCaller, nobody_is_left
from hotline import Hotline, hotline, quiet_port, voicebot
from tone_phone import TonePhone

pytestmark = pytest.mark.timeout(120)

NUMBER = "+4917055501"
_FLOW = """
flow: line
language: en
start: wait
on_error: sorry
nodes:
  wait:
    kind: queue
    queue: service
    keys: {"2": later}
    outcomes: {served: bye, timeout: sorry, full: sorry, nobody: sorry, left: sorry}
  later:
    kind: callback
    queue: service
    offer_prompt: "Right?"
    outcomes: {accepted: noted, declined: sorry, failed: sorry}
  noted: {kind: hangup, prompt: "We will call.", reason: callback}
  sorry: {kind: hangup, prompt: "Sorry.", outcome: failed}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
_TRUNK = """
[destinations]
hosts = ["127.0.0.0/8"]
numbers = ["\\\\+49\\\\d+"]
[[trunks]]
name = "provider"
host = "localhost:{port}"
"""
_ANNA = """
[[agents]]
name = "anna"
address = "sip:anna@127.0.0.1:{port}"
queues = ["service"]
[callbacks]
retry_s = 1
from_hour = 0
until_hour = 24
"""


@dataclass(frozen=True)
class Desk:
    """The hotline, and the ports of the agent's and the customer's phones."""

    line: Hotline
    anna: int
    customer: int

    async def anna_is(self, what: str, **body: Any) -> None:
        """`pause` or `resume`."""
        await asyncio.to_thread(self._post, f"/api/agents/anna/{what}", body)

    def _post(self, path: str, body: dict[str, Any]) -> None:
        url = f"http://127.0.0.1:{self.line.console_port}{path}"
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(url, json.dumps(body).encode(), headers, method="POST"), timeout=10):
            pass

    async def callbacks(self) -> list[dict[str, Any]]:
        """As the operator sees them, oldest first."""
        data = str(self.line.folder / "data")
        words = ("outbox", "callbacks", "--json", "--data", data)
        done = await asyncio.to_thread(voicebot, *words)
        assert done.returncode == 0, done.stderr
        return [json.loads(row) for row in done.stdout.splitlines()]

    async def ask_for_one(self) -> dict[str, Any]:
        """A caller waits, asks to be called back by key, and is hung up; the call's record."""
        async with DeskCaller(self.line, "line") as caller:
            caller.name = NUMBER
            await caller.dial()
            await caller.until_fact("queued")
            caller.press("2")
            await caller.at("later")
            await caller.until_fact("said")
            caller.press("1")
            await caller.until_fact("callback", outcome="accepted")
            await caller.is_hung_up()
            return await caller.ended()

    async def settled(self, state: str) -> list[dict[str, Any]]:
        """Callbacks that came to this."""
        return [row for row in await self.callbacks() if row["state"] == state]

    async def facts(self, call: str) -> dict[str, dict[str, Any]]:
        """What a call's journal says, and when, by kind."""
        answer = await asyncio.to_thread(self.line.ask, f"/api/calls/{call}")
        return {fact["kind"]: {**fact["data"], "time": fact["time"]} for fact in answer["facts"]}

    async def talks_to(self, agent: str) -> bool:
        """Whether the newest call has this agent."""
        page = await asyncio.to_thread(self.line.ask, f"/api/calls?caller={quote(NUMBER)}")
        facts = await self.facts(page["calls"][0]["call"])
        return facts.get("bridged", {}).get("agent") == agent

    async def records(self, reason: str) -> list[dict[str, Any]]:
        """Calls to the customer that came to this."""
        page = await asyncio.to_thread(self.line.ask, f"/api/calls?caller={quote(NUMBER)}")
        return [call for call in page["calls"] if call["reason"] == reason]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    anna, customer = quiet_port(), quiet_port()
    with hotline(
        tmp_path_factory.mktemp("callbacks"),
        agents=_ANNA.format(port=anna),
        sip=_TRUNK.format(port=customer),
        calls='default_flow = "line"',
        flows={"line": _FLOW},
    ) as line:
        yield Desk(line, anna, customer)


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """Wait for something to be true."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if now := await found():
                return now
            await asyncio.sleep(0.1)


async def test_a_caller_is_called_back_when_an_agent_is_free(desk: Desk) -> None:
    await desk.anna_is("pause", reason="break")
    asked = await desk.ask_for_one()
    [request] = await desk.callbacks()
    assert (request["number"], request["state"]) == (NUMBER, "waiting")
    async with CustomerPhone(desk.customer, code=486) as customer:
        await desk.anna_is("resume")
        await until(lambda: desk.records("callback_busy"))
        customer.code = 200
        async with TonePhone("anna", desk.anna) as anna:
            await customer.is_spoken_to()
            await customer.press("1")
            await until(lambda: desk.talks_to("anna"))
            await anna.hang_up()
            await customer.until("ended")
    [record] = await until(lambda: desk.records("callback_served"))
    assert (record["outcome"], record["agent"]) == ("handled", "anna")
    facts = await desk.facts(record["call"])
    assert facts["rang"]["of"] == asked["call"]
    assert facts["rang"]["joined"][:18] == (await desk.facts(asked["call"]))["queued"]["time"][:18]
    assert (facts["answered_by"]["who"], facts["answered_by"]["by"]) == ("person", "key")
    [request] = await until(lambda: desk.settled("done"))
    assert (request["attempts"], request["last result"]) == ("2", "served")
    await nobody_is_left(desk.line)


async def test_a_machine_is_hung_up_on_and_who_rings_again_has_the_place(desk: Desk) -> None:
    await desk.anna_is("pause", reason="break")
    asked = await desk.ask_for_one()
    beep = 8_000 * np.sin(2 * np.pi * 1_000 / 8_000 * np.arange(16_000))
    async with CustomerPhone(desk.customer, says=beep.astype(np.int16)) as customer:
        await desk.anna_is("resume")
        await customer.until("talking")
        await desk.anna_is("pause", reason="break")  # There is no second attempt.
        await customer.until("ended")
        [record] = await until(lambda: desk.records("callback_machine"))
        assert record["agent"] == ""
    async with DeskCaller(desk.line, "line") as caller:
        caller.name = NUMBER
        await caller.dial()
        await caller.until_fact("queued")
        *_, last = await until(lambda: desk.settled("adopted"))
        assert last["call"] == asked["call"][:8]
        await caller.hang_up()
        await caller.until_fact("ended")
    await nobody_is_left(desk.line)
