"""One call from its sound: its caller through the whole stack, in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from voicebot.audio.hold_music import hold_music
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.knowledge import Finding, KnowledgeScope
from voicebot.core.meaning import Expectation, Interpretation
from voicebot.core.ports import Backend, Vad
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Transcript
from voicebot.flow.flow import Flow
from voicebot.nlu import AnsweringUnderstanding
from voicebot.queueing.router import Router
from voicebot.replay.assumed import Assumptions
from voicebot.replay.backend import ReplayBackend
from voicebot.replay.caller import ReplayCaller
from voicebot.replay.continued import unfinished_of
from voicebot.replay.customers import JournalCustomers
from voicebot.replay.engines import Engines
from voicebot.replay.leg import ReplayLeg
from voicebot.replay.people import JournalPeople
from voicebot.replay.recognizer import Readings, ReplayRecognizer
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.rows import rows_of
from voicebot.replay.toned_vad import TonedVad
from voicebot.replay.voice import ReplayVoice
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.afterwards import SimCallbacks, SimMessages, SimOutbox
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import SimJournal, SimRecording
from voicebot.sim.line import SimTelephone
from voicebot.sim.resuming import SimResuming

LONGEST_S = 14_400
"""Virtual seconds after which a call that does not end is given up."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a call now."""

    facts: tuple[Fact, ...]
    heard: Pcm | None = None
    played: Pcm | None = None
    """Both from the first sound of the call on; None where it was replayed without sound."""
    assumed: tuple[str, ...] = ()
    """What had to be assumed."""


def replay_sound(
    call: RecordedCall, flow: Flow, engines: Engines, live: Backend | None = None
) -> Replayed:
    """Replay one call. Raises `TimeoutError` for a call that does not end."""
    return run_virtual(_Replay(call, flow, engines, live).run())


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from a journal."""
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return plain


class _Journal(SimJournal):
    """Knows which node the call is at."""

    def __init__(self) -> None:
        super().__init__()
        self.node = ""

    def write(self, fact: Fact) -> None:
        super().write(fact)
        if fact.kind is FactKind.MOVED:
            self.node = str(fact.data["node"])


class _Replay:
    """The world of one replayed call."""

    def __init__(
        self, call: RecordedCall, flow: Flow, engines: Engines, live: Backend | None
    ) -> None:
        options = engines.options
        rows = rows_of(call)
        self._call, self._flow, self._engines = call, flow, engines
        self._assumed = Assumptions()
        self._journal = _Journal()
        self._caller = ReplayCaller(call, rows, options.timing)
        self._leg = ReplayLeg(call, self._caller)
        self._voice = ReplayVoice(
            call,
            rows,
            engines.voice,
            options.prompts,
            self._node,
            is_unchanged=call.value(FactKind.ANSWERED, "flow_version") == flow.version,
        )
        self._voice.attach(self._leg)
        self._backend = ReplayBackend(call, self._node, self._assumed, live)
        self._understanding = engines.understanding_of(call, self._assumed)

    async def run(self) -> Replayed:
        loop = asyncio.get_running_loop()
        directory = Directory(Router((), ()), lambda: round(loop.time() * 1000))
        name = CallId(self._call.name)
        session = CallSession(self._leg, self._flow, self._services(), directory, name)
        async with asyncio.timeout(LONGEST_S):
            await session.run()
        if self._caller.stand_ins:
            self._assumed.note(f"{self._caller.stand_ins} secret keys were replaced")
        heard, played = self._leg.sound()
        facts = tuple(replace(fact, data=_plain(fact.data)) for fact in self._journal.facts)
        return Replayed(facts, heard, played, tuple(self._assumed.notes))

    def _node(self) -> str:
        return self._journal.node

    def _now_then(self) -> int:
        return self._caller.pos_ms

    def _detector(self) -> Vad:
        return TonedVad(self._engines.detector(), self._call, self._now_then)

    def _services(self) -> Services:
        call, engines = self._call, self._engines
        callbacks = SimCallbacks()
        outcomes = [fact.data["outcome"] for fact in call.of(FactKind.CALLBACK)]
        callbacks.broken = "failed" in outcomes
        unfinished = unfinished_of(call, self._flow, self._assumed)
        recognizer = ReplayRecognizer(engines.recognizer, Readings(call), self._now_then)
        return Services(
            telephone=SimTelephone(),
            vad=self._detector if call.stand_ins else engines.detector,
            recognizer=recognizer,
            understanding=_Understanding(self._understanding, engines, call, self._leg),
            voice=self._voice,
            backend=self._backend,
            journal=self._journal,
            record=lambda name, rate: ("", _NoRecording()),
            music=lambda queue, rate: hold_music(rate),
            destinations=engines.hotline.destinations,
            clock=lambda: call.clock,
            message=SimMessages(),
            callbacks=callbacks,
            outbox=SimOutbox(),
            dialable=lambda target: "invalid" not in outcomes,
            zone=call.zone,
            customers=JournalCustomers(call) if call.first(FactKind.CUSTOMER) else None,
            resuming=SimResuming(unfinished) if unfinished.call else None,
            people=JournalPeople(call, self._assumed, self._now_then),
            endpointing=engines.tuned.endpointing,
            barge_in=engines.tuned.barge_in,
        )


class _Understanding:
    """Understanding by the clock of the call."""

    def __init__(
        self,
        understanding: AnsweringUnderstanding,
        engines: Engines,
        call: RecordedCall,
        leg: ReplayLeg,
    ) -> None:
        self._understanding = understanding
        self._engines, self._call, self._leg = engines, call, leg

    def worded(self, expectation: Expectation) -> Expectation:
        return self._understanding.worded(expectation)

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        return self._at_its_time(expectation).understand(transcript, expectation)

    async def look_up(self, text: str, scope: KnowledgeScope, language: str) -> tuple[Finding, ...]:
        wanted = Expectation(language, knowledge=scope)
        return await self._at_its_time(wanted).look_up(text, scope, language)

    def _at_its_time(self, expectation: Expectation) -> AnsweringUnderstanding:
        """Made ready on the spot: a thread would take its own time."""
        passed = timedelta(milliseconds=self._leg.now_ms)
        self._engines.now = (self._call.clock + passed).replace(tzinfo=None)
        self._understanding.prepare(expectation)
        return self._understanding


class _NoRecording(SimRecording):
    """Keeps nothing: the leg knows its sound."""

    def add(self, audio: object) -> None:
        """Forget it."""
