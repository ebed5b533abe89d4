"""Rules about the way that the call took: back ends, people, circles, its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, number, seconds
from voicebot.diagnosis.finding import Evidence, Finding, shown

_REQUEST = ("node", "method", "status", "took_ms", "error")
_TURNED_AWAY = (401, 429)
_INPUTS = (FactKind.HEARD, FactKind.KEYED, FactKind.TIMED_OUT)


def back_end_failed(case: Case) -> Iterator[Finding]:
    """A request got no answer, or one that says that the back end is at fault."""
    for fact in case.of(FactKind.REQUESTED):
        status = int(number(fact.data, "status"))
        if not fact.data.get("error") and status < 500 and status not in _TURNED_AWAY:
            continue
        yield case.finding(
            "back-end-failed",
            fact,
            Severity.ERROR,
            f"the back end {_how(fact, status)} at {fact.data.get('node', '')}",
            "look at the back end's own log of that time; see that the node's failed outcome tells "
            "the caller what to do, and leads to a person where it matters",
            shown(fact, *_REQUEST),
            at_ms=fact.at_ms - int(number(fact.data, "took_ms")),
        )


def _how(fact: Fact, status: int) -> str:
    return f"answered {status}" if status else f"did not answer ({fact.data.get('error')})"


def back_end_slow(case: Case) -> Iterator[Finding]:
    """A request took long."""
    for fact in case.of(FactKind.REQUESTED):
        took_ms = number(fact.data, "took_ms")
        if took_ms >= case.limits.slow_ms:
            yield case.finding(
                "back-end-slow",
                fact,
                Severity.WARNING,
                f"the back end took {seconds(took_ms)} at {fact.data.get('node', '')}",
                "make it faster, or give the node a `cover` prompt; its timeout caps it",
                shown(fact, *_REQUEST),
                at_ms=fact.at_ms - int(took_ms),
            )


def something_failed(case: Case) -> Iterator[Finding]:
    """What failed within the hotline, and recordings that stopped."""
    for fact in case.of(FactKind.FAILED):
        yield case.finding(
            "failed",
            fact,
            Severity.ERROR,
            f"{fact.data.get('what') or 'something'} failed",
            "look for the same time in the hotline's log; /readyz tells whether it goes on",
            shown(fact, "what", "error"),
        )
    for fact in case.of(FactKind.RECORDING):
        if fact.data.get("failed"):
            yield case.finding(
                "recording-stopped",
                fact,
                Severity.WARNING,
                "the recording stopped before the end of the call",
                "look at the disk of the data folder: space, speed, rights",
                shown(fact, "failed"),
            )


# ---------------------------------------------------------------- people

_SERVED = ("served", "left")
_PEOPLE = (
    "look at who was at work at that time (`voicebot report --by queue`), at the agents' phones "
    "(offers that were not answered), and at the queue's max_wait_ms; offer a callback or a message"
)


def nobody_came(case: Case) -> Iterator[Finding]:
    """A person was wanted, and none came."""
    for fact in case.of(FactKind.LEFT_QUEUE):
        if fact.data.get("outcome") in _SERVED:
            continue
        waited = seconds(number(fact.data, "wait_ms"))
        yield case.finding(
            "no-person",
            fact,
            Severity.ERROR,
            f"the caller waited {waited} in {fact.data.get('queue', '')} and left unserved: "
            f"{fact.data.get('outcome', '')}",
            _PEOPLE,
            *_offers(case, fact),
            shown(fact, "queue", "outcome", "wait_ms"),
        )
    for fact in case.of(FactKind.TRANSFERRED):
        if fact.data.get("outcome") not in ("done", "canceled", "answered", "", None):
            yield case.finding(
                "transfer-failed",
                fact,
                Severity.ERROR,
                f"the transfer failed: {fact.data.get('outcome')}",
                "check the number and the trunk's right to call it; give the node a way on for "
                "busy, no_answer and failed",
                shown(fact, "target", "outcome", "code"),
            )


def _offers(case: Case, left: Fact) -> list[Evidence]:
    kinds = (FactKind.QUEUED, FactKind.QUEUE_SEEN, FactKind.OFFER_ENDED)
    facts = [f for f in case.of(*kinds) if f.seq < left.seq][-6:]
    names = ("queue", "position", "staffed", "available", "waiting", "agent", "outcome")
    return [shown(fact, *names) for fact in facts]


def refused_offers(case: Case) -> Iterator[Finding]:
    """Phones of agents that rang in vain before somebody came."""
    bad = ("no_answer", "rejected", "unreachable", "lease_expired")
    facts = [f for f in case.of(FactKind.OFFER_ENDED) if f.data.get("outcome") in bad]
    if facts:
        yield case.finding(
            "offers-in-vain",
            facts[0],
            Severity.WARNING,
            f"{len(facts)} offers to agents were not taken",
            "tell the agents to pause when they leave; look at phones that are unreachable",
            *(shown(fact, "queue", "agent", "outcome") for fact in facts[:6]),
        )


# ---------------------------------------------------------------- circles and ends


def circle(case: Case) -> Iterator[Finding]:
    """The same question was asked again and again without an answer, or the same answer led to it
    again and again."""
    for (node, choice), facts in _rounds(case).items():
        if len(facts) < case.limits.circles:
            continue
        how = f"for the same wish ({choice})" if choice else "without an answer"
        yield case.finding(
            "circle",
            facts[case.limits.circles - 1],
            Severity.ERROR,
            f"the call came to {node} {len(facts)} times {how}",
            "give the flow a way out after the second time: a person, a message, another question",
            *(shown(fact, "node", "via", "choice", "count") for fact in facts[:6]),
        )


def _rounds(case: Case) -> dict[tuple[str, str], list[Fact]]:
    """Choices by node, and visits of nodes since something was last understood."""
    found: dict[tuple[str, str], list[Fact]] = {}
    open_visits: dict[tuple[str, str], list[Fact]] = {}
    for fact in case.of(FactKind.MOVED, FactKind.UNDERSTOOD, FactKind.ENDED):
        if fact.kind is FactKind.MOVED:
            open_visits.setdefault((str(fact.data.get("node", "")), ""), []).append(fact)
            continue
        _longest(found, open_visits)
        open_visits = {}
        if choice := str(fact.data.get("choice") or ""):
            found.setdefault((case.node(fact), choice), []).append(fact)
    _longest(found, open_visits)
    return found


def _longest(
    found: dict[tuple[str, str], list[Fact]], visits: dict[tuple[str, str], list[Fact]]
) -> None:
    for key, facts in visits.items():
        if len(facts) > len(found.get(key, ())):
            found[key] = facts


def dead_end(case: Case) -> Iterator[Finding]:
    """The flow hung up on a caller who had not been understood or heard."""
    ended = next(case.of(FactKind.ENDED), None)
    if ended is None or ended.data.get("by") != "bot":
        return
    last = case.before(ended, *_INPUTS, FactKind.UNDERSTOOD, FactKind.NOT_UNDERSTOOD)
    if last is None or last.kind not in (FactKind.TIMED_OUT, FactKind.NOT_UNDERSTOOD):
        return
    if case.after(last, FactKind.BRIDGED, FactKind.TRANSFERRED, FactKind.MESSAGE) is not None:
        return
    moves = [f for f in case.of(FactKind.MOVED) if f.seq > last.seq]
    yield case.finding(
        "dead-end",
        last,
        Severity.ERROR,
        "the flow gave up and hung up on the caller",
        "lead the last no_input or no_match, and on_error, to a person, a message or a callback",
        shown(last, "node", "count", "text"),
        *(shown(fact, "node", "via") for fact in moves[:6]),
        shown(ended, "by", "outcome", "node", "reason"),
    )


_GONE = {"hung_up": "within the flow", "abandoned": "while waiting for a person"}


def hang_up(case: Case) -> Iterator[Finding]:
    """The caller left before being served, or the call was cut off: when and where."""
    ended = next(case.of(FactKind.ENDED), None)
    if ended is None:
        return
    outcome, by = str(ended.data.get("outcome", "")), str(ended.data.get("by", ""))
    if outcome == "failed" or by == "system":
        message, severity = "the call was cut off by the hotline", Severity.ERROR
        remedy = "look for the same time in the hotline's log: a failure, or a node that was killed"
    elif by == "caller" and outcome in _GONE:
        message, severity = f"the caller hung up {_GONE[outcome]}", Severity.WARNING
        remedy = "see what came right before it, and the other findings"
    else:
        return
    last = case.before(ended, *_INPUTS, FactKind.SAID, FactKind.REQUESTED, FactKind.QUEUED)
    told = [shown(last, "text", "node", "queue", "interrupted", "took_ms", "count")] if last else []
    moved = Counter(str(f.data.get("node", "")) for f in case.of(FactKind.MOVED))
    again = moved[case.node(ended)]
    where = f" at {case.node(ended)}" if case.node(ended) else ""
    if again > 1:
        where += f" (visit {again})"
    proof = shown(ended, "by", "outcome", "code", "node", "reason")
    yield case.finding("hang-up", ended, severity, message + where, remedy, *told, proof)
