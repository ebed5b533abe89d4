"""Totals of many calls, and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.replay.compare import compared
from voicebot.replay.intervals import percentiles, ratio, share
from voicebot.replay.measures import Measures
from voicebot.replay.result import CallResult, Status
from voicebot.replay.totals import totals_of
from voicebot.replay.turns import Turn


def result(name: str, status: Status, then: str, now: str, no_match: bool = False) -> CallResult:
    before = [Turn(by="speech", asked_at="main", match="choice", intent="x")]
    after = [Turn(by="speech", asked_at="main", match="" if no_match else "choice", intent="x")]
    return CallResult(
        name,
        status,
        outcome_then=then,
        outcome_now=now,
        comparison=compared(before, after),
        measures_then=Measures(answer_ms=(400, 600)),
        measures_now=Measures(answer_ms=(300,)),
    )


RESULTS = [
    result("a", Status.SAME, "contained", "contained"),
    result("b", Status.DIFFERENT, "contained", "hung_up", no_match=True),
    CallResult("c", Status.NOT_REPLAYED, ("there is no recording of the call",)),
]


def test_totals() -> None:
    totals = totals_of(RESULTS)
    assert totals["statuses"] == {"same": 1, "different": 1, "not_replayed": 1, "heard": 0}
    assert totals["contained"]["then"]["share"] == 1.0
    assert totals["contained"]["now"]["share"] == 0.5
    assert totals["outcomes_changed"] == [{"call": "b", "then": "contained", "now": "hung_up"}]
    assert totals["nodes"]["main"]["now"]["no_match"]["part"] == 1
    assert totals["first_differences"] == {"main: match": 1}
    assert totals["not_replayed"] == {"there is no recording of the call": 1}
    assert totals["measures"]["then"]["answer_ms"]["p50"] == 500
    assert totals["intents"]["whole"] == 2


def test_wilsons_interval_as_published() -> None:
    """E. B. Wilson's for 8 of 10: 0.490 to 0.943 (Newcombe 1998, method 3)."""
    found = share(8, 10)
    assert found is not None
    assert (found["low"], found["high"]) == pytest.approx((0.490, 0.943), abs=0.001)
    assert share(0, 0) is None


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share(part: int, more: int) -> None:
    found = share(part, part + more)
    assert found is not None
    assert 0 <= found["low"] <= found["share"] <= found["high"] <= 1


def test_intervals_by_drawing_are_the_same_each_time() -> None:
    parts = [(1, 10), (0, 12), (3, 9)]
    assert ratio(parts) == ratio(parts)
    found = ratio(parts)
    assert found is not None
    assert found["low"] <= found["rate"] <= found["high"]
    assert ratio([(0, 0)]) is None
    assert percentiles([]) is None
