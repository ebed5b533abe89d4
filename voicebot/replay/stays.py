"""Stays in queues as the journal has them: from joining to the end, with talks and transfers."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.core.queueing import QueueOutcome
from voicebot.core.record import Fact, FactKind
from voicebot.core.transfers import TransferState
from voicebot.flow.steps import QueueLeft

_OF_QUEUES = (
    *(FactKind.OFFERED, FactKind.OFFER_ENDED, FactKind.BRIDGED, FactKind.TRANSFER),
    *(FactKind.UNBRIDGED, FactKind.LEFT_QUEUE, FactKind.TRANSFERRED, FactKind.SUPERVISED),
)
_GOES_ON = ("talk", "transfer")
_CAME_TO_NOTHING = (TransferState.RETURNED_TO_BOT, TransferState.VOICEMAIL)


def stays_of(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    """What happened in each queue, from joining to leaving, with what was said meanwhile."""
    stay: list[Fact] = []
    for fact in facts:
        if fact.kind is FactKind.QUEUED:
            stay = [fact]
        elif stay and fact.kind is FactKind.SAID:
            if int(fact.data["start_ms"]) >= stay[0].at_ms:
                stay.append(fact)
        elif stay and fact.kind in _OF_QUEUES:
            stay.append(fact)
            if ends(fact):
                yield stay
                stay = []


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
    kind, _, name = str(last.data.get("to", "")).partition(":")
    if kind == "queue":
        return QueueLeft(QueueOutcome.SENT, queue=name)
    if kind == "node":
        return QueueLeft(QueueOutcome.SENT, node=name)
    return QueueLeft(QueueOutcome.SERVED)
