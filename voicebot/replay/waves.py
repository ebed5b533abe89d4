"""Waveforms as SVG: the caller, the bot then, the bot now, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from voicebot.core.audio import Pcm

PER_SECOND = 24
"""Pixels a second."""
_BIN_MS = 40
_LANE, _TOP = 72, 18
_LEAST = 1_200.0
"""Peaks are drawn relative to the loudest, but not to one softer than this (16 bit)."""


def waves(
    lanes: Sequence[tuple[str, str, Pcm | None]], seconds: float, mark_s: float | None
) -> str:
    """`lanes` are (name, CSS class, sound from the call's beginning on); `mark_s` is where the
    first difference is."""
    width = max(600, round(seconds * PER_SECOND) + 20)
    height = _TOP + _LANE * len(lanes) + 14
    parts = [
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="none" style="width:{width}px;height:{height}px" '
        f'data-per-second="{PER_SECOND}" role="img" aria-label="waveforms">'
    ]
    for number, (name, style, sound) in enumerate(lanes):
        top = _TOP + number * _LANE
        parts.append(f'<text class="lane-name" x="4" y="{top + 10}">{escape(name)}</text>')
        middle = top + _LANE / 2
        parts.append(f'<line class="rule" x1="0" x2="{width}" y1="{middle}" y2="{middle}"/>')
        if sound is not None and len(sound):
            parts.append(f'<path class="wave {style}" d="{_outline(sound, middle)}"/>')
    parts += _ticks(seconds, height)
    if mark_s is not None:
        x = round(mark_s * PER_SECOND, 1)
        parts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="{_TOP}" y2="{height - 14}"/>')
        parts.append(f'<text class="mark-name" x="{x + 4}" y="12">first difference</text>')
    parts.append(f'<line class="head" x1="0" x2="0" y1="{_TOP}" y2="{height - 14}"/></svg>')
    return "".join(parts)


def _outline(sound: Pcm, middle: float) -> str:
    """A closed line around the peaks."""
    size = sound.rate * _BIN_MS // 1000
    whole = len(sound) // size
    peaks = np.abs(sound.samples[: whole * size].reshape(whole, size).astype(np.int32)).max(axis=1)
    scale = (_LANE / 2 - 10) / max(_LEAST, float(peaks.max(initial=0)))
    step = PER_SECOND * _BIN_MS / 1000
    upper = [f"{n * step:.1f},{middle - p * scale:.1f}" for n, p in enumerate(peaks)]
    lower = [f"{n * step:.1f},{middle + p * scale:.1f}" for n, p in enumerate(peaks)]
    return "M" + "L".join([*upper, *lower[::-1]]) + "Z" if upper else ""


def _ticks(seconds: float, height: int) -> Iterator[str]:
    for second in range(0, int(seconds) + 1, 5):
        x = second * PER_SECOND
        yield f'<text class="tick" x="{x + 2}" y="{height - 2}">{second} s</text>'
        yield f'<line class="rule" x1="{x}" x2="{x}" y1="{_TOP}" y2="{height - 12}"/>'
