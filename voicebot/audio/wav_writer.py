"""Writing WAV files of 16-bit PCM: at once, or as a call goes."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np

from voicebot.audio import g711
from voicebot.audio.wav import MULAW, PCM
from voicebot.core.audio import Pcm

HEADER_BYTES = 44
_MAX_SIZE = 0xFFFFFFFF - HEADER_BYTES


def write_wav(path: Path, *channels: Pcm) -> None:
    """Write one channel or several, the shorter ones filled up with silence."""
    path.write_bytes(wav_bytes(*channels))


def wav_bytes(*channels: Pcm) -> bytes:
    """The bytes of such a file. Raises `ValueError` where rates differ or nothing is given."""
    rates = {pcm.rate for pcm in channels}
    if len(rates) != 1:
        raise ValueError(f"a WAV file has one rate, not {sorted(rates)}")
    data = _interleaved(channels)
    return _header(rates.pop(), len(channels), len(data)) + data


class WavWriter:
    """A file that is written while a call goes on.

    Sound is kept for `patch_ms`, then written, and the header after it: a process that is killed
    leaves a file which any player plays, and which lacks at most the last `patch_ms`. The disk is
    touched only then and on `close`, which makes the file complete.
    """

    def __init__(self, path: Path, rate: int, *, channels: int = 2, patch_ms: int = 1_000) -> None:
        """Creates the file, which must not exist yet. Raises `OSError`."""
        self._rate = rate
        self._channels = channels
        self._patch_bytes = patch_ms * rate // 1000 * channels * 2
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._written = 0
        self._file: io.FileIO | None = io.FileIO(path, "x")
        self._file.write(_header(rate, channels, 0))

    @property
    def duration_ms(self) -> float:
        """Length of all that was appended."""
        total = self._written + self._waiting_bytes
        return total * 1000 / (self._rate * self._channels * 2)

    def append(self, *channels: Pcm) -> None:
        """The same stretch of time of each channel. Raises `ValueError` where lengths, rates or
        their number do not fit, `OSError` where the disk fails; nothing happens once closed."""
        if self._file is None:
            return
        shapes = {(len(pcm), pcm.rate) for pcm in channels}
        if len(channels) != self._channels or len(shapes) != 1:
            raise ValueError(f"{self._channels} channels of one length are written together")
        if channels[0].rate != self._rate:
            raise ValueError(f"the file is at {self._rate} Hz, the sound at {channels[0].rate} Hz")
        data = _interleaved(channels)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= self._patch_bytes:
            self._commit(self._file)

    def close(self) -> None:
        """Write the rest; harmless a second time."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with file:
            self._commit(file)

    def _commit(self, file: io.FileIO) -> None:
        """Sound first, then its size: at no moment does the header promise too much."""
        data = memoryview(b"".join(self._waiting))
        self._waiting.clear()
        while data:
            done = file.write(data)
            self._written += done
            self._waiting_bytes -= done
            data = data[done:]
        file.seek(0)
        file.write(_header(self._rate, self._channels, self._written))
        file.seek(0, io.SEEK_END)


def mulaw_wav(sound: Pcm) -> bytes:
    """One channel as a file of 8-bit mu-law: half the size, and no worse than a call's G.711."""
    data = g711.mulaw_encode(sound.samples).tobytes()
    rate = sound.rate
    format_ = struct.pack("<4sIHHIIHHH", b"fmt ", 18, MULAW, 1, rate, rate, 1, 8, 0)
    chunks = format_ + struct.pack("<4sII", b"fact", 4, len(data))
    chunks += struct.pack("<4sI", b"data", len(data)) + data + b"\0" * (len(data) % 2)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def _interleaved(channels: tuple[Pcm, ...]) -> bytes:
    length = max(len(pcm) for pcm in channels)
    both = np.zeros((length, len(channels)), dtype="<i2")
    for index, pcm in enumerate(channels):
        both[: len(pcm), index] = pcm.samples
    return both.tobytes()


def _header(rate: int, channels: int, data_bytes: int) -> bytes:
    block = 2 * channels
    size = min(data_bytes, _MAX_SIZE)
    riff = struct.pack("<4sI4s", b"RIFF", size + HEADER_BYTES - 8, b"WAVE")
    format_ = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM, channels, rate, rate * block, block, 16)
    return riff + format_ + struct.pack("<4sI", b"data", size)
