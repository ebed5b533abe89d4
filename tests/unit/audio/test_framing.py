import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio.framing import Framer
from voicebot.core.audio import Pcm, frame_samples


@given(st.lists(st.integers(0, 700), max_size=20), st.sampled_from([8_000, 16_000]))
def test_nothing_is_lost_and_frames_are_whole(lengths, rate):
    line = np.arange(sum(lengths)).astype(np.int16)
    framer, frames, start = Framer(rate), [], 0
    for length in lengths:
        frames += framer.feed(Pcm(line[start : start + length], rate))
        start += length
    assert {len(frame) for frame in frames} <= {frame_samples(rate)}
    assert len(frames) == len(line) // frame_samples(rate)
    rest = framer.flush()
    assert np.array_equal(Pcm.join([*frames, rest], rate).samples, line)
    assert framer.pending_ms == 0


def test_pending_and_rate():
    framer = Framer(8_000)
    assert framer.feed(Pcm.silence(30, 8_000))
    assert framer.pending_ms == 10
    with pytest.raises(ValueError, match="16000"):
        framer.feed(Pcm.silence(20, 16_000))
