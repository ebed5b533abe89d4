"""Sound that was used lately, in memory, bounded in size."""

from __future__ import annotations

from collections import OrderedDict

from voicebot.core.audio import Pcm


class MemoryCache:
    """The least recently used goes first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Pcm] = OrderedDict()

    def get(self, key: str) -> Pcm | None:
        """The sound under a key, if it is still kept."""
        pcm = self._kept.get(key)
        if pcm is not None:
            self._kept.move_to_end(key)
        return pcm

    def put(self, key: str, pcm: Pcm) -> None:
        """Keep a sound, at the cost of others."""
        self._drop(key)
        self._kept[key] = pcm
        self._bytes += pcm.samples.nbytes
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._bytes -= old.samples.nbytes
