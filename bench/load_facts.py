"""What the hotline's own journal tells of the calls of a bench."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field

from bench.turns_hotline import Hotline

_QUERY = """
select facts.kind, facts.data from facts join calls on facts.call = calls.call
where calls.caller like ? || '%'
"""


@dataclass(slots=True)
class CallFacts:
    """Of all calls together."""

    ended: int = 0
    """Calls whose end is in the journal, hung up by the caller."""
    failed: int = 0
    """Engines that failed a call."""
    decode_ms: list[int] = field(default_factory=list)
    answers: int = 0
    """Times that something was understood."""
    lost: int = 0
    """Packets of callers that did not come, or too late."""
    underruns: int = 0
    overruns: int = 0
    refused: int = 0


def facts_of(line: Hotline, caller: str) -> CallFacts:
    """Of the calls of callers whose name begins so."""
    found = CallFacts()
    with sqlite3.connect(line.folder / "data" / "voicebot.db") as database:
        for kind, data in database.execute(_QUERY, (caller,)):
            _add(found, str(kind).lower(), json.loads(data))
    database.close()
    return found


def _add(found: CallFacts, kind: str, data: dict[str, object]) -> None:
    def number(name: str) -> int:
        return int(str(data.get(name, 0)))

    if kind == "ended":
        found.ended += data["by"] == "caller"
    elif kind == "failed":
        found.failed += 1
    elif kind == "understood":
        found.answers += 1
    elif kind == "heard":
        found.decode_ms.append(number("decode_ms"))
    elif kind == "measured":
        found.lost += number("lost") + number("late")
        found.underruns += number("underruns")
        found.overruns += number("overruns") + number("refused")
