"""When a far end counts as gone."""

from __future__ import annotations

from voicebot.sip.lifesign import Lifesign


def test_silence_of_the_network_for_the_whole_time() -> None:
    sign = Lifesign(60)
    assert not sign.is_lost(100, 0, expected=True)
    assert not sign.is_lost(159, 0, expected=True)
    assert sign.is_lost(160, 0, expected=True)


def test_any_packet_and_a_count_that_starts_anew_are_signs_of_life() -> None:
    sign = Lifesign(60)
    for now_s, received in ((0, 5), (59, 6), (118, 0), (177, 0)):
        assert not sign.is_lost(now_s, received, expected=True)
    assert sign.is_lost(178, 0, expected=True)


def test_no_time_passes_on_hold() -> None:
    sign = Lifesign(60)
    assert not sign.is_lost(0, 5, expected=True)
    assert not sign.is_lost(1000, 5, expected=False)
    assert not sign.is_lost(1059, 5, expected=True)
    assert sign.is_lost(1060, 5, expected=True)


def test_zero_is_never() -> None:
    sign = Lifesign(0)
    sign.is_lost(0, 0, expected=True)
    assert not sign.is_lost(1e9, 0, expected=True)
