"""Between facts, call detail records and the rows and JSON that hold them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from voicebot.core.call import CallId, EndedBy, Outcome
from voicebot.core.record import Cdr, Fact, FactKind, fold

log = logging.getLogger(__name__)

CDR_FIELDS = tuple(field.name for field in fields(Cdr))
_TUPLES = ("agents", "intents", "path", "tags")
_TEXTS = (
    *("caller", "called", "flow", "flow_version", "language"),
    *("queue", "agent", "recording", "reason"),
)
_NUMBERS = ("code", "wait_ms", "talk_ms", "duration_ms")


def storable(fact: Fact) -> Fact:
    """The same fact with data that both databases take: no NUL, no lone surrogate, no NaN.

    Callers choose some of these strings (display names, User-to-User), so they may hold anything.
    """
    try:
        text = json.dumps(fact.data, allow_nan=False)
    except (TypeError, ValueError):
        return replace(fact, data=_clean(fact.data))
    if "\\u0000" in text or "\\ud" in text:
        return replace(fact, data=_clean(fact.data))
    return fact


def _clean(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        case Mapping():
            return {_clean(str(key)): _clean(item) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return None
        case None | bool() | int() | float():
            return value
        case _:
            return _clean(str(value))


def advance(cdr: Cdr | None, facts: Iterable[Fact]) -> Cdr | None:
    """Fold more facts into a record. One that the fold cannot read is left out and logged: the
    journal keeps it, and the others must not be held up by it."""
    for fact in facts:
        try:
            cdr = _typed(fold([fact], cdr))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            fields = {"kind": fact.kind, "reason": type(error).__name__}
            log.error("a fact cannot be folded", extra=fields)
    return cdr


def _typed(cdr: Cdr | None) -> Cdr | None:
    """Facts are only JSON: a value of another type than the record's must not reach a column."""
    if cdr is None:
        return None
    values: dict[str, Any] = {
        **{name: str(getattr(cdr, name)) for name in _TEXTS},
        **{name: int(getattr(cdr, name)) for name in _NUMBERS},
        **{name: tuple(map(str, getattr(cdr, name))) for name in _TUPLES},
        "survey": {str(question): int(score) for question, score in cdr.survey.items()},
    }
    return replace(cdr, **values)


def fact_row(fact: Fact) -> dict[str, Any]:
    """The row of `facts`."""
    return {
        "call": fact.call,
        "seq": fact.seq,
        "at_ms": fact.at_ms,
        "time": fact.time,
        "kind": fact.kind.value,
        "data": dict(fact.data),
    }


def fact_from_row(row: Mapping[Any, Any]) -> Fact:
    """The fact of a row."""
    return Fact(
        CallId(row["call"]),
        row["seq"],
        row["at_ms"],
        row["time"],
        FactKind(row["kind"]),
        row["data"],
    )


def fact_json(fact: Fact) -> dict[str, Any]:
    """A fact as JSON: as `fact_row`, the time in ISO 8601."""
    return {**fact_row(fact), "time": fact.time.isoformat()}


def fact_from_json(value: Mapping[str, Any]) -> Fact:
    """The inverse of `fact_json`. Raises `KeyError`, `TypeError` or `ValueError`."""
    return fact_from_row({**value, "time": datetime.fromisoformat(value["time"])})


def cdr_row(cdr: Cdr) -> dict[str, Any]:
    """The row of `calls`, but for `node`."""
    return {
        **{name: getattr(cdr, name) for name in CDR_FIELDS},
        **{name: list(getattr(cdr, name)) for name in _TUPLES},
        "survey": dict(cdr.survey),
        "outcome": cdr.outcome and cdr.outcome.value,
        "ended_by": cdr.ended_by and cdr.ended_by.value,
    }


def cdr_from_row(row: Mapping[Any, Any]) -> Cdr:
    """The record of a row."""
    values = {name: row[name] for name in CDR_FIELDS}
    values.update({name: tuple(row[name]) for name in _TUPLES})
    values["call"] = CallId(row["call"])
    values["outcome"] = Outcome(row["outcome"]) if row["outcome"] else None
    values["ended_by"] = EndedBy(row["ended_by"]) if row["ended_by"] else None
    return Cdr(**values)


def cdr_json(cdr: Cdr) -> dict[str, Any]:
    """A record as JSON: as `cdr_row`, times in ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in cdr_row(cdr).items()
    }
