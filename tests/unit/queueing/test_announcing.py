"""What callers are told: never worse than before, never too often, never what nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.queueing import QueueSpec
from voicebot.queueing.announcing import Announcement, announce, rounded_up, told
from voicebot.queueing.estimate import expected_wait_ms

QUEUE = QueueSpec("billing", announce_every_ms=90_000)


def now(
    last: Announcement | None, place: int, expected_ms: int | None, waited_ms: int, **queue: object
) -> Announcement | None:
    spec = QueueSpec("billing", **{"announce_every_ms": 90_000, **queue})  # type: ignore[arg-type]
    return announce(spec, last, place=place, expected_ms=expected_ms, waited_ms=waited_ms)


def test_the_place_is_told_on_joining_and_when_it_is_better() -> None:
    first = now(None, 3, None, 0)
    assert first == Announcement(0, 3)
    assert now(first, 2, None, 89_999) is None
    assert now(first, 3, None, 90_000) is None
    assert now(first, 2, None, 90_000) == Announcement(90_000, 2)
    assert now(first, 0, None, 90_000) is None


def test_nothing_is_told_more_often_than_every_fifteen_seconds() -> None:
    first = now(None, 3, None, 0, announce_every_ms=1)
    assert now(first, 2, None, 14_999, announce_every_ms=1) is None
    assert now(first, 2, None, 15_000, announce_every_ms=1) is not None


def test_places_far_behind_are_told_as_more_than_so_many() -> None:
    first = now(None, 9, None, 0, announce_up_to=5)
    assert first == Announcement(0, 0, 5)
    assert now(first, 8, None, 90_000, announce_up_to=5) is None
    assert now(first, 5, None, 90_000, announce_up_to=5) == Announcement(90_000, 5)


def test_a_place_may_be_kept_quiet() -> None:
    assert now(None, 3, None, 0, announce_position=False) is None
    assert now(None, 3, 61_000, 0, announce_position=False) == Announcement(0, wait_ms=120_000)


@pytest.mark.parametrize(
    ("expected_ms", "minutes"),
    [(1, 1), (60_000, 1), (60_001, 2), (600_000, 10), (600_001, 15), (3_600_000, 60)],
)
def test_a_wait_is_rounded_up(expected_ms: int, minutes: int) -> None:
    assert rounded_up(expected_ms) == minutes * 60_000


def test_a_wait_is_never_told_to_be_longer_than_before() -> None:
    first = now(None, 3, 170_000, 0)
    assert first == Announcement(0, 3, wait_ms=180_000)
    assert now(first, 2, 200_000, 90_000) == Announcement(90_000, 2)
    assert now(first, 3, 110_000, 90_000) == Announcement(90_000, wait_ms=120_000)


def test_below_ten_contacts_nothing_is_known() -> None:
    assert expected_wait_ms(1, [60_000] * 9, 2.0, 0) is None
    assert expected_wait_ms(1, [60_000] * 10, 2.0, 0) == 30_000
    assert expected_wait_ms(3, [60_000] * 10, 2.0, 0) == 90_000
    assert expected_wait_ms(1, [], 2.0, 1) == 0
    assert expected_wait_ms(2, [60_000] * 10, 1.5, 1) == 80_000
    assert expected_wait_ms(9, [60_000] * 10, 0.0, 0) is None
    assert expected_wait_ms(99, [600_000] * 10, 1.0, 0) == 3_600_000


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.none() | st.integers(0, 5_000_000), st.integers(0, 60_000))
    ),
    st.integers(0, 6),
)
def test_whatever_happens_what_is_told_gets_only_better(
    moments: list[tuple[int, int | None, int]], up_to: int
) -> None:
    queue = QueueSpec("billing", announce_every_ms=20_000, announce_up_to=up_to)
    known: Announcement | None = None
    waited_ms = 0
    for place, expected_ms, passed_ms in moments:
        waited_ms += passed_ms
        said = announce(queue, known, place=place, expected_ms=expected_ms, waited_ms=waited_ms)
        if said is None:
            continue
        assert said.place or said.more_than or said.wait_ms
        if known is not None:
            assert waited_ms - known.at_ms >= 20_000
            assert not (said.place and known.place) or said.place < known.place
            assert not (said.wait_ms and known.wait_ms) or said.wait_ms <= known.wait_ms
        if said.wait_ms is not None:
            assert expected_ms is not None
            assert said.wait_ms >= expected_ms
            assert said.wait_ms % 60_000 == 0
        known = told(known, said)
