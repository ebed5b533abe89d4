"""Calls of phones to star codes, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from voicebot.core.call import CallId, LegInfo, LegState
from voicebot.core.queueing import AgentSpec, AgentState, PauseReason, QueueSpec
from voicebot.prompts.agent_phrases import PHRASES
from voicebot.queueing.router import Router
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.directory import Directory
from voicebot.session.star_agents import agent_handlers
from voicebot.session.star_call import StarDoor
from voicebot.session.star_codes import StarCodes
from voicebot.session.star_proof import Pins
from voicebot.sim.audit import SimAudit
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import SimVoice
from voicebot.sim.line import SimLeg

ANNA = AgentSpec("anna", "sip:anna@192.0.2.7", ("billing",), language="zh", pin="4711", number="7")
BEN = AgentSpec("ben", "sip:ben@192.0.2.8", ("billing",))
OWN = LegInfo(caller="anna", source="192.0.2.7:5060")


class HeardVoice(SimVoice):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    async def speak(self, prompt: Any, rate: int) -> Any:
        self.said.append(prompt.id.removeprefix("agent/"))
        async for pcm in super().speak(prompt, rate):
            yield pcm


@dataclass
class Phone:
    """One agent's phone and the hotline it calls."""

    agents: tuple[AgentSpec, ...] = (ANNA, BEN)
    voice: HeardVoice = field(default_factory=HeardVoice)
    audit: SimAudit = field(default_factory=SimAudit)
    answered: bool = False

    def __post_init__(self) -> None:
        self.router = Router([QueueSpec("billing")], self.agents)

    @property
    def noted(self) -> list[tuple[str, str, str, str]]:
        """What stands in the audit log."""
        return [(act.by, act.door, act.action, act.outcome) for act in self.audit.acts]

    def calls(
        self, code: str, info: LegInfo = OWN, script: Callable[[SimLeg], None] = lambda leg: None
    ) -> SimLeg:
        """One call to its end. A code that is not the door's is an error."""
        leg = SimLeg(replace(info, called=code))
        script(leg)
        run_virtual(self._serve(leg))
        assert leg.state is LegState.DISCONNECTED
        return leg

    async def _serve(self, leg: SimLeg) -> None:
        directory = Directory(self.router, lambda: leg.now_ms)
        desk = AgentDesk(directory, self.audit)
        specs = {agent.name: agent for agent in self.agents}
        handlers = agent_handlers(desk)
        pins = Pins(lambda: leg.now_ms)
        door = StarDoor(StarCodes(), specs, handlers, self.voice, self.audit, pins)
        dialed = door.dialed(leg)
        assert dialed is not None
        await door.serve(leg, dialed)
        self.answered = leg.now_ms > 0

    def state(self, name: str = "anna") -> AgentState:
        return self.router.agents[name].state


def test_an_agents_own_phone_needs_no_pin_and_is_answered_in_the_agents_language() -> None:
    phone = Phone()
    leg = phone.calls("*132")
    assert phone.state() is AgentState.PAUSED
    assert phone.router.agents["anna"].pause is PauseReason.LUNCH
    assert phone.voice.said == ["paused", "reason_lunch"]
    heard_ms = 20 * sum(bool(frame.samples.any()) for frame in leg.said)
    assert heard_ms > 1_000
    assert phone.noted == [("anna", "phone", "agent.pause", "done")]
    phone.calls("*14")
    phone.calls("*12")
    assert phone.state() is AgentState.OFFLINE
    phone.calls("*13")
    assert phone.voice.said[2:] == ["resumed", "logged_out", "not_logged_in"]
    assert phone.noted[-1] == ("anna", "phone", "agent.pause", "not-logged-in")
    phone.calls("*11")
    assert phone.state() is AgentState.AVAILABLE


def test_a_strange_phone_is_asked_for_number_and_pin() -> None:
    phone, strange = Phone(), LegInfo(caller="+4930", source="198.51.100.1:5060")

    def keys(leg: SimLeg) -> None:
        leg.at(1_000, lambda: leg.far_keys("7#"))
        leg.at(4_000, lambda: leg.far_keys("0000#"))
        leg.at(7_000, lambda: leg.far_keys("7#4711#"))

    phone.calls("*12", strange, keys)
    assert phone.state() is AgentState.OFFLINE
    assert [note[2:] for note in phone.noted] == [
        ("star.log_out", "wrong-pin"),
        ("agent.log_out", "done"),
    ]
    assert phone.voice.said[-1] == "logged_out"


def test_who_knows_no_pin_changes_nothing() -> None:
    phone, strange = Phone(), replace(OWN, source="198.51.100.1:5060")
    phone.calls("*12", strange, lambda leg: leg.at(2_000, lambda: leg.far_keys("1#2#3#4#5#")))
    assert phone.state() is AgentState.AVAILABLE
    assert {note[3] for note in phone.noted} == {"wrong-pin"}
    assert len(phone.noted) == 3


def test_where_nobody_has_a_pin_a_strange_phone_is_not_even_answered() -> None:
    phone = Phone((BEN,))
    phone.calls("*11", LegInfo(caller="ben", source="198.51.100.1:5060"))
    assert not phone.answered
    assert phone.noted == [("unknown phone", "phone", "star.log_in", "not-known")]


def test_what_is_asked_for_in_a_call_comes_after_it() -> None:
    phone = Phone((ANNA,))
    phone.router.join(CallId("1"), "billing", 0)
    [offer] = phone.router.dispatch(0)
    assert phone.router.answered(offer, 0)
    phone.calls("*131")
    assert phone.state() is AgentState.BUSY
    phone.calls("*15")
    assert phone.voice.said == ["pauses_later", "reason_break", "no_wrap_up"]
    phone.router.released(offer, 10_000)
    phone.calls("*16")
    phone.calls("*15")
    assert phone.voice.said[3:] == ["extended", "paused", "reason_break"]
    assert phone.state() is AgentState.PAUSED


def test_a_code_that_nobody_set_is_said_to_be_none() -> None:
    phone = Phone()
    phone.calls("*77")
    assert phone.voice.said == ["unknown_code"]


def test_without_a_voice_it_is_done_all_the_same() -> None:
    phone = Phone()
    phone.voice.broken = True
    phone.calls("*131")
    assert phone.state() is AgentState.PAUSED


def test_a_phone_that_hangs_up_before_the_word_has_done_it() -> None:
    phone = Phone()
    phone.calls("*131", script=lambda leg: leg.at(100, leg.far_hangs_up))
    assert phone.state() is AgentState.PAUSED


def test_every_phrase_is_there_in_every_language() -> None:
    assert set(PHRASES["zh"]) == set(PHRASES["en"])
    reasons = {f"reason_{reason}" for reason in ("break", "lunch", "training", "meeting")}
    assert reasons <= set(PHRASES["en"])
