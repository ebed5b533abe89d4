"""A cluster as script/cluster starts it: Kamailio, two nodes, PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from edge_caller import EdgeAgent, EdgeCaller
from hotline import ROOT, Hotline, quiet_port
from hotline_flows import DESTINATIONS, desk
from postgres_cluster import programs

KAMAILIO = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not KAMAILIO, reason="Kamailio is not installed: script/setup --test"),
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed"),
]

START_S = 90
NODE = """
database = "@DATABASE@"
node = "@NODE@"
[calls]
default_flow = "desk"
drain_s = 30
[[queues]]
name = "service"
wrap_up_ms = 200
[[agents]]
name = "anna"
address = "sip:anna@@EDGE@"
queues = ["service"]
[console]
port = @CONSOLE_PORT@
[demo_bank]
enabled = false
"""


class AnyNode(Hotline):
    """Asks whichever node is there: the database knows the calls of both."""

    others: tuple[Hotline, ...] = ()

    def ask(self, path: str) -> Any:
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s:
            for line in self.others:
                with suppress(OSError):
                    return line.ask(path)
            time.sleep(0.1)
        raise AssertionError("no node answers")


@dataclass
class Edge:
    """A running cluster."""

    port: int
    nodes: tuple[Hotline, Hotline]
    process: subprocess.Popen[str]
    any: AnyNode
    said: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        """Keep what it says."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.news:
                self.said.append(line)
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def until_said(self, text: str, within_s: float) -> None:
        """Wait for a line."""

        def came() -> bool:
            return self.process.poll() is not None or any(text in line for line in self.said)

        with self.news:
            assert self.news.wait_for(came, within_s), "".join(self.said)
        assert any(text in line for line in self.said), "".join(self.said)


def ports_at(*steps: int) -> int:
    """The first of ports that are free at these distances."""
    while True:
        first = random.randrange(20_000, 31_000)
        with suppress(OSError), _Held(first, steps):
            return first


class _Held:
    """Binds ports for a moment. Raises `OSError` where one is taken."""

    def __init__(self, first: int, steps: tuple[int, ...]) -> None:
        self._ports = [first + step for step in (0, *steps)]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> None:
        for port in self._ports:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                probe = socket.socket(socket.AF_INET, kind)
                self._sockets.append(probe)
                probe.bind(("127.0.0.1", port))

    def __exit__(self, *_: object) -> None:
        for probe in self._sockets:
            probe.close()


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("cluster")
    node, flows = folder / "node", folder / "flows"
    node.mkdir()
    flows.mkdir()
    shutil.copy(ROOT / "sip_config" / "kamailio" / "node" / "sip.toml", node)
    (node / "hotline.toml").write_text(NODE + DESTINATIONS, "utf-8")
    (flows / "desk.yaml").write_text(desk("desk"), "utf-8")
    port, console = ports_at(5, 10, 20), ports_at(1)
    words = {
        "--folder": folder,
        "--node-config": node,
        "--flows": flows,
        "--port": port,
        "--console": console,
        "--postgres": quiet_port(),
    }
    process = subprocess.Popen(
        [ROOT / "script" / "cluster", *(str(w) for pair in words.items() for w in pair)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "VOICEBOT_CLUSTER_READY": "1", "DEMO_BANK_URL": "http://127.0.0.1:9"},
    )
    lines = [Hotline(folder / n, port, console + i, process) for i, n in enumerate(("one", "two"))]
    any_node = AnyNode(folder, port, console, process)
    any_node.others = tuple(lines)
    one = Edge(port, (lines[0], lines[1]), process, any_node)
    reader = threading.Thread(target=one.read)
    reader.start()
    try:
        one.until_said("ready", START_S)
        yield one
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        reader.join(10)


async def called(stack: AsyncExitStack, edge: Edge) -> EdgeCaller:
    caller = await stack.enter_async_context(EdgeCaller(edge.any, edge.port, "desk"))
    assert (await caller.dial()).code == 200
    return caller


def calls_up(edge: Edge) -> list[int]:
    """On each node."""
    return [line.ask("/healthz")["calls"] for line in edge.nodes]


async def test_calls_are_spread_and_stay_with_their_node(edge: Edge) -> None:
    async with AsyncExitStack() as stack:
        callers = [await called(stack, edge) for _ in range(4)]
        assert await asyncio.to_thread(calls_up, edge) == [2, 2]
        for caller in callers:
            caller.press("8")
            await caller.is_hung_up()
        records = [await caller.ended() for caller in callers]
    assert Counter(record["outcome"] for record in records) == {"contained": 4}


async def test_a_registered_agent_has_the_callers_of_both_nodes(edge: Edge) -> None:
    async with AsyncExitStack() as stack:
        agent = EdgeAgent(quiet_port(), answers_after_ms=50)
        await stack.enter_async_context(agent)
        assert await agent.register("anna", edge.port) == 200
        for _ in range(2):
            callers = [await called(stack, edge) for _ in range(2)]
            for caller in callers:
                caller.press("4")
                await caller.until_fact("queued")
            for caller in callers:
                await caller.until_fact("bridged", agent="anna")
                await caller.hang_up()
                await caller.ended()
        await asyncio.wait_for(agent.all_over.wait(), 10)
    assert list(agent.calls.values()) == ["ended"] * 4, "one INVITE a caller"


async def test_nodes_restart_one_after_the_other_and_no_call_is_lost(edge: Edge) -> None:
    async with AsyncExitStack() as stack:
        agent = EdgeAgent(quiet_port(), answers_after_ms=50)
        await stack.enter_async_context(agent)
        assert await agent.register("anna", edge.port) == 200
        callers = [await called(stack, edge) for _ in range(4)]
        for caller in callers:
            caller.press("4")
            await caller.until_fact("queued")
        # One talks, three wait; on both nodes there are some when they are told to go.
        edge.process.send_signal(signal.SIGUSR1)
        await asyncio.to_thread(edge.until_said, "node one stops", 10)
        for caller in callers:
            await caller.until_fact("bridged", agent="anna")
            meanwhile = await called(stack, edge)  # is taken by the other node
            await caller.hang_up()
            assert (await caller.ended())["outcome"] == "handled"
            meanwhile.press("8")
            await meanwhile.is_hung_up()
        await asyncio.to_thread(edge.until_said, "restarted", 120)
        async with asyncio.timeout(20):
            while True:
                last = [await called(stack, edge) for _ in range(2)]
                spread = await asyncio.to_thread(calls_up, edge)
                for caller in last:
                    caller.press("8")
                    await caller.is_hung_up()
                if spread == [1, 1]:
                    break
