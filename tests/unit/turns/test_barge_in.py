import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.speech import Voicing
from voicebot.core.turn import BargeIn
from voicebot.turns.barge_in import (
    BARGE_IN_TRANSITIONS,
    BargeInBy,
    BargeInJudge,
    BargeInState,
    BargeInStep,
    Confirmed,
    Rejected,
    Suspected,
    next_barge_in_state,
)

SURE = Voicing(voiced=True, sure=True, level_db=-20)
MAYBE = Voicing(voiced=True, sure=False, level_db=-30)
HUSH = Voicing(voiced=False, sure=False, level_db=-70)
SPEECH = BargeInBy.SPEECH


class Line:
    """A judge, a prompt that pauses when told to, and the time in the call."""

    def __init__(self, allowed=BargeIn.BOTH):
        self.judge = BargeInJudge(allowed=allowed)
        self.playing = True
        self.at_ms = 0

    def feed(self, voicing, duration_ms, **hints):
        events = []
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            for event in self.judge.feed(voicing, self.at_ms, playing=self.playing, **hints):
                self.playing = isinstance(event, Rejected)
                events.append((self.at_ms, event))
        return events


def test_speech_interrupts():
    line = Line()
    line.feed(HUSH, 1_000)
    assert line.feed(SURE, 1_000) == [
        (1_080, Suspected(1_000)),
        (1_300, Confirmed(1_000, SPEECH)),
    ]


def test_a_cough_does_not():
    line = Line()
    assert line.feed(SURE, 200) == [(80, Suspected(0))]
    assert line.feed(HUSH, 500) == [(460, Rejected("silence"))]


def test_a_short_word_does_when_it_was_recognized():
    line = Line()
    line.feed(SURE, 220)
    assert line.feed(HUSH, 200) == []
    assert line.feed(HUSH, 20, words_heard=True) == [(440, Confirmed(0, SPEECH))]


def test_the_verdict_comes_in_time():
    """Some speech now and then, never enough and never silence for long."""
    line = Line()
    assert line.feed(SURE, 100) == [(80, Suspected(0))]
    events = []
    for _ in range(3):
        events += line.feed(HUSH, 200) + line.feed(SURE, 20)
    assert events == [(580, Rejected("verdict time-out"))]


def test_unsure_speech_is_none():
    assert Line().feed(MAYBE, 3_000) == []


def test_after_a_rejection_it_is_quiet_for_a_while_and_nothing_is_lost():
    line = Line()
    line.feed(SURE, 200)
    line.feed(HUSH, 260)
    assert line.at_ms == 460
    assert line.feed(HUSH, 500) == []
    assert line.feed(SURE, 400) == [(1_060, Suspected(960)), (1_260, Confirmed(960, SPEECH))]


def test_in_the_cooldown_nothing_is_suspected():
    line = Line()
    line.feed(SURE, 200)
    line.feed(HUSH, 260)
    assert line.feed(SURE, 580) == []
    assert line.feed(SURE, 20) == [(1_060, Suspected(900))]


@pytest.mark.parametrize("state", ["idle", "suspected", "cooldown"])
def test_keys_interrupt_at_once(state):
    line = Line()
    if state != "idle":
        line.feed(SURE, 120)
    if state == "cooldown":
        line.feed(HUSH, 300)
    key = line.judge.key(line.at_ms, playing=line.playing)
    assert key == (Confirmed(line.at_ms, BargeInBy.KEYS),)
    assert line.judge.key(line.at_ms, playing=False) == ()
    assert line.feed(SURE, 1_000) == []


def test_without_a_prompt_there_is_nothing_to_interrupt():
    line = Line()
    line.playing = False
    assert line.feed(SURE, 1_000) == []
    assert line.judge.key(line.at_ms, playing=False) == ()


@pytest.mark.parametrize("allowed", list(BargeIn))
def test_what_is_not_allowed_does_not_interrupt(allowed):
    assert bool(Line(allowed).feed(SURE, 1_000)) == allowed.by_speech
    assert bool(Line(allowed).judge.key(0, playing=True)) == allowed.by_keys


def test_a_new_prompt_can_be_interrupted_again():
    line = Line()
    line.feed(SURE, 400)
    line.judge.reset()
    line.playing = True
    assert len(line.feed(SURE, 400)) == 2


def test_the_table():
    """Every state but the last has a way on, and no step is made up."""
    open_states = {state for state, _ in BARGE_IN_TRANSITIONS}
    assert open_states == set(BargeInState) - {BargeInState.CONFIRMED}
    assert {step for _, step in BARGE_IN_TRANSITIONS} == set(BargeInStep)
    with pytest.raises(ValueError, match="CONFIRMED"):
        next_barge_in_state(BargeInState.CONFIRMED, BargeInStep.KEY)


runs = st.lists(
    st.tuples(st.sampled_from([SURE, MAYBE, HUSH]), st.integers(1, 40), st.booleans()), max_size=30
)


@given(runs)
def test_every_suspicion_gets_a_verdict_in_time(pieces):
    line, suspected_at, rejected_at = Line(), None, None
    sure_ms = 0
    for voicing, frames, words in pieces:
        for _ in range(frames):
            sure_ms += 20 if voicing.sure else 0
            for at_ms, event in line.feed(voicing, 20, words_heard=words):
                match event:
                    case Suspected(onset_ms):
                        assert suspected_at is None
                        assert voicing.sure
                        assert 80 <= at_ms - onset_ms <= 160
                        assert rejected_at is None or at_ms - rejected_at >= 600
                        suspected_at = at_ms
                    case Confirmed():
                        assert suspected_at is not None
                        assert words or sure_ms >= 300
                        return
                    case Rejected():
                        assert at_ms - suspected_at <= 500
                        suspected_at, rejected_at = None, at_ms
            assert suspected_at is None or line.at_ms - suspected_at < 500


@given(st.integers(15, 100), st.integers(0, 100))
def test_unbroken_speech_of_300_ms_always_interrupts(talk_frames, hush_frames):
    line = Line()
    line.feed(HUSH, hush_frames * 20)
    onset_ms = line.at_ms
    assert line.feed(SURE, talk_frames * 20) == [
        (onset_ms + 80, Suspected(onset_ms)),
        (onset_ms + 300, Confirmed(onset_ms, SPEECH)),
    ]
