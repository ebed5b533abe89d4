"""Static prompts as WAV files on disk, bounded in size; the least recently used go first.

A file is an ordinary WAV with a CRC-32 of all before it as its last four bytes (players do not
look past the end that the header names). One that does not match is removed and made again.
"""

from __future__ import annotations

import io
import logging
import os
import wave
import zlib
from pathlib import Path

from voicebot.core.audio import Pcm
from voicebot.core.whole_file import write_whole

log = logging.getLogger(__name__)

_CRC_BYTES = 4
_LOW_WATER = 0.9
"""When full, files are removed down to this part of the size, so that it is not done each time."""


class DiskCache:
    """A folder of WAV files named by key. Trouble with the disk is logged and costs no speech.

    Several processes may share the folder: files appear whole, by rename.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._bytes = sum(size for _, size, _ in self._files())

    def get(self, key: str) -> Pcm | None:
        """The sound under a key; None where there is none that is whole."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("prompt cache cannot be read", extra={"reason": error.strerror})
            return None
        pcm = _unpack(data)
        if pcm is None:
            log.warning("damaged file in the prompt cache, made again", extra={"file": path.name})
            self._remove(path, len(data))
        else:
            self._touch(path)
        return pcm

    def put(self, key: str, pcm: Pcm) -> None:
        """Keep a sound under a key of letters and digits."""
        data = _pack(pcm)
        if len(data) > self._max_bytes:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replaced = self._size(self._path(key))
            write_whole(self._path(key), data, durable=False)
        except OSError as error:
            log.warning("prompt cache cannot be written", extra={"reason": error.strerror})
            return
        self._bytes += len(data) - replaced
        if self._bytes > self._max_bytes:
            self._evict()

    def _evict(self) -> None:
        files = sorted(self._files())
        self._bytes = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._bytes <= self._max_bytes * _LOW_WATER:
                break
            self._remove(path, size)

    def _files(self) -> list[tuple[float, int, Path]]:
        """Time of last use, size and path of all that is kept."""
        found = []
        for path in self._folder.glob("*.wav"):
            try:
                status = path.stat()
            except OSError:
                continue  # removed by another process meanwhile
            found.append((status.st_mtime, status.st_size, path))
        return found

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.wav"

    def _size(self, path: Path) -> int:
        return path.stat().st_size if path.exists() else 0

    def _touch(self, path: Path) -> None:
        try:
            os.utime(path)
        except OSError:
            return  # it is only used a little less recently than it could be

    def _remove(self, path: Path, size: int) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("prompt cache cannot be cleaned", extra={"reason": error.strerror})
            return
        self._bytes -= size


def _pack(pcm: Pcm) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(pcm.rate)
        file.writeframes(pcm.to_bytes())
    data = buffer.getvalue()
    return data + zlib.crc32(data).to_bytes(_CRC_BYTES, "little")


def _unpack(data: bytes) -> Pcm | None:
    body, crc = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
    if zlib.crc32(body).to_bytes(_CRC_BYTES, "little") != crc:
        return None
    try:
        with wave.open(io.BytesIO(body), "rb") as file:
            return Pcm.from_bytes(file.readframes(file.getnframes()), file.getframerate())
    except (wave.Error, EOFError, ValueError):
        return None
