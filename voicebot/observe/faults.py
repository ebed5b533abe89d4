"""An exception as a log shows it: where it came from, apart from what it says."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_DEEPEST = 8
"""Causes of causes are followed so far."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One exception."""

    kind: str
    """Its class."""
    text: str
    """What it says: personal, as nobody knows what is quoted in it."""
    frames: tuple[str, ...]
    """`file:line function`, outermost first."""
    cause: Fault | None = None
    parts: tuple[Fault, ...] = ()
    """Of an exception group."""


def fault_of(error: BaseException, depth: int = 0) -> Fault:
    """What there is to say about an exception, its causes and parts."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    deeper = depth < _DEEPEST
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) and deeper else ()
    return Fault(
        type(error).__name__,
        str(error),
        _frames(error.__traceback__),
        fault_of(cause, depth + 1) if cause is not None and deeper else None,
        tuple(fault_of(part, depth + 1) for part in parts),
    )


def _frames(trace: TracebackType | None) -> tuple[str, ...]:
    return tuple(
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    )


def _short(file: str) -> str:
    """The last three parts of a path tell the module."""
    return "/".join(Path(file).parts[-3:])
