"""What callers said and were perhaps not understood in, found in the journals of their calls.

heard ─┬─ not understood ····················· no match
       ├─ understood, hardly ·················· unsure (little confidence, or another one close)
       ├─ "no" to what was asked back then ···· denied
       ├─ said again, nearly the same ········· repeated
       └─ the last choice of a caller who calls again soon ··· called again

What a caller chose after all, when asked back, said otherwise or keyed, stands beside what was
doubted: most likely it was meant from the first.

Secret input is not in journals, so it cannot come here. What is found is not stored: it is read
from the calls anew each time, and is gone when they are erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from voicebot.core.record import Fact, FactKind
from voicebot.nlu.intents.features import normalized

KINDS = (
    FactKind.RANG,
    FactKind.ANSWERED,
    FactKind.HEARD,
    FactKind.UNDERSTOOD,
    FactKind.NOT_UNDERSTOOD,
    FactKind.KEYED,
    FactKind.MOVED,
    FactKind.LANGUAGE,
    FactKind.ENDED,
)
"""The facts that are read."""
_CHOSEN = ("choice", "universal")
_NO_CHOICES = (
    *("", "no_input", "no_match", "failed", "error", "filled", "answered", "unanswered"),
    *("clarified", "nothing", "not_found", "done"),
)
"""Ways out of a question that keys lead to and that are no wish."""
_REPEATED = 0.8
"""Likeness from which a text is the one before, said again."""
_MOST_DIGITS = 0.3
"""Texts with a greater part of digits are values, not wishes."""


class Reason(StrEnum):
    """Why a text is looked at."""

    NO_MATCH = "no match"
    UNSURE = "unsure"
    DENIED = "denied"
    REPEATED = "repeated"
    CALLED_AGAIN = "called again"


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as doubtful."""

    sure: float = 0.6
    """Confidence from which a choice is not doubted."""
    again: timedelta = timedelta(minutes=15)
    """A caller who calls again within this time after a call did not get what they wanted."""


@dataclass(frozen=True, slots=True)
class Item:
    """One text, however often it was said."""

    text: str
    """Normalized."""
    language: str
    reasons: tuple[Reason, ...]
    guesses: tuple[str, ...] = ()
    """What it was taken for."""
    wrong: tuple[str, ...] = ()
    """What the caller denied."""
    chosen: tuple[str, ...] = ()
    """What the caller chose in the end, at the same question."""
    count: int = 1
    places: tuple[str, ...] = ()
    """Call and number of the fact, `7f3a.../12`, first to last."""


@dataclass(slots=True)
class _Said:
    """An utterance on its way through one call."""

    text: str
    seq: int
    language: str
    choice: str = ""
    reasons: set[Reason] = field(default_factory=set)
    wrong: str = ""
    chosen: str = ""
    open: bool = True
    """The question that it answers is not left yet."""


@dataclass(slots=True)
class _Call:
    call: str
    caller: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    said: list[_Said] = field(default_factory=list)
    ways: set[str] = field(default_factory=set)
    """What was understood at the question where the call is."""
    keyed: bool = False
    """Keys were pressed there."""


def collect(journals: Iterable[Sequence[Fact]], limits: Limits | None = None) -> list[Item]:
    """Items, the most frequent first. `journals` hold the facts (`KINDS`) of a call each, calls in
    the order of their beginning."""
    limits = limits or Limits()
    calls = [_read(facts, limits) for facts in journals if facts]
    _mark_called_again(calls, limits.again)
    return _merged(calls)


def understood(journals: Iterable[Sequence[Fact]], limits: Limits | None = None) -> Iterator[Item]:
    """What was understood and not doubted: texts with the choice that was made of them."""
    for facts in journals:
        for said in _read(facts, limits or Limits()).said:
            if said.choice and not said.reasons:
                yield Item(said.text, said.language, (), guesses=(said.choice,))


def _read(facts: Sequence[Fact], limits: Limits) -> _Call:
    call = _Call(str(facts[0].call))
    language = ""
    for fact in facts:
        data = fact.data
        match fact.kind:
            case FactKind.RANG:
                call.caller, call.began = str(data.get("caller", "")), fact.time
            case FactKind.ANSWERED | FactKind.LANGUAGE:
                language = str(data.get("language", language))
            case FactKind.HEARD:
                _hear(call, _Said(normalized(str(data.get("text", ""))), fact.seq, language))
            case FactKind.UNDERSTOOD:
                _understand(call, data, limits.sure)
            case FactKind.KEYED:
                call.keyed = True
            case FactKind.MOVED:
                _move(call, str(data.get("via", "")))
            case FactKind.NOT_UNDERSTOOD if call.said and data.get("text"):
                call.said[-1].reasons.add(Reason.NO_MATCH)
            case FactKind.ENDED:
                call.ended = fact.time
    return call


def _hear(call: _Call, said: _Said) -> None:
    if not said.text or _is_value(said.text):
        return
    before = call.said[-1] if call.said else None
    if before and Levenshtein.normalized_similarity(before.text, said.text) >= _REPEATED:
        said.reasons.add(Reason.REPEATED)
    call.said.append(said)


def _understand(call: _Call, data: Mapping[str, object], sure: float) -> None:
    if not call.said:
        return
    slots = data.get("slots")
    if isinstance(slots, dict) and slots.get("answer") == "no":
        _deny(call.said)
    if data.get("match") not in _CHOSEN:
        return
    said = call.said[-1]
    said.choice = str(data.get("choice", ""))
    call.ways.add(said.choice)
    confidence = data.get("confidence")
    is_low = isinstance(confidence, int | float) and confidence < sure
    if is_low or data.get("runner_up"):
        said.reasons.add(Reason.UNSURE)


def _move(call: _Call, via: str) -> None:
    """The question is left: by a choice that was said there, or by a key, where there were any."""
    is_choice = via in call.ways or (call.keyed and via not in _NO_CHOICES)
    for said in call.said:
        if said.open and is_choice:
            said.chosen = via
        said.open = False
    call.ways, call.keyed = set(), False


def _deny(said: Sequence[_Said]) -> None:
    """The caller said no to what the utterance before was taken for."""
    if len(said) > 1 and said[-2].open:
        said[-2].reasons.add(Reason.DENIED)
        said[-2].wrong, said[-2].choice = said[-2].choice, ""


def _is_value(text: str) -> bool:
    return sum(map(str.isdigit, text)) > _MOST_DIGITS * len(text)


def _mark_called_again(calls: Sequence[_Call], within: timedelta) -> None:
    last: dict[str, _Call] = {}
    for call in calls:
        before = last.get(call.caller)
        if before and before.ended and call.began and call.began - before.ended <= within:
            chosen = [said for said in before.said if said.choice]
            if chosen:
                chosen[-1].reasons.add(Reason.CALLED_AGAIN)
        if call.caller:
            last[call.caller] = call


def _merged(calls: Sequence[_Call]) -> list[Item]:
    found: dict[tuple[str, str], Item] = {}
    for call in calls:
        for said in call.said:
            if not said.reasons:
                continue
            new = Item(
                said.text,
                said.language,
                tuple(sorted(said.reasons)),
                (said.choice,) if said.choice else (),
                (said.wrong,) if said.wrong else (),
                (said.chosen,) if said.chosen and said.chosen != said.wrong else (),
                1,
                (f"{call.call}/{said.seq}",),
            )
            key = said.text, said.language
            found[key] = _both(found[key], new) if key in found else new
    return sorted(found.values(), key=lambda item: (-item.count, item.text))


def _both(one: Item, other: Item) -> Item:
    return replace(
        one,
        reasons=tuple(sorted({*one.reasons, *other.reasons})),
        guesses=tuple(dict.fromkeys((*one.guesses, *other.guesses))),
        wrong=tuple(dict.fromkeys((*one.wrong, *other.wrong))),
        chosen=tuple(dict.fromkeys((*one.chosen, *other.chosen))),
        count=one.count + other.count,
        places=one.places + other.places,
    )
