"""Callers who wait and are sent elsewhere by supervisors, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from talking_hotline import (
    ANNA,
    BEN,
    BOSS,
    Talking,
    answers,
    declines,
    everybody_is_free,
)
from told import of, path

from voicebot.core.record import Fact, FactKind, fold
from voicebot.core.transfers import Target
from voicebot.session.directory import TransferRefused
from voicebot.sim.line import SimLeg, rings_for_ever


@pytest.mark.parametrize(
    ("to", "nodes"), [("node:verify", ["agent", "verify", "bye"]), ("queue:billing", ["agent"])]
)
def test_a_caller_who_waits_is_pulled(talking: Talking, to: str, nodes: list[str]) -> None:
    talking.phone(ANNA, rings_for_ever)
    talking.phone(BEN, answers(1_000))
    talking.world.after_s(5, lambda: talking.waiter.send(Target.parse(to)))
    facts = talking.play(30)
    [left] = of(facts, FactKind.LEFT_QUEUE)
    assert (left.data["outcome"], left.data["to"]) == ("sent", to)
    assert path(facts)[: len(nodes)] == nodes
    bridged = [f.data["agent"] for f in of(facts, FactKind.BRIDGED)]
    assert bridged == (["ben"] if to.startswith("queue") else [])
    everybody_is_free(talking)


def offers(facts: list[Fact]) -> list[tuple[str, str]]:
    """Whose phone rang, and what came of it."""
    ended = [(f.data["agent"], f.data["outcome"]) for f in of(facts, FactKind.OFFER_ENDED)]
    return ended + [(f.data["agent"], "answered") for f in of(facts, FactKind.BRIDGED)]


@pytest.mark.parametrize(
    ("ben", "came"),
    [
        (answers(1_000, leaves_ms=9_000), [("anna", "caller_gone"), ("ben", "answered")]),
        (declines, [("ben", "rejected"), ("anna", "answered")]),
    ],
)
def test_a_caller_who_waits_is_pulled_to_an_agent(
    talking: Talking, ben: Callable[[SimLeg], None], came: list[tuple[str, str]]
) -> None:
    """Of another queue, out of turn; where they do not answer the caller waits on, in place."""
    talking.phone(ANNA, answers(8_000, leaves_ms=20_000))
    talking.phone(BEN, ben)
    talking.world.after_s(5, lambda: talking.waiter.send(Target.parse("agent:ben")))
    facts = talking.play()
    assert offers(facts) == came
    assert len(of(facts, FactKind.QUEUED)) == 1
    [bridged] = of(facts, FactKind.BRIDGED)
    assert bridged.data["wait_ms"] == bridged.at_ms - of(facts, FactKind.QUEUED)[0].at_ms
    assert path(facts) == ["agent", "bye"]
    everybody_is_free(talking)


def test_only_who_is_free_is_rung_for_a_caller_who_waits(talking: Talking) -> None:
    refused: list[str] = []

    def pull(to: str) -> None:
        try:
            talking.waiter.send(Target.parse(to))
        except TransferRefused as error:
            refused.append(str(error))

    talking.phone(ANNA, rings_for_ever)
    for at_s, to in enumerate(("agent:anna", "agent:dora", "number:branch"), 3):
        talking.world.after_s(at_s, lambda to=to: pull(to))  # type: ignore[misc]
    facts = talking.play(10)
    assert refused == [
        "anna is not free: ringing",
        "there is no agent dora",
        "who waits can be sent to an agent, a queue or the flow",
    ]
    assert offers(facts) == [("anna", "caller_gone")]
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("boss", "came"),
    [
        (answers(1_000, leaves_ms=9_000), [("anna", "caller_gone"), ("boss", "answered")]),
        (declines, [("boss", "rejected"), ("anna", "answered")]),
    ],
)
def test_a_supervisor_has_a_caller_who_waits(
    talking: Talking, boss: Callable[[SimLeg], None], came: list[tuple[str, str]]
) -> None:
    """On a phone of their own that no queue knows: nobody is offered the caller meanwhile."""
    talking.phone(ANNA, answers(8_000, leaves_ms=20_000))
    talking.phone(BOSS, boss)
    talking.world.after_s(5, lambda: talking.waiter.call_to("boss", BOSS))
    facts = talking.play()
    assert offers(facts) == came
    assert of(facts, FactKind.LEFT_QUEUE) == []
    assert path(facts) == ["agent", "bye"]
    record = fold(facts)
    assert record is not None
    assert (record.outcome, record.agents) == ("handled", (came[-1][0],))
    everybody_is_free(talking)


def test_a_caller_who_hangs_up_is_not_brought_to_the_supervisor(talking: Talking) -> None:
    talking.phone(ANNA, rings_for_ever)
    talking.phone(BOSS, rings_for_ever)
    talking.world.after_s(2, lambda: talking.waiter.call_to("boss", BOSS))
    facts = talking.play(6)
    assert offers(facts) == [("anna", "caller_gone"), ("boss", "caller_gone")]
    assert facts[-1].data["outcome"] == "abandoned"
    everybody_is_free(talking)
