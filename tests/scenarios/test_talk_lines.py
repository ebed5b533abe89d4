"""Holds, mutes, second lines and tones in talks, in virtual time: who hears whom, what is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from talking_hotline import (
    ANNA,
    BEN,
    Talking,
    allowed,
    answers,
    declines,
    everybody_is_free,
    states,
)
from told import of, path

from voicebot.audio.tones import dtmf
from voicebot.core.call import LegInfo
from voicebot.core.queueing import AgentState
from voicebot.core.record import Fact, FactKind, fold
from voicebot.session.colleagues import ColleagueDoor
from voicebot.session.directory import TransferRefused
from voicebot.sim.line import SimLeg

TALK = {("caller", "anna"), ("anna", "caller")}


def switched(facts: list[Fact], kind: FactKind) -> list[tuple[str, bool]]:
    return [(f.data["agent"], f.data["on"]) for f in of(facts, kind)]


# ---------------------------------------------------------------- hold and mute


@pytest.mark.parametrize("by", ["keys", "desk", "phone"])
def test_a_caller_on_hold_hears_music_until_they_are_taken_back(talking: Talking, by: str) -> None:
    seen: dict[str, object] = {}

    def look(when: str) -> None:
        state = talking.world.directory.router.agents["anna"].state  # type: ignore[union-attr]
        said = np.concatenate([pcm.samples for pcm in talking.world.leg.said[-20:]])
        seen[when] = (talking.hears(), state, bool(np.any(said)))

    def anna(leg: SimLeg) -> None:
        answers(1_000, *([(5_000, "*5"), (9_000, "*5")] if by == "keys" else []))(leg)
        if by == "phone":
            leg.at(5_000, lambda: leg.far_holds(on=True))
            leg.at(9_000, lambda: leg.far_holds(on=False))
        leg.at(20_000, leg.far_hangs_up)

    talking.phone(ANNA, anna)
    if by == "desk":
        talking.world.after_s(5, lambda: talking.talk.hold())
        talking.world.after_s(9, lambda: talking.talk.resume())
    talking.world.after_s(7, lambda: look("held"))
    talking.world.after_s(12, lambda: look("back"))
    facts = talking.play()
    assert seen == {"held": (set(), AgentState.HOLD, True), "back": (TALK, AgentState.BUSY, False)}
    assert switched(facts, FactKind.ON_HOLD) == [("anna", True), ("anna", False)]
    [unbridged] = of(facts, FactKind.UNBRIDGED)
    assert 3_900 <= unbridged.data["hold_ms"] <= 4_100
    assert unbridged.data["talk_ms"] > 18_000, "the hold is part of the talk"
    everybody_is_free(talking)


def test_who_hangs_up_on_hold_ends_it(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*5")))
    facts = talking.play(8)
    assert switched(facts, FactKind.ON_HOLD) == [("anna", True), ("anna", False)]
    [unbridged] = of(facts, FactKind.UNBRIDGED)
    assert unbridged.data["by"] == "caller"
    assert unbridged.data["hold_ms"] > 2_000
    everybody_is_free(talking)


def test_a_muted_agent_is_heard_by_nobody(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, (4_000, "*6"), (8_000, "*6"), leaves_ms=15_000))
    for at_s in (6, 10):
        talking.world.after_s(at_s, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [{("anna", "caller")}, TALK]
    assert switched(facts, FactKind.MUTED) == [("anna", True), ("anna", False)]
    everybody_is_free(talking)


def test_who_sends_a_caller_on_takes_them_off_hold_first(talking: Talking) -> None:
    refused: list[str] = []

    def hold() -> None:
        try:
            talking.talk.hold()
        except TransferRefused as error:
            refused.append(str(error))

    talking.phone(
        ANNA, answers(1_000, (4_000, "*5"), (6_000, "*1202#"), (10_000, "*0"), leaves_ms=15_000)
    )
    talking.phone(BEN, answers(1_000))
    talking.world.after_s(9, hold)
    facts = talking.play()
    assert switched(facts, FactKind.ON_HOLD) == [("anna", True), ("anna", False)]
    assert refused == ["a transfer is under way"]
    assert states(facts) == ["requested", "ringing", "briefing", "returned_to_agent"]
    everybody_is_free(talking)


# ---------------------------------------------------------------- a second line


class SecondCall:
    """Anna's phone calls a number here while it has the caller."""

    def __init__(self, talking: Talking, number: str, *, source: str = "127.0.0.1") -> None:
        self.leg = SimLeg(LegInfo(caller="anna", called=number, source=source), name="line2")
        self.talking = talking
        self.taken = False
        talking.legs["sip:line2@127.0.0.1"] = self.leg

    def ring(self) -> None:
        directory = self.talking.world.directory
        assert directory is not None
        door = ColleagueDoor(directory, {a.name: a for a in self.talking.world.agents})
        wanted = door.called(self.leg)
        if wanted is not None:
            self.taken = True
            self._serving = asyncio.get_running_loop().create_task(door.serve(self.leg, wanted))

    def transfer(self) -> None:
        """The transfer key: REFER with Replaces in the first call, which names the second."""
        leg = self.talking.legs[ANNA]
        leg.far_refers("sip:202@127.0.0.1", "1@a;to-tag=2;from-tag=3", own_leg=self.leg.id)


def test_the_phones_own_two_calls_are_joined(talking: Talking) -> None:
    """Anna calls 202 here, briefs Ben, and presses her phone's transfer key."""
    second, seen = SecondCall(talking, "202"), dict[str, object]()

    def anna(leg: SimLeg) -> None:
        answers(1_000)(leg)
        leg.at(4_000, lambda: leg.far_holds(on=True))

    talking.phone(ANNA, anna)
    talking.phone(BEN, answers(2_000, leaves_ms=14_000))
    talking.world.after_s(6, second.ring)
    talking.world.after_s(7, lambda: seen.update(ringing=second.leg.state))
    talking.world.after_s(9.5, lambda: seen.update(briefing=talking.hears()))
    talking.world.after_s(11, second.transfer)
    talking.world.after_s(13, lambda: seen.update(after=talking.hears()))
    facts = talking.play()
    assert seen == {
        "ringing": "EARLY",
        "briefing": {("line2", "ben"), ("ben", "line2")},
        "after": {("caller", "ben"), ("ben", "caller")},
    }
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    assert talking.legs[ANNA].told_referrer == [100, 200]
    assert second.leg.state == "DISCONNECTED"
    record = fold(facts)
    assert record is not None
    assert record.agents == ("anna", "ben")
    allowed(facts)
    everybody_is_free(talking)


def test_a_second_line_that_is_hung_up_leaves_the_caller_with_the_agent(talking: Talking) -> None:
    second, seen = SecondCall(talking, "202"), list[set[tuple[str, str]]]()
    talking.phone(ANNA, answers(1_000, leaves_ms=20_000))
    talking.phone(BEN, answers(1_000))
    talking.world.after_s(5, second.ring)
    talking.world.after_s(7, lambda: seen.append(talking.hears()))
    talking.world.after_s(9, second.leg.far_hangs_up)
    talking.world.after_s(11, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [TALK | {("line2", "ben"), ("ben", "line2")}, TALK]
    assert states(facts) == ["requested", "ringing", "briefing", "returned_to_agent"]
    everybody_is_free(talking)


def test_a_phone_that_hangs_up_its_second_call_as_it_joins_the_two_has_joined_them(
    talking: Talking,
) -> None:
    """Many do, as soon as their REFER is accepted."""
    second = SecondCall(talking, "202")

    def join() -> None:
        second.transfer()
        second.leg.far_hangs_up()

    talking.phone(ANNA, answers(1_000))
    talking.phone(BEN, answers(1_000, leaves_ms=14_000))
    talking.world.after_s(5, second.ring)
    talking.world.after_s(9, join)
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    assert talking.legs[ANNA].told_referrer == [100, 200]
    everybody_is_free(talking)


@pytest.mark.parametrize("at_s", [7, 9], ids=["while it rings", "in the briefing"])
def test_a_phone_that_hangs_up_both_calls_sends_the_caller_on(talking: Talking, at_s: int) -> None:
    second = SecondCall(talking, "202")

    def leave() -> None:
        second.leg.far_hangs_up()
        talking.legs[ANNA].far_hangs_up()

    talking.phone(ANNA, answers(1_000))
    talking.phone(BEN, answers(3_000, leaves_ms=14_000))
    talking.world.after_s(5, second.ring)
    talking.world.after_s(at_s, leave)
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    assert [f.data["agent"] for f in of(facts, FactKind.BRIDGED)] == ["anna", "ben"]
    everybody_is_free(talking)


def test_a_colleague_who_declines_leaves_the_second_line_busy(talking: Talking) -> None:
    second = SecondCall(talking, "202")
    talking.phone(ANNA, answers(1_000, leaves_ms=15_000))
    talking.phone(BEN, declines)
    talking.world.after_s(5, second.ring)
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "rejected", "returned_to_agent"]
    assert second.leg.state == "DISCONNECTED"
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("number", "source"), [("202", "192.0.2.9"), ("999", "127.0.0.1"), ("", "127.0.0.1")]
)
def test_nobody_else_comes_in_by_that_door(talking: Talking, number: str, source: str) -> None:
    """Another phone that says it is Anna's, numbers that lead nowhere: calls to the flow."""
    second = SecondCall(talking, number, source=source)
    talking.phone(ANNA, answers(1_000))
    talking.world.after_s(5, second.ring)
    talking.play(8)
    assert not second.taken


def test_a_call_of_somebody_else_is_not_joined(talking: Talking) -> None:
    """The phone is told so (481), the journal has it, and the agent keeps the caller."""

    def anna(leg: SimLeg) -> None:
        answers(1_000, leaves_ms=12_000)(leg)
        caller = talking.world.leg
        leg.at(
            5_000,
            lambda: leg.far_refers("sip:1@127.0.0.1", "1;to-tag=2;from-tag=3", own_leg=caller.id),
        )

    talking.phone(ANNA, anna)
    facts = talking.play()
    assert talking.legs[ANNA].told_referrer == [481]
    assert states(facts) == ["requested", "failed", "returned_to_agent"]
    assert of(facts, FactKind.TRANSFER)[1].data["reason"] == "no_such_dialog"
    assert path(facts) == ["agent", "bye"]
    allowed(facts)
    everybody_is_free(talking)


# ---------------------------------------------------------------- keys as tones


def sends_tones(*presses: tuple[int, str], events: bool = False) -> Callable[[SimLeg], None]:
    def act(leg: SimLeg) -> None:
        leg.telephone_events = events
        answers(1_000, leaves_ms=30_000)(leg)
        for at_ms, keys in presses:
            leg.at(at_ms, lambda keys=keys: leg.far_says(dtmf(keys, leg.rate)))  # type: ignore[misc]

    return act


def test_tones_are_keys_of_a_phone_that_cannot_signal_them(talking: Talking) -> None:
    talking.phone(ANNA, sends_tones((4_000, "*1202#")))
    talking.phone(BEN, answers(1_000))
    facts = talking.play(15)
    assert states(facts)[:3] == ["requested", "ringing", "briefing"]
    everybody_is_free(talking)


def test_tones_of_a_phone_that_signals_its_keys_are_sound(talking: Talking) -> None:
    talking.phone(ANNA, sends_tones((4_000, "*1202#"), events=True))
    facts = talking.play(15)
    assert of(facts, FactKind.TRANSFER) == []
    everybody_is_free(talking)
