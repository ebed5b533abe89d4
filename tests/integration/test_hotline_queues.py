"""Queues of a running hotline: several phones at once, agents who never answer, the next caller."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from agent_phone import CANCELLED, one_call_phone
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline, quiet_port
from hotline_flows import DESTINATIONS, desk
from nimble_agent import NimbleAgent

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
]

SETTINGS = {
    "together": 'strategy = "ring_all"',
    "growing": 'strategy = "ring_progressive"\nring_next_ms = 1000',
    "deaf": "rna_limit = 1",
    "next": "wrap_up_ms = 0",
}


@dataclass(frozen=True)
class Desk:
    """The hotline, and the phones of each queue's two agents."""

    line: Hotline
    ports: dict[str, tuple[int, int]]


def people(queue: str, ports: tuple[int, int]) -> str:
    text = f'[[queues]]\nname = "{queue}"\nring_ms = 4000\n{SETTINGS[queue]}\n'
    names = ("anna", "bert") if queue in ("together", "growing") else ("anna",)
    for name, port in zip(names, ports, strict=False):
        text += f'[[agents]]\nname = "{queue}-{name}"\naddress = "sip:{name}@127.0.0.1:{port}"\n'
        text += f'queues = ["{queue}"]\n'
    return text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A queue for each test."""
    ports = {queue: (quiet_port(), quiet_port()) for queue in SETTINGS}
    with hotline(
        tmp_path_factory.mktemp("queues"),
        agents="".join(people(queue, pair) for queue, pair in ports.items()),
        calls='default_flow = "together"',
        flows={queue: desk(queue, queue) for queue in SETTINGS},
        hotline=DESTINATIONS,
    ) as line:
        yield Desk(line, ports)


@pytest.mark.parametrize("queue", ["together", "growing"])
async def test_two_phones_ring_and_the_slower_one_is_cancelled(
    running: Desk, tmp_path: Path, queue: str
) -> None:
    anna, bert = running.ports[queue]
    async with DeskCaller(running.line, queue) as caller:
        await caller.dial()
        with (
            one_call_phone(tmp_path, anna, code=CANCELLED),
            one_call_phone(tmp_path, bert, rings_ms=1_000),
        ):
            caller.press("4")
            await caller.until_fact("bridged", agent=f"{queue}-bert")
            await caller.hang_up()
            record = await caller.ended()
        facts = await caller.facts()
    offers = [f["data"]["agent"] for f in facts if f["kind"] == "offered"]
    assert offers == [f"{queue}-anna", f"{queue}-bert"]
    ended = [f["data"] for f in facts if f["kind"] == "offer_ended"]
    assert [(e["agent"], e["outcome"]) for e in ended] == [(f"{queue}-anna", "caller_gone")]
    assert (record["outcome"], record["agent"]) == ("handled", f"{queue}-bert")
    await nobody_is_left(running.line)


async def test_an_agent_who_never_answers_is_paused_and_the_caller_keeps_the_place(
    running: Desk, tmp_path: Path
) -> None:
    anna, _ = running.ports["deaf"]
    async with DeskCaller(running.line, "deaf") as caller:
        await caller.dial()
        with one_call_phone(tmp_path, anna, code=CANCELLED):
            caller.press("4")
            await caller.until_fact("offer_ended", agent="deaf-anna", outcome="no_answer")
        metrics = await asyncio.to_thread(running.line.metrics)
        assert metrics['voicebot_agents{state="paused"}'] == 1
        assert metrics['voicebot_queue_waiting{queue="deaf"}'] == 1
        assert metrics['voicebot_queue_staffed{queue="deaf"}'] == 1
        assert metrics['voicebot_queue_oldest_seconds{queue="deaf"}'] > 3
        await caller.hang_up()
        assert (await caller.ended())["outcome"] == "abandoned"
        facts = await caller.facts()
    assert sum(f["kind"] == "offered" for f in facts) == 1
    await nobody_is_left(running.line)


async def test_an_agent_who_becomes_free_is_rung_for_the_next_caller_at_once(
    running: Desk,
) -> None:
    """No polling: what lies between the first talk's end and the next offer is a moment."""
    port, _ = running.ports["next"]
    waits: list[float] = []
    async with NimbleAgent(port, answers_after_ms=100) as agent:
        async with DeskCaller(running.line, "next") as first:
            await first.dial()
            first.press("4")
            await first.until_fact("bridged")
            for _ in range(3):
                second = DeskCaller(running.line, "next")
                await second.__aenter__()
                await second.dial()
                second.press("4")
                await second.until_fact("queued")
                await first.hang_up()
                left = await first.until_fact("unbridged")
                offered = await second.until_fact("offered")
                waits.append(seconds(offered) - seconds(left))
                await second.until_fact("bridged")
                await first.__aexit__(None, None, None)
                first = second
            await first.hang_up()
            await first.ended()
        await asyncio.wait_for(agent.all_over.wait(), 10)
    assert len(agent.calls) == 4, "each caller's offer is one INVITE"
    assert max(waits) < 0.2
    await nobody_is_left(running.line)


def seconds(fact: dict[str, str]) -> float:
    return datetime.fromisoformat(fact["time"]).timestamp()
