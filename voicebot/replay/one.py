"""One call: read, replayed, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.core.errors import ConfigError, EngineError
from voicebot.core.ports import Backend
from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.replay.compare import Comparison, Pair, compared
from voicebot.replay.dialogue import replay_dialogue
from voicebot.replay.engines import Engines
from voicebot.replay.labeled import rightness
from voicebot.replay.library import NoFlow, reasons
from voicebot.replay.measures import Measures, measures_of
from voicebot.replay.missing import Missing, missing_of
from voicebot.replay.options import From
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import CallResult, Status
from voicebot.replay.run import Replayed, replay_sound
from voicebot.replay.turns import Turn, turns_of
from voicebot.replay.words import WordErrors, word_errors


@dataclass(frozen=True)
class Outcome:
    """A result, with what a page shows besides."""

    result: CallResult
    call: RecordedCall
    flow: Flow | None = None
    replayed: Replayed | None = None


def replay_one(call: RecordedCall, engines: Engines, live: Backend | None = None) -> Outcome:
    """Replay a call; whatever is wrong is in the result."""
    by_sound = engines.options.begin is From.SOUND
    missing = missing_of(call, needs_sound=by_sound)
    if fatal := [one.what for one in missing if one.is_fatal]:
        return Outcome(_not_replayed(call, fatal), call)
    if call.is_foreign and not by_sound:
        return Outcome(_not_replayed(call, ["a foreign recording has no dialogue"]), call)
    try:
        flow = engines.shelf.flow_for(call)
        if by_sound:
            replayed = replay_sound(call, flow, engines, live)
        else:
            replayed = replay_dialogue(call, flow, engines)
    except (NoFlow, ConfigError, EngineError) as error:
        return Outcome(_not_replayed(call, reasons(error)), call)
    except TimeoutError:
        return Outcome(_not_replayed(call, ["the call does not end now"]), call)
    return Outcome(_result(call, flow, engines, replayed, missing), call, flow, replayed)


def _not_replayed(call: RecordedCall, why: Sequence[str]) -> CallResult:
    return CallResult(
        call.name,
        Status.NOT_REPLAYED,
        tuple(why),
        flow=call.flow,
        started=call.facts[0].time.isoformat() if call.facts else "",
        duration_ms=call.ended_ms,
        tags=call.tags,
        outcome_then=call.outcome,
    )


def _result(
    call: RecordedCall,
    flow: Flow,
    engines: Engines,
    replayed: Replayed,
    missing: Sequence[Missing],
) -> CallResult:
    by_sound = engines.options.begin is From.SOUND
    now = turns_of(replayed.facts)
    then = turns_of(call.facts) if not call.is_foreign else []
    comparison = compared(then, now, sound=by_sound) if then else _only(now)
    status, why = _status(call, comparison, missing)
    words, words_then = _words(call, comparison, then, now)
    intents, slots = rightness(comparison.pairs, call.labels)
    return CallResult(
        call.name,
        status,
        why,
        replayed.assumed,
        flow.name,
        str(call.value(FactKind.ANSWERED, "flow_version", "")),
        flow.version,
        call.facts[0].time.isoformat() if call.facts else "",
        call.ended_ms,
        call.tags,
        tuple(engines.setup.changes(call, flow)),
        call.outcome,
        _outcome_of(replayed.facts),
        comparison,
        words,
        words_then,
        intents,
        slots,
        None if call.is_foreign else _measured(call.facts, call, by_sound=by_sound),
        measures_of(replayed.facts, replayed.played),
    )


def _measured(facts: Sequence[Fact], call: RecordedCall, *, by_sound: bool) -> Measures:
    return measures_of(facts, call.played if by_sound else None, call.sound_start_ms)


def _only(now: Sequence[Turn]) -> Comparison:
    """There is no then: nothing differs."""
    return Comparison(tuple(Pair(None, turn) for turn in now))


def _status(
    call: RecordedCall, comparison: Comparison, missing: Sequence[Missing]
) -> tuple[Status, tuple[str, ...]]:
    if call.is_foreign:
        return Status.HEARD, ()
    why = tuple(one.what for one in missing)
    if comparison.first is None:
        return Status.SAME, why
    pair = comparison.pairs[comparison.first]
    turn = pair.then or pair.now
    until_ms = max(turn.end_ms, turn.at_ms) if turn else 0
    if turn is not None and turn.ended:
        until_ms = max(until_ms, call.ended_ms)
    before = tuple(one.what for one in missing if one.at_ms <= until_ms)
    return (Status.NOT_REPLAYED, before) if before else (Status.DIFFERENT, why)


def _outcome_of(facts: Sequence[Fact]) -> str:
    ended = next((f for f in reversed(facts) if f.kind is FactKind.ENDED), None)
    return str(ended.data["outcome"]) if ended else ""


def _words(
    call: RecordedCall, comparison: Comparison, then: Sequence[Turn], now: Sequence[Turn]
) -> tuple[WordErrors, WordErrors | None]:
    if call.reference:
        old = word_errors(call.reference, _all_words(then)) if then else WordErrors()
        return word_errors(call.reference, _all_words(now)), old
    errors = WordErrors()
    for pair in comparison.pairs if then else ():
        before = pair.then.text if pair.then else ""
        errors += word_errors(before, pair.now.text if pair.now else "")
    return errors, None


def _all_words(turns: Sequence[Turn]) -> str:
    return " ".join(turn.text for turn in turns if turn.text)
