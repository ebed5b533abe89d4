"""Guesses of menus, counted from what calls leave behind."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from voicebot.core.call import CallId, LegInfo
from voicebot.core.guesses import guesses
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.ports import BackendReply
from voicebot.core.record import Fact, FactKind, fold
from voicebot.flow.actions import Note
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, Replied, Started, Understood
from voicebot.flow.loader import load_flows

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
FLOW = load_flows(Path(__file__).parents[3] / "ivr_flows", environment={}).get("power")
YES = {"answer": SlotValue(SlotType.YES_NO, "yes")}
KNOWN = Replied(BackendReply(200, {"reason": "pay", "likelihood": 0.9}))


def call(number: int, wants: str) -> Iterator[Fact]:
    """A caller who knows what they want: a yes takes 2 s, the long menu and a choice 6."""
    state, event = start(FLOW, now=NOW), Started(LegInfo(caller=f"+1555{number:04}1"))
    at_ms = 0
    following: tuple[Event, ...] = (event, KNOWN)
    for given in following:
        state, actions = step(state, given, at_ms)
        yield from facts(number, at_ms, actions)
    if state.visit.guess == wants:
        at_ms = 2_000
        said: Event = Understood(Interpretation(Match.SLOTS, "yes", 0.9, slots=YES))
    else:
        at_ms = 4_000 if state.visit.guess else 6_000
        said = Understood(Interpretation(Match.CHOICE, wants, 0.9, choice=wants))
    state, actions = step(state, said, at_ms)
    yield from facts(number, at_ms, actions)


def facts(number: int, at_ms: int, actions: tuple[object, ...]) -> Iterator[Fact]:
    for action in actions:
        if isinstance(action, Note):
            yield Fact(CallId(str(number)), 0, at_ms, NOW, action.kind, action.data)


def test_both_arms_are_counted_with_hits_and_seconds() -> None:
    wants = ["pay", "pay", "usage"]
    every = [fact for n in range(400) for fact in call(n, wants[n % 3])]
    asked, control = guesses(every)
    assert (asked.arm, control.arm) == ("asked", "control")
    assert asked.calls + control.calls == 400
    assert 160 <= asked.calls <= 240
    for arm in (asked, control):
        assert arm.hit_rate is not None
        assert abs(arm.hit_rate - 2 / 3) < 0.12
        assert arm.hits + arm.misses == arm.calls
    assert asked.seconds == 2.0
    assert control.seconds == 6.0


def test_who_hangs_up_is_in_the_calls_only() -> None:
    first = [fact for fact in call(1, "pay") if fact.data.get("outcome") != "hit"]
    [figures] = guesses(first)
    assert (figures.calls, figures.hits, figures.misses, figures.left) == (1, 0, 0, 0)
    assert figures.seconds is None
    assert guesses([]) == []


def test_the_record_has_them_as_tags() -> None:
    cdr = fold(call(1, "pay"))
    assert cdr is not None
    assert [tag for tag in cdr.tags if tag.startswith("guess:")][-1] == "guess:hit"
    kinds = {fact.kind for fact in call(1, "pay")}
    assert FactKind.GUESSED in kinds
