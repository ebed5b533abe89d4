from dataclasses import replace
from itertools import pairwise

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
    Undecided,
    next_barge_in_state,
)
from voicebot.turns.wariness import Wariness

SURE = Voicing(voiced=True, sure=True, level_db=-20)
MAYBE = Voicing(voiced=True, sure=False, level_db=-30)
BEGAN = Voicing(voiced=False, sure=False, level_db=-45, outburst=True)
HUSH = Voicing(voiced=False, sure=False, level_db=-70)
CROWD = Voicing(voiced=True, sure=True, level_db=-30, restless=True)
LOUDER = replace(CROWD, louder=True)
SPEECH = BargeInBy.SPEECH


class Line:
    """A judge, a prompt that pauses when told to, and the time in the call."""

    def __init__(self, allowed=BargeIn.BOTH, wariness=None):
        self.judge = BargeInJudge(allowed=allowed, wariness=wariness)
        self.playing = True
        self.at_ms = 0

    def feed(self, voicing, duration_ms, **hints):
        events = []
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            for event in self.judge.feed(voicing, self.at_ms, playing=self.playing, **hints):
                if not isinstance(event, Undecided):
                    self.playing = isinstance(event, Rejected)
                events.append((self.at_ms, event))
        return events


def test_speech_interrupts():
    line = Line()
    line.feed(HUSH, 1_000)
    assert line.feed(SURE, 1_000) == [
        (1_080, Suspected(1_000)),
        (1_600, Confirmed(1_000, SPEECH)),
    ]


@pytest.mark.parametrize("duration_ms", [100, 200, 420, 560])
def test_a_cough_and_an_mm_hm_do_not(duration_ms):
    line = Line()
    assert line.feed(SURE, duration_ms) == [(80, Suspected(0))]
    assert line.feed(HUSH, 500) == [(duration_ms + 260, Rejected("silence"))]


def test_any_sound_on_a_quiet_line_pauses_the_prompt_until_it_turns_out_to_be_speech():
    line = Line()
    line.feed(HUSH, 1_000)
    assert line.feed(BEGAN, 160) == [(1_060, Suspected(1_000))]
    assert line.feed(HUSH, 100) == []
    assert line.feed(SURE, 600) == [(1_860, Confirmed(1_000, SPEECH))]


def test_a_click_does_not_pause_it():
    line = Line()
    line.feed(HUSH, 1_000)
    assert line.feed(BEGAN, 40) + line.feed(HUSH, 500) == []


def test_after_a_sound_that_was_no_speech_at_all_there_is_no_cooldown():
    line = Line()
    assert line.feed(BEGAN, 60) == [(60, Suspected(0))]
    assert line.feed(HUSH, 260) == [(320, Rejected("silence"))]
    assert line.feed(SURE, 80) == [(400, Suspected(320))]


def test_the_recognizer_is_waited_for():
    line = Line()
    line.feed(SURE, 300)
    assert line.feed(HUSH, 500, reading=True) == []
    assert line.feed(HUSH, 20, words_heard=True) == [(820, Confirmed(0, SPEECH))]


def test_but_not_for_ever():
    line = Line()
    line.feed(SURE, 300)
    assert line.feed(HUSH, 1_000, reading=True) == [(1_000, Rejected("silence"))]


def test_what_only_lingers_is_silence():
    """Silero says yes for some time after the last sound."""
    line = Line()
    line.feed(SURE, 300)
    lingering = Voicing(voiced=False, sure=True, level_db=-70)
    assert line.feed(lingering, 140) + line.feed(HUSH, 120) == [(560, Rejected("silence"))]


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
    for _ in range(6):
        events += line.feed(HUSH, 200) + line.feed(SURE, 20)
    assert events == [(1_280, Rejected("verdict time-out"))]


def test_unsure_speech_is_none():
    assert Line().feed(MAYBE, 3_000) == []


def test_after_a_rejection_it_is_quiet_for_a_while_and_nothing_is_lost():
    line = Line()
    line.feed(SURE, 200)
    line.feed(HUSH, 260)
    assert line.at_ms == 460
    assert line.feed(HUSH, 500) == []
    assert line.feed(SURE, 600) == [(1_060, Suspected(960)), (1_560, Confirmed(960, SPEECH))]


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
    line.feed(SURE, 600)
    line.judge.reset()
    line.playing = True
    assert len(line.feed(SURE, 600)) == 2


def test_the_table():
    """Every state but the last has a way on, and no step is made up."""
    open_states = {state for state, _ in BARGE_IN_TRANSITIONS}
    assert open_states == set(BargeInState) - {BargeInState.CONFIRMED}
    assert {step for _, step in BARGE_IN_TRANSITIONS} == set(BargeInStep)
    with pytest.raises(ValueError, match="CONFIRMED"):
        next_barge_in_state(BargeInState.CONFIRMED, BargeInStep.KEY)


def test_in_a_crowd_speech_alone_pauses_the_prompt_and_does_not_interrupt():
    line = Line()
    line.feed(HUSH, 1_000)
    assert line.feed(CROWD, 3_000)[:3] == [
        (1_080, Suspected(1_000)),
        (3_080, Undecided()),
        (3_480, Rejected("verdict time-out")),
    ]


def test_in_a_crowd_words_interrupt():
    line = Line()
    line.feed(CROWD, 1_500)
    assert line.feed(CROWD, 20, words_heard=True) == [(1_520, Confirmed(0, SPEECH))]


def test_in_a_crowd_a_voice_louder_than_all_others_interrupts():
    line = Line()
    line.feed(CROWD, 500)
    assert line.feed(LOUDER, 580) == []
    assert line.feed(LOUDER, 20) == [(1_100, Confirmed(0, SPEECH))]


def test_even_where_prompts_pause_no_more():
    line = crowd_of_two_wrong_voices()
    onset_ms = line.at_ms
    assert line.feed(LOUDER, 580) == []
    events = line.feed(LOUDER, 20)
    assert [type(event) for _, event in events] == [Suspected, Confirmed]
    assert events[0][0] == onset_ms + 600


def test_how_sure_words_must_be():
    """Any do on a quiet line; better ones in a crowd, and where voices were wrong twice."""
    line = Line()
    line.feed(SURE, 100)
    assert line.judge.believes(0.1)
    crowd = Line()
    assert crowd.judge.believes(0.1)
    crowd.feed(CROWD, 100)
    assert not crowd.judge.believes(0.64)
    assert crowd.judge.believes(0.65)
    wary = crowd_of_two_wrong_voices()
    assert not wary.judge.believes(0.64)
    assert wary.judge.believes(0.65)
    wary.feed(HUSH, 1_000)
    wary.feed(SURE, 100)
    assert wary.judge.believes(0.1)


def crowd_of_two_wrong_voices(wariness=None):
    line = Line(wariness=wariness)
    for _ in range(2):
        assert len(line.feed(CROWD, 400) + line.feed(HUSH, 1_000)) == 2
    return line


def test_after_two_of_a_crowd_the_prompt_pauses_no_more_but_for_who_speaks_into_silence():
    line = crowd_of_two_wrong_voices()
    assert line.feed(CROWD, 3_000) == []
    line.feed(HUSH, 1_000)
    assert [type(event) for _, event in line.feed(SURE, 1_000)] == [Suspected, Confirmed]


def test_nor_do_the_next_prompts_of_the_call():
    wariness = Wariness()
    line = crowd_of_two_wrong_voices(wariness)
    line.judge.reset()
    assert line.feed(CROWD, 3_000) == []
    assert Line(wariness=wariness).feed(CROWD, 3_000) == []


def test_until_prompts_were_free_of_voices_for_long():
    line = crowd_of_two_wrong_voices()
    line.feed(HUSH, 30_000)
    assert len(line.feed(CROWD, 400)) == 1


@given(
    st.lists(st.tuples(st.sampled_from([CROWD, MAYBE, HUSH]), st.integers(1, 200)), max_size=30),
    st.lists(st.integers(0, 30), max_size=3),
)
def test_a_crowd_never_interrupts_and_pauses_the_prompts_of_half_a_minute_twice_at_most(
    pieces, new_prompts
):
    line, paused_ms = Line(), 0
    events = []
    for number, (voicing, frames) in enumerate(pieces):
        if number in new_prompts and line.judge.state is not BargeInState.SUSPECTED:
            line.judge.reset()
        events += line.feed(voicing, frames * 20)
    events = [(at_ms, event) for at_ms, event in events if not isinstance(event, Undecided)]
    assert not any(isinstance(event, Confirmed) for _, event in events)
    pauses = [at_ms for at_ms, event in events if isinstance(event, Suspected)]
    assert all(
        third_ms - first_ms > 30_000 for first_ms, third_ms in zip(pauses, pauses[2:], strict=False)
    )
    for (at_ms, event), (after_ms, _) in pairwise(events):
        paused_ms = after_ms - at_ms if isinstance(event, Suspected) else 0
        assert paused_ms <= 2_400


runs = st.lists(
    st.tuples(
        st.sampled_from([SURE, MAYBE, HUSH, BEGAN]),
        st.integers(1, 40),
        st.booleans(),
        st.booleans(),
    ),
    max_size=30,
)


@given(runs)
def test_every_suspicion_gets_a_verdict_in_time(pieces):
    line, suspected_at, rejected_at = Line(), None, None
    sure_ms = since_ms = 0
    for voicing, frames, words, reading in pieces:
        for _ in range(frames):
            sure_ms += 20 if voicing.sure else 0
            since_ms += 20 if voicing.sure and suspected_at is not None else 0
            for at_ms, event in line.feed(voicing, 20, words_heard=words, reading=reading):
                match event:
                    case Suspected(onset_ms):
                        assert suspected_at is None
                        assert voicing.sure or voicing.outburst
                        assert 60 <= at_ms - onset_ms <= 160
                        assert rejected_at is None or at_ms - rejected_at >= 60
                        suspected_at, since_ms = at_ms, 0
                    case Confirmed():
                        assert suspected_at is not None
                        assert words or sure_ms >= 600
                        return
                    case Rejected():
                        assert at_ms - suspected_at <= 1_200
                        assert since_ms < 600
                        suspected_at, rejected_at = None, at_ms
            assert suspected_at is None or line.at_ms - suspected_at < 1_200


@given(st.integers(30, 100), st.integers(0, 100))
def test_unbroken_speech_of_600_ms_always_interrupts(talk_frames, hush_frames):
    line = Line()
    line.feed(HUSH, hush_frames * 20)
    onset_ms = line.at_ms
    assert line.feed(SURE, talk_frames * 20) == [
        (onset_ms + 80, Suspected(onset_ms)),
        (onset_ms + 600, Confirmed(onset_ms, SPEECH)),
    ]
