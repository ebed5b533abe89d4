import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vad_sounds import noise, vowels

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.vad.silero import (
    SileroModel,
    SileroStream,
    missing_reason,
    model_file,
    shared_model,
)

pytestmark = pytest.mark.skipif(model_file() is None, reason="silero-vad is not installed")
RATES = [8_000, 16_000]


def stream(rate):
    return SileroStream(shared_model(model_file()), rate)


def after(ear, pcm):
    ear.feed(pcm)
    return ear.probability


def test_the_package_is_not_imported():
    assert missing_reason() == ""
    assert "silero_vad" not in sys.modules
    assert "torch" not in sys.modules


def test_one_model_for_the_process():
    assert shared_model(model_file()) is shared_model(model_file())


@pytest.mark.parametrize("rate", RATES)
def test_speech_is_speech_and_noise_is_none(rate):
    speech, hiss = stream(rate), stream(rate)
    voiced = [after(speech, frame) for frame in vowels(rate, 2_000).frames()]
    assert np.mean(np.array(voiced) > 0.5) > 0.9
    noisy = [after(hiss, frame) for frame in noise(rate, 2_000, level_db=-30).frames()]
    assert max(noisy) < 0.3


@pytest.mark.parametrize("rate", RATES)
@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 16_000), max_size=8))
def test_the_split_of_the_input_does_not_matter(rate, cuts):
    line = vowels(rate, 1_000).samples
    once = stream(rate)
    once.feed(Pcm(line, rate))
    pieces = stream(rate)
    for part in np.split(line, sorted(cut % len(line) for cut in cuts)):
        pieces.feed(Pcm(part, rate))
    assert pieces.probability == once.probability


def test_two_calls_do_not_hear_each_other():
    alone, one, other = stream(8_000), stream(8_000), stream(8_000)
    for frame, hiss in zip(
        vowels(8_000, 800).frames(), noise(8_000, 800, level_db=-20).frames(), strict=True
    ):
        expected = after(alone, frame)
        other.feed(hiss)
        assert after(one, frame) == expected


def test_reset_forgets():
    used = stream(8_000)
    used.feed(vowels(8_000, 500))
    used.reset()
    assert used.probability == 0
    assert after(used, vowels(8_000, 300)) == after(stream(8_000), vowels(8_000, 300))


def test_forgotten_sound_is_not_heard_in_company():
    used, other = stream(8_000), stream(8_000)
    used.feed(vowels(8_000, 500))
    used.reset()
    assert after(other, vowels(8_000, 100)) > 0
    assert used.probability == 0
    assert not used.state.any()


RUNS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 120), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=15, deadline=None)
@given(runs=RUNS)
def test_calls_that_are_heard_side_by_side_are_judged_as_alone(runs):
    """Four calls are fed in any order, and asked at any time."""
    sounds = [vowels(8_000, 5_000), *(noise(8_000, 5_000, level_db=-20 - 9 * n) for n in range(3))]
    together = [stream(8_000) for _ in sounds]
    alone = [SileroStream(SileroModel(model_file()), 8_000) for _ in sounds]
    fed = [0] * len(sounds)
    for call, length_ms, asked in runs:
        piece = sounds[call].between(fed[call], fed[call] + length_ms)
        fed[call] += length_ms
        together[call].feed(piece)
        expected = after(alone[call], piece)
        if asked:
            assert together[call].probability == pytest.approx(expected, abs=1e-4)
    for one, other in zip(together, alone, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-4)


def test_all_that_waits_is_heard_in_one_run(monkeypatch):
    model, runs = SileroModel(model_file()), []
    run = model.run
    monkeypatch.setattr(model, "run", lambda *args: runs.append(len(args[0])) or run(*args))
    calls = [SileroStream(model, 8_000) for _ in range(5)]
    for number, call in enumerate(calls):
        call.feed(vowels(8_000, 32 if number else 64))
    assert all(call.probability >= 0 for call in calls)
    assert runs == [5, 1]


def test_what_cannot_be():
    with pytest.raises(ValueError, match="44100"):
        stream(44_100)


def test_a_broken_model_says_which(tmp_path):
    broken = tmp_path / "silero_vad.onnx"
    broken.write_bytes(b"not a network")
    with pytest.raises(EngineError, match=r"silero_vad\.onnx"):
        SileroModel(broken)
