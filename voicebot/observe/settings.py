"""What an operator may set about logs and traces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LogFormat(StrEnum):
    """How a log line is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The log, on standard error."""

    format: LogFormat = LogFormat.TEXT
    level: LogLevel = LogLevel.INFO
    personal: bool = False
    """Show what is marked as personal, and the texts of exceptions, which may hold it too."""


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """OpenTelemetry; needs the extra `voicebot[otel]`."""

    endpoint: str = ""
    """OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; no traces where empty."""
    service: str = "voicebot"
    """`service.name` of the spans."""
    ratio: float = 1.0
    """The part of all calls that is traced, 0 to 1."""
