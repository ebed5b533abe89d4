"""What a scenario's facts tell."""

from __future__ import annotations

from typing import Any

from voicebot.core.record import Fact, FactKind


def of(facts: list[Fact], kind: FactKind) -> list[Fact]:
    """Those of a kind."""
    return [fact for fact in facts if fact.kind is kind]


def only(facts: list[Fact], kind: FactKind) -> dict[str, Any]:
    """What the one fact of a kind says."""
    [fact] = of(facts, kind)
    return dict(fact.data)


def path(facts: list[Fact]) -> list[str]:
    """The nodes that the call came to."""
    return [str(fact.data["node"]) for fact in of(facts, FactKind.MOVED)]


def said(facts: list[Fact]) -> list[str]:
    """What the bot said."""
    return [str(fact.data["text"]) for fact in of(facts, FactKind.SAID)]
