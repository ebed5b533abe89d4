"""What an escalation points to, so that whoever has it need not ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voicebot.core.record import Fact, FactKind


def evidence_of_call(facts: Sequence[Fact]) -> tuple[str, dict[str, Any]]:
    """Whose call it was, as far as it is known, and the paths of the API to what is kept of it."""
    call = facts[0].call
    known = [fact.data for fact in facts if fact.kind is FactKind.CUSTOMER]
    rang = [fact.data for fact in facts if fact.kind is FactKind.RANG]
    customer = str(next((d.get("customer") for d in reversed(known) if d.get("customer")), ""))
    has_sound = any(f.kind is FactKind.RECORDING and f.data.get("file") for f in facts)
    path = f"/api/calls/{call}"
    evidence: dict[str, Any] = {"transcript": path, "context": f"{path}/context", "trace": call}
    if has_sound:
        evidence["recording"] = f"{path}/recording"
    return customer or str(rang[0].get("caller") or "" if rang else ""), evidence


def evidence_of_customer(calls: Sequence[str]) -> dict[str, Any]:
    """Their latest calls."""
    return {"calls": [f"/api/calls/{call}" for call in calls]}
