"""Recordings of the operator, ready for the telephone."""

from __future__ import annotations

from pathlib import Path

from voicebot.audio.resample import resample
from voicebot.audio.wav import WavError, read_wav
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.tts.shape import to_active_level


def load_recording(path: Path, *, rate: int, level_db: float) -> Pcm:
    """A WAV file: channels mixed, at the wanted rate in Hz and level in dBFS, its pauses as
    recorded. Raises `EngineError`."""
    try:
        sound = read_wav(path).mono()
    except (WavError, OSError) as error:
        raise EngineError(f"the recording {path.name} cannot be read any more") from error
    return to_active_level(resample(sound, rate), level_db)
