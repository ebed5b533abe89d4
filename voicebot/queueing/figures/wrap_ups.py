"""How long wrap-up really was: the journal knows how long it was planned when it began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind

Wrapped = tuple[CallId, str]
"""A call, and an agent who talked in it."""


def with_wrap_ups(facts: Iterable[Fact], actual_ms: Mapping[Wrapped, Sequence[int]]) -> list[Fact]:
    """The same facts, each `unbridged` with what its wrap-up came to; as planned where that is not
    known (yet). `actual_ms`: of an agent's contacts in a call, in their order."""
    return list(_mended(facts, actual_ms))


def _mended(facts: Iterable[Fact], actual_ms: Mapping[Wrapped, Sequence[int]]) -> Iterator[Fact]:
    had: Counter[str] = Counter()
    for fact in facts:
        if fact.kind is not FactKind.UNBRIDGED:
            yield fact
            continue
        agent = str(fact.data.get("agent") or "")
        known = actual_ms.get((fact.call, agent), ())
        if had[agent] < len(known):
            fact = replace(fact, data={**fact.data, "wrap_up_ms": known[had[agent]]})
        had[agent] += 1
        yield fact


def call_of_place(place: str) -> CallId:
    """A call that joins more than once has places `ID`, `ID-2` and so on."""
    call, _, number = place.rpartition("-")
    return CallId(call if call and number.isdecimal() else place)
