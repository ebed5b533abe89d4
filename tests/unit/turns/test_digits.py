import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.turn import KeySpec
from voicebot.turns.digits import (
    KEYS,
    Collected,
    CollectReason,
    DigitCollector,
    Erased,
    Ignored,
    IgnoreReason,
)
from voicebot.turns.key_buffer import KeyBuffer, Press
from voicebot.turns.key_drops import DropReason

COMPLETE, TERMINATOR = CollectReason.COMPLETE, CollectReason.TERMINATOR
TIMEOUT, INVALID = CollectReason.TIMEOUT, CollectReason.INVALID
OPEN = KeySpec(max_digits=10, min_digits=4, cancel="*")
MENU = KeySpec(options=("1", "2", "21", "0", "*9"), terminators="#")


def typed(spec, keys, *, gap_ms=200):
    """The events of keys that come one after the other."""
    collector = DigitCollector(spec, 3_000)
    events = []
    for index, key in enumerate(keys):
        events += collector.tick(index * gap_ms)
        events += collector.key(key, index * gap_ms)
    return collector, events


@pytest.mark.parametrize(
    ("keys", "events"),
    [
        ("1234567890", [Collected("1234567890", COMPLETE)]),
        ("12345#", [Collected("12345", TERMINATOR)]),
        ("123#", [Collected("123", INVALID)]),
        ("#", [Collected("", INVALID)]),
        ("12*3456#", [Erased(2), Collected("3456", TERMINATOR)]),
        ("12A34#", [Ignored("A", IgnoreReason.NOT_WANTED), Collected("1234", TERMINATOR)]),
        ("1234#5", [Collected("1234", TERMINATOR), Ignored("5", IgnoreReason.ENDED)]),
    ],
)
def test_open_strings(keys, events):
    assert typed(OPEN, keys)[1] == events


def test_a_lone_terminator_where_nothing_need_be_typed():
    optional = KeySpec(max_digits=10, min_digits=0)
    assert typed(optional, "#")[1] == [Collected("", TERMINATOR)]


@pytest.mark.parametrize(
    ("keys", "events"),
    [
        ("1", [Collected("1", COMPLETE)]),
        ("21", [Collected("21", COMPLETE)]),
        ("2", []),
        ("2#", [Collected("2", TERMINATOR)]),
        ("22", [Collected("22", INVALID)]),
        ("7", [Collected("7", INVALID)]),
        ("*9", [Collected("*9", COMPLETE)]),
        ("*#", [Collected("*", INVALID)]),
        ("D1", [Ignored("D", IgnoreReason.NOT_WANTED), Collected("1", COMPLETE)]),
        ("#", [Collected("", INVALID)]),
    ],
)
def test_menus(keys, events):
    assert typed(MENU, keys)[1] == events


def test_an_option_may_be_a_terminator_or_the_cancel_key():
    spec = KeySpec(options=("#", "*"), terminators="#", cancel="*")
    assert typed(spec, "#")[1] == [Collected("#", COMPLETE)]
    assert typed(spec, "*")[1] == [Collected("*", COMPLETE)]
    assert typed(KeySpec(options=("A",)), "A")[1] == [Collected("A", COMPLETE)]


@pytest.mark.parametrize(
    ("spec", "keys", "event"),
    [
        (MENU, "2", Collected("2", TIMEOUT)),
        (MENU, "*", Collected("*", INVALID)),
        (OPEN, "1234", Collected("1234", TIMEOUT)),
        (OPEN, "123", Collected("123", INVALID)),
    ],
)
def test_the_pause_after_the_last_key(spec, keys, event):
    collector, events = typed(spec, keys)
    last_ms = (len(keys) - 1) * 200
    assert events == []
    assert collector.active
    assert collector.tick(last_ms + 2_980) == ()
    assert collector.tick(last_ms + 3_000) == (event,)
    assert collector.tick(last_ms + 9_000) == ()
    assert not collector.active


def test_no_pause_runs_before_the_first_key_or_after_erasing():
    collector = DigitCollector(OPEN, 3_000)
    assert collector.tick(60_000) == ()
    collector.key("1", 60_000)
    assert collector.key("*", 60_100) == (Erased(1),)
    assert collector.tick(90_000) == ()
    assert collector.count == 0


@pytest.mark.parametrize("key", ["", "12", "x", "a", "１"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(ValueError, match="one of"):
        DigitCollector(OPEN, 3_000).key(key, 0)


def test_what_was_typed_is_not_in_the_logs():
    assert "1234" not in repr(typed(OPEN, "1234#")[1])
    assert "7" not in repr(typed(MENU, "17")[1][1])


specs = st.builds(
    KeySpec,
    max_digits=st.integers(1, 6),
    min_digits=st.integers(0, 3),
    terminators=st.sampled_from(["", "#", "*#"]),
    cancel=st.sampled_from(["", "*", "D"]),
    options=st.lists(st.text("012*#A", min_size=1, max_size=3), max_size=5).map(tuple),
)
presses = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 4_000)), max_size=20)


@given(specs, presses)
def test_at_most_one_string_and_what_is_valid_is_valid(spec, keys):
    collector, at_ms, found = DigitCollector(spec, 3_000), 0, []
    for key, gap_ms in keys:
        at_ms += gap_ms
        for event in collector.tick(at_ms) + collector.key(key, at_ms):
            found += [event] if isinstance(event, Collected) else []
    assert len(found) <= 1
    assert collector.ended == bool(found)
    for event in found:
        good = event.reason is not INVALID
        if spec.options:
            assert good == (event.digits in spec.options)
        else:
            assert good == (spec.min_digits <= len(event.digits) <= spec.max_digits)
            assert set(event.digits) <= set("0123456789")


@given(st.sets(st.text("0123456789", min_size=1, max_size=4), min_size=1, max_size=8), st.data())
def test_every_option_can_be_typed(options, data):
    spec = KeySpec(options=tuple(sorted(options)))
    option = data.draw(st.sampled_from(spec.options))
    collector, events = typed(spec, option)
    longer = any(other != option and other.startswith(option) for other in options)
    if longer:
        assert events == []
        assert collector.tick(60_000) == (Collected(option, TIMEOUT),)
    else:
        assert events == [Collected(option, COMPLETE)]


# ---------------------------------------------------------------- typed ahead


def test_keys_survive_a_change_of_node():
    buffer = KeyBuffer()
    for index, key in enumerate("15123#"):
        assert buffer.push(key, index * 90) is None
    menu = DigitCollector(KeySpec(options=("1", "2")), 3_000)
    assert menu.take(buffer, 1_000) == (Collected("1", COMPLETE),)
    number = DigitCollector(KeySpec(max_digits=8), 3_000)
    assert number.take(buffer, 5_000) == (Collected("5123", TERMINATOR),)
    assert len(buffer) == 0


def test_what_was_typed_ahead_starts_the_pause_when_it_is_used():
    buffer = KeyBuffer()
    buffer.push("1", 0)
    collector = DigitCollector(KeySpec(max_digits=8), 3_000)
    assert collector.take(buffer, 10_000) == ()
    assert collector.tick(12_980) == ()
    assert collector.tick(13_000) == (Collected("1", TIMEOUT),)


def test_the_buffer_is_bounded_and_says_what_it_drops():
    buffer = KeyBuffer(limit=3)
    assert [buffer.push(key, 0) for key in "1234"] == [None, None, None, DropReason.FULL]
    assert [press.key for press in buffer.take_all()] == ["1", "2", "3"]
    assert buffer.take_all() == ()
    assert buffer.take() is None


@pytest.mark.parametrize(
    ("key", "at_ms", "dropped"),
    [("#", 1_000, DropReason.LATE_TERMINATOR), ("#", 3_000, None), ("1", 1_000, None)],
)
def test_a_terminator_after_the_last_digit_is_no_key_of_the_next_node(key, at_ms, dropped):
    buffer = KeyBuffer()
    buffer.expect_late("#", 3_000)
    assert buffer.push(key, at_ms) is dropped
    assert buffer.push("#", at_ms) is None


def test_a_terminator_that_was_typed_ahead_goes_too():
    buffer = KeyBuffer()
    for key in "#7":
        buffer.push(key, 0, "info")
    assert buffer.expect_late("#", 3_000) == Press("#", 0, "info")
    assert [press.key for press in buffer.take_all()] == ["7"]
    assert buffer.push("#", 100) is None


@given(st.lists(st.sampled_from(KEYS), max_size=40), st.integers(1, 40))
def test_order_is_kept(keys, limit):
    buffer = KeyBuffer(limit)
    for index, key in enumerate(keys):
        buffer.push(key, index)
    taken = [press.key for press in buffer.take_all()]
    assert taken == keys[:limit]


def test_an_ignored_key_says_what_told_of_it():
    buffer = KeyBuffer()
    buffer.push("A", 0, "inband")
    collector = DigitCollector(KeySpec(max_digits=8), 3_000)
    assert collector.take(buffer, 0) == (Ignored("A", IgnoreReason.NOT_WANTED, "inband"),)
