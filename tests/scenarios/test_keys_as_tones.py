"""Callers whose keys come as tones, or by several methods at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from desk_hotline import nothing_is_left, world
from told import of

from voicebot.audio.tones import dtmf
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm
from voicebot.core.record import Fact, FactKind
from voicebot.scenario.world import World

RATES = pytest.mark.parametrize("rate", [NARROWBAND, WIDEBAND])
RING = "  0.0  ring     +4917055501 → desk\n"


def hotline_at(rate: int = NARROWBAND) -> World:
    hotline = world()
    hotline.leg.rate = rate
    return hotline


def tones(hotline: World, at_ms: int, keys: str, **shape: int) -> None:
    """The far end's phone plays keys into the line."""
    sound = dtmf(keys, hotline.leg.rate, **shape)
    hotline.leg.at(at_ms, lambda: hotline.leg.far_says(sound))


def signals(hotline: World, at_ms: int, keys: str, method: str) -> None:
    hotline.leg.at(at_ms, lambda: hotline.leg.far_keys(keys, method))


def keyed(facts: list[Fact]) -> list[str]:
    """Strings that were taken; a secret one as `*`s."""
    every = [fact.data for fact in of(facts, FactKind.KEYED)]
    return [data.get("digits", "*" * data.get("count", 0)) for data in every]


def dropped(facts: list[Fact]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for fact in of(facts, FactKind.KEY_DROPPED):
        assert set(fact.data) == {"method", "reason", "count"}
        sort = (fact.data["method"], fact.data["reason"])
        counts[sort] = counts.get(sort, 0) + fact.data["count"]
    return counts


def nothing_recorded_of_the_caller(hotline: World) -> bool:
    heard = [audio.heard.samples for audio in hotline.recording.frames if audio is not None]
    assert heard
    return not any(np.any(samples) for samples in heard)


@RATES
def test_a_whole_call_by_tones(rate: int) -> None:
    """Keys interrupt the menu, are no speech, and cannot be read off the recording."""
    hotline = hotline_at(rate)
    tones(hotline, 1_000, "1")
    tones(hotline, 5_000, "4331", on_ms=40, off_ms=40)
    facts = hotline.play(RING + " 20.0  agent    anna answers\n 25.0  hangup   caller\n")
    assert keyed(facts) == ["1", "4331"]
    barge_in = of(facts, FactKind.BARGED_IN)[0]
    assert 1_000 < barge_in.at_ms <= 1_080
    assert not of(facts, FactKind.HEARD)
    assert not of(facts, FactKind.FAILED)
    assert not of(facts, FactKind.NOT_UNDERSTOOD)
    assert dropped(facts) == {}
    assert nothing_recorded_of_the_caller(hotline)
    nothing_is_left(hotline)


@RATES
@pytest.mark.parametrize("ahead", [False, True])
def test_a_secret_by_tones_is_nowhere(rate: int, *, ahead: bool) -> None:
    """Nor where it is typed before it is asked for, or its last tone is a long one."""
    hotline = hotline_at(rate)
    tones(hotline, 1_000, "2")
    tones(hotline, 1_300 if ahead else 6_000, "739")
    tones(hotline, 1_900 if ahead else 7_000, "1", on_ms=700)
    facts = hotline.play(RING + " 20.0  hangup   caller\n")
    assert keyed(facts) == ["2", "****"]
    assert "7391" not in repr(facts)
    assert nothing_recorded_of_the_caller(hotline)
    paused = [fact.data["paused"] for fact in of(facts, FactKind.RECORDING)]
    assert paused == [False, True, False]
    assert dropped(facts) == {}


def test_remnants_of_tones_beside_rfc_4733() -> None:
    """A gateway that signals a key when it has heard it, and lets the tone's begin through."""
    hotline = hotline_at()
    for index, key in enumerate("1"):
        signals(hotline, 1_000 + 200 * index, key, "rfc4733")
        tones(hotline, 1_040 + 200 * index, key, on_ms=60)
    for index, key in enumerate("4331"):
        signals(hotline, 5_000 + 200 * index, key, "rfc4733")
        tones(hotline, 5_100 + 200 * index, key, on_ms=60)
    # One that is broken in two: its second part is no press either.
    tones(hotline, 6_500, "1", on_ms=60)
    facts = hotline.play(RING + " 20.0  hangup   caller\n")
    assert keyed(facts) == ["1", "4331"]
    assert dropped(facts) == {("inband", "duplicate"): 5, ("inband", "other_method"): 1}


@pytest.mark.parametrize("first", ["rfc4733", "inband"])
def test_info_when_the_key_is_let_go(first: str) -> None:
    hotline = hotline_at()
    for at_ms, key in ((1_000, "1"), (6_000, "4"), (7_000, "3"), (8_000, "3"), (9_000, "1")):
        if first == "inband":
            tones(hotline, at_ms, key, on_ms=400)
        else:
            signals(hotline, at_ms, key, first)
        signals(hotline, at_ms + 500, key, "info")
    facts = hotline.play(RING + " 20.0  hangup   caller\n")
    assert keyed(facts) == ["1", "4331"]
    # Heard tones count until a key is signaled, and then no more.
    if first == "inband":
        told = dropped(facts)
        assert told.pop(("info", "duplicate")) == 1
        assert {method for method, _ in told} == {"inband"}
        assert sum(told.values()) == 4
    else:
        assert dropped(facts) == {("info", "duplicate"): 5}


def test_a_phone_that_takes_the_call_over_may_send_tones() -> None:
    hotline = hotline_at()
    signals(hotline, 1_000, "1", "rfc4733")
    hotline.leg.at(3_000, lambda: hotline.leg.far_holds(on=True))
    tones(hotline, 3_500, "5")
    hotline.leg.at(5_000, lambda: hotline.leg.far_holds(on=False))
    tones(hotline, 6_000, "4321")
    facts = hotline.play(RING + " 20.0  hangup   caller\n")
    assert keyed(facts) == ["1", "4321"], "what is heard while the caller holds is no key"


def test_words_right_after_a_tone_are_understood() -> None:
    hotline = hotline_at()
    tones(hotline, 1_000, "9", on_ms=100, off_ms=20)
    words = hotline.speech.pcm("i lost my card", hotline.leg.rate)
    hotline.leg.at(1_140, lambda: hotline.leg.far_says(words))
    facts = hotline.play(RING + "  9.0  hangup   caller\n")
    assert keyed(facts) == ["9"]
    assert [fact.data["text"] for fact in of(facts, FactKind.HEARD)] == ["i lost my card"]
    assert not of(facts, FactKind.FAILED)


def _in_the_queue(hotline: World) -> None:
    signals(hotline, 3_000, "55", "info")


def _while_bridged(hotline: World) -> None:
    signals(hotline, 6_000, "5", "rfc4733")
    tones(hotline, 7_000, "6")


def _too_many(hotline: World) -> None:
    hotline.leg.at(500, lambda: hotline.leg.far_says(Pcm.silence(20, hotline.leg.rate)))
    signals(hotline, 6_000, "7" * 50, "rfc4733")


@pytest.mark.parametrize(
    ("happens", "drops"),
    [
        (_in_the_queue, {("info", "not_wanted"): 2}),
        (_while_bridged, {("rfc4733", "bridged"): 1, ("inband", "bridged"): 0}),
        (_too_many, {("rfc4733", "buffer_full"): 18, ("rfc4733", "bridged"): 32}),
    ],
)
def test_every_key_that_does_not_count_is_told_of(
    happens: Callable[[World], None], drops: dict[tuple[str, str], int]
) -> None:
    hotline = hotline_at()
    signals(hotline, 1_000, "0", "info")
    happens(hotline)
    facts = hotline.play(
        RING + "  5.0  agent    anna answers\n 10.0  agent    anna leaves  ended by agent\n"
    )
    assert keyed(facts) == ["0"]
    told = dropped(facts)
    for sort, count in drops.items():
        assert told.get(sort, 0) == count, told
    nothing_is_left(hotline)


def test_a_terminator_too_many_is_told_of() -> None:
    hotline = hotline_at()
    signals(hotline, 1_000, "1", "rfc4733")
    signals(hotline, 2_000, "4321#", "rfc4733")
    facts = hotline.play(RING + " 20.0  hangup   caller\n")
    assert keyed(facts) == ["1", "4321"]
    assert dropped(facts) == {("rfc4733", "late_terminator"): 1}
