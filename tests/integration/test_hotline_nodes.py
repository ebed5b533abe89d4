"""Two nodes over one database: one is killed under its callers, or the database under both.

VOICEBOT_CALLS=full runs it with 20 callers who wait, 10 whose agents' phones ring and 10 who talk;
a tenth of them otherwise, as the whole suite is to be quick.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, quiet_port
from nimble_agent import NimbleAgent
from postgres_cluster import Cluster
from two_nodes import Nodes, node, two_nodes

from voicebot.core.queueing import AgentSpec, PauseReason

pytestmark = pytest.mark.timeout(300)

FULL = os.environ.get("VOICEBOT_CALLS") == "full"
WAITING, RINGING, TALKING = (20, 10, 10) if FULL else (3, 2, 2)
FREED_S = 5.0
NEVER_MS = 600_000


@pytest.fixture
def nodes(postgres: Cluster, tmp_path: Path) -> Iterator[Nodes]:
    talks, rings, waits = quiet_port(), quiet_port(), quiet_port()
    agents = [AgentSpec(f"t{n}", f"sip:t{n}@127.0.0.1:{talks}", ("talk",)) for n in range(TALKING)]
    agents += [AgentSpec(f"r{n}", f"sip:r{n}@127.0.0.1:{rings}", ("ring",)) for n in range(RINGING)]
    agents += [AgentSpec("w", f"sip:w@127.0.0.1:{waits}", ("wait",))]
    url = postgres.database()
    with two_nodes(tmp_path, url, agents) as made:
        yield made


@asynccontextmanager
async def phones(nodes: Nodes) -> AsyncIterator[dict[str, NimbleAgent]]:
    """The agents', by queue."""
    ports = {a.queues[0]: int(a.address.rsplit(":", 1)[1]) for a in nodes.agents}
    waits_ms = {"talk": 50, "ring": NEVER_MS, "wait": 50}
    async with AsyncExitStack() as stack:
        made = {q: NimbleAgent(port, answers_after_ms=waits_ms[q]) for q, port in ports.items()}
        for phone in made.values():
            await stack.enter_async_context(phone)
        yield made


async def queued(stack: AsyncExitStack, line: Hotline, queue: str, count: int) -> list[DeskCaller]:
    """So many callers, one after the other, in a queue."""
    callers = []
    for _ in range(count):
        caller = await stack.enter_async_context(DeskCaller(line, queue))
        await caller.dial()
        caller.press("4")
        await caller.until_fact("queued")
        callers.append(caller)
    return callers


async def until(nodes: Nodes, query: str, wanted: dict[str, int], within_s: float) -> float:
    """Wait until the rows that a query counts are these; how long it took."""
    began_s, found = time.monotonic(), {}
    while time.monotonic() - began_s < within_s:
        found = {row["state"]: row["count"] for row in nodes.rows(query)}
        if found == wanted:
            return time.monotonic() - began_s
        await asyncio.sleep(0.05)
    raise AssertionError(f"after {within_s} s: {found}, not {wanted}")


AGENTS = "SELECT state, count(*) FROM agents GROUP BY state"
PLACES = "SELECT state, count(*) FROM queue_entries WHERE state <> 'closed' GROUP BY state"
DIALOGUES = """SELECT q.queue AS state, count(*) FROM resume_records r
    JOIN queue_entries q ON q.call = r.call GROUP BY q.queue"""


def whole(facts: list[dict[str, Any]]) -> None:
    """Nothing is missing in a journal, nothing is there twice."""
    assert [fact["seq"] for fact in facts] == list(range(len(facts)))
    kinds = Counter(fact["kind"] for fact in facts)
    assert (facts[0]["kind"], facts[-1]["kind"], kinds["ended"]) == ("rang", "ended", 1)


async def again(stack: AsyncExitStack, line: Hotline, caller: DeskCaller) -> DeskCaller:
    """The same caller rings another node."""
    second = await stack.enter_async_context(DeskCaller(line, "wait"))
    second.name = caller.name
    await second.dial()
    return second


async def no_call_is_left(line: Hotline) -> None:
    """On this node; the console shows those of a dead one until it is there again."""
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(line.ask, "/healthz"))["calls"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def agents_busy(line: Hotline) -> float:
    """As a node sees them."""
    metrics = await asyncio.to_thread(line.metrics)
    return metrics.get('voicebot_agents{state="busy"}', 0)


async def facts_of(line: Hotline, call: str) -> list[dict[str, Any]]:
    answer = await asyncio.to_thread(line.ask, f"/api/calls/{call}")
    return list(answer["facts"])


async def test_a_node_is_killed_under_its_callers(nodes: Nodes) -> None:
    async with AsyncExitStack() as stack, phones(nodes) as agents:
        first, second = nodes.setups
        with node(second) as two:
            with node(first) as one:
                nodes.store().pause("w", PauseReason.BREAK, by="test")
                talking = await queued(stack, one, "talk", TALKING)
                ringing = await queued(stack, one, "ring", RINGING)
                waiting = await queued(stack, one, "wait", WAITING)
                busy = {"busy": TALKING, "ringing": RINGING, "paused": 1}
                await until(nodes, AGENTS, busy, 20)
                # Written behind: the last caller's state is not there in the same moment.
                await until(
                    nodes, DIALOGUES, {"talk": TALKING, "ring": RINGING, "wait": WAITING}, 5
                )
                before = nodes.rows("SELECT id, joined_ms FROM queue_entries ORDER BY joined_ms")
                one.process.kill()
                killed_s = time.monotonic()
                await asyncio.to_thread(one.process.wait)
            calls = TALKING + RINGING
            await until(nodes, AGENTS, {"available": calls, "paused": 1}, FREED_S + 10)
            freed_s = time.monotonic() - killed_s
            await until(nodes, PLACES, {"interrupted": calls + WAITING}, 5)
            after = nodes.rows("SELECT id, joined_ms FROM queue_entries ORDER BY joined_ms")
            assert after == before, "every place is there, in its order"
            # They ring again, the last one first, and are where they were.
            back = [await again(stack, two, caller) for caller in reversed(waiting)]
            positions = []
            for caller in back:
                continued = await caller.until_fact("continued", node="person")
                assert continued
                await caller.until_fact("queued")
            await until(nodes, PLACES, {"interrupted": calls, "waiting": WAITING}, 10)
            order = nodes.rows(
                "SELECT call FROM queue_entries WHERE state = 'waiting' ORDER BY joined_ms, ordinal"
            )
            for caller in reversed(back):
                record = await caller.record()
                assert record is not None
                positions.append(record["call"])
            assert [row["call"] for row in order] == positions
            # An agent comes: the one who was first is first.
            nodes.store().resume("w", by="test")
            await back[-1].until_fact("bridged", agent="w")
            assert len(agents["wait"].calls) == 1
            for caller in back:
                await caller.hang_up()
            await no_call_is_left(two)
            with node(first) as one:
                for caller in (*talking, *ringing, *waiting):
                    caller.line = one
                    record = await caller.ended()
                    whole(await facts_of(one, record["call"]))
    assert freed_s < FREED_S


async def test_the_database_crashes_under_waiting_ringing_and_talking_callers(
    nodes: Nodes, postgres: Cluster
) -> None:
    async with AsyncExitStack() as stack, phones(nodes) as agents:
        with node(nodes.setups[0]) as one, node(nodes.setups[1]) as two:
            talking = await queued(stack, one, "talk", TALKING - 1)
            ringing = await queued(stack, two, "ring", RINGING)
            await until(
                nodes,
                AGENTS,
                {"busy": TALKING - 1, "ringing": RINGING, "available": 2},
                20,
            )
            async with asyncio.timeout(20):
                # The other node knows it, too.
                while await agents_busy(two) < TALKING - 1:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(postgres.stop)
            try:
                # One who comes now is served all the same, by what is known.
                late = await stack.enter_async_context(DeskCaller(two, "talk"))
                await late.dial()
                late.press("4")
                async with asyncio.timeout(20):
                    while len(agents["talk"].calls) < TALKING:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            finally:
                await asyncio.to_thread(postgres.start)
            await until(nodes, AGENTS, {"busy": TALKING, "ringing": RINGING, "available": 1}, 30)
            await asyncio.sleep(FREED_S)  # so long that leases would have run out
            await until(nodes, AGENTS, {"busy": TALKING, "ringing": RINGING, "available": 1}, 5)
            assert set(agents["talk"].calls.values()) == {"talking"}
            assert set(agents["ring"].calls.values()) == {"ringing"}
            assert len(agents["ring"].calls) == RINGING, "one INVITE each"
            for caller in (*talking, late, *ringing):
                await caller.hang_up()
            for caller in (*talking, late, *ringing):
                record = await caller.ended()
                whole(await facts_of(two, record["call"]))
            await until(nodes, AGENTS, {"available": TALKING + RINGING + 1}, 20)
            outcomes = Counter(
                row["outcome"] for row in nodes.rows("SELECT outcome FROM queue_offers")
            )
            assert outcomes == {"answered": TALKING, "caller_gone": RINGING}
            await nobody_is_left(one)
            await nobody_is_left(two)
