"""Where the time of a turn goes: the caller's clock beside the journal of the call.

end of speech ─┬─ line     on the way into the call, and how much later its VAD hears the end
               ├─ silence  that the endpointing waits for, by its settings
               ├─ words    what recognition and understanding take beyond that silence
               ├─ flow     from the meaning to the last fact of the step
               └─ sound    synthesis, the ring and the line out ─▶ first packet

onset ─┬─ onset    until the frame that the call takes for the onset has come in
       ├─ judge    until it is sure enough to fall silent, and its last packet is out
       └─ (told)   onset as the journal has it, against the true one: part of the first
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.turns_caller import Turn
from voicebot.core.record import Fact, FactKind
from voicebot.core.turn import Timing

_NEAR_S = 0.6
"""The journal's end of an utterance is the caller's where they are so near."""


@dataclass(frozen=True, slots=True)
class Stages:
    """A turn beside its facts; times in ms."""

    turn: Turn
    reason: str
    """Why its end was its end: `complete` or `incomplete`; empty where nothing was heard."""
    understood: bool
    line: float = 0.0
    silence: float = 0.0
    words: float = 0.0
    flow: float = 0.0
    sound: float = 0.0
    onset: float | None = None
    judge: float | None = None


def stages(turns: Iterable[Turn], facts: Sequence[Fact]) -> list[Stages]:
    """Each turn of one call with the facts that belong to it."""
    return [_of_turn(turn, facts) for turn in turns]


def _of_turn(turn: Turn, facts: Sequence[Fact]) -> Stages:
    heard = next((f for f in facts if _is_heard(turn, f)), None)
    if heard is None:
        return Stages(turn, "", understood=False)
    after = [f for f in facts if f.seq > heard.seq and f.at_ms == heard.at_ms]
    after = after[: next((i for i, f in enumerate(after) if f.kind is FactKind.HEARD), len(after))]
    last = after[-1] if after else heard
    meant = any(f.kind is FactKind.UNDERSTOOD and f.data["match"] != "none" for f in after)
    reason = str(heard.data["reason"])
    silence = Timing().end_complete_ms if reason == "complete" else Timing().end_phrase_ms
    waited = heard.at_ms - heard.data["end_ms"]
    answer_s = turn.answer_s or last.time.timestamp()
    onset, judge = _interruption(turn, facts)
    return Stages(
        turn,
        reason,
        meant,
        line=(_time_of(heard, "end_ms") - turn.said.end_s) * 1000,
        silence=min(silence, waited),
        words=max(0, waited - silence),
        flow=(last.time.timestamp() - heard.time.timestamp()) * 1000,
        sound=(answer_s - last.time.timestamp()) * 1000,
        onset=onset,
        judge=judge,
    )


def _is_heard(turn: Turn, fact: Fact) -> bool:
    return fact.kind is FactKind.HEARD and abs(_time_of(fact, "end_ms") - turn.said.end_s) < _NEAR_S


def _interruption(turn: Turn, facts: Sequence[Fact]) -> tuple[float | None, float | None]:
    for fact in facts:
        if fact.kind is not FactKind.BARGED_IN or turn.quiet_s is None:
            continue
        told_s = _time_of(fact, "onset_ms")
        if abs(told_s - turn.said.onset_s) < _NEAR_S:
            return (told_s - turn.said.onset_s) * 1000, (turn.quiet_s - told_s) * 1000
    return None, None


def _time_of(fact: Fact, field: str) -> float:
    """Wall clock, s, when the call came to a time that a fact names: the fact's own time less the
    sound that came in between."""
    return fact.time.timestamp() - (fact.at_ms - int(fact.data[field])) / 1000
