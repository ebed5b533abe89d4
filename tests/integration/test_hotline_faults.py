"""Processes that die under a call: the call goes on, and a killed hotline loses no call's story."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import ROOT, Hotline, hotline, running, set_up
from hotline_flows import DESTINATIONS, desk
from processes import alive, children_of, ended
from raw_phone import Answer

from voicebot.audio.wav import read_wav

pytestmark = pytest.mark.timeout(120)

NO = ROOT / "tests" / "fixtures" / "speech" / "answers" / "tflm_no.wav"

ASK = """
flow: ask
language: en
start: ask
on_error: trouble
timing: {no_input: 8s}
no_match:
  - {prompt: sorry, repeat: true}
  - {prompt: sorry, repeat: true}
slots:
  more: {type: yes_no}
  code: {type: digits, length: 4}
prompts:
  more: "Is there anything else?"
  code: "A code, please."
  got: "You have the code {code}, and that is the code which you have got."
  sorry: "Sorry?"
  bye: "Goodbye."
nodes:
  ask: {kind: ask, slots: {more: more}, to: asked}
  asked: {kind: branch, when: [{if: more, to: trouble}], else: bye}
  code: {kind: digits, slot: code, prompt: code, confirm: never, to: got}
  got: {kind: say, prompt: got, to: bye}
  trouble: {kind: hangup, prompt: sorry, outcome: failed}
  bye: {kind: hangup, prompt: bye}
"""


PATIENT = """
[recognition]
deadline_ms = 10_000
[speech]
deadline_ms = 10_000
give_up_ms = 20_000
"""
"""These tests are of processes that die, and not of how soon a busy machine starts others."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline whose worker processes are killed now and then."""
    code = ASK.replace("start: ask", "start: code").replace("flow: ask", "flow: code")
    with hotline(
        tmp_path_factory.mktemp("faults"),
        calls='default_flow = "ask"',
        flows={"ask": ASK, "code": code},
        hotline=PATIENT,
    ) as one:
        yield one


def kill_workers(line: Hotline, module: str) -> None:
    """Kill every worker process that runs a module of ours."""
    found = [
        pid
        for pid in children_of(line.process.pid)
        if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert found, f"no process runs {module}"
    for pid in found:
        os.kill(pid, signal.SIGKILL)


async def test_recognizers_killed_before_an_answer_and_in_its_midst(line: Hotline) -> None:
    """At worst the caller is asked twice."""
    call = line.start_call("ask", "--play", str(NO), "--play", str(NO), "--play", str(NO))
    reading = asyncio.to_thread(call.communicate, timeout=80)
    async with DeskCaller(line, "ask") as watcher:
        watcher.name = "caller"
        await watcher.at("ask")
        kill_workers(line, "voicebot.asr.worker_main")
        said = (await watcher.until_fact("said", prompt="more"))["at_ms"]
        kill_workers(line, "voicebot.asr.worker_main")
        report = json.loads((await reading)[0])
        record = await watcher.ended()
        facts = await watcher.facts()
    assert said < record["duration_ms"]
    assert report["ended_by"] == "bot"
    assert (record["outcome"], record["path"][-1]) == ("contained", "bye")
    assert "no" in [f["data"]["text"] for f in facts if f["kind"] == "heard"]
    assert sum(f["kind"] in ("not_understood", "failed") for f in facts) <= 1
    await nobody_is_left(line)


async def hung_up(caller: DeskCaller) -> Answer:
    """The hotline's BYE, after all that it has to say."""
    async with asyncio.timeout(30):
        while True:
            message = await caller.inbox.get()
            if message.start.startswith("BYE "):
                return message


async def test_synthesizers_killed_before_a_prompt(line: Hotline) -> None:
    """What was never said before is said all the same."""
    async with DeskCaller(line, "code") as caller:
        await caller.dial()
        await caller.at("code")
        kill_workers(line, "voicebot.tts.worker_main")
        caller.press(*"4711")
        caller.respond(await hung_up(caller), 200, caller.target.split("@")[1])
        record = await caller.ended()
        facts = await caller.facts()
    assert (record["outcome"], record["path"][-1]) == ("contained", "bye")
    [got] = [f["data"] for f in facts if f["kind"] == "said" and f["data"]["prompt"] == "got"]
    assert got["heard_ms"] == got["total_ms"] > 2_000
    assert not [f for f in facts if f["kind"] == "failed"]
    await nobody_is_left(line)


async def test_a_killed_hotline_closes_its_calls_when_it_is_back(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    setup = set_up(
        tmp_path,
        calls='default_flow = "desk"',
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
    )
    with running(setup) as first:
        workers = children_of(first.process.pid)
        async with DeskCaller(first, "desk") as caller:
            await caller.dial()
            answered_s = loop.time()
            await caller.make_noise(1_000)
            caller.press("2", "1", "2", "3", "4")
            # What is kept is at most a second old.
            await caller.make_noise(1_000)
            killed_s = loop.time()
            first.process.kill()
            first.process.wait()
            name = caller.name
    assert await asyncio.to_thread(ended, workers)
    with running(setup) as second:
        record = second.call_of(name)
        facts = second.facts(record["call"])
        live = second.ask("/api/live")["calls"]
    assert live == []
    assert (record["outcome"], record["ended_by"]) == ("failed", "system")
    assert facts[-1]["kind"] == "ended"
    assert [f["data"].get("digits") for f in facts if f["kind"] == "keyed"] == ["2", "1234"]
    file = tmp_path / "data" / record["recording"]
    sound = read_wav(file).channel(0)
    assert sound.duration_ms >= 1_000 * (killed_s - answered_s) - 1_000  # All but a second.
    assert sound.duration_ms <= 4_000
    with wave.open(str(file)) as played:  # as any other program plays it
        assert played.getnframes() == len(sound)
    assert not [pid for pid in workers if alive(pid)]
