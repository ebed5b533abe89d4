"""A customer is called back over SIP: SIPp is the customer's phone, and the agent's."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from agent_phone import CANCELLED, one_call_phone
from hotline import free_port
from sip_line import open_line

from voicebot import nlu
from voicebot.app.people import callbacks_dialed, place_keeper, shared_queues
from voicebot.config.settings import HotlineFile
from voicebot.core.afterwards import (
    CallbackPlan,
    CallbackRequest,
    CallbackResult,
    CallbackState,
    DueCallback,
)
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, Place, QueueSpec
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_file
from voicebot.queueing.router import Router
from voicebot.scenario.world import World
from voicebot.session.callback_call import CallbackCall
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.engines import SimBackend
from voicebot.store.opening import open_store

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
]
FLOW = "flow: f\nstart: bye\non_error: bye\nnodes:\n  bye: {kind: hangup, prompt: Bye.}\n"
QUEUE = QueueSpec("support", ring_ms=10_000)


class Hotline(World):
    """All but the telephone."""

    def services(self) -> Services:
        return self._services()


async def call(folder: Path, customer: int, agent: int) -> tuple[CallbackResult, Hotline]:
    """Call the customer's port back, with an agent's phone at another."""
    (folder / "f.yaml").write_text(FLOW, "utf-8")
    anna = AgentSpec("anna", f"sip:anna@127.0.0.1:{agent}", ("support",))
    flow = load_file(folder / "f.yaml")
    hotline = Hotline(flow, nlu.build(), SimBackend({}), (QUEUE,), (anna,))
    loop = asyncio.get_running_loop()
    directory = Directory(Router((QUEUE,), (anna,)), lambda: round(loop.time() * 1000))
    number = f"sip:customer@127.0.0.1:{customer}"
    due = DueCallback(CallId("one"), CallId("asked"), "support", number, 0, 0, 1)
    async with open_line() as line:
        services = replace(hotline.services(), telephone=line.endpoint)
        plan = CallbackPlan(ring_s=2)
        result = await CallbackCall(due, plan, services, directory, CallId("back")).run()
    assert len(directory) == 0
    return result, hotline


async def test_a_customer_answers_and_talks_to_an_agent(tmp_path: Path) -> None:
    customer, agent = free_port(), free_port()
    with (
        one_call_phone(tmp_path, customer, rings_ms=300),
        one_call_phone(tmp_path, agent, rings_ms=200, talks_ms=1_000),
    ):
        result, hotline = await call(tmp_path, customer, agent)
    assert result is CallbackResult.SERVED
    bridged = [f for f in hotline.journal.facts if f.kind is FactKind.BRIDGED]
    assert [f.data["agent"] for f in bridged] == ["anna"]
    assert hotline.journal.facts[-1].data["reason"] == "callback_served"


@pytest.mark.parametrize(
    ("code", "result"),
    [(486, CallbackResult.BUSY), (CANCELLED, CallbackResult.NO_ANSWER)],
)
async def test_a_customer_does_not_answer(
    tmp_path: Path, code: int, result: CallbackResult
) -> None:
    customer = free_port()
    with one_call_phone(tmp_path, customer, code=code):
        found, hotline = await call(tmp_path, customer, free_port())
    assert found is result
    assert hotline.journal.facts[-1].data["reason"] == f"callback_{result}"


async def test_a_node_calls_back_by_itself(tmp_path: Path) -> None:
    customer, agent = free_port(), free_port()
    (tmp_path / "f.yaml").write_text(FLOW, "utf-8")
    anna = AgentSpec("anna", f"sip:anna@127.0.0.1:{agent}", ("support",))
    sim = Hotline(load_file(tmp_path / "f.yaml"), nlu.build(), SimBackend({}), (QUEUE,), (anna,))
    plan = CallbackPlan(automatic=True, from_hour=0, until_hour=24)
    settings = HotlineFile(queues=(QUEUE,), agents=(anna,), callbacks=plan)
    number, asked = f"sip:customer@127.0.0.1:{customer}", CallId("asked")
    store = open_store(f"sqlite:///{tmp_path}/voicebot.db")
    async with AsyncExitStack() as stack:
        stack.callback(store.close)
        line = await stack.enter_async_context(open_line())
        directory = await shared_queues(store, settings, lambda: False, stack)
        services = replace(
            sim.services(),
            telephone=line.endpoint,
            callbacks=store.callbacks,
            journal=store.journal,
        )
        keep_place = place_keeper(store, settings)
        assert keep_place is not None
        services = replace(services, keep_place=keep_place)
        dialing = callbacks_dialed(store, settings, services, directory)
        assert dialing is not None
        request = CallbackRequest("one", asked, "support", number, datetime.now(UTC))
        await store.callbacks.add(request)
        place = Place(CallId("one"), asked, "support", number)
        await keep_place(place, directory.now_ms(), 0)
        with (
            one_call_phone(tmp_path, customer, rings_ms=300),
            one_call_phone(tmp_path, agent, rings_ms=200, talks_ms=1_000),
        ):
            running = asyncio.create_task(dialing.run())
            for _ in range(150):
                if store.callbacks.list(CallbackState.DONE):
                    break
                await asyncio.sleep(0.2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        [done] = store.callbacks.list()
        assert (done.state, done.attempts) == (CallbackState.DONE, 1)
        store.journal.flush()
        [record] = store.calls.list().calls
        assert (record.outcome, record.agent, record.caller) == ("handled", "anna", number)
