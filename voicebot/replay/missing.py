"""What keeps a call from being replayed as it was: exactly what, and from when on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicebot.core.record import Fact, FactKind
from voicebot.replay.recorded import RecordedCall

_SHORT_MS = 300
"""A recording may lack so much at its end."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that was not kept."""

    what: str
    """For people."""
    at_ms: int
    """From when on it may matter."""
    is_fatal: bool = False
    """There is nothing to replay at all."""


def missing_of(call: RecordedCall, *, needs_sound: bool = True) -> tuple[Missing, ...]:
    """All that is missing, by time."""
    found = [*_facts_missing(call)]
    if needs_sound:
        found += [*_sound_missing(call)]
    return tuple(sorted(found, key=lambda one: one.at_ms))


def _sound_missing(call: RecordedCall) -> Iterator[Missing]:
    yield from (Missing(problem, 0, is_fatal=True) for problem in call.problems)
    if call.heard is None:
        if not call.problems:
            yield Missing("there is no recording of the call", 0, is_fatal=True)
        return
    for fact in call.of(FactKind.RECORDING):
        if why := fact.data.get("failed"):
            yield Missing(f"the recording stopped: {why}", _sound_end(call))
    if not call.is_foreign and call.ended_ms - _sound_end(call) > _SHORT_MS:
        lacking = (call.ended_ms - _sound_end(call)) / 1000
        yield Missing(f"the recording ends {lacking:.1f} s before the call", _sound_end(call))
    yield from _secret_speech(call)


def _sound_end(call: RecordedCall) -> int:
    length = call.heard.duration_ms if call.heard is not None else 0
    return call.sound_start_ms + round(length)


def _secret_speech(call: RecordedCall) -> Iterator[Missing]:
    """Keys of secrets are replaced; words are not there any more."""
    for span in call.secrets():
        spoken = (f for f in call.of(FactKind.HEARD, FactKind.READ) if _is_in(f, span))
        if next(spoken, None) is not None:
            yield Missing("a secret was spoken, and is not recorded", span.start_ms)


def _is_in(fact: Fact, span: object) -> bool:
    start, end = getattr(span, "start_ms", 0), getattr(span, "end_ms", 0)
    began = fact.data.get("start_ms", fact.data.get("asked_ms", fact.at_ms))
    return bool(start <= began <= end)


def _facts_missing(call: RecordedCall) -> Iterator[Missing]:
    if call.is_foreign:
        return
    if call.value(FactKind.RANG, "direction") == "out":
        what = "the hotline called the customer back, by no flow: nothing of it can be different"
        yield Missing(what, 0, is_fatal=True)
        return
    answered = call.first(FactKind.ANSWERED)
    if answered is None:
        yield Missing("the call was not answered", 0, is_fatal=True)
        return
    if "clock" not in answered.data:
        yield Missing("kept by an older program: no keys, readings and answers of back ends", 0)
    if call.first(FactKind.ENDED) is None:
        yield Missing("the call has not ended, or its end is not in the journal", call.ended_ms)
    if call.ended_by == "system":
        yield Missing("the call was cut off by the hotline, not by what was said", call.ended_ms)
    for fact in call.of(FactKind.CONTINUED):
        if not fact.data.get("record"):
            yield Missing("the state that the call went on from was not kept", 0)
    for fact in call.of(FactKind.REQUESTED):
        data = fact.data
        if data.get("status") and "reply" in data and data["reply"] is None:
            yield Missing(f"the back end's answer at {data['node']} was not kept", fact.at_ms)
    for fact in call.of(FactKind.PRESSED):
        if fact.data.get("left_out"):
            yield Missing("a flood of keys was not kept in full", fact.at_ms)
