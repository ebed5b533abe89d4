"""One stream of keys from three methods."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.turns.key_drops import DropReason, KeyDrop, KeyDrops
from voicebot.turns.key_stream import OVERLAP_MS, KeyStream

ALL_KEYS = "0123456789*#ABCD"
SIGNALED = ("rfc4733", "info")
DELAYS_MS = {"rfc4733": (20, 100), "inband": (110, 500), "info": (20, 1_000)}
"""From the press to its news, as the module has it; RFC 4733 is ahead of the tone."""


@dataclass(frozen=True)
class Press:
    """A true press, and the delay of each method that tells of it."""

    key: str
    at_ms: int
    delays: dict[str, int]


@dataclass(frozen=True)
class News:
    """One method tells of a press."""

    at_ms: int
    method: str
    key: str


def news_of(presses: list[Press]) -> list[News]:
    """As it comes in: each method keeps the order of the presses."""
    every = []
    for method in DELAYS_MS:
        last_ms = 0
        for press in presses:
            if method in press.delays:
                last_ms = max(last_ms, press.at_ms + press.delays[method])
                every.append(News(last_ms, method, press.key))
    return sorted(every, key=lambda news: news.at_ms)


def heard(every: list[News], stream: KeyStream | None = None) -> str:
    """What counts of it."""
    stream = stream or KeyStream()
    return "".join(n.key for n in every if stream.press(n.key, n.method, n.at_ms) is None)


def keys_of(presses: list[Press]) -> str:
    return "".join(press.key for press in presses)


def runs(
    always: tuple[str, ...],
    sometimes: tuple[str, ...],
    *,
    least_ms: int,
    keys: str = ALL_KEYS,
) -> st.SearchStrategy[list[Press]]:
    """Presses that one of `always` carries and any of the others may, at least so far apart."""
    delays = st.tuples(*(st.integers(*DELAYS_MS[method]) for method in DELAYS_MS))
    carried = st.tuples(st.sampled_from(always), st.sets(st.sampled_from(sometimes or always)))
    one = st.tuples(st.sampled_from(keys), st.integers(least_ms, least_ms + 400), carried, delays)
    return st.lists(one, max_size=10).map(_in_a_row)


def _in_a_row(
    drawn: list[tuple[str, int, tuple[str, set[str]], tuple[int, ...]]],
) -> list[Press]:
    presses, at_ms = [], 0
    for key, gap_ms, (surely, perhaps), delays in drawn:
        at_ms += gap_ms
        by_method = dict(zip(DELAYS_MS, delays, strict=True))
        methods = [method for method in DELAYS_MS if method == surely or method in perhaps]
        presses.append(Press(key, at_ms, {method: by_method[method] for method in methods}))
    return presses


@settings(max_examples=150)
@given(runs(("rfc4733",), ("info", "inband"), least_ms=100, keys="123"))
def test_rfc_4733_with_any_echo_of_it_however_fast(presses: list[Press]) -> None:
    assert heard(news_of(presses)) == keys_of(presses)


@settings(max_examples=150)
@given(runs(("inband",), (), least_ms=90, keys="12"))
def test_tones_alone_however_fast(presses: list[Press]) -> None:
    assert heard(news_of(presses)) == keys_of(presses)


@settings(max_examples=150)
@given(runs(("info",), ("inband",), least_ms=1_000))
def test_info_and_tones_at_a_persons_pace(presses: list[Press]) -> None:
    assert heard(news_of(presses)) == keys_of(presses)


@settings(max_examples=150)
@given(runs(SIGNALED, SIGNALED, least_ms=OVERLAP_MS + 1_000))
def test_signaling_that_mends_the_gaps_of_signaling(presses: list[Press]) -> None:
    """Each press is carried by one of the two at least."""
    assert heard(news_of(presses)) == keys_of(presses)


@settings(max_examples=150)
@given(
    runs(("rfc4733",), (), least_ms=100),
    st.lists(st.tuples(st.integers(0, 6_000), st.sampled_from(ALL_KEYS)), max_size=6),
)
def test_a_tone_after_the_first_signaled_key_never_counts(
    presses: list[Press], tones: list[tuple[int, str]]
) -> None:
    """Whatever is heard, however late: remnants, tones broken in two, speech like a tone."""
    signaled = news_of(presses)
    first_ms = signaled[0].at_ms if signaled else 0
    false = [News(first_ms + after_ms, "inband", key) for after_ms, key in tones if signaled]
    every = sorted([*signaled, *false], key=lambda news: news.at_ms)
    assert heard(every) == keys_of(presses)


@given(st.lists(st.tuples(st.sampled_from("12*"), st.sampled_from(SIGNALED)), max_size=30))
def test_what_is_signaled_all_at_once_is_neither_lost_nor_doubled(
    told: list[tuple[str, str]],
) -> None:
    """In whatever order: of each key at least what either method told of, at most their sum."""
    stream = KeyStream()
    counted = [key for key, method in told if stream.press(key, method, 0) is None]
    for key in "12*":
        each = [told.count((key, method)) for method in SIGNALED]
        assert max(each) <= counted.count(key) <= sum(each)


def test_the_reason_says_what_became_of_it() -> None:
    stream = KeyStream()
    assert stream.press("1", "rfc4733", 0) is None
    assert stream.press("1", "info", 300) is DropReason.DUPLICATE
    assert stream.press("1", "inband", 310) is DropReason.DUPLICATE
    assert stream.press("1", "inband", 320) is DropReason.OTHER_METHOD
    assert stream.press("!", "info", 330) is DropReason.UNKNOWN
    assert stream.press("1", "rfc4733", 400) is None


def test_a_key_let_go_late_is_the_same_and_later_is_another() -> None:
    for after_ms, reason in ((OVERLAP_MS, DropReason.DUPLICATE), (OVERLAP_MS + 20, None)):
        stream = KeyStream()
        assert stream.press("5", "rfc4733", 0) is None
        assert stream.press("5", "info", after_ms) is reason


def test_tones_first_then_their_signaling() -> None:
    """The first press is heard before it is told of; from then on tones are not needed."""
    stream = KeyStream()
    assert stream.press("7", "inband", 100) is None
    assert stream.method == "inband"
    assert stream.press("7", "info", 400) is DropReason.DUPLICATE
    assert stream.method == "info"
    assert stream.press("8", "inband", 1_000) is DropReason.OTHER_METHOD
    assert stream.press("8", "info", 1_300) is None


def test_another_phone_may_send_tones() -> None:
    stream = KeyStream()
    assert stream.press("1", "rfc4733", 0) is None
    assert stream.press("2", "inband", 5_000) is DropReason.OTHER_METHOD
    stream.forget()
    assert stream.press("2", "inband", 6_000) is None


# ---------------------------------------------------------------- what is told of it


def test_each_drop_is_told_of_and_a_flood_makes_few_facts() -> None:
    drops = KeyDrops()
    told: list[KeyDrop] = []
    for at_ms in range(0, 3_000, 20):
        drops.add("inband", DropReason.DUPLICATE)
        told += drops.due(at_ms)
    told += drops.rest()
    assert sum(drop.count for drop in told) == 150
    assert len(told) == 4
    assert drops.rest() == ()


@pytest.mark.parametrize("method", ["rfc4733", "info"])
def test_sorts_are_told_apart(method: str) -> None:
    drops = KeyDrops()
    drops.add(method, DropReason.DUPLICATE)
    drops.add(method, DropReason.FULL)
    assert set(drops.due(0)) == {KeyDrop(method, "duplicate", 1), KeyDrop(method, "buffer_full", 1)}
