"""Agents who do not answer, are busy, refuse or cannot be reached: the next one is rung, and the
caller keeps the place."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from agent_phone import CANCELLED, one_call_phone
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline, quiet_port
from hotline_flows import DESTINATIONS, desk

from voicebot.audio.gain import level_db
from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import Pcm

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
]

_KEPT = ("Via", "From", "To", "Call-ID", "CSeq")
QUEUES = ("silent", "busy", "refusing", "dead", "patient", "wide")


@dataclass(frozen=True)
class Desk:
    """The hotline, and the phones of each queue's two agents."""

    line: Hotline
    ports: dict[str, tuple[int, int]]


def people(queue: str, ports: tuple[int, int]) -> str:
    agents = [
        f'[[agents]]\nname = "{queue}-{name}"\naddress = "sip:{name}@127.0.0.1:{port}"\n'
        f'queues = ["{queue}"]\n'
        for name, port in zip(("anna", "bert"), ports, strict=True)
    ]
    # Only anna is at work where the caller has to wait for her.
    agents = agents[:1] if queue == "patient" else agents
    return f'[[queues]]\nname = "{queue}"\nring_ms = 1500\n' + "".join(agents)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A queue with two agents for each test."""
    ports = {queue: (quiet_port(), quiet_port()) for queue in QUEUES}
    with hotline(
        tmp_path_factory.mktemp("agents"),
        agents="".join(people(queue, pair) for queue, pair in ports.items()),
        calls='default_flow = "silent"',
        flows={queue: desk(queue, queue) for queue in QUEUES},
        hotline=DESTINATIONS,
    ) as line:
        yield Desk(line, ports)


async def test_the_next_agent_is_rung(running: Desk, tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as calls:
        calls.create_task(second_agent_talks(running, tmp_path, "silent", CANCELLED, "no_answer"))
        calls.create_task(second_agent_talks(running, tmp_path, "busy", 486, "busy"))
        calls.create_task(second_agent_talks(running, tmp_path, "refusing", 603, "rejected"))
        calls.create_task(second_agent_talks(running, tmp_path, "dead", 0, "unreachable"))
    await nobody_is_left(running.line)
    await until_paused(running.line, "dead-anna", "device")
    async with Answers(running.ports["dead"][0]):
        await until_paused(running.line, "dead-anna", None)


class Answers(asyncio.DatagramProtocol):
    """A phone that is there: it answers OPTIONS."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        address = ("127.0.0.1", self._port)
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=address)

    async def __aexit__(self, *_error: object) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        lines = data.decode().split("\r\n")
        if lines[0].startswith("OPTIONS "):
            kept = [line for line in lines if line.split(":")[0] in _KEPT]
            answer = ["SIP/2.0 405 Method Not Allowed", *kept, "Content-Length: 0", "", ""]
            self._transport.sendto("\r\n".join(answer).encode(), addr)


async def until_paused(line: Hotline, agent: str, reason: str | None) -> None:
    async with asyncio.timeout(60):
        while True:
            agents = (await asyncio.to_thread(line.ask, "/api/agents"))["agents"]
            [found] = [one for one in agents if one["name"] == agent]
            if found["pause"] == reason:
                return
            await asyncio.sleep(0.1)


async def second_agent_talks(
    running: Desk, folder: Path, queue: str, code: int, outcome: str
) -> None:
    """Anna's phone answers `code` (0: there is no phone at all), Bert takes the call."""
    anna, bert = running.ports[queue]
    async with DeskCaller(running.line, queue) as caller:
        with one_call_phone(folder, bert):
            await caller.dial()
            if code:
                with one_call_phone(folder, anna, code=code):
                    caller.press("4")
                    await caller.until_fact("offer_ended", agent=f"{queue}-anna")
            else:
                caller.press("4")
            await caller.until_fact("bridged", agent=f"{queue}-bert")
            await caller.hang_up()
            record = await caller.ended()
        facts = await caller.facts()
    offers = [
        (f["data"]["agent"], f["data"]["outcome"]) for f in facts if f["kind"] == "offer_ended"
    ]
    assert offers == [(f"{queue}-anna", outcome)]
    assert [f["data"]["position"] for f in facts if f["kind"] == "queued"] == [1]
    assert (record["outcome"], record["agent"]) == ("handled", f"{queue}-bert")


async def test_a_caller_who_waits_longer_is_served_first(running: Desk, tmp_path: Path) -> None:
    anna, _ = running.ports["patient"]
    line = running.line
    async with DeskCaller(line, "patient") as first, DeskCaller(line, "patient") as second:
        await first.dial()
        await second.dial()
        with one_call_phone(tmp_path, anna, code=CANCELLED):
            first.press("4")
            await first.until_fact("offered")
            second.press("4")
            await second.until_fact("queued")
            await first.until_fact("offer_ended", outcome="no_answer")
        with one_call_phone(tmp_path, anna):
            await first.until_fact("bridged")
            assert not [f for f in await second.facts() if f["kind"] == "offered"]
            await second.hang_up()
            await first.hang_up()
            assert (await second.ended())["outcome"] == "abandoned"
            assert (await first.ended())["outcome"] == "handled"
    await nobody_is_left(line)


def test_caller_and_agent_with_codecs_of_different_rates(running: Desk, tmp_path: Path) -> None:
    """The recording has both of them, whatever rate each phone has."""
    anna, _ = running.ports["wide"]
    speech, line = tmp_path / "speech.wav", running.line
    write_wav(speech, tone(3_000))
    steps = ("--dtmf", "4", "--wait", "1", "--play", str(speech), "--linger", "0")
    with one_call_phone(tmp_path, anna):
        report = line.call("wide", *steps, "--codec", "G722")
        record = line.ended_call()
    assert report["answered"]
    assert record["outcome"] == "handled"
    recording = read_wav(line.folder / "data" / record["recording"])
    assert recording.rate == 16_000
    assert recording.channel(0).duration_ms >= record["duration_ms"] - 100
    for channel in (0, 1):
        loud = [level_db(f.samples) > -40 for f in recording.channel(channel).frames()]
        # The agent's phone sends back what it hears.
        assert sum(loud[-150:]) > 75, f"channel {channel} has no talk in its last three seconds"


def tone(duration_ms: int) -> Pcm:
    """A steady sound that is no DTMF."""
    import numpy as np

    time_s = np.arange(duration_ms * 16) / 16_000
    return Pcm((8_000 * np.sin(2 * np.pi * 500 * time_s)).astype(np.int16), 16_000)
