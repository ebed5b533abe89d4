"""Transfers that we make: whom we call for a caller, and who answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from desk_hotline import DEAD_AIR_MS, longest_silence_ms, nothing_is_left
from services_hotline import BACK, FRONT, RING, world
from told import of, only, path

from voicebot.core.record import FactKind, fold
from voicebot.sim.line import SimLeg, answers, refuses, rings_for_ever


def takes_it(after_ms: int, talk_ms: int, key: str = "1") -> Any:
    """Answers, presses a key a while later, talks, hangs up."""

    def set_up(leg: SimLeg) -> None:
        answers(after_ms, talk_ms)(leg)
        if key:
            leg.at(after_ms + 1_000, lambda: leg.far_keys(key))

    return set_up


def test_the_first_target_takes_the_call() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = takes_it(3_000, 20_000)
    facts = hotline.play(f"{RING}  1.0  keys     3\n 60.0  hangup   caller\n")
    assert [leg.info.called for leg in hotline.telephone.dialed] == [FRONT]
    assert only(facts, FactKind.DIALED) == {"target": "front", "outcome": "answered", "code": 0}
    transferred = only(facts, FactKind.TRANSFERRED)
    assert (transferred["target"], transferred["outcome"]) == ("front", "done")
    assert 18_000 <= transferred["talk_ms"] <= 19_500
    assert hotline.leg.bridged_to is hotline.telephone.dialed[0]
    assert path(facts)[:3] == ["main", "office", "survey"]
    assert np.any(np.concatenate([f.samples for f in hotline.telephone.dialed[0].said])), "briefed"
    record = fold(facts)
    assert record is not None
    assert record.outcome == "transferred"
    nothing_is_left(hotline)


def test_the_next_target_is_tried_where_the_first_does_not_answer() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = rings_for_ever
    hotline.telephone.far_ends[BACK] = takes_it(2_000, 10_000)
    facts = hotline.play(f"{RING}  1.0  keys     3\n 60.0  hangup   caller\n")
    outcomes = [(f.data["target"], f.data["outcome"]) for f in of(facts, FactKind.DIALED)]
    assert outcomes == [("front", "no_answer"), ("back", "answered")]
    assert path(facts)[2] == "survey"
    nothing_is_left(hotline)


@pytest.mark.parametrize(
    ("far_end", "outcome", "node"),
    [
        (refuses(486), "busy", "busy"),
        (refuses(603), "declined", "declined"),
        (refuses(480), "no_answer", "message"),
        (refuses(503), "failed", "sorry"),
        (rings_for_ever, "no_answer", "message"),
        (takes_it(1_000, 60_000, key=""), "declined", "declined"),
        (takes_it(1_000, 60_000, key="5"), "declined", "declined"),
        (answers(1_000, 500), "declined", "declined"),
        (None, "failed", "sorry"),
    ],
    ids=["busy", "declined", "away", "down", "rings", "machine", "wrong key", "gone", "forbidden"],
)
def test_every_outcome_has_its_branch(far_end: Any, outcome: str, node: str) -> None:
    hotline = world()
    for target in (FRONT, BACK) if far_end is not None else ():
        hotline.telephone.far_ends[target] = far_end
    facts = hotline.play(f"{RING}  1.0  keys     3\n120.0  hangup   caller\n")
    assert only(facts, FactKind.TRANSFERRED)["outcome"] == outcome
    assert path(facts)[2] == node
    nothing_is_left(hotline)


def test_a_caller_who_hangs_up_in_the_talk_was_put_through() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = takes_it(1_000, 60_000)
    facts = hotline.play(f"{RING}  1.0  keys     3\n 15.0  hangup   caller\n")
    assert only(facts, FactKind.TRANSFERRED)["outcome"] == "done"
    record = fold(facts)
    assert record is not None
    assert (record.outcome, record.ended_by) == ("transferred", "caller")
    nothing_is_left(hotline)


def test_all_ring_at_once_and_the_first_wins() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = answers(6_000, 20_000)
    hotline.telephone.far_ends[BACK] = answers(3_000, 20_000)
    facts = hotline.play(f"{RING}  1.0  keys     6\n 60.0  hangup   caller\n")
    assert len(hotline.telephone.dialed) == 2
    assert only(facts, FactKind.TRANSFERRED)["target"] == "back"
    assert path(facts)[2] == "survey"
    nothing_is_left(hotline)


def test_a_caller_who_leaves_while_it_rings_leaves_no_phone_ringing() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = hotline.telephone.far_ends[BACK] = rings_for_ever
    facts = hotline.play(f"{RING}  1.0  keys     6\n  5.0  hangup   caller\n")
    assert only(facts, FactKind.TRANSFERRED)["outcome"] == "canceled"
    assert longest_silence_ms(hotline) <= DEAD_AIR_MS
    nothing_is_left(hotline)


def test_the_caller_hears_ringing_meanwhile() -> None:
    hotline = world()
    hotline.telephone.far_ends[FRONT] = hotline.telephone.far_ends[BACK] = rings_for_ever
    hotline.play(f"{RING}  1.0  keys     3\n 18.0  hangup   caller\n")
    assert longest_silence_ms(hotline) <= 4_200, "the pause of the ringing tone is 4 s"
