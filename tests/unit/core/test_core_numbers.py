"""Card and telephone numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.cards import is_card, usual_length
from voicebot.core.telephone import e164, is_region, is_short, may_go_on

CARD = "4242424242424242"


@pytest.mark.parametrize("number", [CARD, "5555555555554444", "378282246310005", "4222222222222"])
def test_cards(number: str) -> None:
    assert is_card(number)


@pytest.mark.parametrize("number", ["", "4242", "0" * 16, "424242424242424x", "４" * 16, CARD * 2])
def test_no_cards(number: str) -> None:
    assert not is_card(number)


@given(st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(at: int, by: int) -> None:
    wrong = CARD[:at] + str((int(CARD[at]) + by) % 10) + CARD[at + 1 :]
    assert not is_card(wrong)


def test_how_long_a_card_is() -> None:
    assert [usual_length(start) for start in ("4", "5", "34", "37", "62")] == [16, 16, 15, 15, 19]


@pytest.mark.parametrize(
    ("dialed", "region", "number"),
    [
        ("4155552671", "US", "+14155552671"),
        ("14155552671", "US", "+14155552671"),
        ("+442079460958", "US", "+442079460958"),
        ("011442079460958", "US", "+442079460958"),
        ("13800138000", "CN", "+8613800138000"),
        ("01065512345", "CN", "+861065512345"),
        ("008613800138000", "CN", "+8613800138000"),
        ("911", "US", None),
        ("555267", "US", None),
        ("", "US", None),
        ("+", "US", None),
        ("9" * 40, "US", None),
    ],
)
def test_e164(dialed: str, region: str, number: str | None) -> None:
    assert e164(dialed, region) == number


def test_whether_more_digits_may_follow() -> None:
    assert may_go_on("415555", "US")
    assert not may_go_on("4155552671", "US")
    assert not may_go_on("13800138000", "CN")
    assert is_short("1380013", "CN")
    assert not is_short("13800138000", "CN")


def test_regions() -> None:
    assert is_region("DE")
    assert not is_region("XX")
