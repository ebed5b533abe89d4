"""A journal as turns: what the bot said, what came back, what was made of it, where it led."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.record import Fact, FactKind
from voicebot.replay.parcel import packed

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


@packed
@dataclass(slots=True)
class Turn:
    """One turn. Times are in ms of the call."""

    at_ms: int = 0
    """When its first prompt began, or its input came."""
    said: list[str] = field(default_factory=list)
    """What the bot said; what was cut off before it sounded is not there."""
    covers: list[str] = field(default_factory=list)
    """What it said as something took long: that tells of the machine, not of the call."""
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
        take = _TAKEN.get(fact.kind)
        if take is not None:
            take(folding, fact)
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

    def barged_in(self, fact: Fact) -> None:
        self._next.onset_ms = int(fact.data["onset_ms"])

    def keyed(self, fact: Fact) -> None:
        self._input(fact, "keys")
        count = int(fact.data.get("count") or 0)
        self.turns[-1].keys = str(fact.data.get("digits") or "•" * count)

    def timed_out(self, fact: Fact) -> None:
        self._input(fact, "silence")

    def understood(self, fact: Fact) -> None:
        data, turn = fact.data, self.turns[-1]
        turn.match, turn.intent = str(data["match"]), str(data["choice"])
        turn.slots = {name: _text(value) for name, value in data["slots"].items()}
        turn.sure = float(data["confidence"])

    def moved(self, fact: Fact) -> None:
        self._node = str(fact.data["node"])
        self.turns[-1].path.append(self._node)

    def outside(self, fact: Fact) -> None:
        values = (fact.data.get(name) for name in _OUTSIDE[fact.kind])
        shown = " ".join(str(v) for v in values if v not in ("", None))
        self.turns[-1].events.append(f"{fact.kind} {shown}")

    def said(self, fact: Fact) -> None:
        turn, text = self._next, str(fact.data.get("text") or fact.data.get("prompt") or "…")
        if fact.data.get("covers"):
            turn.covers.append(text)
            return
        if not turn.said:
            turn.at_ms = int(fact.data["start_ms"])
        turn.said.append(text)
        turn.cut = turn.cut or bool(fact.data.get("interrupted"))

    def heard(self, fact: Fact) -> None:
        data, turn = fact.data, self._next
        turn.by, turn.seq = "speech", fact.seq
        turn.text, turn.confidence = str(data["text"]), float(data["confidence"])
        turn.alternatives = list(data.get("hypotheses", ()))
        turn.rejected = bool(data.get("rejected"))
        turn.start_ms, turn.end_ms = int(data["start_ms"]), int(data["end_ms"])
        self._close(turn.start_ms)

    def _input(self, fact: Fact, by: str) -> None:
        self._next.by = by
        self._next.start_ms = self._next.end_ms = fact.at_ms
        self._close(fact.at_ms)

    def ended(self, fact: Fact) -> None:
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


_TAKEN: Mapping[FactKind, Callable[[_Folding, Fact], None]] = {
    **dict.fromkeys(_OUTSIDE, _Folding.outside),
    FactKind.SAID: _Folding.said,
    FactKind.BARGED_IN: _Folding.barged_in,
    FactKind.HEARD: _Folding.heard,
    FactKind.KEYED: _Folding.keyed,
    FactKind.TIMED_OUT: _Folding.timed_out,
    FactKind.UNDERSTOOD: _Folding.understood,
    FactKind.MOVED: _Folding.moved,
    FactKind.ENDED: _Folding.ended,
}


def _text(value: object) -> str:
    return str(value.get("value", "") if isinstance(value, Mapping) else value)
