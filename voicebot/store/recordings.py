"""Two-channel recordings of calls: caller left, bot or agent right.

    record ──▶ CallRecording.add ──deque──▶ one writer thread ──▶ 2026/11/22/<call>.wav

The loop never waits for the disk. Where the disk fails, is full or too slow, the recording stops
and says why; the call goes on.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from voicebot.audio.wav_writer import WavWriter
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.ports import Audio
from voicebot.store.settings import RecordingSettings

log = logging.getLogger(__name__)

ROUND_S = 0.1
"""From one round of the writer thread to the next."""

_Work = Callable[[], None]


class Recordings:
    """The recordings of a node, and the thread that writes them."""

    def __init__(
        self,
        settings: RecordingSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._clock = settings, clock
        self._work: deque[_Work] = deque()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    def record(self, call: CallId, rate: int) -> tuple[str, CallRecording]:
        """A new recording at `rate` Hz: its name below the data folder, and where its sound goes.
        Returns at once; the file is made by the writer thread."""
        name = f"{self._clock():%Y/%m/%d}/{file_name(call)}"
        path = self._settings.folder / name
        recording = CallRecording(path, rate, self._settings, self._work.append)
        return f"{self._settings.folder.name}/{name}", recording

    def message(self, call: CallId, rate: int) -> tuple[str, MessageRecording]:
        """A message of the caller, one channel: its name below the data folder, and where its
        sound goes. Returns at once."""
        folder = self._settings.folder.with_name("messages")
        name = f"{self._clock():%Y/%m/%d}/{uuid4().hex[:8]}-{file_name(call)}"
        recording = MessageRecording(folder / name, rate, self._settings, self._work.append)
        return f"{folder.name}/{name}", recording

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what was given; False where the disk took too long."""
        self._closing.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Comes round by itself: to be woken for each piece of a hundred calls would cost the
        calls more than the writing does."""
        while not self._closing.wait(ROUND_S):
            self._write_all()
        self._write_all()

    def _write_all(self) -> None:
        while self._work:
            self._work.popleft()()


def file_name(call: CallId) -> str:
    """The name of a call's file: whatever the id holds, it stays in its folder."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", call)[:100] + ".wav"


class CallRecording:
    """Implements `core.ports.Recording`. Its methods are for one thread, that of the loop."""

    channels = 2

    def __init__(
        self, path: Path, rate: int, settings: RecordingSettings, later: Callable[[_Work], None]
    ) -> None:
        self._path, self._rate, self._settings, self._later = path, rate, settings, later
        self._file: WavWriter | None = None
        self._paused = False
        self._given_ms = self._taken_ms = self._gathered_ms = 0.0
        self._left: list[Pcm] = []
        self._right: list[Pcm] = []
        self._failure = ""
        later(self._open)

    @property
    def failure(self) -> str:
        """Why it stopped; empty while all is well."""
        return self._failure

    def add(self, audio: Audio) -> None:
        """Append frames at the recording's rate: heard left, played right."""
        if self._failure:
            return
        if self._given_ms - self._taken_ms > self._settings.pending_ms:
            self._fail("the disk is too slow")
            return
        left, right = audio.heard, audio.played
        if left.rate != self._rate:
            self._hand_over()
            why = f"the file is at {self._rate} Hz, the sound at {left.rate} Hz"
            self._later(lambda: self._fail(why))
            return
        if self._paused:
            left = right = Pcm.silence(left.duration_ms, left.rate)
        self._left.append(left)
        self._right.append(right)
        self._gathered_ms += left.duration_ms
        if self._gathered_ms >= self._settings.write_every_ms:
            self._hand_over()

    def pause(self, *, on: bool) -> None:
        """While on, silence is written in place of sound."""
        self._paused = on

    def close(self) -> None:
        """End the file; harmless a second time."""
        self._hand_over()
        self._later(self._close)

    def _hand_over(self) -> None:
        """One piece for the writer thread, not every frame."""
        if not self._left:
            return
        left, right = self._left, self._right
        self._left, self._right = [], []
        self._given_ms += self._gathered_ms
        self._gathered_ms = 0.0
        self._later(lambda: self._append(left, right))

    # ------------------------------------------------------------ the writer thread

    def _open(self) -> None:
        try:
            _private_folders(self._path.parent)
            patch_ms = self._settings.write_every_ms
            self._file = WavWriter(
                self._path, self._rate, channels=self.channels, patch_ms=patch_ms
            )
            self._path.chmod(0o600)
        except OSError as error:
            self._fail(error.strerror or type(error).__name__)

    def _append(self, left: list[Pcm], right: list[Pcm]) -> None:
        self._taken_ms += sum(pcm.duration_ms for pcm in left)
        if self._file is None or self._failure:
            return
        try:
            both = (Pcm.join(left, left[0].rate), Pcm.join(right, right[0].rate))
            self._file.append(*both[: self.channels])
        except OSError as error:
            self._fail(error.strerror or type(error).__name__)
        except ValueError as error:
            self._fail(str(error))

    def _close(self) -> None:
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError as error:
            self._fail(error.strerror or type(error).__name__)

    def _fail(self, why: str) -> None:
        if not self._failure:
            self._failure = why
            log.error("a recording stopped, its call goes on", extra={"reason": why})


class MessageRecording(CallRecording):
    """Implements `core.ports.MessageRecording`: what the caller says, and nothing else."""

    channels = 1

    def discard(self) -> None:
        """End the file and remove it."""
        self.close()
        self._later(self._remove)

    def _remove(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or type(error).__name__
            log.error("a discarded message could not be removed", extra={"reason": why})


def _private_folders(folder: Path) -> None:
    """Make it and what is missing above it, each for this user alone."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
