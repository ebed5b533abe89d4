"""The journal's facts, and the call detail record that is folded from them.

A fact is written once and never changed. `at_ms` is the time in the call: audio heard since
the leg's media began (0 before). `time` is the wall clock, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from voicebot.core.call import CallId, EndedBy, Outcome


class FactKind(StrEnum):
    """What happened. The comment names the keys of `Fact.data`."""

    RANG = "rang"  # caller, caller_name, called, source, trunk, diversion, user_to_user,
    #                sip_call_id, direction, of, joined   (`out`, whose callback it is, since when)
    SETUP = "setup"  # program, settings, models   (what the call is served with)
    ANSWERED = "answered"  # flow, flow_version, flows, knowledge, language, rate, clock, zone
    ANSWERED_BY = "answered_by"  # who, by, heard, reason   (a callback: `person` or `machine`)
    CONTINUED = "continued"  # of, node, record   (what broke off, where it goes on; no secret)
    MOVED = "moved"  # node, via, step_ms
    SAID = "said"  # text, prompt, start_ms, first_sound_ms, heard_ms, total_ms, interrupted, covers
    READ = "read"  # asked_ms, final, text, confidence, error   (one reading of an utterance)
    HEARD = "heard"  # text, confidence, hypotheses, confidences, start_ms, end_ms, reason,
    #                  rejected, wait_ms, decode_ms, understand_ms
    PRESSED = "pressed"  # keys, left_out   (keys that were taken: when, by which method, which)
    KEYED = "keyed"  # digits (or count, where secret), reason
    KEY_DROPPED = "key_dropped"  # method, reason, count   (never which keys)
    UNDERSTOOD = "understood"  # match, choice, confidence, slots, runner_up
    CARRIED = "carried"  # node, slots   (said earlier in the call, taken for this question)
    CORRECTED = "corrected"  # node, slots   (said anew in place of earlier values)
    GUESSED = "guessed"  # node, choice, likelihood, arm, outcome, took_ms
    ANSWERED_FROM = "answered_from"  # node, base, entry, version, score, margin, via
    ANSWER_DENIED = "answer_denied"  # node, base, entry, version   (that was no answer to it)
    TIMED_OUT = "timed_out"  # node, count   (no-input)
    NOT_UNDERSTOOD = "not_understood"  # node, count, text   (no-match)
    BARGED_IN = "barged_in"  # by, onset_ms, silent_ms, heard_ms, total_ms
    RESUMED = "resumed"  # reason, paused_ms   (a barge-in that was none)
    REQUESTED = "requested"  # node, method, status, took_ms, error, reply
    QUEUE_SEEN = "queue_seen"  # queue, staffed, available, waiting, longest_wait_ms,
    #                            expected_wait_ms, full
    QUEUED = "queued"  # queue, position, summary
    ANNOUNCED = "announced"  # queue, position, more_than, expected_ms   (null: not told)
    OFFERED = "offered"  # queue, agent
    OFFER_ENDED = "offer_ended"  # queue, agent, outcome
    BRIDGED = "bridged"  # queue, agent, wait_ms, via   (from the queue, or by a transfer)
    UNBRIDGED = "unbridged"  # agent, talk_ms, hold_ms, by, wrap_up_ms, to   (where the caller is)
    ON_HOLD = "on_hold"  # agent, on   (whoever has the caller put them on hold, took them back)
    MUTED = "muted"  # agent, on   (whoever has the caller is not heard)
    TRANSFER = "transfer"  # number, state, mode, to, by, reason   (one step of an agent's)
    SUPERVISED = "supervised"  # supervisor, how, agent, on
    LEFT_QUEUE = "left_queue"  # queue, outcome, wait_ms, to   (where a supervisor sent the caller)
    DIALED = "dialed"  # target, outcome, code   (one destination of a transfer)
    TRANSFERRED = "transferred"  # target, outcome, code, talk_ms
    MESSAGE = "message"  # target, outcome, file, duration_ms, by
    CALLBACK = "callback"  # queue, outcome, not_before
    NOTIFIED = "notified"  # id, channel
    SURVEYED = "surveyed"  # question, score
    LANGUAGE = "language"  # language   (the call goes on in it)
    HELD = "held"  # on
    RECORDING = "recording"  # file, paused, failed
    CUSTOMER = "customer"  # by, found, customer, version, source, took_ms, error, profile,
    #                        personal   (the names here whose values are personal)
    TAGGED = "tagged"  # tag, by, customer   (the last two where it is the customer's, too)
    MILESTONE = "milestone"  # milestone
    CAME_TO = "came_to"  # outcome
    FAILED = "failed"  # what, error
    MEASURED = "measured"  # leg, packets, lost, late, doubled, reordered, jitter_ms,
    #                        jitter_max_ms, far_lost, underruns, overruns, refused, keys_left_out
    ENDED = "ended"  # by, outcome, code, node, reason


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a call's journal."""

    call: CallId
    seq: int
    """Counts from 0 within the call."""
    at_ms: int
    time: datetime
    kind: FactKind
    data: Mapping[str, Any] = field(default_factory=dict)
    """JSON values only."""


@dataclass(frozen=True, slots=True)
class Cdr:
    """Call detail record: what reports count."""

    call: CallId
    started: datetime
    caller: str = ""
    called: str = ""
    flow: str = ""
    flow_version: str = ""
    language: str = ""
    answered: datetime | None = None
    ended: datetime | None = None
    outcome: Outcome | None = None
    """None while the call runs."""
    ended_by: EndedBy | None = None
    code: int = 0
    """SIP status at the end."""
    queue: str = ""
    agent: str = ""
    """Who had the caller last."""
    agents: tuple[str, ...] = ()
    """All who had the caller, in order: agents, and supervisors who took over."""
    wait_ms: int = 0
    talk_ms: int = 0
    duration_ms: int = 0
    """Audio heard, from the first media to the end."""
    intents: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    """Nodes in order of visit."""
    no_inputs: int = 0
    no_matches: int = 0
    barge_ins: int = 0
    tags: tuple[str, ...] = ()
    recording: str = ""
    survey: Mapping[str, int] = field(default_factory=dict)
    """Scores that the caller gave, by question."""
    reason: str = ""
    """Why the flow hung up, as its node says."""


def fold(facts: Iterable[Fact], cdr: Cdr | None = None) -> Cdr | None:
    """The CDR of one call from its facts in order; None where there are no facts.

    Goes on from `cdr`, the fold of the facts before, so that a running call is folded in pieces.
    """
    for fact in facts:
        cdr = _take(cdr or Cdr(fact.call, fact.time), fact)
    return cdr


def _take(cdr: Cdr, fact: Fact) -> Cdr:
    data = fact.data
    match fact.kind:
        case FactKind.RANG:
            return replace(cdr, caller=data["caller"], called=data["called"], started=fact.time)
        case FactKind.ANSWERED:
            return replace(
                cdr,
                answered=fact.time,
                flow=data["flow"],
                flow_version=data["flow_version"],
                language=data["language"],
            )
        case FactKind.MOVED:
            return replace(cdr, path=(*cdr.path, data["node"]))
        case FactKind.UNDERSTOOD if data["choice"]:
            return replace(cdr, intents=(*cdr.intents, data["choice"]))
        case FactKind.TIMED_OUT:
            return replace(cdr, no_inputs=cdr.no_inputs + 1)
        case FactKind.NOT_UNDERSTOOD:
            return replace(cdr, no_matches=cdr.no_matches + 1)
        case FactKind.BARGED_IN:
            return replace(cdr, barge_ins=cdr.barge_ins + 1)
        case FactKind.QUEUED:
            return replace(cdr, queue=data["queue"])
        case FactKind.BRIDGED:
            agents = (*cdr.agents, data["agent"])
            wait_ms = cdr.wait_ms + data["wait_ms"]
            return replace(cdr, agent=data["agent"], agents=agents, wait_ms=wait_ms)
        case FactKind.LEFT_QUEUE:
            return replace(cdr, wait_ms=cdr.wait_ms + data["wait_ms"])
        case FactKind.UNBRIDGED:
            return replace(cdr, talk_ms=cdr.talk_ms + data["talk_ms"])
        case FactKind.TRANSFERRED:
            return replace(cdr, talk_ms=cdr.talk_ms + data.get("talk_ms", 0))
        case FactKind.SURVEYED:
            return replace(cdr, survey={**cdr.survey, data["question"]: data["score"]})
        case FactKind.TAGGED:
            return replace(cdr, tags=(*cdr.tags, data["tag"]))
        case FactKind.MILESTONE:
            return replace(cdr, tags=(*cdr.tags, f"milestone:{data['milestone']}"))
        case FactKind.GUESSED:
            what = data["arm"] if data["outcome"] == "open" else data["outcome"]
            return replace(cdr, tags=(*cdr.tags, f"guess:{what}"))
        case FactKind.CAME_TO:
            others = tuple(tag for tag in cdr.tags if not tag.startswith("outcome:"))
            return replace(cdr, tags=(*others, f"outcome:{data['outcome']}"))
        case FactKind.RECORDING if data.get("file"):
            return replace(cdr, recording=data["file"])
        case FactKind.ENDED:
            return replace(
                cdr,
                ended=fact.time,
                outcome=Outcome(data["outcome"]),
                ended_by=EndedBy(data["by"]),
                code=data["code"],
                reason=data.get("reason", ""),
                duration_ms=fact.at_ms,
            )
        case _:
            return cdr
