"""Runs a scenario: a readable transcript whose stimuli are done again, in virtual time.

The lines `ring`, `caller`, `keys`, `agent ... answers|leaves`, `offer ... busy|rejected` and
`hangup caller` tell what the world does, at seconds of the call; the whole stack but for the line
and the engines answers. What comes out is rendered in the same shape and must be the same text.
A stimulus that leaves no
line of its own (a cough, keys that nobody took) stands above the transcript, after a `>`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from voicebot.core.audio import Pcm
from voicebot.core.call import CallId, LegInfo
from voicebot.core.ports import Backend, Understanding
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import Fact, fold
from voicebot.flow.state import Flow
from voicebot.queueing.switchboard import Switchboard
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import (
    SimJournal,
    SimRecognizer,
    SimRecording,
    SimSpeech,
    SimVad,
    SimVoice,
)
from voicebot.sim.line import SimLeg, SimTelephone
from voicebot.store.transcript import render, transcript

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""

_LINE = re.compile(r"^>?\s*(?P<at>\d+\.\d)\s+(?P<who>\w+)\s+(?P<text>.*?)\s*(?:\(.*\))?$")
_CODES = {"busy": 486, "rejected": 603, "unreachable": 503}


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Something that the world does."""

    at_ms: int
    who: str
    text: str


def stimuli(text: str) -> list[Stimulus]:
    """What the world does in a scenario."""
    found = [m for line in text.splitlines() if (m := _LINE.match(line))]
    every = [Stimulus(round(float(m["at"]) * 1000), m["who"], m["text"]) for m in found]
    return [s for s in every if _is_stimulus(s)]


def _is_stimulus(s: Stimulus) -> bool:
    if s.who in ("ring", "caller", "keys"):
        return True
    if s.who == "agent":
        return s.text.endswith(" answers") or s.text.endswith("ended by agent")
    if s.who == "offer":
        return s.text.split()[-1] in _CODES
    return s.who == "hangup" and s.text == "caller"


@dataclass
class World:
    """What a scenario runs in; a test may break parts of it before the call."""

    flow: Flow
    understanding: Understanding
    backend: Backend
    queues: tuple[QueueSpec, ...]
    agents: tuple[AgentSpec, ...] = ()
    destinations: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        self.speech = SimSpeech()
        self.recognizer = SimRecognizer(self.speech)
        self.voice = SimVoice()
        self.journal = SimJournal()
        self.recording = SimRecording()
        self.telephone = SimTelephone()
        self.leg = SimLeg(LegInfo())
        self.directory: Directory | None = None
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.dialable: Callable[[str], bool] = lambda address: True

    def after_s(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so long after the call began to ring, media or not."""
        self.later.append((seconds, action))

    def play(self, text: str) -> list[Fact]:
        """Do a scenario's stimuli; the facts that came of it."""
        run_virtual(self._play(stimuli(text)))
        return self.journal.facts

    async def _play(self, script: list[Stimulus]) -> None:
        loop = asyncio.get_running_loop()
        board = Switchboard(self.queues, self.agents)
        self.directory = Directory(board, lambda: round(loop.time() * 1000))
        self._prepare(script)
        for seconds, action in self.later:
            loop.call_later(seconds, action)
        session = CallSession(
            self.leg, self.flow, self._services(), self.directory, CallId("scenario")
        )
        async with asyncio.timeout(3_600):
            await session.run()

    def _services(self) -> Services:
        loop = asyncio.get_running_loop()
        return Services(
            telephone=self.telephone,
            vad=SimVad,
            recognizer=self.recognizer,
            understanding=self.understanding,
            voice=self.voice,
            backend=self.backend,
            journal=self.journal,
            record=lambda call, rate: ("scenario.wav", self.recording),
            music=lambda queue, rate: Pcm(np.full(rate, 3, dtype=np.int16), rate),
            destinations=self.destinations or {},
            today=BEGAN.date,
            clock=lambda: BEGAN + timedelta(seconds=loop.time()),
        )

    def _prepare(self, script: list[Stimulus]) -> None:
        for agent in self.agents:
            if not self.dialable(agent.address):
                continue
            mine = [s for s in script if s.text.split()[0] == agent.name]
            self.telephone.far_ends[agent.address] = lambda leg, mine=mine: self._ring(leg, mine)
        for s in script:
            self._do(s)

    def _do(self, s: Stimulus) -> None:
        leg, rate = self.leg, self.leg.rate
        match s.who:
            case "ring":
                caller, _, called = s.text.partition(" → ")
                leg.info = LegInfo(caller=caller, called=called)
            case "caller":
                sound = self.speech.pcm(s.text.strip('"'), rate)
                leg.at(s.at_ms, lambda: leg.far_says(sound))
            case "keys":
                leg.at(s.at_ms, lambda: leg.far_keys(s.text))
            case "hangup":
                leg.at(s.at_ms, leg.far_hangs_up)

    def _ring(self, leg: SimLeg, mine: list[Stimulus]) -> None:
        """An agent's phone is dialed: it does what comes next in the script."""
        now_ms = self.leg.now_ms
        for s in mine:
            delay_ms = s.at_ms - now_ms
            if delay_ms < 0:
                continue
            if s.who == "offer":
                code = _CODES[s.text.split()[-1]]
                leg.at(delay_ms, lambda code=code: leg.far_hangs_up(code))
                return
            leg.at(delay_ms, leg.far_answers if s.text.endswith("answers") else leg.far_hangs_up)


def rendered(facts: list[Fact]) -> str:
    """The call in the shape of scenarios."""
    return render(transcript(facts), fold(facts), spoken=False)


def accepted(text: str, came: str) -> str:
    """The scenario as it should read after a change that was meant: no stimulus is lost."""
    head = [line for line in text.splitlines() if line.startswith("#")]
    seen = stimuli(came)
    hidden = [s for s in stimuli(text) if s not in seen]
    head += [f"> {s.at_ms / 1000:.1f}  {s.who:<8} {s.text}" for s in hidden]
    return "\n".join([*head, came]) + "\n"


def expected(path: Path) -> str:
    """What a scenario's call must read like: the text without comments and hidden stimuli."""
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line.rstrip() for line in lines if line[:1] not in ("#", ">")).strip("\n")
