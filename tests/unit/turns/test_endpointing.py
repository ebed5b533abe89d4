"""Runs of talk and silence, and on which frame which event must come."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.speech import Voicing
from voicebot.core.turn import Timing
from voicebot.turns.endpointing import Endpointer, EndReason, Paused, SpeechEnded, SpeechStarted
from voicebot.turns.settings import EndpointSettings

TALK = Voicing(voiced=True, sure=True, level_db=-20)
HUSH = Voicing(voiced=False, sure=False, level_db=-70)
TIMING = Timing(end_complete_ms=400, end_incomplete_ms=1_000, max_speech_ms=15_000)


@dataclass
class Line:
    """An endpointer and the time in the call."""

    endpointer: Endpointer
    at_ms: int = 0

    def feed(self, voicing, duration_ms):
        """The events with the time of their frame."""
        events = []
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            events += [(self.at_ms, event) for event in self.endpointer.feed(voicing, self.at_ms)]
        return events


@pytest.fixture
def line():
    return Line(Endpointer(TIMING))


def test_an_utterance_that_answers(line):
    assert line.feed(HUSH, 1_000) == []
    assert line.feed(TALK, 600) == [(1_120, SpeechStarted(1_000))]
    assert line.feed(HUSH, 200) == [(1_780, Paused(1, 1_600))]
    assert line.endpointer.answer(1, line.at_ms, complete=True) == ()
    assert line.feed(HUSH, 400) == [(2_000, SpeechEnded(1_000, 1_600, EndReason.COMPLETE))]
    assert not line.endpointer.speaking


def test_an_utterance_that_does_not_answer(line):
    line.feed(TALK, 600)
    line.feed(HUSH, 200)
    assert line.endpointer.answer(1, line.at_ms, complete=False) == ()
    assert line.feed(HUSH, 2_000) == [(1_600, SpeechEnded(0, 600, EndReason.INCOMPLETE))]


def test_without_an_answer_the_longer_silence_ends(line):
    line.feed(TALK, 600)
    events = line.feed(HUSH, 2_000)
    assert events[-1] == (1_600, SpeechEnded(0, 600, EndReason.INCOMPLETE))


def test_a_late_answer_ends_at_once(line):
    line.feed(TALK, 600)
    line.feed(HUSH, 700)
    ended = line.endpointer.answer(1, line.at_ms, complete=True)
    assert ended == (SpeechEnded(0, 600, EndReason.COMPLETE),)
    assert line.feed(HUSH, 2_000) == []


def test_an_answer_to_an_older_pause_does_not_count(line):
    line.feed(TALK, 600)
    line.feed(HUSH, 200)
    line.feed(TALK, 300)
    assert line.endpointer.answer(1, line.at_ms, complete=True) == ()
    paused = line.feed(HUSH, 200)
    assert paused == [(1_280, Paused(2, 1_100))]
    assert line.endpointer.answer(1, line.at_ms, complete=True) == ()
    assert line.feed(HUSH, 1_000) == [(2_100, SpeechEnded(0, 1_100, EndReason.INCOMPLETE))]


def test_speech_after_a_complete_answer_needs_a_new_one(line):
    line.feed(TALK, 600)
    line.feed(HUSH, 200)
    line.endpointer.answer(1, line.at_ms, complete=True)
    line.feed(TALK, 300)
    events = line.feed(HUSH, 2_000)
    assert events[-1] == (2_100, SpeechEnded(0, 1_100, EndReason.INCOMPLETE))


def test_a_click_in_a_pause_does_not_prolong_it(line):
    line.feed(TALK, 600)
    line.feed(HUSH, 400)
    line.feed(TALK, 40)
    assert line.feed(HUSH, 1_000) == [(1_600, SpeechEnded(0, 600, EndReason.INCOMPLETE))]


def test_long_speech_is_cut(line):
    events = line.feed(TALK, 16_000)
    assert events[:2] == [
        (120, SpeechStarted(0)),
        (15_000, SpeechEnded(0, 15_000, EndReason.MAX_SPEECH)),
    ]


def test_clicks_are_no_speech(line):
    for _ in range(20):
        assert line.feed(TALK, 80) == []
        assert line.feed(HUSH, 200) == []


def test_a_new_question_has_its_own_timing(line):
    line.feed(TALK, 600)
    line.endpointer.timing = Timing(end_incomplete_ms=2_000)
    assert line.feed(HUSH, 3_000)[-1][0] == 2_600


def test_reset_drops_the_utterance(line):
    line.feed(TALK, 600)
    assert line.endpointer.onset_ms == 0
    line.endpointer.reset()
    assert line.endpointer.onset_ms is None
    assert line.feed(HUSH, 3_000) == []


def test_a_short_silence_still_brings_a_partial_first():
    line = Line(Endpointer(Timing(end_complete_ms=100, end_incomplete_ms=50)))
    line.feed(TALK, 300)
    assert line.feed(HUSH, 200) == [
        (380, Paused(1, 300)),
        (400, SpeechEnded(0, 300, EndReason.INCOMPLETE)),
    ]


runs = st.lists(
    st.tuples(st.booleans(), st.integers(1, 90).map(lambda frames: frames * 20)), max_size=25
)


@given(runs, st.integers(10, 60), st.integers(10, 100), st.data())
def test_events_come_in_order_and_on_their_frame(pieces, complete, incomplete, data):
    timing = Timing(
        end_complete_ms=complete * 20, end_incomplete_ms=incomplete * 20, max_speech_ms=4_000
    )
    line = Line(Endpointer(timing))
    open_from, pause, verdict, last_pause = None, None, "", 0
    for talking, duration_ms in pieces:
        for _ in range(duration_ms // 20):
            for at_ms, event in line.feed(TALK if talking else HUSH, 20):
                match event:
                    case SpeechStarted(onset_ms):
                        assert open_from is None
                        assert 120 <= at_ms - onset_ms <= 200
                        open_from, pause = onset_ms, None
                    case Paused(number, silent_from):
                        assert open_from is not None
                        assert number == last_pause + 1
                        assert at_ms - silent_from == min(180, timing.end_complete_ms - 20)
                        pause, last_pause, verdict = event, number, ""
                        if data.draw(st.booleans()):
                            verdict = data.draw(st.sampled_from(["", "complete", "certain"]))
                            certain = verdict == "certain"
                            answer = line.endpointer.answer
                            answer(number, at_ms, complete=bool(verdict), certain=certain)
                    case SpeechEnded(start_ms, end_ms):
                        assert start_ms == open_from
                        assert start_ms < end_ms <= at_ms
                        check_end(timing, pause, at_ms, event, verdict=verdict)
                        open_from = None
            assert line.endpointer.speaking == (open_from is not None)


def check_end(timing, pause, at_ms, ended, *, verdict):
    if ended.reason is EndReason.MAX_SPEECH:
        assert at_ms - ended.start_ms == timing.max_speech_ms
        return
    assert ended.end_ms == pause.at_ms
    assert ended.reason is (EndReason.COMPLETE if verdict else EndReason.INCOMPLETE)
    longer = max(timing.end_complete_ms, timing.end_incomplete_ms)
    sooner = min(timing.end_complete_ms, timing.end_certain_ms)
    wait_ms = {"": longer, "complete": timing.end_complete_ms, "certain": sooner}
    assert at_ms - ended.end_ms == wait_ms[verdict or ""]


@given(st.integers(6, 40), st.integers(0, 40))
def test_the_start_comes_with_the_sixth_voiced_frame(talk_frames, hush_frames):
    line = Line(Endpointer(TIMING))
    assert line.feed(HUSH, hush_frames * 20) == []
    onset_ms = line.at_ms
    assert line.feed(TALK, talk_frames * 20)[0] == (onset_ms + 120, SpeechStarted(onset_ms))


@given(st.integers(1, 10), st.integers(1, 10))
def test_settings_are_held(window, enough):
    settings = EndpointSettings(start_window_ms=window * 20, start_voiced_ms=enough * 20)
    line = Line(Endpointer(TIMING, settings))
    assert line.feed(TALK, 400)[0] == (enough * 20, SpeechStarted(0))
