"""WAV files (RIFF/WAVE): reading whatever people bring, writing 16-bit PCM.

Read: PCM of 8, 16, 24 and 32 bits, IEEE float of 32 and 64 bits, mu-law, A-law, each also as
WAVE_FORMAT_EXTENSIBLE; any rate and number of channels; unknown chunks are skipped, odd ones
padded. A recorder that was killed leaves sizes of 0 or of its last update: the data then goes
on to the end of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.audio import g711
from voicebot.core.audio import Pcm
from voicebot.core.errors import VoicebotError

PCM, FLOAT, ALAW, MULAW, EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
_HINT = "convert it: sox in.wav -e signed-integer -b 16 out.wav"
_KNOWN_CHUNKS = {b"LIST", b"fact", b"cue ", b"smpl", b"inst", b"bext", b"id3 ", b"PEAK", b"JUNK"}


class WavError(VoicebotError):
    """A file that cannot be read as WAV; says why and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Wav:
    """The sound of a file."""

    channels: NDArray[np.int16]
    """Shape (channels, n)."""
    rate: int
    """In Hz."""

    def mono(self) -> Pcm:
        """All channels mixed down to their mean."""
        if len(self.channels) == 1:
            return self.channel(0)
        return Pcm(np.round(self.channels.mean(axis=0)).astype(np.int16), self.rate)

    def channel(self, index: int) -> Pcm:
        """One channel, from 0."""
        return Pcm(np.ascontiguousarray(self.channels[index]), self.rate)


@dataclass(frozen=True, slots=True)
class _Format:
    tag: int
    channels: int
    rate: int
    block: int
    """Bytes of one sample of all channels."""

    @property
    def width(self) -> int:
        return self.block // self.channels


def read_wav(path: Path) -> Wav:
    """Read a file. Raises `WavError`; `OSError` where it cannot be opened."""
    return parse_wav(path.read_bytes(), name=str(path))


def parse_wav(data: bytes, *, name: str = "WAV data") -> Wav:
    """Read the bytes of a file. Raises `WavError`, with `name` in its text."""
    try:
        return _parse(data)
    except WavError as error:
        raise WavError(f"{name}: {error}") from None


def _parse(data: bytes) -> Wav:
    _check_riff(data)
    format_: _Format | None = None
    for ident, start, size in _chunks(data):
        if ident == b"fmt ":
            format_ = _read_format(data[start : start + size])
        elif ident == b"data":
            if format_ is None:
                raise WavError("its data comes before its format; " + _HINT)
            return _decode(data[start : start + size], format_)
    raise WavError("it holds no sound (no data chunk): the file was cut off or is not a recording")


def _check_riff(data: bytes) -> None:
    if len(data) < 12 or data[8:12] != b"WAVE":
        raise WavError("it is not a WAV file (no RIFF/WAVE header); " + _HINT)
    if data[:4] not in (b"RIFF", b"RF64"):
        raise WavError(f"WAV of kind {data[:4]!r} is not read; " + _HINT)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of each chunk, sizes cut to what is there."""
    offset = 12
    while offset + 8 <= len(data):
        ident, size = struct.unpack_from("<4sI", data, offset)
        start = offset + 8
        left = len(data) - start
        if ident == b"data" and (size > left or _was_never_patched(data, start, size)):
            size = left
        yield ident, start, min(size, left)
        offset = start + size + size % 2


def _was_never_patched(data: bytes, start: int, size: int) -> bool:
    """A size of 0, although sound follows and no chunk."""
    return size == 0 and len(data) > start and data[start : start + 4] not in _KNOWN_CHUNKS


def _read_format(chunk: bytes) -> _Format:
    if len(chunk) < 16:
        raise WavError("its format chunk is too short; " + _HINT)
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == EXTENSIBLE and len(chunk) >= 26:
        tag = struct.unpack_from("<H", chunk, 24)[0]
    if channels == 0 or rate == 0:
        raise WavError(f"its format makes no sense ({channels} channels, {rate} Hz); " + _HINT)
    if block == 0 or block % channels:
        block = channels * ((bits + 7) // 8)
    return _Format(tag, channels, rate, block)


def _decode(data: bytes, format_: _Format) -> Wav:
    decode = _DECODERS.get((format_.tag, format_.width))
    if decode is None:
        kind = f"format {format_.tag:#06x} with {8 * format_.width} bits a sample"
        raise WavError(f"{kind} is not read; " + _HINT)
    whole = len(data) // format_.block * format_.block
    flat = decode(data[:whole])
    return Wav(np.ascontiguousarray(flat.reshape(-1, format_.channels).T), format_.rate)


def _from_8(data: bytes) -> NDArray[np.int16]:
    return np.asarray((np.frombuffer(data, np.uint8).astype(np.int16) - 128) << 8)


def _from_16(data: bytes) -> NDArray[np.int16]:
    return np.frombuffer(data, "<i2").astype(np.int16)


def _from_24(data: bytes) -> NDArray[np.int16]:
    low, middle, high = np.frombuffer(data, np.uint8).reshape(-1, 3).T.astype(np.int32)
    return _to_16((high << 24 | middle << 16 | low << 8).astype(np.int64))


def _from_32(data: bytes) -> NDArray[np.int16]:
    return _to_16(np.frombuffer(data, "<i4").astype(np.int64))


def _to_16(values: NDArray[np.int64]) -> NDArray[np.int16]:
    """From 32 bits, rounded."""
    return np.asarray(np.minimum((values + 32768) >> 16, 32767), dtype=np.int16)


def _from_float(data: bytes, kind: str) -> NDArray[np.int16]:
    values = np.nan_to_num(np.frombuffer(data, kind).astype(np.float64))
    return np.clip(np.round(values * 32768), -32768, 32767).astype(np.int16)


_DECODERS: dict[tuple[int, int], Callable[[bytes], NDArray[np.int16]]] = {
    (PCM, 1): _from_8,
    (PCM, 2): _from_16,
    (PCM, 3): _from_24,
    (PCM, 4): _from_32,
    (FLOAT, 4): lambda data: _from_float(data, "<f4"),
    (FLOAT, 8): lambda data: _from_float(data, "<f8"),
    (ALAW, 1): lambda data: g711.alaw_decode(np.frombuffer(data, np.uint8)),
    (MULAW, 1): lambda data: g711.mulaw_decode(np.frombuffer(data, np.uint8)),
}
