import sys

import numpy as np
import onnxruntime
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
@settings(max_examples=10)
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


@settings(max_examples=15)
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
            assert together[call].probability == expected
    for one, other in zip(together, alone, strict=True):
        assert one.probability == other.probability


def test_all_that_waits_is_heard_at_once(monkeypatch):
    model, passes, steps = SileroModel(model_file()), [], []
    network = model._networks[8_000]
    gates, step = network.gates, network.step
    monkeypatch.setattr(network, "gates", lambda *args: passes.append(len(args[0])) or gates(*args))
    monkeypatch.setattr(network, "step", lambda *args: steps.append(len(args[0])) or step(*args))
    calls = [SileroStream(model, 8_000) for _ in range(5)]
    for number, call in enumerate(calls):
        call.feed(vowels(8_000, 32 if number else 64))
    assert all(call.probability >= 0 for call in calls)
    assert (passes, steps) == ([6], [5, 1])


@pytest.mark.parametrize("rate", RATES)
def test_it_is_what_onnxruntime_makes_of_the_file(rate):
    session = onnxruntime.InferenceSession(str(model_file()), providers=["CPUExecutionProvider"])
    ear, chunk, context = stream(rate), rate * 32 // 1_000, rate * 8 // 1_000
    line = np.concatenate([vowels(rate, 640).samples, noise(rate, 640, level_db=-30).samples])
    sound = np.concatenate([np.zeros(context), line]).astype(np.float32) / 32_768
    state = np.zeros((2, 1, 128), np.float32)
    for at in range(context, len(sound) - chunk + 1, chunk):
        piece = sound[np.newaxis, at - context : at + chunk]
        feeds = {"input": piece, "state": state, "sr": np.array(rate, np.int64)}
        expected, state = session.run(None, feeds)
        heard = after(ear, Pcm(line[at - context : at - context + chunk], rate))
        assert heard == pytest.approx(float(expected[0, 0]), abs=1e-5)


@settings(max_examples=15)
@given(first=st.integers(0, 30), count=st.integers(1, 20))
def test_what_is_heard_beside_it_changes_no_bit(first, count):
    network = shared_model(model_file())._networks[8_000]
    chance = np.random.default_rng(0)
    chunks = chance.normal(0, 0.05, (50, network.samples)).astype(np.float32)
    states = chance.normal(0, 1, (2, 50, 128)).astype(np.float32)
    some = slice(first, first + count)
    all_gates, some_gates = network.gates(chunks), network.gates(chunks[some])
    assert np.array_equal(some_gates, all_gates[some])
    every, few = network.step(all_gates, states), network.step(some_gates, states[:, some])
    assert np.array_equal(few[0], every[0][some])
    assert np.array_equal(few[1], every[1][:, some])


def test_what_cannot_be():
    with pytest.raises(ValueError, match="44100"):
        stream(44_100)


def test_a_broken_model_says_which(tmp_path):
    broken = tmp_path / "silero_vad.onnx"
    for content in (b"not a network", b"", model_file().read_bytes()[:100_000]):
        broken.write_bytes(content)
        with pytest.raises(EngineError, match=r"silero_vad\.onnx"):
            SileroModel(broken)
