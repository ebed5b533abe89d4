"""How much of the last moments was voiced, and where it began."""

from __future__ import annotations

from collections import deque

from voicebot.core.audio import FRAME_MS


class RunWindow:
    """The last frames, voiced or not; says when enough of them are."""

    def __init__(self, *, window_ms: int, enough_ms: int) -> None:
        """Both lengths are rounded up to whole frames, and the window is no shorter than what is
        enough."""
        self._enough = max(1, -(-enough_ms // FRAME_MS))
        self._size = max(self._enough, -(-window_ms // FRAME_MS))
        self._frames: deque[bool] = deque()
        self._voiced = 0
        """Voiced frames in the window."""

    def feed(self, *, voiced: bool) -> bool:
        """One frame; True where enough of the window is voiced now."""
        frames = self._frames
        if len(frames) == self._size and frames.popleft():
            self._voiced -= 1
        frames.append(voiced)
        if voiced:
            self._voiced += 1
        return self._voiced >= self._enough

    @property
    def voiced_ms(self) -> int:
        """How much of the window is voiced."""
        return self._voiced * FRAME_MS

    def onset_ms(self, at_ms: int) -> int:
        """When the first voiced frame of the window began, if the window ends at `at_ms`."""
        first = next((i for i, voiced in enumerate(self._frames) if voiced), len(self._frames))
        return max(0, at_ms - (len(self._frames) - first) * FRAME_MS)

    def clear(self) -> None:
        """Forget all frames."""
        self._frames.clear()
        self._voiced = 0
