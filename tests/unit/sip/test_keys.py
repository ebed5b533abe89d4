"""One press, one key."""

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


def test_the_first_method_is_the_method_of_the_call() -> None:
    keys = KeyStream()
    assert keys.press("1", "rfc4733", 0) == "1"
    assert keys.press("1", "info", END) is None
    assert keys.press("2", "rfc4733", 0) == "2"
    assert keys.left_out == {"doubled by info": 1}


def test_an_unknown_key_is_left_out_and_decides_nothing() -> None:
    keys = KeyStream()
    assert keys.press("!", "info", 0) is None
    assert keys.press("a", "rfc4733", 0) == "A"


@given(st.lists(st.sampled_from("0123456789*#ABCD"), max_size=30), st.booleans())
def test_digits_sent_twice_are_heard_once(digits: list[str], info_first: bool) -> None:
    keys = KeyStream()
    methods = ["info", "rfc4733"] if info_first else ["rfc4733", "info"]
    heard = [keys.press(digit, method, 0) for digit in digits for method in methods]
    assert [key for key in heard if key is not None] == digits
