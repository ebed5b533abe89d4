"""What the bot said then, row by row: prompts that played one after the other.

start_ms                                    end_ms
│ lead │ prompt ──────│ prompt ─────────────│
       └ silence of a suspected barge-in is cut out of the sound
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.prompt import Prompt
from voicebot.core.record import Fact, FactKind
from voicebot.replay.recorded import RecordedCall, Span


@dataclass(frozen=True, slots=True)
class Said:
    """One prompt of a row."""

    text: str
    prompt: str
    after_ms: int
    """From the row's first sound."""
    length_ms: int
    """All of it, as far as that is known: of one that was interrupted, what had been made."""

    def is_of(self, prompt: Prompt, text: str) -> bool:
        """The same words; of a secret one, the same prompt."""
        if prompt.secret or not self.text:
            return bool(prompt.id) and prompt.id == self.prompt
        return self.text == text


@dataclass(frozen=True, slots=True)
class Row:
    """Prompts that were begun together."""

    said: tuple[Said, ...]
    start_ms: int
    end_ms: int
    """When it ended, or was interrupted."""
    lead_ms: int
    """Until its first sound went out."""
    interrupted: bool
    pauses: tuple[Span, ...] = ()
    node: str = ""
    """Where the flow was when it was begun."""

    def is_silent_at(self, at_ms: int) -> bool:
        """Nothing of it sounded yet, or it had paused."""
        if at_ms <= self.start_ms + self.lead_ms:
            return True
        return any(p.start_ms - FRAME_MS <= at_ms <= p.end_ms + FRAME_MS for p in self.pauses)

    def sound(self, played: Pcm, offset_ms: int) -> Pcm:
        """Its sound, cut out of the bot's channel, whose first sample is at `offset_ms`."""
        parts: list[Pcm] = []
        at_ms = self.start_ms + self.lead_ms
        for pause in self.pauses:
            parts.append(played.between(at_ms - offset_ms, pause.start_ms - offset_ms))
            at_ms = pause.end_ms
        if at_ms < self.end_ms:
            parts.append(played.between(at_ms - offset_ms, self.end_ms - offset_ms))
        return Pcm.join(parts, played.rate)


def rows_of(call: RecordedCall) -> tuple[Row, ...]:
    """All rows, in order."""
    resumed = [
        Span(int(f.data["paused_ms"]), f.at_ms)
        for f in call.of(FactKind.RESUMED)
        if "paused_ms" in f.data
    ]
    stops = {f.at_ms: f for f in call.of(FactKind.BARGED_IN)}
    moves = [(f.at_ms, str(f.data["node"])) for f in call.of(FactKind.MOVED)]
    rows = (_row(group, resumed, stops.get(group[0].at_ms)) for group in _groups(call.facts))
    return tuple(replace(row, node=_node_at(moves, row.start_ms)) for row in rows)


def _node_at(moves: Iterable[tuple[int, str]], at_ms: int) -> str:
    return next((node for ms, node in reversed(list(moves)) if ms <= at_ms), "")


def _groups(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Prompts of one row are noted together, at its end."""
    group: list[Fact] = []
    for fact in facts:
        if fact.kind is not FactKind.SAID:
            if group:
                yield group
            group = []
            continue
        if group and fact.at_ms != group[-1].at_ms:
            yield group
            group = []
        group.append(fact)
    if group:
        yield group


def _row(group: list[Fact], resumed: list[Span], stopped: Fact | None) -> Row:
    start_ms, end_ms = int(group[0].data["start_ms"]), group[0].at_ms
    pauses = tuple(s for s in resumed if start_ms <= s.start_ms and s.end_ms <= end_ms)
    interrupted = any(fact.data.get("interrupted") for fact in group)
    silent_ms = end_ms
    if stopped is not None and stopped.data.get("by") == "speech":
        silent_ms = int(stopped.data["onset_ms"]) + int(stopped.data["silent_ms"])
    paused_ms = sum(s.end_ms - s.start_ms for s in pauses)
    heard_ms = sum(int(fact.data["heard_ms"]) for fact in group)
    room_ms = (silent_ms if interrupted else end_ms) - start_ms - paused_ms
    lead_ms = max(0, room_ms - _whole(heard_ms))
    said = tuple(_said(fact, start_ms) for fact in group)
    if not interrupted and said and room_ms < heard_ms:
        # The bot's loop was late: what it took for the end came that much sooner.
        last = said[-1]
        length_ms = max(0, last.length_ms - (heard_ms - room_ms))
        said = (*said[:-1], Said(last.text, last.prompt, last.after_ms, length_ms))
    return Row(said, start_ms, end_ms, lead_ms, interrupted, pauses)


def _said(fact: Fact, start_ms: int) -> Said:
    data = fact.data
    after_ms = int(data["start_ms"]) - start_ms
    return Said(data.get("text", ""), data.get("prompt", ""), after_ms, int(data["total_ms"]))


def _whole(ms: int) -> int:
    return -(-ms // FRAME_MS) * FRAME_MS
