"""espeak-ng through pyttsx3: one engine, in a process of its own.

pyttsx3's driver opens `libespeak-ng.so.1` by name. The dynamic loader answers with a library of
that name which is already in the process, so the one that comes with `espeakng_loader` (1.52)
is loaded first: Debian 12's 1.51 reads Mandarin tones as English numbers. What is in use is
asked of the library itself.

The driver runs espeak-ng in its asynchronous mode, where setting the rate is a command in
espeak's queue. `runAndWait` cancels what is in that queue when it begins, and the first of all
`runAndWait` comes back while espeak's thread still synthesizes. Without waiting for the queue
before and after, 1 job in 50 gave an empty or cut file; with it none of 3,000.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import time
import wave
from collections.abc import Iterator, Sequence
from typing import Any

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.tts.wire import USUAL_PITCH

_LEAST_VERSION = (1, 52)
_OK = 0
_POLL_S = 0.000_5


class Stuck(Exception):
    """The engine is of no more use; the process ends, and its owner gives the job to another."""


class Espeak:
    """One engine; only one in a process, and never used from two threads."""

    def __init__(self) -> None:
        """Load the library and the engine. Raises `EngineError`."""
        try:
            _load_library()
            # Its driver looks for the library on import: not before it is loaded.
            import pyttsx3
            from pyttsx3.drivers import _espeak

            self._driver: Any = _espeak
            self._engine: Any = pyttsx3.init("espeak")
        except (ImportError, OSError, RuntimeError) as error:
            raise EngineError(f"espeak-ng cannot be loaded: {error}") from error
        self.version = self._read_version()
        self._finished: list[bool] = []
        self._current = ("", 0, 0)
        self._engine.connect("finished-utterance", self._on_finished)
        self.synthesize("a", "en", 165)  # the first loop is the one that ends early

    def unknown(self, voices: Sequence[str]) -> tuple[str, ...]:
        """Those of the voices that this espeak-ng does not have."""
        self._current = ("", 0, 0)  # to ask is to set
        return tuple(name for name in voices if self._driver.SetVoiceByName(name.encode()) != _OK)

    def synthesize(
        self, text: str, voice: str, words_per_minute: int, pitch: int = USUAL_PITCH
    ) -> Pcm:
        """The text's sound at espeak-ng's own rate. Raises `EngineError` for what no engine can
        speak, and `Stuck`."""
        if not text.strip():
            raise EngineError("there is no text to speak")
        if voice != self._current[0] and self.unknown([voice]):
            raise EngineError(f"espeak-ng has no voice {voice!r}: `espeak-ng --voices` lists them")
        self._set(voice, words_per_minute, pitch)
        with _memory_file() as path:
            if not (self._run(text, path) or self._run(text, path)):
                raise Stuck("espeak-ng did not finish")
            return _read(path)

    def _set(self, voice: str, words_per_minute: int, pitch: int) -> None:
        if self._current == (voice, words_per_minute, pitch):
            return
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", words_per_minute)
        self._engine.setProperty("pitch", pitch)
        self._current = (voice, words_per_minute, pitch)
        while self._driver.IsPlaying():
            time.sleep(_POLL_S)

    def _run(self, text: str, path: str) -> bool:
        self._finished.clear()
        self._engine.save_to_file(text, path)
        self._engine.runAndWait()
        self._driver.Synchronize()
        return self._finished == [True]

    def _on_finished(self, name: str | None, completed: bool) -> None:
        self._finished.append(completed)

    def _read_version(self) -> str:
        info = self._driver.dll.espeak_Info
        info.restype = ctypes.c_char_p
        version = str(info(None).decode())
        if tuple(int(part) for part in version.split(".")[:2]) < _LEAST_VERSION:
            raise EngineError(
                f"espeak-ng {version} is in use, which speaks broken Mandarin; "
                "1.52 comes with the package espeakng-loader: install it anew"
            )
        return version


def _load_library() -> None:
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)


@contextlib.contextmanager
def _memory_file() -> Iterator[str]:
    """A file that is on no disk: what is spoken may be personal."""
    descriptor = os.memfd_create("speech")
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _read(path: str) -> Pcm:
    try:
        with wave.open(path, "rb") as file:
            return Pcm.from_bytes(file.readframes(file.getnframes()), file.getframerate())
    except (wave.Error, EOFError) as error:
        raise EngineError("espeak-ng wrote no sound") from error
