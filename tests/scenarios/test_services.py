"""Scores, back ends and time: what a flow does beside the talk."""

from __future__ import annotations

import asyncio

import pytest
from desk_hotline import DEAD_AIR_MS, longest_silence_ms, nothing_is_left
from services_hotline import MESSAGE, RING, world
from told import of, only, path, said

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import Fact, FactKind, fold
from voicebot.scenario.world import World

# ---------------------------------------------------------------- surveys


def test_scores_after_the_agent_hung_up() -> None:
    hotline = world()
    facts = hotline.play(
        f"{RING}  1.0  keys     0\n  9.0  agent    anna answers\n"
        " 15.0  agent    anna leaves  ended by agent\n"
        " 19.0  keys     5\n 24.0  keys     10\n"
        f' 30.0  caller   "{MESSAGE}"\n'
    )
    scores = [(f.data["question"], f.data["score"]) for f in of(facts, FactKind.SURVEYED)]
    assert scores == [("friendly", 5), ("recommend", 10)]
    record = fold(facts)
    assert record is not None
    assert dict(record.survey) == {"friendly": 5, "recommend": 10}
    assert record.outcome == "handled"
    assert record.reason == "over"
    assert only(facts, FactKind.MESSAGE)["target"] == "survey"
    assert path(facts) == ["main", "agent", "survey", "thanks", "bye"]
    nothing_is_left(hotline)


def test_a_score_is_said() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     5\n  6.0  caller   "four"\n 40.0  hangup   caller\n'
    )
    assert [f.data["score"] for f in of(facts, FactKind.SURVEYED)] == [4]


def test_who_does_not_answer_is_not_pressed() -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     5\n")
    assert of(facts, FactKind.SURVEYED) == []
    assert path(facts) == ["main", "survey", "thanks", "bye"]
    record = fold(facts)
    assert record is not None
    assert record.outcome == "contained"


# ---------------------------------------------------------------- back ends


class Moody:
    """Implements `core.ports.Backend`: answers as told, one after the other."""

    def __init__(self, *replies: int | str, delay_s: float = 0.0) -> None:
        self.replies, self.delay_s = list(replies), delay_s
        self.requests: list[BackendRequest] = []

    async def request(self, request: BackendRequest) -> BackendReply:
        self.requests.append(request)
        await asyncio.sleep(self.delay_s)
        reply = self.replies.pop(0)
        if isinstance(reply, str):
            raise EngineError(f"back end: {reply}")
        return BackendReply(reply, {"state": "on its way"})


def ordered(backend: Moody) -> tuple[World, list[Fact]]:
    hotline = world()
    hotline.backend = backend
    facts = hotline.play(f"{RING}  1.0  keys     4\n")
    nothing_is_left(hotline)
    return hotline, facts


def test_a_request_is_tried_again_with_the_same_key() -> None:
    backend = Moody(503, "no connection", 200)
    _, facts = ordered(backend)
    assert "It is on its way." in said(facts)
    assert [f.data["status"] for f in of(facts, FactKind.REQUESTED)] == [503, 0, 200]
    at = [f.at_ms for f in of(facts, FactKind.REQUESTED)]
    assert at[1] - at[0] >= 1_000
    assert at[2] - at[1] >= 2_000
    assert len({request.idempotency_key for request in backend.requests}) == 1
    assert backend.requests[0].idempotency_key


def test_what_would_fail_again_is_not_tried_again() -> None:
    backend = Moody(404)
    _, facts = ordered(backend)
    assert len(backend.requests) == 1
    assert path(facts) == ["main", "look_up", "sorry", "bye"]


def test_it_is_given_up_in_time_and_covered_until_then() -> None:
    backend = Moody(200, 200, 200, delay_s=60.0)
    hotline, facts = ordered(backend)
    assert path(facts) == ["main", "look_up", "later", "bye"]
    assert said(facts).count("One moment.") == 3
    given_up = of(facts, FactKind.REQUESTED)[-1]
    assert given_up.data["error"] == "give_up"
    assert given_up.at_ms <= 1_000 + 9_200
    assert longest_silence_ms(hotline) <= DEAD_AIR_MS


def test_a_secret_stands_in_a_request_by_its_mark_alone() -> None:
    backend = Moody(200)
    _, facts = ordered(backend)
    [request] = backend.requests
    assert request.url == "http://127.0.0.1:1/orders?caller=%2B4917055501"
    assert request.form == {"kind": "parcel"}
    assert request.headers["Authorization"] == "Bearer \ue000crm_token\ue001"
    assert "crm_token" not in str([fact.data for fact in facts])


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("happens", "node"),
    [
        ("", "thanks"),
        ("  4.0  keys     4\n", "main"),
        ('  4.0  caller   "operator please"\n', "main"),
    ],
    ids=["time", "key", "speech"],
)
def test_a_wait_ends_by_time_or_by_the_caller(happens: str, node: str) -> None:
    hotline = world()
    hotline.backend = Moody(200)
    facts = hotline.play(f"{RING}  1.0  keys     8\n{happens} 30.0  hangup   caller\n")
    assert path(facts)[:3] == ["main", "waiting", node]
    if "keys" in happens:
        assert path(facts)[3] == "look_up", "the key that ended it counts for the next node"
    assert longest_silence_ms(hotline) <= DEAD_AIR_MS


def test_a_call_ends_when_its_time_is_up() -> None:
    hotline = world(agents=(AgentSpec("anna", "sip:nobody@127.0.0.1", ("support",)),))
    hotline.dialable = lambda address: False
    again = "".join(f"{at:5.1f}  keys     8\n" for at in range(1, 320, 3))
    facts = hotline.play(f"{RING}{again}")
    texts = said(facts)
    assert texts.index("Your time is nearly over.") < texts.index("Time is up.")
    limit = next(f for f in of(facts, FactKind.MOVED) if f.data["via"] == "max_call")
    assert (limit.data["node"], limit.at_ms) == ("bye", 300_000)
    nothing_is_left(hotline)


def test_the_time_is_up_in_a_queue_as_well() -> None:
    hotline = world()
    hotline.queues = (QueueSpec("support", ring_ms=15_000, max_wait_ms=600_000),)
    facts = hotline.play(f"{RING}  1.0  keys     0\n")
    assert path(facts) == ["main", "agent", "bye"]
    assert of(facts, FactKind.MOVED)[-1].at_ms == 300_000
    nothing_is_left(hotline)


def test_the_time_with_a_person_does_not_count() -> None:
    hotline = world()
    facts = hotline.play(
        f"{RING}  1.0  keys     0\n  9.0  agent    anna answers\n"
        "600.0  agent    anna leaves  ended by agent\n"
        "605.0  hangup   caller\n"
    )
    assert path(facts) == ["main", "agent", "survey"]
    nothing_is_left(hotline)
