"""A recording without what is personal in it: a tone in its place, every time as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from voicebot.core.audio import Pcm
from voicebot.core.record import Fact, FactKind
from voicebot.replay.masking import Mask
from voicebot.replay.recorded import RecordedCall, Span

TONE_HZ, TONE_PEAK = 1_000, 3_000
AROUND_MS = 300
"""Speech is heard a little later than it begins, and ends a little later than it is taken to."""


def toned(call: RecordedCall, mask: Mask) -> tuple[Pcm, Pcm] | None:
    """Caller and bot; None where there is no recording of both."""
    if call.heard is None or call.played is None:
        return None
    talks = list(_talks(call))
    heard = _with_tone(call.heard, [*_of_caller(call, mask), *talks], call.sound_start_ms)
    return heard, _with_tone(call.played, [*_of_bot(call, mask), *talks], call.sound_start_ms)


def _of_caller(call: RecordedCall, mask: Mask) -> Iterator[Span]:
    """What has stand-ins, and what was not understood: nobody knows what it was."""
    for fact in call.of(FactKind.HEARD):
        if has_stand_in(fact, mask):
            start_ms, end_ms = int(fact.data["start_ms"]), int(fact.data["end_ms"])
            yield Span(start_ms - AROUND_MS, end_ms + AROUND_MS)


def has_stand_in(heard: Fact, mask: Mask) -> bool:
    """Whether a tone is in place of what was heard."""
    text = str(heard.data.get("text") or "")
    readings = [text, *map(str, heard.data.get("hypotheses") or ())]
    return not text or any(mask.text(one) != one for one in readings)


def _of_bot(call: RecordedCall, mask: Mask) -> Iterator[Span]:
    """Prompts with values in them, and secret ones, whose text is not kept."""
    for fact in call.of(FactKind.SAID):
        text = str(fact.data.get("text") or "")
        if not text or mask.text(text) != text:
            yield Span(int(fact.data["start_ms"]), fact.at_ms + AROUND_MS)


def _talks(call: RecordedCall) -> Iterator[Span]:
    """With a person, and messages: from then on, to the end of it."""
    began: int | None = None
    for fact in call.of(FactKind.BRIDGED, FactKind.UNBRIDGED, FactKind.ENDED):
        if fact.kind is FactKind.BRIDGED:
            began = fact.at_ms if began is None else began
        elif began is not None:
            yield Span(began - AROUND_MS, fact.at_ms + AROUND_MS)
            began = None
    for fact in call.of(FactKind.TRANSFERRED, FactKind.MESSAGE):
        length_ms = int(fact.data.get("talk_ms") or fact.data.get("duration_ms") or 0)
        if length_ms:
            yield Span(fact.at_ms - length_ms - 10 * AROUND_MS, fact.at_ms + AROUND_MS)


def _with_tone(sound: Pcm, spans: Iterable[Span], offset_ms: int) -> Pcm:
    samples = sound.samples.copy()
    for span in spans:
        first = max(0, (span.start_ms - offset_ms) * sound.rate // 1000)
        room = samples[first : max(first, (span.end_ms - offset_ms) * sound.rate // 1000)]
        wave = np.sin(np.arange(len(room)) * (2 * np.pi * TONE_HZ / sound.rate))
        room[:] = np.round(wave * TONE_PEAK).astype(np.int16)
    return Pcm(samples, sound.rate)
