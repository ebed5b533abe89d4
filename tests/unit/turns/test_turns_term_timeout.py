"""A terminator may be waited for after the last digit; sensitivity changes how much is speech."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.turn import KeySpec
from voicebot.turns.digits import Collected, CollectReason, DigitCollector
from voicebot.turns.key_buffer import KeyBuffer
from voicebot.turns.settings import BargeInSettings, EndpointSettings

SPEC = KeySpec(max_digits=3, terminators="#*")


def test_a_full_string_waits_for_its_terminator() -> None:
    collector = DigitCollector(SPEC, 3_000, 1_000)
    assert [event for key in "123" for event in collector.key(key, 0)] == []
    assert collector.tick(999) == ()
    assert collector.tick(1_000) == (Collected("123", CollectReason.COMPLETE),)


def test_any_of_its_terminators_ends_it() -> None:
    for key in "#*":
        collector = DigitCollector(SPEC, 3_000, 1_000)
        for digit in "123":
            collector.key(digit, 0)
        assert collector.key(key, 10) == (Collected("123", CollectReason.TERMINATOR),)


def test_without_a_terminator_nothing_is_waited_for() -> None:
    collector = DigitCollector(KeySpec(max_digits=1, terminators=""), 3_000, 1_000)
    assert collector.key("1", 0) == (Collected("1", CollectReason.COMPLETE),)


def test_keys_typed_ahead_are_left_for_the_next_question() -> None:
    buffer = KeyBuffer()
    for key in "12345":
        buffer.push(key, 0)
    found = DigitCollector(SPEC, 3_000, 1_000).take(buffer, 0)
    assert found == (Collected("123", CollectReason.COMPLETE),)
    assert [press.key for press in buffer.take_all()] == ["4", "5"]


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_sensitive_needs_no_more_speech(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert (
        EndpointSettings().at(more).start_voiced_ms <= EndpointSettings().at(less).start_voiced_ms
    )
    assert BargeInSettings().at(more).suspect_ms <= BargeInSettings().at(less).suspect_ms
    found = EndpointSettings().at(less)
    assert 0 < found.start_voiced_ms <= found.start_window_ms


def test_half_changes_nothing() -> None:
    assert EndpointSettings().at(0.5) == EndpointSettings()
    assert BargeInSettings().at(0.5) == BargeInSettings()
    assert EndpointSettings().at(1).start_voiced_ms == 60
