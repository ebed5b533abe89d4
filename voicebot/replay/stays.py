"""Stays in queues as the journal has them: from joining to the end, with talks and transfers."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from voicebot.core.queueing import QueueOutcome
from voicebot.core.record import Fact, FactKind
from voicebot.core.transfers import TransferState
from voicebot.flow.events import QueueLeft
from voicebot.replay.recorded import RecordedCall

_OF_QUEUES = (
    *(FactKind.OFFERED, FactKind.OFFER_ENDED, FactKind.BRIDGED, FactKind.TRANSFER),
    *(FactKind.UNBRIDGED, FactKind.LEFT_QUEUE, FactKind.TRANSFERRED, FactKind.SUPERVISED),
    *(FactKind.ON_HOLD, FactKind.MUTED),
)
_GOES_ON = ("talk", "transfer")
_CAME_TO_NOTHING = (TransferState.RETURNED_TO_BOT, TransferState.VOICEMAIL)
_BY_ITS_LIMITS = (QueueOutcome.CLOSED, QueueOutcome.LONG_WAIT, QueueOutcome.CROWDED)
_BY_WHO_IS_THERE = (QueueOutcome.NOBODY, QueueOutcome.FULL)
"""A look at the queue tells of these."""


@dataclass(slots=True)
class Stay:
    """One time that a call came to a queue."""

    queue: str
    facts: list[Fact] = field(default_factory=list)
    """From joining to leaving, with what was said meanwhile; none where it was not taken."""
    refused: QueueOutcome | None = None
    """Why it was not taken."""


class Stays:
    """Those of one call, in order, each to be taken once."""

    def __init__(self, call: RecordedCall) -> None:
        came = call.first(FactKind.QUEUE_SEEN) or call.first(FactKind.QUEUED)
        self._left = deque(_stays_of(call.facts) if came else ())

    @property
    def numbers(self) -> set[int]:
        """Of all facts of those that are left."""
        return {fact.seq for stay in self._left for fact in stay.facts}

    def refusal(self, queue: str) -> QueueOutcome | None:
        """Why the queue did not take the call when it came there next; None where it did."""
        stay = next((one for one in self._left if one.queue == queue), None)
        if stay is None or stay.refused is None:
            return None
        self._take(stay)
        return stay.refused

    def next(self, queue: str) -> list[Fact]:
        """The next stay there; nothing where there was none. Those before it are over."""
        stay = next((s for s in self._left if s.queue == queue and not s.refused), Stay(queue))
        self._take(stay)
        return stay.facts

    def _take(self, stay: Stay) -> None:
        while self._left and self._left.popleft() is not stay:
            pass


def _stays_of(facts: Iterable[Fact]) -> Iterable[Stay]:
    stay: Stay | None = None
    comes_to = ""
    reasons: tuple[QueueOutcome, ...] = ()
    for fact in facts:
        if fact.kind is FactKind.QUEUE_SEEN:
            comes_to, reasons = str(fact.data["queue"]), _BY_ITS_LIMITS
        elif fact.kind is FactKind.MOVED:
            via = fact.data.get("via")
            if comes_to and via in reasons:
                yield Stay(comes_to, refused=QueueOutcome(str(via)))
            comes_to = ""
        elif fact.kind is FactKind.QUEUED:
            stay, comes_to = Stay(str(fact.data["queue"]), [fact]), ""
        elif stay is not None and _is_of(fact, stay):
            stay.facts.append(fact)
            if ends(fact):
                yield stay
                stay, comes_to = None, _sent_to(fact, "queue")
                reasons = (*_BY_ITS_LIMITS, *_BY_WHO_IS_THERE)  # Nobody looks before it.


def _is_of(fact: Fact, stay: Stay) -> bool:
    if fact.kind is FactKind.SAID:
        return int(fact.data["start_ms"]) >= stay.facts[0].at_ms
    return fact.kind in _OF_QUEUES


def hung_up_within(call: RecordedCall) -> int:
    """Facts with this number or a later one came while the caller hung up: the flow heard of none
    of them. More than there are where it was not the caller who hung up."""
    if call.value(FactKind.ENDED, "by") != "caller":
        return sys.maxsize
    last = (fact.seq for kind in (FactKind.MOVED, FactKind.QUEUED) for fact in call.of(kind))
    return max(last, default=-1) + 1


def ends(fact: Fact) -> bool:
    """The last fact of a stay."""
    match fact.kind:
        case FactKind.UNBRIDGED:
            return fact.data.get("to", "") not in _GOES_ON
        case FactKind.TRANSFER:
            return fact.data.get("state") in _CAME_TO_NOTHING
        case kind:
            return kind in (FactKind.LEFT_QUEUE, FactKind.TRANSFERRED)


def left_by(last: Fact) -> QueueLeft:
    """How a caller who did not hang up left the queue, by the last fact of the stay."""
    if last.kind is FactKind.TRANSFER:
        return QueueLeft(QueueOutcome.NOT_TAKEN)
    outcome = str(last.data.get("outcome"))
    if last.kind is FactKind.LEFT_QUEUE and outcome != QueueOutcome.SENT:
        return QueueLeft(QueueOutcome(outcome))
    queue, node = _sent_to(last, "queue"), _sent_to(last, "node")
    sent = queue or node
    return QueueLeft(QueueOutcome.SENT if sent else QueueOutcome.SERVED, queue=queue, node=node)


def _sent_to(last: Fact, kind: str) -> str:
    """The queue or node; empty where it was none."""
    where, _, name = str(last.data.get("to", "")).partition(":")
    return name if where == kind else ""
