"""What whoever takes a call is told, folded from its facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.call_context import LAST_TURNS, CallContext, context_of, take
from voicebot.core.record import Fact, FactKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def story(*facts: tuple[str, dict[str, Any]]) -> CallContext:
    """A fact a second."""
    found = context_of(
        Fact(CallId("1"), i, i * 1_000, NOON + timedelta(seconds=i), FactKind(kind), data)
        for i, (kind, data) in enumerate(facts)
    )
    assert found is not None
    return found


def test_who_why_how_long_and_what_was_tried() -> None:
    context = story(
        ("rang", {"caller": "+4917", "caller_name": "K. Meier", "called": "hotline"}),
        ("answered", {"flow": "bank", "language": "en"}),
        ("moved", {"node": "menu"}),
        ("said", {"text": "What is it about?"}),
        ("heard", {"text": "my card is gone"}),
        ("understood", {"choice": "lost_card", "confidence": 0.8, "slots": {"card": "4321"}}),
        ("understood", {"choice": "", "slots": {"pin": "****"}}),
        ("not_understood", {"count": 1}),
        ("queued", {"queue": "cards", "summary": {"intent": "lost card"}}),
        ("offered", {"agent": "anna"}),
        ("offer_ended", {"agent": "anna", "outcome": "no_answer"}),
        ("offered", {"agent": "ben"}),
    )
    assert (context.caller, context.caller_name, context.flow) == ("+4917", "K. Meier", "bank")
    assert (context.intent, context.confidence) == ("lost_card", 0.8)
    assert context.slots == {"card": "4321", "pin": "****"}
    assert context.masked == ("pin",)
    assert [(turn.who, turn.text) for turn in context.turns] == [
        ("bot", "What is it about?"),
        ("caller", "my card is gone"),
    ]
    assert [(one.to, one.outcome) for one in context.attempts] == [
        ("anna", "no_answer"),
        ("ben", ""),
    ]
    assert context.no_matches == 1
    assert context.wait_ms(NOON + timedelta(seconds=18)) == 10_000


def test_the_wait_stands_still_once_an_agent_has_the_caller() -> None:
    context = story(("queued", {"queue": "cards"}), ("bridged", {"agent": "anna", "wait_ms": 900}))
    assert context.wait_ms(NOON + timedelta(hours=1)) == 900
    assert context.agent == "anna"
    over = take(context, Fact(CallId("1"), 9, 9, NOON, FactKind.UNBRIDGED, {"agent": "anna"}))
    assert over.agent == ""


def test_who_is_called_back_waits_since_the_first_call() -> None:
    joined = (NOON - timedelta(minutes=2)).isoformat()
    rang, queued = ("rang", {"joined": joined}), ("queued", {"queue": "cards"})
    assert story(rang, queued).wait_ms(NOON + timedelta(seconds=5)) == 125_000
    bridged = ("bridged", {"agent": "anna", "wait_ms": 900})
    assert story(rang, queued, bridged).wait_ms(NOON + timedelta(hours=1)) == 121_900


def test_only_what_was_said_last_is_kept_and_secret_keys_are_stars() -> None:
    facts: list[tuple[str, dict[str, Any]]] = [("said", {"text": str(i)}) for i in range(20)]
    context = story(*facts, ("heard", {"text": ""}), ("keyed", {"count": 4}))
    assert len(context.turns) == LAST_TURNS
    assert (context.turns[-1].who, context.turns[-1].text) == ("keys", "****")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
texts = st.sampled_from(["text", "agent", "queue", "node", "outcome", "choice", "tag", "digits"])


@given(
    st.lists(
        st.tuples(st.sampled_from(FactKind), st.dictionaries(texts, values, max_size=4)),
        max_size=12,
    )
)
def test_facts_of_any_shape_are_taken(facts: list[tuple[FactKind, dict[str, Any]]]) -> None:
    """A journal of another version must not keep an agent from the call."""
    context = None
    for i, (kind, data) in enumerate(facts):
        context = take(context, Fact(CallId("1"), i, i, NOON, kind, data))
    if context is not None:
        assert context.wait_ms(NOON) >= 0
        assert all(isinstance(turn.text, str) for turn in context.turns)
        json.dumps([context.path, context.tags, context.intent])
