"""Callers sent on by agents, in virtual time: who talks to whom, and what the journal has of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from talking_hotline import (
    ANNA,
    BEN,
    BRANCH,
    CARA,
    Talking,
    allowed,
    answers,
    asked,
    declines,
    everybody_is_free,
    refers,
    states,
)
from told import of, path

from voicebot.core.ports import Leg
from voicebot.core.queueing import AgentState
from voicebot.core.record import FactKind, fold
from voicebot.core.transfers import TransferMode
from voicebot.sim.line import SimLeg, rings_for_ever

# ---------------------------------------------------------------- transfers by keys


def test_attended_with_a_briefing(talking: Talking) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    world = talking.world
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=15_000))
    talking.phone(BEN, answers(2_000, leaves_ms=20_000))
    world.after_s(4, lambda: seen.update(talk=talking.hears()))
    world.after_s(6.5, lambda: seen.update(ringing=talking.hears()))
    world.after_s(10, lambda: seen.update(briefing=talking.hears()))
    world.after_s(17, lambda: seen.update(through=talking.hears()))
    facts = talking.play()
    assert seen["talk"] == {("caller", "anna"), ("anna", "caller")}
    assert seen["ringing"] == set()
    assert seen["briefing"] == {("anna", "ben"), ("ben", "anna")}
    assert seen["through"] == {("caller", "ben"), ("ben", "caller")}
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    talks = [
        (fact.data["agent"], fact.data["by"], fact.data["to"])
        for fact in of(facts, FactKind.UNBRIDGED)
    ]
    assert talks == [("anna", "transfer", "transfer"), ("ben", "agent", "")]
    record = fold(facts)
    assert record is not None
    assert (record.agent, record.agents, record.outcome) == ("ben", ("anna", "ben"), "handled")
    assert record.talk_ms == sum(f.data["talk_ms"] for f in of(facts, FactKind.UNBRIDGED))
    assert path(facts) == ["agent", "bye"]
    allowed(facts)
    everybody_is_free(talking)


def test_each_wrap_up_is_its_own(talking: Talking) -> None:
    """Anna's begins when she leaves and lasts as her queue says, whatever becomes of the call."""
    at: dict[str, AgentState] = {}

    def look(when: str) -> Callable[[], None]:
        def see() -> None:
            assert talking.world.directory is not None
            talking.world.directory.router.tick(talking.world.directory.now_ms())
            for name, agent in talking.world.directory.router.agents.items():
                at[f"{name} {when}"] = agent.state

        return see

    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (10_000, "*4")))
    talking.phone(BEN, answers(2_000, leaves_ms=45_000))
    for second in (9, 12, 39, 42):
        talking.world.after_s(second, look(f"at {second}"))
    facts = talking.play()
    wrap_ups = [(f.data["agent"], f.data["wrap_up_ms"]) for f in of(facts, FactKind.UNBRIDGED)]
    assert wrap_ups == [("anna", 30_000), ("ben", 30_000)]
    assert at["anna at 9"] is AgentState.BUSY
    assert at["anna at 12"] is at["anna at 39"] is AgentState.WRAP_UP
    assert at["anna at 42"] is AgentState.AVAILABLE
    assert at["ben at 42"] is AgentState.BUSY
    look("afterwards")()
    assert at["ben afterwards"] is AgentState.WRAP_UP


def test_a_conference_and_the_agent_leaves_it(talking: Talking) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (10_000, "*3"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000, leaves_ms=40_000))
    talking.world.after_s(14, lambda: seen.update(three=talking.hears()))
    talking.world.after_s(25, lambda: seen.update(two=talking.hears()))
    facts = talking.play()
    three = ("caller", "anna", "ben")
    assert seen["three"] == {(one, other) for one in three for other in three if one != other}
    assert seen["two"] == {("caller", "ben"), ("ben", "caller")}
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    allowed(facts)
    everybody_is_free(talking)


@pytest.mark.parametrize("ben", [declines, rings_for_ever], ids=["declined", "no answer"])
def test_back_to_the_agent(talking: Talking, ben: Callable[[SimLeg], None]) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=40_000))
    talking.phone(BEN, ben)
    talking.world.after_s(30, lambda: seen.update(after=talking.hears()))
    facts = talking.play()
    assert seen["after"] == {("caller", "anna"), ("anna", "caller")}
    assert states(facts)[-1] == "returned_to_agent"
    assert [f.data["agent"] for f in of(facts, FactKind.UNBRIDGED)] == ["anna"]
    allowed(facts)
    everybody_is_free(talking)


def test_taken_back_in_the_briefing(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (12_000, "*0"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "briefing", "returned_to_agent"]
    assert [f.data["agent"] for f in of(facts, FactKind.UNBRIDGED)] == ["anna"]
    everybody_is_free(talking)


def test_who_is_briefed_and_hangs_up_has_declined(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000, leaves_ms=5_000))
    facts = talking.play()
    assert states(facts)[-2:] == ["rejected", "returned_to_agent"]
    everybody_is_free(talking)


def test_blind_and_nobody_takes_it(talking: Talking) -> None:
    """The agent has gone meanwhile: the flow's branch, here to leave a message."""
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#"), leaves_ms=6_000))
    talking.phone(BEN, rings_for_ever)
    facts = talking.play(30)
    assert states(facts) == ["requested", "ringing", "failed", "voicemail"]
    assert path(facts)[:2] == ["agent", "message"]
    allowed(facts)
    everybody_is_free(talking)


def test_who_hung_up_has_the_caller_no_more(talking: Talking) -> None:
    """Though nobody else has them yet: their next call is what they hold, mute and send on."""
    seen: list[bool] = []

    def look() -> None:
        assert talking.world.directory is not None
        seen.append(talking.world.directory.talks.of_agent("anna") is talking.talk)

    talking.phone(ANNA, answers(1_000, (5_000, "*2202#"), leaves_ms=6_000))
    talking.phone(BEN, rings_for_ever)
    for at_s in (6, 8):
        talking.world.after_s(at_s, look)
    talking.play(10)
    assert seen == [True, False]


def test_blind_puts_whoever_answers_through(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#")))
    talking.phone(BEN, answers(2_000, leaves_ms=20_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert talking.legs[ANNA].state == "DISCONNECTED"
    everybody_is_free(talking)


def test_who_has_the_caller_may_send_them_on_again(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#")))
    talking.phone(BEN, answers(2_000, (10_000, "*2203#")))
    talking.phone(CARA, answers(1_000, leaves_ms=5_000))
    talking.number("cara", "203")
    facts = talking.play()
    record = fold(facts)
    assert record is not None
    assert record.agents == ("anna", "ben", "cara")
    assert [f.data["number"] for f in of(facts, FactKind.TRANSFER)] == [1] * 4 + [2] * 4
    everybody_is_free(talking)


def test_the_caller_hangs_up_meanwhile(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#")))
    talking.phone(BEN, rings_for_ever)
    facts = talking.play(8)
    assert states(facts) == ["requested", "ringing", "canceled"]
    everybody_is_free(talking)


def test_a_code_that_leads_nowhere_changes_nothing(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1999#"), (6_000, "*0"), leaves_ms=12_000))
    facts = talking.play()
    assert states(facts) == []
    assert path(facts) == ["agent", "bye"]


# ---------------------------------------------------------------- transfers asked for otherwise


def test_to_another_queue(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BEN, answers(2_000, leaves_ms=10_000))
    asked(talking, 5, "queue:billing", TransferMode.BLIND)
    facts = talking.play()
    assert [f.data["queue"] for f in of(facts, FactKind.QUEUED)] == ["support", "billing"]
    assert [f.data["to"] for f in of(facts, FactKind.UNBRIDGED)] == ["queue:billing", ""]
    assert path(facts) == ["agent", "bye"]
    record = fold(facts)
    assert record is not None
    assert (record.queue, record.agents) == ("billing", ("anna", "ben"))
    allowed(facts)
    everybody_is_free(talking)


def test_to_a_queue_with_a_briefing(talking: Talking) -> None:
    """Its free agents are rung one after the other, the longest idle first."""
    talking.phone(ANNA, answers(1_000, leaves_ms=20_000))
    talking.phone(BEN, declines)
    talking.phone(CARA, answers(2_000, leaves_ms=25_000))
    asked(talking, 5, "queue:billing", TransferMode.ATTENDED)
    facts = talking.play()
    expected = ["requested", "ringing", "rejected", "ringing", "briefing", "accepted", "bridged"]
    assert states(facts) == expected
    assert [f.data["queue"] for f in of(facts, FactKind.BRIDGED)] == ["support", "billing"]
    allowed(facts)
    everybody_is_free(talking)


def test_back_to_the_bot(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    asked(talking, 5, "node:verify", TransferMode.BLIND)
    facts = talking.play()
    assert path(facts) == ["agent", "verify", "bye"]
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    everybody_is_free(talking)


def test_to_a_number(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BRANCH, answers(2_000, leaves_ms=12_000))
    asked(talking, 5, "number:branch", TransferMode.BLIND)
    facts = talking.play()
    [transferred] = of(facts, FactKind.TRANSFERRED)
    assert (transferred.data["target"], transferred.data["outcome"]) == ("branch", "done")
    assert transferred.data["talk_ms"] >= 9_000
    assert {f.data["to"] for f in of(facts, FactKind.TRANSFER)} == {"number:branch"}
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("to", "mode", "why"),
    [
        ("agent:dora", TransferMode.BLIND, "no agent dora"),
        ("agent:anna", TransferMode.BLIND, "not free"),
        ("queue:sales", TransferMode.BLIND, "no queue sales"),
        ("queue:support", TransferMode.ATTENDED, "nobody of support is free"),
        ("node:menu", TransferMode.BLIND, "no way back menu"),
        ("node:verify", TransferMode.ATTENDED, "cannot be briefed"),
        ("number:sip:x@example.org", TransferMode.BLIND, "may not go there"),
    ],
)
def test_what_is_not_possible(talking: Talking, to: str, mode: TransferMode, why: str) -> None:
    talking.phone(ANNA, answers(1_000, leaves_ms=10_000))
    refused = asked(talking, 5, to, mode)
    facts = talking.play()
    assert len(refused) == 1
    assert why in refused[0]
    assert states(facts) == []
    everybody_is_free(talking)


def test_a_closed_queue_takes_no_further_callers(talking: Talking) -> None:
    def close() -> None:
        assert talking.world.directory is not None
        talking.world.directory.set_closed("billing", closed=True, by="eva")

    talking.world.after_s(0, close)
    talking.phone(ANNA, answers(1_000))
    asked(talking, 5, "queue:billing", TransferMode.BLIND)
    facts = talking.play()
    assert path(facts) == ["agent", "shut"]
    everybody_is_free(talking)


# ---------------------------------------------------------------- transfers by the agent's phone


def test_refer_to_an_agents_number(talking: Talking) -> None:
    talking.phone(ANNA, refers(5_000, "sip:202@hotline.example"))
    talking.phone(BEN, answers(2_000, leaves_ms=10_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert talking.legs[ANNA].told_referrer == [100, 200]
    everybody_is_free(talking)


def test_refer_with_replaces_goes_without_a_briefing(talking: Talking) -> None:
    """Anna has told Ben by a call of her own, whose place the caller takes at Ben's phone."""
    dialed: list[dict[str, str]] = []
    dial = talking.world.telephone.dial

    async def noting(target: str, headers: dict[str, str], **rest: str) -> Leg:
        dialed.append(dict(headers))
        return await dial(target, headers, **rest)

    talking.world.telephone.dial = noting  # type: ignore[method-assign,assignment]
    talking.phone(ANNA, refers(5_000, BEN, "abc@ben;to-tag=1;from-tag=2"))
    talking.phone(BEN, answers(500, leaves_ms=10_000))
    facts = talking.play()
    assert [f.data["mode"] for f in of(facts, FactKind.TRANSFER)] == ["attended"] * 4
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert [headers.get("Replaces") for headers in dialed] == [None, "abc@ben;to-tag=1;from-tag=2"]
    everybody_is_free(talking)


def test_refer_to_where_calls_may_not_go(talking: Talking) -> None:
    talking.phone(ANNA, refers(5_000, "sip:900@example.org"))
    facts = talking.play(20)
    assert talking.legs[ANNA].told_referrer == [603]
    assert states(facts) == []


def test_somebody_outside_may_not_send_the_caller_on(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BRANCH, refers(5_000, "sip:202@hotline.example"))
    asked(talking, 5, "number:branch", TransferMode.BLIND)
    facts = talking.play(30)
    assert talking.legs[BRANCH].told_referrer == [603]
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
