import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.vad.echo import EchoGate

prompts = st.lists(st.tuples(st.floats(-26, -14), st.integers(5, 15)), min_size=20, max_size=60)
"""Syllables of the bot: level, frames; a gap of 3 frames follows each."""


def gate(**settings):
    return EchoGate(loss_db=12, window_ms=300, **settings)


def prompt(one, frames, *, heard_db=-65.0):
    return [one.passes(heard_db, -20, -65) for _ in range(frames)]


def test_echo_is_held_back_for_as_long_as_it_may_come():
    one = gate()
    assert one.passes(-60, -100)
    assert not one.passes(-40, -20)
    assert one.passes(-31, -20)
    passed = [one.passes(-40, -100) for _ in range(20)]
    assert passed.index(True) == 14


def test_soft_sounds_within_loud_words_pass():
    one = gate(hold_ms=100)
    heard = [-50, -20, -50, -20, -20, *[-50] * 8]
    passed = [one.passes(level, -20) for level in heard]
    assert passed == [False, True, False, True, True, *[True] * 4, *[False] * 4]


def test_a_line_without_echo_lets_soft_sounds_pass_after_a_second_of_prompt():
    one = gate()
    prompt(one, 49)
    assert one.loss_db == 12
    assert not one.passes(-50, -20, -65)
    prompt(one, 10)
    assert one.loss_db == 54
    assert one.passes(-50, -20, -65)


def test_the_loss_of_the_line_is_learned():
    one = gate()
    prompt(one, 100, heard_db=-45)
    assert one.loss_db == pytest.approx(19)
    assert not one.passes(-40, -20, -65)
    assert one.passes(-38, -20, -65)


def test_noise_is_no_echo():
    one = gate()
    for _ in range(100):
        one.passes(-36, -20, -40)
    assert one.loss_db == 54


def test_a_loud_line_is_never_taken_to_lose_less_than_the_least():
    one = gate()
    prompt(one, 200, heard_db=-15)
    assert one.loss_db == 12


def test_an_echo_that_begins_late_is_learned_within_a_second():
    one = gate()
    prompt(one, 200)
    assert one.passes(-40, -20, -65)
    prompt(one, 50, heard_db=-40)
    assert not one.passes(-38, -20, -65)


def test_a_caller_who_interrupts_teaches_little():
    one = gate()
    for _ in range(10):
        prompt(one, 94)
        prompt(one, 6, heard_db=-24)
    assert one.loss_db == 54


@given(prompts, st.floats(12.5, 35), st.integers(0, 14))
def test_a_steady_echo_passes_in_one_frame_of_a_hundred_at_most(syllables, loss_db, delay):
    one, played, passed = gate(), [], 0
    for syllable_db, frames in syllables * 3:
        for level_db in (*[syllable_db] * frames, -45, -60, -45):
            played.append(level_db)
            source = played[-1 - delay] if delay < len(played) else -100
            passed += one.passes(max(-65, source - loss_db), level_db, -65)
    assert passed <= 0.01 * len(played)
