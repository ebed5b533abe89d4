"""Calls made in virtual time, kept as a node keeps them, and what they are replayed with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicebot import nlu
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.call import CallId
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_flows
from voicebot.replay.engines import Engines
from voicebot.replay.options import ReplayOptions
from voicebot.replay.recorded import RecordedCall
from voicebot.scenario.backend import Stub, StubBackend
from voicebot.scenario.world import BEGAN, World
from voicebot.sim.engines import SimVad
from voicebot.store.opening import open_store

FLOW = """
flow: shop
language: en
start: greeting
on_error: bye
backends: {shop: "http://shop.test"}
slots:
  number: {type: digits, length: 4}
  pin: {type: digits, length: 4, secret: true}
nodes:
  greeting: {kind: say, prompt: "Welcome to the shop.", to: main}
  main:
    kind: menu
    prompt: "Do you want your order, or a person?"
    choices:
      order: {phrases: ["my order"], key: 1, to: which}
      person: {phrases: ["a person"], key: 2, to: line}
      secret: {phrases: ["something secret"], key: 3, to: code}
      done: {phrases: ["goodbye"], key: 4, to: bye}
  which: {kind: digits, slot: number, prompt: "Key in its four digits.", to: look}
  look:
    kind: http
    url: "/orders/{number}"
    save: {state: body.state}
    outcomes: {ok: told, failed: bye}
  told: {kind: say, prompt: "It is {state}.", to: main}
  code: {kind: digits, slot: pin, prompt: "Please key in your PIN.", to: check}
  check:
    kind: http
    method: POST
    url: "/check"
    body: {pin: "{pin}"}
    save: {level: body.level}
    outcomes: {ok: main, failed: bye}
  line:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, nobody: bye, full: bye, left: main}
  bye: {kind: hangup, prompt: "Goodbye."}
"""

_STUBS = (
    Stub("GET", "/orders/*", reply=BackendReply(200, {"state": "on its way"}), delay_ms=700),
    Stub("POST", "/check", reply=BackendReply(200, {"level": "gold", "pin": "1111"})),
)


def shop(folder: Path, text: str = FLOW) -> Flow:
    """The flow of the file."""
    folder.mkdir(exist_ok=True)
    (folder / "shop.yaml").write_text(text, "utf-8")
    return load_flows(folder).get("shop")


def world_of(flow: Flow) -> World:
    """A hotline with one queue and one agent."""
    return World(
        flow,
        nlu.build(now=lambda: BEGAN.replace(tzinfo=None)),
        StubBackend(_STUBS),
        (QueueSpec("service"),),
        (AgentSpec("anna", "sip:anna@phone.test", ("service",)),),
    )


def called(flow: Flow, script: str, reading_s: float = 0.0) -> tuple[World, RecordedCall]:
    """A call by a scenario's stimuli, and what is kept of it; a reading took `reading_s` then."""
    world = world_of(flow)
    world.recognizer.delay_s = reading_s
    facts = world.play(script)
    world.recognizer.delay_s = 0.0
    return world, kept(world, facts)


def kept(world: World, facts: Iterable[Fact]) -> RecordedCall:
    """As the journal and the recording have it."""
    stored = tuple(replace(f, data=json.loads(json.dumps(f.data, default=str))) for f in facts)
    silence = Pcm.silence(FRAME_MS, 8_000)
    frames = world.recording.frames
    heard = Pcm.join([frame.heard if frame else silence for frame in frames], 8_000)
    played = Pcm.join([frame.played if frame else silence for frame in frames], 8_000)
    began = next(f.at_ms for f in stored if f.kind is FactKind.RECORDING and f.data["file"])
    return RecordedCall("call", stored, heard, played, began)


KEYS = "0.0 ring +49 → shop\n5.0 keys 1\n9.0 keys 1234\n16.0 hangup caller\n"
"""A caller who asks for an order by keys."""
TWO = dict.fromkeys(("aaa1", "bbb2"), KEYS)


def keep_calls(folder: Path, scripts: Mapping[str, str]) -> list[str]:
    """Below `folder` a hotline's folders, with calls of the shop by name; options that name the
    folders."""
    flow = shop(folder / "flows")
    for name in ("config", "data", "data/recordings"):
        (folder / name).mkdir()
    store = open_store(f"sqlite:///{folder / 'data' / 'voicebot.db'}")
    for name, script in scripts.items():
        _, call = called(flow, script)
        assert call.heard is not None
        assert call.played is not None
        write_wav(folder / "data" / "recordings" / f"{name}.wav", call.heard, call.played)
        for fact in call.facts:
            store.journal.write(_of(name, fact))
    assert store.journal.flush()
    store.close()
    return [
        part for name in ("config", "flows", "data") for part in (f"--{name}", str(folder / name))
    ]


def _of(name: str, fact: Fact) -> Fact:
    data = dict(fact.data)
    if fact.kind is FactKind.RECORDING and data["file"]:
        data["file"] = f"recordings/{name}.wav"
    return replace(fact, call=CallId(name), data=data)


def engines_of(world: World, **options: Any) -> Engines:
    """Engines that read the marks in the sound of a world."""
    engines = Engines(ReplayOptions(config=Path("nowhere"), **options))
    values = engines.__dict__
    values["recognizer"], values["voice"] = world.recognizer, world.voice
    values["detector"], values["models"] = SimVad, {}
    return engines


_UNSTEADY = {"step_ms", "first_sound_ms", "decode_ms", "understand_ms"}
_OUTSIDE = {FactKind.MEASURED, FactKind.SETUP, FactKind.RECORDING, FactKind.RANG, FactKind.DIALED}


def told(facts: Iterable[Fact]) -> list[tuple[int, str, Mapping[str, Any]]]:
    """A journal without what a replay cannot have: real time, names of files."""
    return [
        (
            fact.at_ms,
            fact.kind.value,
            {n: v for n, v in fact.data.items() if n not in _UNSTEADY and n != "zone"},
        )
        for fact in facts
        if fact.kind not in _OUTSIDE
    ]
