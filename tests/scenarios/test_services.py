"""Messages, callbacks, notices, surveys, transfers that we make, back ends that are tried again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_faults import DEAD_AIR_MS, longest_silence_ms, of
from test_hotline import AGENTS, nothing_is_left

from voicebot import nlu
from voicebot.core.afterwards import CallbackState, Mail, Webhook
from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import Fact, FactKind, fold
from voicebot.flow.loader import load_file
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import SimLeg, answers, refuses, rings_for_ever

HERE = Path(__file__).parent
FLOW = load_file(HERE / "services.yaml", queues=["support"], destinations=["front", "back"])
RING = "  0.0  ring     +4917055501 → services\n"
FRONT, BACK = "sip:front@127.0.0.1", "sip:back@127.0.0.1"
MESSAGE = "please call me about my parcel"


def world(agents: tuple[AgentSpec, ...] = AGENTS) -> World:
    return World(
        FLOW,
        nlu.build(),
        SimBackend(),
        (QueueSpec("support", ring_ms=15_000, max_wait_ms=60_000),),
        agents,
        {"front": FRONT, "back": BACK},
    )


def path(facts: list[Fact]) -> list[str]:
    return [fact.data["node"] for fact in of(facts, FactKind.MOVED)]


def said(facts: list[Fact]) -> list[str]:
    return [fact.data["text"] for fact in of(facts, FactKind.SAID)]


def only(facts: list[Fact], kind: FactKind) -> dict[str, Any]:
    [fact] = of(facts, kind)
    return dict(fact.data)


# ---------------------------------------------------------------- messages


def test_a_message_is_kept_and_others_are_told() -> None:
    hotline = world()
    facts = hotline.play(f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n')
    message = only(facts, FactKind.MESSAGE)
    assert (message["target"], message["outcome"], message["by"]) == ("desk", "recorded", "silence")
    assert hotline.messages.kept == [message["file"]]
    assert message["duration_ms"] == 20 * len(hotline.messages.files[message["file"]].frames)
    webhook, mail = (notice.message for notice in hotline.outbox.notices)
    assert isinstance(webhook, Webhook)
    assert webhook.body == {"from": "+4917055501", "file": message["file"]}
    assert webhook.secret == "hook"
    assert isinstance(mail, Mail)
    assert mail.attachments == (message["file"],)
    assert mail.subject == "A message from +4917055501"
    assert path(facts) == ["main", "message", "tell", "thanks", "bye"]
    assert len({notice.id for notice in hotline.outbox.notices}) == 2
    nothing_is_left(hotline)


def test_what_was_said_is_kept_when_the_caller_hangs_up_and_others_are_told() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n  8.4  hangup   caller\n'
    )
    message = only(facts, FactKind.MESSAGE)
    assert (message["outcome"], message["by"]) == ("recorded", "hangup")
    assert [type(n.message) for n in hotline.outbox.notices] == [Webhook, Mail]
    assert path(facts) == ["main", "message", "tell", "thanks", "bye"]
    assert "Thank you." not in said(facts)
    record = fold(facts)
    assert record is not None
    assert (record.outcome, record.ended_by) == ("contained", "caller")
    nothing_is_left(hotline)


@pytest.mark.parametrize(
    ("speaks", "outcome", "next_node"),
    [("", "empty", "nothing"), ('  6.0  caller   "uh huh"\n', "too_short", "main")],
)
def test_no_message_leaves_no_file(speaks: str, outcome: str, next_node: str) -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     1\n{speaks} 20.0  hangup   caller\n")
    message = only(facts, FactKind.MESSAGE)
    assert (message["outcome"], message["file"]) == (outcome, "")
    assert hotline.messages.kept == []
    assert hotline.outbox.notices == []
    assert path(facts)[2] == next_node


def test_a_key_ends_a_message_and_its_greatest_length_does() -> None:
    by_key = world()
    facts = by_key.play(
        f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
    )
    assert only(facts, FactKind.MESSAGE)["by"] == "key"
    by_time = world()
    on_and_on = "".join(f'{at:5.1f}  caller   "{MESSAGE}"\n' for at in range(6, 40, 2))
    facts = by_time.play(f"{RING}  1.0  keys     1\n{on_and_on}")
    message = only(facts, FactKind.MESSAGE)
    assert (message["by"], message["duration_ms"]) == ("max", 20_000)


def test_a_message_is_heard_recorded_again_and_kept() -> None:
    hotline = world()
    facts = hotline.play(
        f"{RING}  1.0  keys     7\n"
        f'  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 11.0  keys     2\n"  # hear it
        " 16.0  keys     3\n"  # again
        f' 21.0  caller   "{MESSAGE} please"\n 25.0  keys     #\n'
        " 27.0  keys     1\n"
    )
    first, replaced, second = (dict(fact.data) for fact in of(facts, FactKind.MESSAGE))
    assert first["outcome"] == "recorded"
    assert (replaced["outcome"], replaced["file"]) == ("replaced", first["file"])
    assert hotline.messages.kept == [second["file"]]
    played = np.concatenate([frame.samples for frame in hotline.leg.said])
    assert np.any(played >= 1_000), "the message was not heard"
    assert path(facts) == ["main", "reviewed", "tell", "thanks", "bye"]
    webhook = hotline.outbox.notices[0].message
    assert isinstance(webhook, Webhook)
    assert webhook.body == {"from": "+4917055501", "file": second["file"]}
    nothing_is_left(hotline)


def test_who_hangs_up_in_the_review_has_left_a_message() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     7\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 10.0  hangup   caller\n"
    )
    assert len(hotline.outbox.notices) == 2
    assert path(facts) == ["main", "reviewed", "tell", "thanks", "bye"]
    nothing_is_left(hotline)


def test_an_empty_second_try_does_not_cost_the_first_message() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     7\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 11.0  keys     3\n 30.0  keys     1\n"
    )
    assert hotline.messages.kept == ["message-1.wav"]
    assert hotline.outbox.notices[1].message.attachments == ("message-1.wav",)  # type: ignore[union-attr]
    assert path(facts)[-1] == "bye"


def test_a_message_that_cannot_be_kept_is_apologized_for() -> None:
    hotline = world()
    hotline.messages.failure = "no space left on device"
    facts = hotline.play(f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n')
    assert path(facts) == ["main", "message", "sorry", "bye"]
    apology = next(f for f in of(facts, FactKind.SAID) if f.data["text"].startswith("Sorry"))
    assert apology.data["start_ms"] - of(facts, FactKind.MESSAGE)[0].at_ms <= DEAD_AIR_MS
    nothing_is_left(hotline)


# ---------------------------------------------------------------- callbacks


def test_the_calling_number_is_called_back() -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     2\n  3.0  keys     1\n")
    [request] = hotline.callbacks.requests
    assert (request.number, request.queue) == ("+4917055501", "support")
    assert (request.state, request.not_before) == (CallbackState.WAITING, None)
    assert only(facts, FactKind.CALLBACK)["outcome"] == "accepted"
    assert "4917055501" not in str(only(facts, FactKind.CALLBACK))
    assert path(facts) == ["main", "callback", "thanks", "bye"]
    nothing_is_left(hotline)


def test_another_number_is_keyed_in_and_read_back() -> None:
    hotline = world()
    hotline.play(
        f"{RING}  1.0  keys     2\n  3.0  keys     2\n"
        "  9.0  keys     0301234567#\n 20.0  keys     1\n"
    )
    assert [request.number for request in hotline.callbacks.requests] == ["0301234567"]


def test_a_number_that_may_not_be_called_is_refused_at_once() -> None:
    hotline = world()
    hotline.callable = lambda number: number == "0301234567"
    facts = hotline.play(
        f"{RING}  1.0  keys     2\n  3.0  keys     1\n"
        " 12.0  keys     0301234567#\n 24.0  keys     1\n"
    )
    assert [f.data["outcome"] for f in of(facts, FactKind.CALLBACK)] == ["invalid", "accepted"]
    assert "I'm afraid we cannot call that number." in said(facts)


def test_numbers_that_may_not_be_called_come_to_an_end() -> None:
    hotline = world()
    hotline.callable = lambda number: False
    again = "".join(
        f"{at:5.1f}  keys     0301234567#\n{at + 9:5.1f}  keys     1\n" for at in (12, 36, 60)
    )
    facts = hotline.play(
        f"{RING}  1.0  keys     2\n  3.0  keys     1\n{again}120.0  hangup   caller\n"
    )
    assert path(facts)[-1] == "agent"
    assert hotline.callbacks.requests == []


def test_a_caller_who_wants_no_callback() -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     2\n  3.0  keys     2\n  9.0  keys     #\n")
    assert path(facts) == ["main", "callback", "bye"]
    assert hotline.callbacks.requests == []


@pytest.mark.parametrize("delay_s", [0.0, 60.0], ids=["down", "hangs"])
def test_a_callback_that_cannot_be_noted_down(delay_s: float) -> None:
    hotline = world()
    hotline.callbacks.broken, hotline.callbacks.delay_s = True, delay_s
    facts = hotline.play(f"{RING}  1.0  keys     2\n  3.0  keys     1\n")
    assert path(facts) == ["main", "callback", "sorry", "bye"]
    assert longest_silence_ms(hotline) <= DEAD_AIR_MS + 200
    nothing_is_left(hotline)


def test_a_key_leads_from_the_queue_to_a_callback() -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     0\n  9.0  keys     2\n 13.0  keys     1\n")
    assert path(facts) == ["main", "agent", "callback", "thanks", "bye"]
    [(place, joined_ms, _)] = hotline.callbacks.places
    [joined] = [fact for fact in facts if fact.kind is FactKind.QUEUED]
    assert place.number == "+4917055501"
    assert abs(joined_ms - joined.at_ms) < 1_000  # the place is as old as the wait
    assert [request.number for request in hotline.callbacks.requests] == ["+4917055501"]
    nothing_is_left(hotline)


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


# ---------------------------------------------------------------- transfers that we make


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
