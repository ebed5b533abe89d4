"""Callers whose sound comes with gaps, late, out of order or many times: what was said is
understood; one who floods, whom no other notices; and phones that die."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from agent_phone import one_call_phone
from bad_lines import burst_loss, jittered, repeated, swapped
from desk_caller import DeskCaller, nobody_is_left
from hotline import ROOT, Hotline, hotline, quiet_port
from listening_caller import ListeningCaller
from nimble_agent import NimbleAgent
from raw_wire import Wire
from rtp_phone import Sending, evenly
from test_sip_floods import FLOODER, request

from voicebot.audio.g711 import mulaw_encode
from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm

pytestmark = pytest.mark.timeout(300)

SPEECH = ROOT / "tests/fixtures/speech"

FLOW = """
flow: ask
language: en
start: ask
on_error: trouble
timing: {no_input: 8s}
slots:
  account: {type: digits, length: 6}
  more: {type: yes_no}
globals:
  operator: {key: 0, label: a person, to: person}
prompts:
  account: "Your account number?"
  more: "Anything else?"
  sorry: "Sorry?"
  bye: "Goodbye."
nodes:
  ask: {kind: ask, slots: {account: account}, confidence: {accept: 0.2, confirm: 0.1}, to: more}
  more: {kind: ask, slots: {more: more}, to: bye}
  person:
    kind: queue
    queue: desk
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye, left: bye}
  trouble: {kind: hangup, prompt: sorry, outcome: failed}
  bye: {kind: hangup, prompt: bye}
"""


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Where anna's and bert's phones are."""
    return quiet_port(), quiet_port()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Iterator[Hotline]:
    """A hotline whose network is a bad one, and its people's phones no better."""
    people = "".join(
        f'[[agents]]\nname = "{name}"\naddress = "sip:{name}@127.0.0.1:{port}"\nqueues = ["desk"]\n'
        for name, port in zip(("anna", "bert"), ports, strict=True)
    )
    with hotline(
        tmp_path_factory.mktemp("bad_lines"),
        agents='[[queues]]\nname = "desk"\nring_ms = 2000\nwrap_up_ms = 0\n' + people,
        calls='default_flow = "ask"',
        flows={"ask": FLOW},
        sip="source_silence_s = 1\nsource_calls_per_s = 20\n",
        media="jitter_prefetch_ms = 60\nrtp_timeout_s = 3",
        hotline='[log]\nlevel = "debug"\n',
    ) as one:
        yield one
    log = "".join(one.output)
    assert "call ended" in log
    # Neither who called, nor what was said or keyed, however much is logged.
    assert re.findall(r"caller[0-9a-f]{8}|zero|100200", log) == []


# ---------------------------------------------------------------- what is said


APART_MS = 800
"""Two recognizers hear five callers, one after the other."""


def spoken(digits: str, after_ms: int) -> Pcm:
    """Silence, digits, each said on its own by one person, and silence again."""
    clips = [read_wav(SPEECH / "digits" / f"{digit}_lucas_1.wav").mono() for digit in digits]
    parts = [part for clip in clips for part in (clip, Pcm.silence(120, clip.rate))]
    rate = clips[0].rate
    return resample(
        Pcm.join([Pcm.silence(after_ms, rate), *parts, Pcm.silence(4_000, rate)], rate), NARROWBAND
    )


LINES: dict[str, Callable[[list[Sending]], list[Sending]]] = {
    "burst loss of 5 %": lambda packets: burst_loss(packets, 11),
    "jitter of 60 ms": lambda packets: jittered(packets, 5),
    "reordered": swapped,
    "each twice": lambda packets: repeated(packets, 2),
    "each ten times": lambda packets: repeated(packets, 10),
}


async def test_an_account_number_over_every_bad_line(line: Hotline) -> None:
    async with asyncio.TaskGroup() as calls:
        results = [
            calls.create_task(tells_account(line, name, APART_MS * n))
            for n, name in enumerate(LINES)
        ]
    await nobody_is_left(line)
    heard = dict(zip(LINES, (task.result() for task in results), strict=True))
    # What a burst takes away cannot be heard: something is, and is asked back.
    assert heard.pop("burst loss of 5 %")
    assert heard == dict.fromkeys(heard, "one zero zero two zero zero")


async def tells_account(line: Hotline, name: str, after_ms: int) -> str:
    """What the recognizer made of an account number over this line."""
    async with ListeningCaller(line, "ask") as caller:
        await caller.dial()
        await caller.until_fact("said", prompt="account")
        payloads = [mulaw_encode(f.samples).tobytes() for f in spoken("100200", after_ms).frames()]
        packets = [Sending(FRAME_MS * n, n) for n in range(len(payloads))]
        await caller.send_late(LINES[name](packets), payloads)
        fact = await caller.until(lambda fact: fact["kind"] in ("heard", "ended"))
        assert fact["kind"] == "heard", f"{name}: {[f['kind'] for f in await caller.facts()]}"
        await caller.hang_up()
        await caller.ended()
        [sound] = [f["data"] for f in await caller.facts() if f["kind"] == "measured"]
    assert sound["packets"] > 100
    seen = {"burst loss of 5 %": "lost", "each twice": "doubled"}
    assert sound[seen.get(name, "packets")] > 0, name
    return str(fact["data"]["text"])


# ---------------------------------------------------------------- too much


async def test_a_flood_of_sound_and_of_calls_beside_a_call(line: Hotline) -> None:
    """One sends ten times as many packets as there is time for, another floods with calls: the
    third hears the bot at its even pace, and memory stays."""
    loop = asyncio.get_running_loop()
    noise = [np.random.default_rng(n).bytes(160) for n in range(100)]
    async with ListeningCaller(line, "ask") as much, ListeningCaller(line, "ask") as third:
        async with Wire(FLOODER) as flooder:
            await much.dial()
            memory_kb = resident_kb(line.process.pid)
            flooding = asyncio.create_task(pour(flooder, line.sip_port))
            sending = asyncio.create_task(much.send_late(evenly(3_000, every_ms=2), noise * 15))
            await third.dial()
            began_s = loop.time()
            await third.until_fact("said", prompt="account")
            keyed_s = loop.time()
            third.press(*"100200")
            await third.at("more")
            await third.silent_ms(keyed_s)
            await sending
            gaps = np.diff([at for at in third.packets_s if at > began_s])
            flooding.cancel()
        assert 1000 * float(np.percentile(gaps, 99)) < 45
        assert resident_kb(line.process.pid) - memory_kb < 60_000
        await third.hang_up()
        await third.ended()
        await much.until_fact("ended")
    metrics = await asyncio.to_thread(line.metrics)
    assert metrics['voicebot_sip_guard_total{verdict="silenced"}'] > 100
    assert [text for text in line.output if "a source asks for too much" in text]
    await nobody_is_left(line)


async def pour(wire: Wire, port: int) -> None:
    """300 new calls a second, none of which goes on."""
    number = 0
    while True:
        for _ in range(3):
            number += 1
            wire.send(request("OPTIONS", number, wire.port), port)
        await asyncio.sleep(0.01)


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


# ---------------------------------------------------------------- phones that die


async def test_an_agents_phone_dies_while_ringing(
    line: Hotline, ports: tuple[int, int], tmp_path: Path
) -> None:
    """The next agent is rung; what is left of the first leg goes by itself."""
    async with ListeningCaller(line, "ask") as caller:
        with one_call_phone(tmp_path, ports[1]):
            async with NimbleAgent(ports[0], answers_after_ms=60_000) as anna:
                await caller.dial()
                talking = asyncio.create_task(caller.make_noise(15_000))
                caller.press("0")
                await caller.until_fact("offered", agent="anna")
                async with asyncio.timeout(5):
                    while not anna.calls:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
            await caller.until_fact("offer_ended", agent="anna", outcome="no_answer")
            await caller.until_fact("bridged", agent="bert")
            await caller.hang_up()
            talking.cancel()
        record = await caller.ended()
    assert (record["outcome"], record["agent"]) == ("handled", "bert")


async def test_an_agents_phone_dies_in_the_talk(line: Hotline, ports: tuple[int, int]) -> None:
    """Nothing comes from it any more: the caller is back with the bot."""
    async with ListeningCaller(line, "ask") as caller:
        async with NimbleAgent(ports[1], answers_after_ms=0) as bert:
            await caller.dial()
            talking = asyncio.create_task(caller.make_noise(15_000))
            caller.press("0")
            await caller.until_fact("bridged")
            assert bert.calls
        parted = await caller.until_fact("unbridged")
        assert parted["data"]["by"] == "agent"
        await caller.at("bye")
        await caller.is_hung_up()
        talking.cancel()
        assert (await caller.ended())["outcome"] == "handled"


async def test_a_caller_leaves_in_the_midst_of_a_word(line: Hotline) -> None:
    """What was being recognized is dropped with the rest."""
    async with DeskCaller(line, "ask") as caller:
        await caller.dial()
        await caller.until_fact("said", prompt="account")
        await caller.make_noise(600)
        await caller.hang_up()
        record = await caller.ended()
        assert not [f for f in await caller.facts() if f["kind"] in ("heard", "failed")]
    assert (record["outcome"], record["ended_by"]) == ("hung_up", "caller")
