"""Errors by whose problem they are.

Silence, nonsense and a hang-up are outcomes of a call, never errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: an error stops the start, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in an operator's file, with what to do about it."""

    file: str
    line: int
    """Counted from 1; 0 where the file as a whole is meant."""
    column: int
    code: str
    """Stable and short, in kebab-case: `unknown-key`, `missing-node`."""
    message: str
    hint: str = ""
    node: str = ""
    """The flow's node, where there is one."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.severity} {self.code} {self.message}{hint}"


class VoicebotError(Exception):
    """Base of all that is raised on purpose."""


class WrongUse(VoicebotError):
    """What a command was told cannot be: something that it names is not there, or a value is none.
    The message says what to do."""


class ConfigError(VoicebotError):
    """The operator's files are wrong. Carries every problem found; never raised in a call."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class CallError(VoicebotError):
    """This call cannot go on; the others are untouched. The caller hears a prompt, not silence."""


class LegGone(CallError):
    """The leg ended while something was asked of it."""


class EngineError(VoicebotError):
    """A recognizer, synthesizer or back end failed; the flow may recover."""


class DialRefused(CallError):
    """The destination is not among those that the configuration allows."""
