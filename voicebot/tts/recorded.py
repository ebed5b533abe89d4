"""Recordings of the operator, ready for the telephone."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from voicebot.audio.resample import resample
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.tts.shape import to_active_level


def load_recording(path: Path, *, rate: int, level_db: float) -> Pcm:
    """A 16-bit WAV file: channels mixed, at the wanted rate in Hz and level in dBFS, its pauses
    as recorded. Raises `EngineError`."""
    try:
        with wave.open(str(path), "rb") as file:
            data, channels = file.readframes(file.getnframes()), file.getnchannels()
            source_rate, width = file.getframerate(), file.getsampwidth()
    except (wave.Error, EOFError, OSError) as error:
        raise EngineError(f"the recording {path.name} cannot be read any more") from error
    if width != 2:
        raise EngineError(f"the recording {path.name} is no longer 16-bit PCM")
    frames = np.frombuffer(data, dtype="<i2").reshape(-1, channels)
    mono = frames.mean(axis=1).round().astype(np.int16) if channels > 1 else frames[:, 0]
    return to_active_level(resample(Pcm(mono, source_rate), rate), level_db)
