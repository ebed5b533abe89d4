"""What a scenario's call runs in: the whole stack, but for the line and the engines."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from voicebot.core.audio import Pcm
from voicebot.core.call import CallId, LegInfo
from voicebot.core.ports import Backend, Understanding, Vad
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.queueing.router import Router
from voicebot.scenario.pace import Pacer
from voicebot.scenario.script import CODES, Stimulus, stimuli
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.session.talk_settings import Beep
from voicebot.sim.afterwards import SimCallbacks, SimMessages, SimOutbox
from voicebot.sim.clock import run_virtual
from voicebot.sim.customers import SimCustomers
from voicebot.sim.engines import (
    SimJournal,
    SimRecognizer,
    SimRecording,
    SimSpeech,
    SimVad,
    SimVoice,
)
from voicebot.sim.line import SimLeg, SimTelephone
from voicebot.sim.resuming import SimResuming

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
LONGEST_S = 3_600
"""A call that goes on for longer is given up."""
REFUSES_MS, ANSWERS_MS, TALKS_MS = 1_000, 3_000, 10_000
"""When an agent of whom no time is told refuses or answers, counted from the first ring, and how
long they talk."""
ACCEPTS_MS = 6_000
"""How long whoever answers a transfer listens to the whisper before pressing the key."""


@dataclass
class World:
    """What a scenario runs in; a test may break parts of it before the call."""

    flow: Flow
    understanding: Understanding
    backend: Backend
    queues: tuple[QueueSpec, ...]
    agents: tuple[AgentSpec, ...] = ()
    destinations: Mapping[str, str] | None = None
    began: datetime = BEGAN

    def __post_init__(self) -> None:
        self.speech = SimSpeech()
        self.recognizer = SimRecognizer(self.speech)
        self.voice = SimVoice()
        self.vad: Callable[[], Vad] = SimVad
        self.journal = SimJournal()
        self.recording = SimRecording()
        self.telephone = SimTelephone()
        self.messages = SimMessages()
        self.callbacks = SimCallbacks()
        self.outbox = SimOutbox()
        self.customers = SimCustomers()
        self.resuming: SimResuming | None = None
        self.supervision_beep = Beep.NONE
        self.callable: Callable[[str], bool] = lambda number: True
        """Whether a number may be called back."""
        self.leg = SimLeg(LegInfo())
        self.directory: Directory | None = None
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.dialable: Callable[[str], bool] = lambda address: True
        self.on_board: Callable[[Router], None] = lambda board: None
        """Called with the router before the call."""
        self._kinds: Counter[FactKind] = Counter()
        self._counted = 0
        self.done: list[tuple[Stimulus, int]] = []
        """What the caller did when it was its turn, and when, in ms of the call."""

    def after_s(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so long after the call began to ring, media or not."""
        self.later.append((seconds, action))

    def play(self, text: str) -> list[Fact]:
        """Do a scenario's stimuli; the facts that came of it. Raises `TimeoutError` for a call
        that does not end."""
        run_virtual(self._play(stimuli(text)))
        return self.journal.facts

    async def _play(self, script: list[Stimulus]) -> None:
        loop = asyncio.get_running_loop()
        board = Router(self.queues, self.agents)
        self.on_board(board)
        self.directory = Directory(board, lambda: round(loop.time() * 1000))
        self._prepare(script)
        for seconds, action in self.later:
            loop.call_later(seconds, action)
        session = CallSession(
            self.leg, self.flow, self._services(), self.directory, CallId("scenario")
        )
        async with asyncio.timeout(LONGEST_S):
            await session.run()

    def _services(self) -> Services:
        loop = asyncio.get_running_loop()
        return Services(
            telephone=self.telephone,
            vad=self.vad,
            recognizer=self.recognizer,
            understanding=self.understanding,
            voice=self.voice,
            backend=self.backend,
            journal=self.journal,
            record=lambda call, rate: ("scenario.wav", self.recording),
            music=lambda queue, rate: Pcm(np.full(rate, 3, dtype=np.int16), rate),
            destinations=self.destinations or {},
            clock=lambda: self.began + timedelta(seconds=loop.time()),
            message=self.messages,
            callbacks=self.callbacks,
            keep_place=self.callbacks.keep_place,
            outbox=self.outbox,
            supervision_beep=self.supervision_beep,
            customers=self.customers if self._looks_up else None,
            resuming=self.resuming,
            dialable=lambda number: self.callable(number),
        )

    @property
    def _looks_up(self) -> bool:
        return bool(self.customers.profiles) or self.customers.broken

    # ------------------------------------------------------------ the caller

    def _prepare(self, script: list[Stimulus]) -> None:
        for agent in self.agents:
            if not self.dialable(agent.address):
                continue
            mine = deque(s for s in script if s.who in ("agent", "offer") if _name(s) == agent.name)
            self.telephone.far_ends[agent.address] = partial(self._ring, mine)
        of_caller = [s for s in script if s.who not in ("agent", "offer")]
        for s in of_caller:
            if s.who == "ring":
                self._act(s)
            elif s.at_ms is not None:
                self.leg.at(s.at_ms, partial(self._act, s))
        turns = [s for s in of_caller if s.at_ms is None and s.who != "ring"]
        self.leg.on_frame = Pacer(turns, self._act_now, self._happened, self._is_busy).frame

    def _act_now(self, s: Stimulus) -> None:
        self.done.append((s, self.leg.now_ms))
        self._act(s)

    def _act(self, s: Stimulus) -> None:
        leg = self.leg
        match s.who:
            case "ring":
                caller, _, called = s.text.partition("→")
                leg.info = replace(leg.info, caller=caller.strip(), called=called.strip())
            case "caller":
                leg.far_says(self.speech.pcm(s.text.strip('"'), leg.rate))
            case "keys":
                leg.far_keys(s.text)
            case "hold":
                leg.far_holds(on=s.text == "on")
            case "hangup":
                leg.far_hangs_up()

    def _happened(self) -> tuple[int, int]:
        """How often the caller was silent, and an agent answered; asked for at every frame."""
        for fact in self.journal.facts[self._counted :]:
            self._kinds[fact.kind] += 1
        self._counted = len(self.journal.facts)
        return self._kinds[FactKind.TIMED_OUT], self._kinds[FactKind.BRIDGED]

    def _is_busy(self) -> bool:
        """The caller speaks still, or the bot waits for its back end."""
        return self.leg.is_talking or bool(getattr(self.backend, "pending", 0))

    # ------------------------------------------------------------ agents

    def _ring(self, mine: deque[Stimulus], leg: SimLeg) -> None:
        """An agent's phone is dialed: it does what comes next in the script."""
        now_ms = self.leg.now_ms
        answered_ms = 0
        for s in list(mine):
            if s.at_ms is not None and s.at_ms < now_ms:
                continue
            if s.at_ms is None:
                mine.remove(s)
            if s.who == "offer":
                code = CODES[s.text.split()[-1]]
                after_ms = REFUSES_MS if s.at_ms is None else s.at_ms - now_ms
                leg.at(after_ms, partial(leg.far_hangs_up, code))
                return
            if s.text.endswith("answers"):
                answered_ms = ANSWERS_MS if s.at_ms is None else s.at_ms - now_ms
                leg.at(answered_ms, leg.far_answers)
                continue
            after_ms = answered_ms + TALKS_MS if s.at_ms is None else s.at_ms - now_ms
            leg.at(after_ms, leg.far_hangs_up)
            if s.at_ms is None:
                return


def _name(s: Stimulus) -> str:
    return s.text.split()[0]
