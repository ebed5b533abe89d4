from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.speech import Voicing
from voicebot.turns.wariness import Wariness

CROWD = Voicing(voiced=True, sure=True, level_db=-30, restless=True)
CALLER = Voicing(voiced=True, sure=True, level_db=-20)
HUSH = Voicing(voiced=False, sure=False, level_db=-70)


def hear(wariness, voicing, seconds):
    for _ in range(round(seconds * 50)):
        wariness.under_prompt(voicing)


def wary():
    wariness = Wariness()
    wariness.was_wrong()
    assert not wariness.wary
    wariness.was_wrong()
    return wariness


def test_two_wrong_suspicions_make_wary():
    assert wary().wary


def test_half_a_minute_of_prompts_without_a_voice_is_enough_to_forget_them():
    wariness = wary()
    hear(wariness, HUSH, 29.98)
    assert wariness.wary
    hear(wariness, HUSH, 0.02)
    assert not wariness.wary


def test_who_speaks_into_silence_makes_no_line_restless():
    wariness = wary()
    hear(wariness, CALLER, 30)
    assert not wariness.wary


@given(st.lists(st.tuples(st.sampled_from([HUSH, CALLER]), st.floats(0, 29)), max_size=8))
def test_a_voice_in_every_half_minute_keeps_it_wary(pieces):
    wariness = wary()
    for voicing, seconds in pieces:
        hear(wariness, voicing, seconds)
        hear(wariness, CROWD, 0.02)
        assert wariness.wary
