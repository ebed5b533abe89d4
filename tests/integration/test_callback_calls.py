"""A customer is called back over SIP: SIPp is the customer's phone, and the agent's."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from agent_phone import CANCELLED, one_call_phone
from hotline import free_port
from sip_line import open_line

from voicebot import nlu
from voicebot.core.afterwards import CallbackPlan, CallbackResult, DueCallback
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_file
from voicebot.queueing.router import Router
from voicebot.scenario.world import World
from voicebot.session.callback_call import CallbackCall
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.engines import SimBackend

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
