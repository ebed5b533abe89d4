"""The caller's keys: one stream of what is signaled and what is heard, kept until it is asked for.

Tones are listened for on every call, whatever was negotiated: gateways promise RFC 4733 and send
tones all the same, and listening costs some 20 us a frame and next to no false keys
(`python -m bench.dtmf`); none at all once a key has been signaled.
"""

from __future__ import annotations

import math

from voicebot.audio.dtmf import DtmfDetector
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.turns.key_buffer import KeyBuffer
from voicebot.turns.key_drops import KeyDrop, KeyDrops
from voicebot.turns.key_stream import INBAND, KeyStream


class Keypad:
    """The keypad of one caller's phone."""

    def __init__(self) -> None:
        self.typed = KeyBuffer()
        """Keys not yet taken: they survive a change of node and of flow."""
        self._stream = KeyStream()
        self._drops = KeyDrops()
        self._detector: DtmfDetector | None = None
        self._rate = 0

    def press(self, key: str, method: str, at_ms: int) -> None:
        """`method` tells of a key."""
        reason = self._stream.press(key, method, at_ms) or self.typed.push(key, at_ms, method)
        if reason is not None:
            self.drop(method, reason)

    def hear(self, heard: Pcm, at_ms: int) -> int:
        """A frame that ends at `at_ms`. Returns how many frames, this one and those before it,
        hold the tone of a key; those before it count only when the key is new."""
        if self._detector is None or self._rate != heard.rate:
            self._detector, self._rate = DtmfDetector(heard.rate), heard.rate
        frames = 1 if self._detector.sounding else 0
        for found in self._detector.feed(heard.samples):
            age_ms = self._detector.fed_ms - found.onset_ms
            frames = max(frames, math.ceil(age_ms / FRAME_MS))
            self.press(found.key, INBAND, at_ms)
        return frames

    def forget_method(self) -> None:
        """Another phone may have taken the call over."""
        self._stream.forget()

    def drop(self, method: str, reason: str) -> None:
        """A key did not count."""
        self._drops.add(method, reason)

    def discard_typed(self, reason: str) -> None:
        """Drop every key not yet taken."""
        for press in self.typed.take_all():
            self.drop(press.method, reason)
        self.typed.clear()

    def drops(self, at_ms: int | None = None) -> tuple[KeyDrop, ...]:
        """What the journal is to be told at `at_ms`; without a time, all that it was not."""
        return self._drops.rest() if at_ms is None else self._drops.due(at_ms)
