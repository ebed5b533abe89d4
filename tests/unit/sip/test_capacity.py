"""How many legs there may be."""

from __future__ import annotations

import pytest

from voicebot.sip.settings import SipSettings, capacity_of


@pytest.mark.parametrize(("cores", "legs"), [(1, 25), (2, 50), (3, 75), (64, 75)])
def test_it_follows_the_cores_until_one_thread_is_full(cores: int, legs: int) -> None:
    assert capacity_of(cores) == legs


def test_what_the_operator_sets_counts() -> None:
    assert SipSettings(capacity=7).most_legs == 7
    assert SipSettings().most_legs >= capacity_of(1)
