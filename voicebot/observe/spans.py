"""A call as a tree of spans, folded from its facts; knows nothing of OpenTelemetry.

    call ─┬ ringing
          ├ turn ─┬ flow · back end · first sound · say          the bot's part
          │       └ speech · endpointing · recognition · understanding
          ├ queue ── offer …
          └ talk

A turn ends with what the caller said or keyed, or with silence. Nothing that a caller said, keyed
or is called goes into a span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from voicebot.core.record import Fact

Value = str | int | float | bool


@dataclass(slots=True)
class Span:
    """A stretch of time with a name."""

    name: str
    start: datetime
    end: datetime
    attributes: dict[str, Value] = field(default_factory=dict)
    children: list[Span] = field(default_factory=list)
    failed: bool = False


def spans(facts: Iterable[Fact]) -> Span | None:
    """The call's span with all that is in it; None where there are no facts."""
    folder: _Folder | None = None
    for fact in facts:
        folder = folder or _Folder(fact)
        folder.take(fact)
    return folder.root if folder else None


class _Folder:
    """Folds the facts of one call."""

    def __init__(self, first: Fact) -> None:
        self.root = Span("call", first.time, first.time, {"call": first.call})
        self._turn: Span | None = None
        self._answered: Span | None = None
        """The turn that was answered last: its meaning comes with the next facts."""
        self._queue: Span | None = None
        self._talk: Span | None = None

    def take(self, fact: Fact) -> None:
        """Fold one fact."""
        self.root.end = max(self.root.end, fact.time)
        folder = getattr(self, f"_on_{fact.kind}", None)
        if folder is not None:
            folder(fact, fact.data)

    # ------------------------------------------------------------ the call

    def _on_answered(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self.root.children.append(Span("ringing", self.root.start, fact.time))
        for name in ("flow", "flow_version", "language", "rate"):
            self.root.attributes[name] = data[name]

    def _on_ended(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._close_turn(fact.time)
        self.root.attributes |= {"outcome": data["outcome"], "ended_by": data["by"]}
        self.root.failed = data["outcome"] == "failed"

    def _on_failed(self, fact: Fact, data: Mapping[str, Any]) -> None:
        failed = Span("failed", fact.time, fact.time, {"what": data["what"]}, failed=True)
        (self._turn or self.root).children.append(failed)

    # ------------------------------------------------------------ turns

    def _on_moved(self, fact: Fact, data: Mapping[str, Any]) -> None:
        turn = self._open_turn(fact.time)
        turn.attributes["node"] = data["node"]
        if "step_ms" in data:
            self._stage("flow", fact.time, fact.time, data["step_ms"])

    def _on_requested(self, fact: Fact, data: Mapping[str, Any]) -> None:
        what = {"method": data["method"], "status": data["status"], "error": data["error"]}
        stage = self._stage("back end", fact.time, fact.time, data["took_ms"], what)
        stage.failed = bool(data["error"])

    def _on_said(self, fact: Fact, data: Mapping[str, Any]) -> None:
        began = _time_of(fact, data["start_ms"])
        made_ms = data.get("first_sound_ms") or 0
        heard = began + timedelta(milliseconds=made_ms)
        if made_ms:
            self._open_turn(began).children.append(Span("first sound", began, heard))
        what = {"prompt": data["prompt"], "interrupted": data["interrupted"]}
        end = heard + timedelta(milliseconds=data["heard_ms"])
        self._open_turn(began).children.append(Span("say", heard, end, what))

    def _on_heard(self, fact: Fact, data: Mapping[str, Any]) -> None:
        start, end = _time_of(fact, data["start_ms"]), _time_of(fact, data["end_ms"])
        turn = self._open_turn(start)
        what = {"confidence": data["confidence"], "rejected": data["rejected"]}
        certain = end + timedelta(milliseconds=data["wait_ms"])
        turn.children.append(Span("speech", start, end, what))
        turn.children.append(Span("endpointing", end, certain, {"reason": data["reason"]}))
        read = fact.time - timedelta(milliseconds=data["understand_ms"])
        self._stage("recognition", read, read, data["decode_ms"])
        self._stage("understanding", fact.time, fact.time, data["understand_ms"])
        self._answer(fact, "speech")

    def _on_keyed(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._answer(fact, "keys")

    def _on_timed_out(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._answer(fact, "no input")

    def _on_barged_in(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._open_turn(fact.time).attributes["barge_in"] = data["by"]

    def _on_understood(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if self._answered is not None:
            self._answered.attributes |= {"match": data["match"], "choice": data["choice"]}

    def _on_not_understood(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if self._answered is not None:
            self._answered.attributes["match"] = "none"

    def _answer(self, fact: Fact, by: str) -> None:
        self._open_turn(fact.time).attributes["by"] = by
        self._answered = self._turn
        self._close_turn(fact.time)

    def _open_turn(self, time: datetime) -> Span:
        if self._turn is None:
            self._turn = Span("turn", time, time)
            self.root.children.append(self._turn)
        return self._turn

    def _close_turn(self, time: datetime) -> None:
        """The turn spans all of its stages."""
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.start = min([turn.start, *(child.start for child in turn.children)])
            turn.end = max([time, *(child.end for child in turn.children)])

    def _stage(
        self,
        name: str,
        opened: datetime,
        end: datetime,
        took_ms: float,
        what: Mapping[str, Value] | None = None,
    ) -> Span:
        stage = Span(name, end - timedelta(milliseconds=took_ms), end, dict(what or {}))
        self._open_turn(opened).children.append(stage)
        return stage

    # ------------------------------------------------------------ people

    def _on_queued(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._close_turn(fact.time)
        self._queue = Span("queue", fact.time, fact.time, {"queue": data["queue"]})
        self.root.children.append(self._queue)

    def _on_offered(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if self._queue is not None:
            self._queue.children.append(Span("offer", fact.time, fact.time))

    def _on_offer_ended(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._end_offer(fact.time, data["outcome"])

    def _on_bridged(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._end_offer(fact.time, "answered")
        self._leave(fact.time, "answered")
        self._talk = Span("talk", fact.time, fact.time, {"queue": data["queue"]})
        self.root.children.append(self._talk)

    def _on_unbridged(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if self._talk is not None:
            self._talk.end = fact.time
            self._talk.attributes["ended_by"] = data["by"]

    def _on_left_queue(self, fact: Fact, data: Mapping[str, Any]) -> None:
        self._leave(fact.time, data["outcome"])

    def _end_offer(self, time: datetime, outcome: str) -> None:
        if self._queue is not None and self._queue.children:
            self._queue.children[-1].end = time
            self._queue.children[-1].attributes["outcome"] = outcome

    def _leave(self, time: datetime, outcome: str) -> None:
        if self._queue is not None:
            self._queue.end = time
            self._queue.attributes["outcome"] = outcome
            self._queue = None


def _time_of(fact: Fact, at_ms: int) -> datetime:
    """The wall clock at a time of the call near a fact."""
    return fact.time - timedelta(milliseconds=fact.at_ms - at_ms)
