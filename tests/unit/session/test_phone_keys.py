"""Keys of phones in talks: signaled, heard, echoed."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.audio.tones import dtmf
from voicebot.core.audio import FRAME_MS, NARROWBAND, WIDEBAND, Pcm
from voicebot.core.ports import Audio
from voicebot.session.phone_keys import PhoneKeys


def after(silence_ms: int, sound: Pcm) -> Pcm:
    return Pcm.join([Pcm.silence(silence_ms, sound.rate), sound], sound.rate)


def heard(keys: PhoneKeys, heard: Pcm, played: Pcm) -> str:
    """All keys of two sounds that begin together, frame by frame."""
    rate, longest_ms = heard.rate, max(heard.duration_ms, played.duration_ms) + 200
    both = [after(0, one).samples for one in (heard, played)]
    size = int(longest_ms / FRAME_MS) * FRAME_MS * rate // 1000
    padded = [Pcm(np.pad(one, (0, max(0, size - len(one))))[:size], rate) for one in both]
    frames = zip(padded[0].frames(), padded[1].frames(), strict=True)
    return "".join(keys.hear(Audio(ours, theirs)) for ours, theirs in frames)


@pytest.mark.parametrize("rate", [NARROWBAND, WIDEBAND])
def test_tones_of_the_phone_are_keys(rate: int) -> None:
    assert heard(PhoneKeys(), dtmf("*1202#", rate), Pcm.silence(0, rate)) == "*1202#"


@pytest.mark.parametrize("late_ms", [40, 300, 700])
def test_what_was_played_to_the_phone_is_no_key_of_its_own(late_ms: int) -> None:
    """The caller's tones, as they come back by a loudspeaker, weaker and later."""
    played = dtmf("*4711#", NARROWBAND)
    echo = after(late_ms, Pcm((played.samples * 0.2).astype(np.int16), NARROWBAND))
    keys = PhoneKeys()
    assert heard(keys, echo, played) == ""
    assert heard(keys, dtmf("4", NARROWBAND), Pcm.silence(1_500, NARROWBAND)) == "4"


def test_a_key_that_is_signaled_and_heard_is_one() -> None:
    keys = PhoneKeys()
    assert keys.signaled("5", "info") == "5"
    assert heard(keys, dtmf("5", NARROWBAND), Pcm.silence(0, NARROWBAND)) == ""
    assert keys.signaled("5", "info") == "5"
