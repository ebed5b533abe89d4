"""One press and method, one key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.sip.keys import UPDATE, KeyStream

END = 2


def test_updates_and_ends_of_a_press_are_no_presses() -> None:
    keys = KeyStream()
    events = [("1", 0), ("1", UPDATE), ("1", UPDATE | END), ("1", 0), ("1", UPDATE | END)]
    assert [keys.press(key, "rfc4733", flags) for key, flags in events] == [
        "1", None, None, "1", None,
    ]  # fmt: skip


def test_a_press_known_by_its_end_only_counts() -> None:
    assert KeyStream().press("#", "rfc4733", END) == "#"


def test_an_unknown_key_is_left_out() -> None:
    keys = KeyStream()
    assert keys.press("!", "info", 0) is None
    assert keys.left_out == {"unknown key": 1}
    assert keys.press("a", "rfc4733", 0) == "A"


@given(st.lists(st.sampled_from("0123456789*#ABCD"), max_size=30))
def test_each_method_tells_of_every_press(digits: list[str]) -> None:
    keys = KeyStream()
    for method in ("rfc4733", "info"):
        assert [keys.press(digit, method, 0) for digit in digits] == digits
    assert keys.left_out == {}
