"""One call as reports count it: its stays in queues, its offers, what came of it. A pure fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from voicebot.core.afterwards import CallbackOutcome
from voicebot.core.call import CallId, Outcome
from voicebot.core.queueing import OfferOutcome, TransferOutcome
from voicebot.core.record import Fact, FactKind

KINDS = (
    FactKind.RANG,
    FactKind.ANSWERED,
    FactKind.QUEUED,
    FactKind.ANNOUNCED,
    FactKind.OFFERED,
    FactKind.OFFER_ENDED,
    FactKind.BRIDGED,
    FactKind.UNBRIDGED,
    FactKind.LEFT_QUEUE,
    FactKind.TRANSFERRED,
    FactKind.CALLBACK,
    FactKind.HELD,
    FactKind.ENDED,
)
"""All that the fold looks at."""

ANSWERED, ABANDONED, CALLBACK = "answered", "abandoned", "callback"


@dataclass(frozen=True, slots=True)
class Announced:
    """A wait that the caller was told to expect."""

    waited_ms: int
    """When it was told, counted from joining."""
    expected_ms: int


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in one queue."""

    queue: str
    joined: datetime
    joined_ms: int
    """Time of the call."""
    end: str = ""
    """`answered`, `abandoned`, `callback`, else the queue's outcome; empty while it lasts."""
    wait_ms: int = 0
    agent: str = ""
    talk_ms: int = 0
    """Hold included."""
    wrap_up_ms: int = 0
    """As planned when it began, unless the facts were told better (`wrap_ups`)."""
    offers: int = 0
    unanswered: int = 0
    """Offers that rang in vain."""
    announced: tuple[Announced, ...] = ()
    ringing_ms: int = 0
    """How long phones rang, answered or not."""
    rings_since: tuple[tuple[str, int], ...] = ()
    """Agents whose phone rings, and since when (time of the call)."""

    def late_by_ms(self) -> tuple[int, ...]:
        """By how much longer than announced the wait was, for each announcement; below zero for
        shorter. Only for one that was answered."""
        if self.end != ANSWERED:
            return ()
        return tuple(self.wait_ms - told.waited_ms - told.expected_ms for told in self.announced)


@dataclass(frozen=True, slots=True)
class Story:
    """One call."""

    call: CallId
    started: datetime
    caller: str = ""
    """Personal: only compared, never shown."""
    flow: str = ""
    ended: datetime | None = None
    outcome: Outcome | None = None
    transferred: bool = False
    stays: tuple[Stay, ...] = ()


def story_of(facts: Iterable[Fact]) -> Story | None:
    """The story of one call from its facts in order; None where there are no facts. Facts with
    missing keys are counted as far as they go."""
    story: Story | None = None
    for fact in facts:
        story = _take(story or Story(fact.call, fact.time), fact, fact.data)
    return story


def _take(story: Story, fact: Fact, data: Mapping[str, Any]) -> Story:
    match fact.kind:
        case FactKind.RANG:
            # Who is called by us has not rung again.
            caller = "" if data.get("direction") == "out" else str(data.get("caller") or "")
            return replace(story, caller=caller, started=fact.time)
        case FactKind.ANSWERED:
            return replace(story, flow=str(data.get("flow") or ""))
        case FactKind.TRANSFERRED if data.get("outcome") == TransferOutcome.DONE:
            return replace(story, transferred=True)
        case FactKind.QUEUED:
            stay = Stay(str(data.get("queue") or ""), fact.time, fact.at_ms)
            return replace(story, stays=(*story.stays, stay))
        case FactKind.ENDED:
            outcome = Outcome(data["outcome"]) if data.get("outcome") in set(Outcome) else None
            return replace(story, ended=fact.time, outcome=outcome)
    if not story.stays:
        return story
    last = _stay(story.stays[-1], fact, data)
    return replace(story, stays=(*story.stays[:-1], last))


def _rang(stay: Stay, agent: str, at_ms: int) -> Stay:
    """A phone rings no longer."""
    rang = sum(at_ms - since for name, since in stay.rings_since if name == agent)
    others = tuple(ring for ring in stay.rings_since if ring[0] != agent)
    return replace(stay, ringing_ms=stay.ringing_ms + rang, rings_since=others)


def _stay(stay: Stay, fact: Fact, data: Mapping[str, Any]) -> Stay:
    match fact.kind:
        case FactKind.ANNOUNCED if data.get("expected_ms") is not None:
            told = Announced(fact.at_ms - stay.joined_ms, int(data["expected_ms"]))
            return replace(stay, announced=(*stay.announced, told))
        case FactKind.OFFERED:
            rings = (*stay.rings_since, (str(data.get("agent") or ""), fact.at_ms))
            return replace(stay, offers=stay.offers + 1, rings_since=rings)
        case FactKind.OFFER_ENDED:
            stay = _rang(stay, str(data.get("agent") or ""), fact.at_ms)
            missed = data.get("outcome") == OfferOutcome.NO_ANSWER
            return replace(stay, unanswered=stay.unanswered + missed)
        case FactKind.BRIDGED if stay.end != ANSWERED:  # Later ones are transfers.
            agent, wait_ms = str(data.get("agent") or ""), int(data.get("wait_ms") or 0)
            stay = _rang(stay, agent, fact.at_ms)
            return replace(stay, end=ANSWERED, agent=agent, wait_ms=wait_ms)
        case FactKind.UNBRIDGED:
            talk_ms = stay.talk_ms + int(data.get("talk_ms") or 0)
            wrap_up_ms = stay.wrap_up_ms + int(data.get("wrap_up_ms") or 0)
            return replace(stay, talk_ms=talk_ms, wrap_up_ms=wrap_up_ms)
        case FactKind.LEFT_QUEUE if stay.end != ANSWERED:
            wait_ms = int(data.get("wait_ms") or 0)
            return replace(stay, end=str(data.get("outcome") or ABANDONED), wait_ms=wait_ms)
        case FactKind.CALLBACK:
            kept = data.get("outcome") == CallbackOutcome.ACCEPTED
            same = str(data.get("queue") or "") == stay.queue
            open_end = stay.end not in ("", ANSWERED)
            return replace(stay, end=CALLBACK) if kept and same and open_end else stay
    return stay
