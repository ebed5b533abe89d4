"""Other people's phones: baresip with each codec, calls over TLS; all sound encrypted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import baresip
import pytest
from baresip import Codec, baresip_call
from desk_caller import DeskCaller, nobody_is_left
from hotline import ROOT, Hotline, hotline

from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import Pcm

pytestmark = pytest.mark.timeout(300)

NO = ROOT / "tests" / "fixtures" / "speech" / "answers" / "tflm_no.wav"

FLOW = """
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
prompts:
  more: "Anything else?"
  sorry: "Sorry?"
  bye: "Goodbye."
nodes:
  ask: {kind: ask, slots: {more: more}, to: asked}
  asked: {kind: branch, when: [{if: more, to: trouble}], else: bye}
  trouble: {kind: hangup, prompt: sorry, outcome: failed}
  bye: {kind: hangup, prompt: bye}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline that takes encrypted sound only."""
    with hotline(
        tmp_path_factory.mktemp("phones"),
        calls='default_flow = "ask"',
        flows={"ask": FLOW},
        media='srtp = "required"',
    ) as line:
        yield line


async def test_without_encryption_there_is_no_call(running: Hotline) -> None:
    async with DeskCaller(running, "ask") as caller:
        assert (await caller.dial()).code == 488
    await nobody_is_left(running)


@pytest.mark.skipif(bool(baresip.missing()), reason=baresip.missing())
async def test_a_human_no_by_each_codec(running: Hotline, tmp_path: Path) -> None:
    codecs = {
        "PCMU": Codec("PCMU/8000/1", 8_000),
        "PCMA": Codec("PCMA/8000/1", 8_000),
        "G722": Codec("G722/16000/1", 16_000),
        "opus": Codec("opus/48000/2", 48_000, channels=2),
    }
    async with asyncio.TaskGroup() as calls:
        for name, codec in codecs.items():
            calls.create_task(says_no(running, tmp_path / name, codec))
    await nobody_is_left(running)


async def says_no(line: Hotline, folder: Path, codec: Codec) -> None:
    """Says no after the question, and once more some seconds later."""
    sound = folder.with_suffix(".wav")
    word = resample(read_wav(NO).mono(), codec.rate)
    parts = [Pcm.silence(2_500, codec.rate), word, Pcm.silence(3_500, codec.rate), word]
    write_wav(sound, *[Pcm.join(parts, codec.rate)] * codec.channels)
    name = await asyncio.to_thread(baresip_call, line, "ask", folder, sound, codec, seconds=16)
    async with DeskCaller(line, "ask") as watcher:
        watcher.name = name
        record = await watcher.ended()
        facts = await watcher.facts()
    [answered] = [f["data"] for f in facts if f["kind"] == "answered"]
    assert answered["rate"] == min(codec.rate, 16_000)
    assert "no" in [f["data"]["text"] for f in facts if f["kind"] == "heard"], facts
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")


async def test_a_call_over_tls_is_encrypted_all_through(running: Hotline) -> None:
    uri = f"sip:ask@127.0.0.1:{running.tls_port};transport=tls"
    steps = ("--srtp", "required", "--wait", "2", "--linger", "0")
    report = await asyncio.to_thread(running.call_uri, uri, *steps)
    assert report["answered"], report
    assert report["bot"], "the bot was not heard"
    await nobody_is_left(running)
