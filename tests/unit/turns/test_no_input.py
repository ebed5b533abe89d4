from hypothesis import given
from hypothesis import strategies as st

from voicebot.turns.no_input import NoInput, NoInputTimer


def test_it_runs_from_the_end_of_the_prompt():
    timer = NoInputTimer(5_000)
    assert timer.feed(60_000, held=False) == ()
    timer.start(60_000)
    assert timer.feed(64_980, held=False) == ()
    assert timer.running
    assert timer.feed(65_000, held=False) == (NoInput(5_000),)
    assert timer.feed(75_000, held=False) == ()
    assert not timer.running


def test_a_new_prompt_stops_it_and_it_starts_anew():
    timer = NoInputTimer(1_000)
    timer.start(0)
    timer.feed(900, held=False)
    timer.stop()
    assert timer.feed(3_000, held=False) == ()
    timer.start(3_000)
    assert timer.feed(3_980, held=False) == ()
    assert timer.feed(4_000, held=False) == (NoInput(1_000),)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 100)), max_size=40))
def test_only_the_times_between_count(pieces):
    timer, at_ms, silent_ms = NoInputTimer(2_000), 0, 0
    timer.start(0)
    for held, frames in pieces:
        for _ in range(frames):
            at_ms += 20
            silent_ms += 0 if held else 20
            events = timer.feed(at_ms, held=held)
            assert bool(events) == (not held and silent_ms == 2_000)
