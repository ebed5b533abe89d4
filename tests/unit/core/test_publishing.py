"""Which version serves whom."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.publishing import Publishing, PublishingKind, share_of, standing

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def log(*entries: tuple[str, float]) -> list[Publishing]:
    kind = PublishingKind.PUBLISHED
    return [
        Publishing(number, "shop", version, percent, kind, WHEN, "", "")
        for number, (version, percent) in enumerate(entries, 1)
    ]


def versions(*entries: tuple[str, float]) -> tuple[str | None, str | None]:
    now = standing(log(*entries))
    return now.live and now.live.version, now.canary and now.canary.version


def test_nothing_published() -> None:
    assert versions() == (None, None)


def test_the_last_version_for_all_is_live() -> None:
    assert versions(("a", 100), ("b", 100)) == ("b", None)


def test_a_canary_stands_beside_what_is_live() -> None:
    assert versions(("a", 100), ("b", 10)) == ("a", "b")
    assert versions(("b", 10)) == (None, "b")
    assert versions(("a", 100), ("b", 10), ("b", 25)) == ("a", "b")


def test_a_canary_ends_by_none_or_by_the_next_for_all() -> None:
    assert versions(("a", 100), ("b", 10), ("b", 0)) == ("a", None)
    assert versions(("a", 100), ("b", 10), ("b", 100)) == ("b", None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 10.0, 50.0, 100.0]))))
def test_whatever_the_log_what_is_live_was_for_all_and_a_canary_came_after(
    entries: list[tuple[str, float]],
) -> None:
    now = standing(log(*entries))
    for_all = [e for e in log(*entries) if e.percent >= 100]
    assert now.live == (for_all[-1] if for_all else None)
    if now.canary is not None:
        assert 0 < now.canary.percent < 100
        assert now.live is None or now.canary.id > now.live.id
        assert now.canary.id == len(entries)


def test_a_share_is_the_same_at_every_call_and_another_for_another_flow() -> None:
    assert share_of("+4917055501", "shop") == share_of("+4917055501", "shop")
    assert share_of("+4917055501", "shop") != share_of("+4917055501", "bank")
    assert 0 <= share_of("", "shop") < 100


def test_shares_are_even() -> None:
    """20 bins of 10,000 callers: chi-squared with 19 degrees of freedom stays below its 99.9 %
    point. Numbers that follow one another, as a company's extensions do."""
    count, bins = 10_000, [0] * 20
    for number in range(count):
        bins[int(share_of(f"+49170{5_550_000 + number}", "shop") // 5)] += 1
    expected = count / len(bins)
    assert sum((seen - expected) ** 2 / expected for seen in bins) < 43.8
