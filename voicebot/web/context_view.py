"""A call's context as JSON, for desktops: its own schema, with a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from voicebot.core.call_context import PERSONAL, VERSION, CallContext
from voicebot.core.record import Cdr


def context_json(
    context: CallContext, earlier: Sequence[Cdr], now: datetime | None = None, *, url: str = ""
) -> dict[str, Any]:
    """All of it. `personal` names the parts that are."""
    now = now or datetime.now(UTC)
    return {
        "version": VERSION,
        "call": context.call,
        "personal": list(PERSONAL),
        "who": {
            "number": context.caller,
            "name": context.customer.get("name") or context.caller_name,
            "language": context.language,
            "customer": dict(context.customer) or None,
        },
        "why": {
            "intent": context.intent,
            "confidence": context.confidence,
            "summary": dict(context.summary),
            "slots": dict(context.slots),
            "masked": list(context.masked),
        },
        "how_long": {
            "began": context.began.isoformat(),
            "called": context.called,
            "queue": context.stay.queue if context.stay else "",
            "wait_ms": context.wait_ms(now),
            "called_back": context.waits_since is not None,
            "agent": context.agent or None,
            "ended": context.ended.isoformat() if context.ended else None,
        },
        "tried": {
            "flow": context.flow,
            "path": list(context.path),
            "no_inputs": context.no_inputs,
            "no_matches": context.no_matches,
            "answers": list(context.answers),
            "failures": list(context.failures),
            "offers": [asdict(attempt) for attempt in context.attempts],
        },
        "turns": [asdict(turn) for turn in context.turns],
        "tags": list(context.tags),
        "recorded": context.recorded,
        "earlier": [_earlier(cdr) for cdr in earlier],
        "screen_pop": url,
    }


def _earlier(cdr: Cdr) -> dict[str, Any]:
    return {
        "call": cdr.call,
        "started": cdr.started.isoformat(),
        "outcome": cdr.outcome.value if cdr.outcome else None,
        "intents": list(cdr.intents),
        "tags": list(cdr.tags),
        "queue": cdr.queue,
        "agent": cdr.agent,
    }
