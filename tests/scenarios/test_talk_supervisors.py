"""Supervisors in talks, in virtual time: who hears them, and what the journal has of it."""

from __future__ import annotations

import asyncio

from talking_hotline import (
    ANNA,
    BEN,
    BOSS,
    Talking,
    answers,
    everybody_is_free,
    supervised,
)
from told import of

from voicebot.core.record import FactKind, fold
from voicebot.core.transfers import Supervision
from voicebot.session.supervisor_desk import SupervisionRefused, SupervisorDesk
from voicebot.session.talk_settings import Beep
from voicebot.sim.audit import SimAudit
from voicebot.sim.line import SimLeg, rings_for_ever

TALK = {("caller", "anna"), ("anna", "caller")}
HEARS = TALK | {("boss", "caller"), ("boss", "anna")}
WHISPERS = HEARS | {("anna", "boss")}
BARGES = WHISPERS | {("caller", "boss")}


def test_listen_whisper_barge_and_back_by_keys(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=40_000))
    talking.phone(BOSS, answers(1_000, (5_000, "5"), (10_000, "6"), (15_000, "4")))
    supervised(talking, 3, Supervision.LISTEN)
    for second in (6, 11, 16, 21):
        talking.world.after_s(second, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [HEARS, WHISPERS, BARGES, HEARS]
    told = [(f.data["how"], f.data["on"]) for f in of(facts, FactKind.SUPERVISED)]
    assert told == [
        ("listen", True),
        ("whisper", True),
        ("barge", True),
        ("listen", True),
        ("listen", False),
    ]
    everybody_is_free(talking)


def test_what_a_supervisor_may_not_do_does_not_come_about(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=30_000))
    talking.phone(BOSS, answers(1_000, (5_000, "5"), (6_000, "6"), (7_000, "7")))
    supervised(talking, 3, Supervision.LISTEN, may="4")
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [HEARS]
    assert {f.data["how"] for f in of(facts, FactKind.SUPERVISED)} == {"listen"}


def test_a_supervisor_takes_over(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000))
    talking.phone(BOSS, answers(1_000, (5_000, "7"), leaves_ms=20_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [{("caller", "boss"), ("boss", "caller")}]
    talks = [(f.data["agent"], f.data["by"]) for f in of(facts, FactKind.UNBRIDGED)]
    assert talks == [("anna", "supervisor"), ("boss", "agent")]
    record = fold(facts)
    assert record is not None
    assert record.agents == ("anna", "boss")
    everybody_is_free(talking)


def test_a_caller_who_is_apart_is_not_heard_in_the_briefing(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=30_000))
    talking.phone(BEN, answers(2_000, leaves_ms=35_000))
    talking.phone(BOSS, answers(1_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    talking.play()
    briefing = {("anna", "ben"), ("ben", "anna"), ("boss", "anna"), ("boss", "ben")}
    assert seen == [briefing]
    everybody_is_free(talking)


def test_whoever_is_to_know_of_a_supervisor_hears_a_tone(talking: Talking) -> None:
    def loud(leg: SimLeg) -> bool:
        return any(abs(int(sample)) > 1_000 for pcm in leg.said for sample in pcm.samples)

    talking.world.supervision_beep = Beep.AGENT
    talking.phone(ANNA, answers(1_000, leaves_ms=10_000))
    talking.phone(BOSS, answers(1_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.play()
    assert loud(talking.legs[ANNA])
    assert not loud(talking.world.leg)


def test_a_supervisor_who_does_not_answer_is_called_no_longer(talking: Talking) -> None:
    seen: list[str] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=30_000))
    talking.phone(BOSS, rings_for_ever)
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(20, lambda: seen.append(talking.legs[BOSS].state))
    facts = talking.play()
    assert seen == ["DISCONNECTED"]
    assert of(facts, FactKind.SUPERVISED) == []


def test_what_is_asked_for_at_a_desk_is_noted_down_refused_or_not(talking: Talking) -> None:
    audit, codes = SimAudit(), list[str]()

    async def ask(step: str) -> None:
        assert talking.world.directory is not None
        desk = SupervisorDesk(talking.world.directory, audit)
        try:
            await desk.step(talking.talk, step, by="eva", door="api")
        except SupervisionRefused as refused:
            codes.append(refused.code)

    talking.phone(ANNA, answers(1_000, leaves_ms=10_000))
    for at_s, step in ((4, "mute"), (5, "take_back")):
        talking.world.after_s(at_s, lambda step=step: keep(asyncio.ensure_future(ask(step))))  # type: ignore[misc]
    keep = set[asyncio.Future[None]]().add
    talking.play(8)
    told = [(act.by, act.action, act.outcome) for act in audit.acts]
    assert told == [
        ("eva", "call.mute", "done"),
        ("eva", "call.transfer.take_back", "not-possible"),
    ]
    assert codes == ["not-possible"]
