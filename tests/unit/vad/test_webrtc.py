import pytest
from vad_sounds import vowels

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.speech import Voicing
from voicebot.vad.webrtc import WebRtcVad


def judged(vad, frame):
    assert vad.hear(frame, Pcm.silence(20, frame.rate)) is False
    return vad.judge()


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_speech_and_silence(rate):
    vad, silent = WebRtcVad(), Pcm.silence(20, rate)
    voicings = [judged(vad, frame) for frame in vowels(rate, 1_000).frames()]
    assert sum(voicing.voiced for voicing in voicings) > 40
    assert all(voicing.voiced == voicing.sure for voicing in voicings)
    quiet = [judged(vad, silent) for _ in range(20)]
    assert quiet[-1] == Voicing(voiced=False, sure=False, level_db=-100)


def test_what_cannot_be():
    with pytest.raises(EngineError, match="not 4"):
        WebRtcVad(4)
    with pytest.raises(EngineError, match="15 ms at 8000 Hz"):
        WebRtcVad().is_speech(Pcm.silence(15, 8_000))
