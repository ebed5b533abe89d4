"""A journal as turns: what the bot said, what came back, what was made of it, where it led."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.record import Fact, FactKind

_OUTSIDE = {
    FactKind.CONTINUED: ("node",),
    FactKind.REQUESTED: ("node", "method", "status", "error"),
    FactKind.QUEUE_SEEN: ("queue", "staffed", "available", "full"),
    FactKind.QUEUED: ("queue",),
    FactKind.OFFER_ENDED: ("outcome",),
    FactKind.BRIDGED: ("agent",),
    FactKind.UNBRIDGED: ("agent", "by"),
    FactKind.LEFT_QUEUE: ("queue", "outcome"),
    FactKind.TRANSFERRED: ("target", "outcome"),
    FactKind.MESSAGE: ("target", "outcome"),
    FactKind.CALLBACK: ("queue", "outcome"),
    FactKind.TAGGED: ("tag",),
    FactKind.MILESTONE: ("milestone",),
    FactKind.CAME_TO: ("outcome",),
    FactKind.SURVEYED: ("question", "score"),
    FactKind.LANGUAGE: ("language",),
    FactKind.FAILED: ("what",),
}
"""What else may happen, with what tells one from another."""
_TAKEN = frozenset(
    {
        *(FactKind.SAID, FactKind.BARGED_IN, FactKind.HEARD, FactKind.KEYED, FactKind.TIMED_OUT),
        *(FactKind.UNDERSTOOD, FactKind.MOVED, FactKind.ENDED, *_OUTSIDE),
    }
)


@dataclass(slots=True)
class Turn:
    """One turn. Times are in ms of the call."""

    at_ms: int = 0
    """When its first prompt began, or its input came."""
    said: list[str] = field(default_factory=list)
    """What the bot said; what was cut off before it sounded is not there."""
    cut: bool = False
    """The caller interrupted it."""
    by: str = ""
    """What came back: `speech`, `keys`, `silence`; `start` of the call; empty at its end."""
    start_ms: int = 0
    end_ms: int = 0
    """Of the speech, or when the keys or the silence ended."""
    text: str = ""
    confidence: float = 0.0
    alternatives: list[str] = field(default_factory=list)
    rejected: bool = False
    keys: str = ""
    """Secret ones as dots."""
    match: str = ""
    """`choice`, `slots`, `universal`, or empty where nothing was understood."""
    intent: str = ""
    slots: dict[str, str] = field(default_factory=dict)
    sure: float = 0.0
    """Confidence of the meaning."""
    path: list[str] = field(default_factory=list)
    """Nodes that the call went to then."""
    events: list[str] = field(default_factory=list)
    """Requests, queues, transfers, tags: what happened besides."""
    asked_at: str = ""
    """The node that listened."""
    onset_ms: int | None = None
    """Of an interruption, as it was decided."""
    ended: str = ""
    """How the call ended, in its last turn."""
    seq: int = -1
    """Number of the fact with what was heard; -1 where nothing was."""

    def as_json(self) -> dict[str, Any]:
        """Only what there is."""
        shown = (name for name in self.__slots__ if name != "seq")
        names = [name for name in shown if getattr(self, name) not in ("", [], {}, None)]
        return {name: getattr(self, name) for name in names}


def turns_of(facts: Iterable[Fact]) -> list[Turn]:
    """The turns of one call."""
    folding = _Folding()
    for fact in facts:
        if fact.kind in _TAKEN:
            folding.take(fact)
    return folding.turns


class _Folding:
    """What is said belongs to the input after it, what happens to the input before it: so the
    order in which both are noted does not matter."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._node = ""
        self._next = Turn(by="start")
        """The turn whose input has not come yet."""
        self._close(0)

    def take(self, fact: Fact) -> None:
        data, turn = fact.data, self.turns[-1]
        match fact.kind:
            case FactKind.SAID:
                self._said(fact)
            case FactKind.BARGED_IN:
                self._next.onset_ms = int(data["onset_ms"])
            case FactKind.HEARD:
                self._heard(data, fact.seq)
            case FactKind.KEYED:
                self._input(fact, "keys")
                count = int(data.get("count") or 0)
                self.turns[-1].keys = str(data.get("digits") or "•" * count)
            case FactKind.TIMED_OUT:
                self._input(fact, "silence")
            case FactKind.UNDERSTOOD:
                turn.match, turn.intent = str(data["match"]), str(data["choice"])
                turn.slots = {name: _text(value) for name, value in data["slots"].items()}
                turn.sure = float(data["confidence"])
            case FactKind.MOVED:
                self._node = str(data["node"])
                turn.path.append(self._node)
            case FactKind.ENDED:
                self._ended(fact)
            case kind if kind in _OUTSIDE:
                values = (data.get(name) for name in _OUTSIDE[kind])
                shown = " ".join(str(v) for v in values if v not in ("", None))
                turn.events.append(f"{kind} {shown}")

    def _said(self, fact: Fact) -> None:
        turn = self._next
        if not turn.said:
            turn.at_ms = int(fact.data["start_ms"])
        turn.said.append(str(fact.data.get("text") or fact.data.get("prompt") or "…"))
        turn.cut = turn.cut or bool(fact.data.get("interrupted"))

    def _heard(self, data: Mapping[str, Any], seq: int) -> None:
        turn = self._next
        turn.by, turn.seq = "speech", seq
        turn.text, turn.confidence = str(data["text"]), float(data["confidence"])
        turn.alternatives = list(data.get("hypotheses", ()))
        turn.rejected = bool(data.get("rejected"))
        turn.start_ms, turn.end_ms = int(data["start_ms"]), int(data["end_ms"])
        self._close(turn.start_ms)

    def _input(self, fact: Fact, by: str) -> None:
        self._next.by = by
        self._next.start_ms = self._next.end_ms = fact.at_ms
        self._close(fact.at_ms)

    def _ended(self, fact: Fact) -> None:
        if self._next.said:
            self._close(fact.at_ms)
        data = fact.data
        reason = f" ({data['reason']})" if data.get("reason") else ""
        self.turns[-1].ended = f"{data['outcome']} by {data['by']}{reason}"

    def _close(self, at_ms: int) -> None:
        turn = self._next
        if not turn.said:
            turn.at_ms = at_ms
        turn.asked_at = self._node
        self.turns.append(turn)
        self._next = Turn()


def _text(value: object) -> str:
    return str(value.get("value", "") if isinstance(value, Mapping) else value)
