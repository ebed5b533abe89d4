"""Speech is found by level, and its margins are never digital silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr.span import speech_span, with_margins
from voicebot.core.audio import Pcm


def sound(*runs: tuple[int, float]) -> Pcm:
    """Noise of (ms, root mean square) one after the other, at 8 kHz."""
    rng = np.random.default_rng(1)
    parts = [rng.normal(0, level, ms * 8) for ms, level in runs]
    return Pcm(np.round(np.concatenate(parts)).astype(np.int16), 8_000)


@given(st.integers(10, 40), st.integers(5, 60), st.integers(10, 50))
def test_a_run_of_speech_is_found_to_the_frame(before: int, speech: int, after: int) -> None:
    span = speech_span(sound((before * 20, 10), (speech * 20, 2000), (after * 20, 10)))
    assert (span.start_ms, span.end_ms) == (before * 20, (before + speech) * 20)


def test_a_click_is_no_speech() -> None:
    span = speech_span(sound((400, 10), (20, 4000), (400, 10), (300, 2000), (400, 10)))
    assert span.start_ms == 820


@pytest.mark.parametrize("pcm", [sound((500, 10)), Pcm.silence(500, 8_000), sound((500, 2000))])
def test_where_nothing_stands_out_all_is_kept(pcm: Pcm) -> None:
    span = speech_span(pcm)
    assert (span.start_ms, span.end_ms) == (0, 500)


def test_margins_are_cut_and_filled_up() -> None:
    pcm = sound((100, 10), (400, 2000), (900, 10))
    speech, offset_ms = with_margins(pcm, speech_span(pcm), 300)
    assert speech.duration_ms == 1_000
    assert offset_ms == -200
    assert np.abs(speech.between(0, 200).samples).max() > 0


def test_nothing_is_nothing() -> None:
    assert speech_span(Pcm.silence(0, 8_000)).end_ms == 0
