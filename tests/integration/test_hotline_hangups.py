"""Either side hangs up in every state of a call: nothing is left, and the journal says why."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from agent_phone import CANCELLED, one_call_phone
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline, quiet_port
from hotline_flows import DESTINATIONS, desk
from nimble_agent import NimbleAgent
from raw_phone import RawPhone
from sip_line import Line

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
]

RINGS = "\nbefore_answer: {ring: 30s}\n"


@pytest.fixture(scope="module")
def agent_port() -> int:
    """Where anna's phone is, if she has one."""
    return quiet_port()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, agent_port: int) -> Iterator[Hotline]:
    """One agent, who is free again at once after each call."""
    agents = f"""
[[queues]]
name = "nobody"
[[queues]]
name = "quick"
wrap_up_ms = 0
ring_ms = 20000
[[agents]]
name = "anna"
address = "sip:anna@127.0.0.1:{agent_port}"
queues = ["quick"]
[[agents]]
name = "bert"
address = "sip:bert@127.0.0.1:{agent_port}"
queues = ["nobody"]
"""
    flows = {
        "desk": desk("desk", "quick"),
        "rings": desk("rings") + RINGS,
    }
    folder = tmp_path_factory.mktemp("hangups")
    calls = 'default_flow = "desk"'
    with hotline(folder, agents=agents, calls=calls, flows=flows, hotline=DESTINATIONS) as line:
        yield line


@pytest.fixture
async def caller(running: Hotline) -> AsyncIterator[DeskCaller]:
    """Somebody who calls; afterwards nothing of any call is left."""
    async with DeskCaller(running, "desk") as one:
        yield one
    await nobody_is_left(running)


async def test_while_it_rings(running: Hotline) -> None:
    async with DeskCaller(running, "rings") as caller:
        caller.send("INVITE", caller.target, body=caller.sdp())
        await caller.until_fact("rang")
        caller.send("CANCEL", caller.target, cseq=caller.cseq)
        assert {(await caller.final()).code, (await caller.final()).code} == {200, 487}
        record = await caller.ended()
    assert (record["outcome"], record["ended_by"]) == ("hung_up", "caller")
    assert record["answered"] is None
    await nobody_is_left(running)


@pytest.mark.parametrize(
    ("key", "node"), [("", "choose"), ("1", "news"), ("2", "code"), ("3", "wait"), ("6", "pin")]
)
async def test_within_the_flow(caller: DeskCaller, key: str, node: str) -> None:
    await caller.dial()
    if key:
        caller.press(key)
    await caller.at(node)
    await caller.hang_up()
    record = await caller.ended()
    assert (record["outcome"], record["ended_by"]) == ("hung_up", "caller")
    assert node in record["path"]


async def test_while_digits_are_collected(caller: DeskCaller) -> None:
    await caller.dial()
    caller.press("2", "1", "2")
    await caller.at("code")
    await caller.hang_up()
    assert (await caller.ended())["outcome"] == "hung_up"
    assert not [f for f in await caller.facts() if f["data"].get("digits") == "12"]


async def test_while_the_agents_phone_rings(
    caller: DeskCaller, agent_port: int, tmp_path: Path
) -> None:
    with one_call_phone(tmp_path, agent_port, code=CANCELLED):
        await caller.dial()
        caller.press("4")
        await caller.until_fact("offered", agent="anna")
        await caller.hang_up()
        record = await caller.ended()
    assert (record["outcome"], record["ended_by"]) == ("abandoned", "caller")
    offers = [f["data"] for f in await caller.facts() if f["kind"] == "offer_ended"]
    assert [offer["outcome"] for offer in offers] == ["caller_gone"]


async def test_while_talking_to_an_agent(
    caller: DeskCaller, agent_port: int, tmp_path: Path
) -> None:
    with one_call_phone(tmp_path, agent_port):
        await caller.dial()
        caller.press("4")
        await caller.until_fact("bridged", agent="anna")
        await caller.hang_up()
        record = await caller.ended()
    assert (record["outcome"], record["ended_by"]) == ("handled", "caller")
    parted = await caller.until_fact("unbridged")
    assert parted["data"]["by"] == "caller"


async def test_the_agent_hangs_up(caller: DeskCaller, agent_port: int, tmp_path: Path) -> None:
    with one_call_phone(tmp_path, agent_port, talks_ms=500):
        await caller.dial()
        caller.press("4")
        parted = await caller.until_fact("unbridged")
        caller.respond(await caller.asked("BYE"), 200, caller.target.split("@")[1])
        record = await caller.ended()
    assert parted["data"]["by"] == "agent"
    assert (record["outcome"], record["ended_by"]) == ("handled", "bot")
    assert record["path"][-1] == "bye"


async def test_the_agent_hangs_up_in_the_moment_of_answering(
    caller: DeskCaller, agent_port: int, tmp_path: Path
) -> None:
    """Whether they were joined or not yet: the caller is with the bot or in the queue again."""
    with one_call_phone(tmp_path, agent_port, talks_ms=0):
        await caller.dial()
        caller.press("4")
        await caller.until(is_over)
    await caller.hang_up()
    assert (await caller.ended())["outcome"] in ("handled", "abandoned")


def is_over(fact: dict[str, Any]) -> bool:
    """The agent is gone, after the bridge or before it."""
    data = fact["data"]
    if fact["kind"] == "unbridged":
        return bool(data["by"] == "agent")
    return fact["kind"] == "offer_ended" and data["outcome"] == "rejected"


async def test_two_callers_one_agent(
    running: Hotline, caller: DeskCaller, agent_port: int, tmp_path: Path
) -> None:
    """The second caller leaves while waiting behind the first; the first is not disturbed."""
    with one_call_phone(tmp_path, agent_port):
        await caller.dial()
        caller.press("4")
        await caller.until_fact("bridged")
        async with DeskCaller(running, "desk") as second:
            await second.dial()
            second.press("4")
            await second.until_fact("queued", position=1)
            await second.hang_up()
            record = await second.ended()
            assert (record["outcome"], record["queue"]) == ("abandoned", "quick")
            assert not [f for f in await second.facts() if f["kind"] == "offered"]
        assert not [f for f in await caller.facts() if f["kind"] == "unbridged"]
        await caller.hang_up()
        assert (await caller.ended())["outcome"] == "handled"


async def test_callers_who_leave_at_any_moment_of_an_offer(
    running: Hotline, agent_port: int
) -> None:
    """From before the phone rings until after it was answered: no phone rings or talks on."""
    async with NimbleAgent(agent_port, answers_after_ms=60) as agent:
        for leaves_after_ms in range(0, 160, 10):
            async with DeskCaller(running, "desk") as caller:
                await caller.dial()
                caller.press("4")
                await caller.make_noise(leaves_after_ms)
                await caller.hang_up()
                record = await caller.ended()
            assert record["outcome"] in ("hung_up", "abandoned", "handled")
            await nobody_is_left(running)
        async with asyncio.timeout(10):
            await agent.all_over.wait()
    assert agent.calls


async def test_a_caller_who_cancels_at_once(running: Hotline) -> None:
    async with DeskCaller(running, "desk") as caller:
        caller.send("INVITE", caller.target, body=caller.sdp())
        caller.send("CANCEL", caller.target, cseq=caller.cseq)
        assert (await caller.final()).code in (200, 487)
    await nobody_is_left(running)


async def test_who_gives_up_before_the_invite_is_sent_leaves_no_phone_ringing(
    line: Line, phone: RawPhone
) -> None:
    target = f"sip:anna@{phone.address}:{phone.port}"
    dialing = asyncio.ensure_future(line.endpoint.dial(target, {}))
    await asyncio.sleep(0)
    dialing.cancel()
    invite = await phone.asked("INVITE")
    here = line.target.split("@")[1]
    phone.respond(invite, 180, here)
    phone.respond(await phone.asked("CANCEL"), 200, here)
    phone.respond(invite, 487, here)
    await phone.asked("ACK")
    assert dialing.cancelled()
