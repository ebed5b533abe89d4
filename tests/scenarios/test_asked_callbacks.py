"""Callbacks that callers ask for."""

from __future__ import annotations

import pytest
from desk_hotline import DEAD_AIR_MS, longest_silence_ms, nothing_is_left
from services_hotline import RING, world
from told import of, only, path, said

from voicebot.core.afterwards import CallbackState
from voicebot.core.record import FactKind


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
