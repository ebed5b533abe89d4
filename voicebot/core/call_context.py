"""What whoever takes a call is to know: who, why, how long, what was tried. Folded from the call's
facts as they come, so it is as young as they are.

Values that the flow calls secret are stars in the facts already; here they stay so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind

VERSION = 1
"""Of the JSON; a change that readers would stumble over raises it."""
LAST_TURNS = 6
"""What was said last, bot and caller: three turns."""
PERSONAL = ("who", "why.slots", "why.summary", "turns")
"""The parts of the JSON that are personal: not for logs, nor for pages that others see."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said."""

    who: str
    """`bot`, `caller` or `keys`."""
    text: str = field(repr=False)
    at_ms: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a queue."""

    queue: str
    since: datetime
    wait_ms: int | None = None
    """How long it was; None while it lasts."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An offer to an agent, or another destination, and how it ended."""

    to: str
    outcome: str = ""
    """Empty while it rings."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """All of it."""

    call: CallId
    began: datetime
    caller: str = field(default="", repr=False)
    """As the network gives it."""
    caller_name: str = field(default="", repr=False)
    called: str = ""
    waits_since: datetime | None = None
    """We called: a callback, of somebody who waits since then. None: the caller rang."""
    language: str = ""
    flow: str = ""
    customer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What is known of the caller; empty where nobody is."""
    intent: str = ""
    """What the caller chose last."""
    confidence: float | None = None
    summary: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the queue's node tells the agent, by title."""
    slots: Mapping[str, str] = field(default_factory=dict, repr=False)
    turns: tuple[Turn, ...] = ()
    """What was said last, oldest first."""
    path: tuple[str, ...] = ()
    """Nodes in order of visit."""
    no_inputs: int = 0
    no_matches: int = 0
    answers: tuple[str, ...] = ()
    """Entries of knowledge bases that the caller was given."""
    failures: tuple[str, ...] = ()
    """What did not work."""
    attempts: tuple[Attempt, ...] = ()
    tags: tuple[str, ...] = ()
    stay: Stay | None = None
    """The last one in a queue."""
    recorded: bool = False
    agent: str = ""
    """Who has the caller."""
    ended: datetime | None = None

    @property
    def masked(self) -> tuple[str, ...]:
        """Slots that are not shown."""
        return tuple(name for name, value in self.slots.items() if value and not value.strip("*"))

    def wait_ms(self, now: datetime) -> int:
        """How long the caller has waited for a person, or did; on the line or for a callback."""
        if self.stay is None:
            return 0
        earlier_ms = _ms(self.stay.since - self.waits_since) if self.waits_since else 0
        if self.stay.wait_ms is not None:
            return earlier_ms + self.stay.wait_ms
        return earlier_ms + _ms((self.ended or now) - self.stay.since)


def context_of(facts: Iterable[Fact]) -> CallContext | None:
    """From a call's facts in order; None where there are none."""
    context = None
    for fact in facts:
        context = take(context, fact)
    return context


def take(context: CallContext | None, fact: Fact) -> CallContext:
    """One fact more. Keys that are missing are taken as empty."""
    context = context or CallContext(fact.call, fact.time)
    changes = _changes(context, fact)
    return replace(context, **changes) if changes else context


def _changes(now: CallContext, fact: Fact) -> dict[str, Any]:
    data = fact.data
    match fact.kind:
        case FactKind.RANG:
            names = _texts(data, "caller", "caller_name", "called")
            joined = data.get("joined")
            since = datetime.fromisoformat(joined) if joined else None
            return names | {"began": fact.time, "waits_since": since}
        case FactKind.ANSWERED:
            return _texts(data, "language", "flow")
        case FactKind.LANGUAGE:
            return _texts(data, "language")
        case FactKind.CUSTOMER if data.get("found"):
            return {"customer": dict(data.get("profile") or {})}
        case FactKind.MOVED:
            return {"path": (*now.path, str(data.get("node", "")))}
        case FactKind.SAID if data.get("text"):
            return _turn(now, "bot", str(data["text"]), fact)
        case FactKind.HEARD if data.get("text"):
            return _turn(now, "caller", str(data["text"]), fact)
        case FactKind.KEYED:
            return _turn(now, "keys", str(data.get("digits") or "*" * _count(data)), fact)
        case FactKind.UNDERSTOOD | FactKind.CARRIED | FactKind.CORRECTED:
            return _meaning(now, data)
        case _:
            return _service(now, fact) or _people(now, fact)


def _service(now: CallContext, fact: Fact) -> dict[str, Any]:
    """What the bot did."""
    data = fact.data
    match fact.kind:
        case FactKind.TIMED_OUT:
            return {"no_inputs": now.no_inputs + 1}
        case FactKind.NOT_UNDERSTOOD:
            return {"no_matches": now.no_matches + 1}
        case FactKind.ANSWERED_FROM:
            return {"answers": (*now.answers, f"{data.get('base')}/{data.get('entry')}")}
        case FactKind.FAILED:
            return {"failures": (*now.failures, str(data.get("what", "")))}
        case FactKind.REQUESTED if data.get("error"):
            return {"failures": (*now.failures, str(data.get("node", "")))}
        case FactKind.TAGGED if data.get("tag") not in now.tags:
            return {"tags": (*now.tags, str(data.get("tag")))}
        case FactKind.RECORDING:
            return {"recorded": not data.get("paused") and not data.get("failed")}
        case FactKind.ENDED:
            return {"ended": fact.time, "agent": ""}
        case _:
            return {}


def _people(now: CallContext, fact: Fact) -> dict[str, Any]:
    """Queues and agents."""
    data = fact.data
    match fact.kind:
        case FactKind.QUEUED:
            summary = {str(k): str(v) for k, v in (data.get("summary") or {}).items()}
            return {"stay": Stay(str(data.get("queue", "")), fact.time), "summary": summary}
        case FactKind.OFFERED:
            return {"attempts": (*now.attempts, Attempt(str(data.get("agent", ""))))}
        case FactKind.OFFER_ENDED:
            return {"attempts": _ended(now.attempts, data.get("agent"), data.get("outcome"))}
        case FactKind.BRIDGED:
            return {
                "agent": str(data.get("agent", "")),
                "attempts": _ended(now.attempts, data.get("agent"), "answered"),
                "stay": now.stay if data.get("via") == "transfer" else _waited(now, data),
            }
        case FactKind.LEFT_QUEUE:
            return {"stay": _waited(now, data)}
        case FactKind.UNBRIDGED:
            return {"agent": ""}
        case _:
            return {}


def _ms(time: timedelta) -> int:
    return max(0, round(time.total_seconds() * 1000))


def _texts(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: str(data.get(name) or "") for name in names}


def _turn(now: CallContext, who: str, text: str, fact: Fact) -> dict[str, Any]:
    return {"turns": (*now.turns, Turn(who, text, fact.at_ms))[-LAST_TURNS:]}


def _count(data: Mapping[str, Any]) -> int:
    count = data.get("count")
    return min(count, 40) if isinstance(count, int) else 0


def _meaning(now: CallContext, data: Mapping[str, Any]) -> dict[str, Any]:
    slots = {str(k): _value(v) for k, v in (data.get("slots") or {}).items()}
    changes: dict[str, Any] = {"slots": {**now.slots, **slots}} if slots else {}
    if data.get("choice"):
        changes |= {"intent": str(data["choice"]), "confidence": data.get("confidence")}
    return changes


def _value(value: Any) -> str:
    return str(value.get("value", "")) if isinstance(value, Mapping) else str(value)


def _ended(attempts: tuple[Attempt, ...], to: object, outcome: object) -> tuple[Attempt, ...]:
    """The last one to somebody that rings still has ended so."""
    for i in range(len(attempts) - 1, -1, -1):
        if attempts[i].to == to and not attempts[i].outcome:
            return (*attempts[:i], Attempt(attempts[i].to, str(outcome)), *attempts[i + 1 :])
    return attempts


def _waited(now: CallContext, data: Mapping[str, Any]) -> Stay | None:
    if now.stay is None:
        return None
    wait_ms = data.get("wait_ms")
    return replace(now.stay, wait_ms=wait_ms if isinstance(wait_ms, int) else 0)
