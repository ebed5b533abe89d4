"""Sound files through the hearing that serves calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicebot.asr.recognizer import PooledRecognizer
from voicebot.audio.resample import resample
from voicebot.audio.telephone import telephone
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm
from voicebot.core.errors import VoicebotError
from voicebot.core.meaning import Expectation
from voicebot.core.speech import Transcript

_SHORTEST_MS = 60


class FileError(VoicebotError):
    """A sound file that cannot be transcribed; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a file turned out to say."""

    transcript: Transcript
    took_ms: float
    """From the end of the sound to the final reading."""


def load_sound(path: Path, *, as_telephone: bool) -> Pcm:
    """A file's sound as a call would have it: mono, 8 or 16 kHz. Raises `FileError`."""
    try:
        wav = read_wav(path)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error
    except VoicebotError as error:
        raise FileError(str(error)) from error
    if len(wav.channels) != 1:
        hint = "give one channel a file: sox in.wav left.wav remix 1"
        raise FileError(f"{path}: has {len(wav.channels)} channels; {hint}")
    pcm = wav.channel(0)
    if pcm.duration_ms < _SHORTEST_MS:
        raise FileError(f"{path}: holds no sound ({pcm.duration_ms:.0f} ms)")
    if as_telephone:
        return telephone(pcm)
    return pcm if pcm.rate in (NARROWBAND, WIDEBAND) else resample(pcm, _nearest(pcm.rate))


def _nearest(rate: int) -> int:
    return WIDEBAND if rate > WIDEBAND else NARROWBAND


async def hear(recognizer: PooledRecognizer, pcm: Pcm, expectation: Expectation) -> Heard:
    """One utterance, fed in frames as a call feeds it. Raises `EngineError`."""
    hearing = recognizer.hear(expectation)
    try:
        for piece in _pieces(pcm):
            hearing.feed(piece)
        began = time.perf_counter()
        transcript = await hearing.finish()
        return Heard(transcript, (time.perf_counter() - began) * 1000)
    finally:
        hearing.close()


def _pieces(pcm: Pcm) -> Iterator[Pcm]:
    frames = list(pcm.frames())
    yield from frames
    rest = pcm.samples[sum(len(frame) for frame in frames) :]
    if len(rest):
        yield Pcm(rest, pcm.rate)
