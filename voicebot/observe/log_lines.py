"""Log lines: constant messages, with what is particular in fields.

    text  2026-11-22 WARNING voicebot.asr.workers: recognizer process replaced reason=...
    json  {"time": "...", "level": "WARNING", "logger": "...", "message": "...", "reason": "..."}

Fields marked `Personal` are left out, and so are the texts of exceptions: an exception that nobody
foresaw may quote what a caller said.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

from voicebot.core.personal import HIDDEN, Personal
from voicebot.observe.faults import Fault, fault_of
from voicebot.observe.settings import LogFormat, LogSettings

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; the rest are fields that the caller gave."""

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(settings: LogSettings, *, verbose: bool = False) -> None:
    """Log to standard error. Libraries speak only of trouble: what they put into a message is not
    ours to judge."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(settings))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    level = logging.DEBUG if verbose else settings.level.upper()
    logging.getLogger("voicebot").setLevel(level)


def formatter(settings: LogSettings) -> logging.Formatter:
    """The formatter that the settings ask for."""
    if settings.format is LogFormat.JSON:
        return JsonFormatter(personal=settings.personal)
    return TextFormatter(personal=settings.personal)


class TextFormatter(logging.Formatter):
    """Adds a record's fields as `name=value`."""

    def __init__(self, *, personal: bool = False) -> None:
        super().__init__(_TEXT)
        self._personal = personal

    def format(self, record: logging.LogRecord) -> str:
        # Not the base class's: it takes the text of an exception as another handler left it.
        record.message, record.asctime = record.getMessage(), self.formatTime(record)
        fields = (f" {key}={value}" for key, value in _fields(record, personal=self._personal))
        lines = [self.formatMessage(record) + "".join(fields)]
        if record.exc_info and record.exc_info[1]:
            lines += _as_text(fault_of(record.exc_info[1]), personal=self._personal)
        return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, *, personal: bool = False) -> None:
        super().__init__()
        self._personal = personal

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key, value in _fields(record, personal=self._personal):
            line[f"{key}_" if key in line else key] = value
        if record.exc_info and record.exc_info[1]:
            line["exception"] = _as_json(fault_of(record.exc_info[1]), personal=self._personal)
        return json.dumps(line, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord, *, personal: bool) -> Iterator[tuple[str, Any]]:
    for key, value in vars(record).items():
        if key in _OWN:
            continue
        if not isinstance(value, Personal):
            yield key, value
        elif personal:
            yield key, value.value


def _utc(created_s: float) -> str:
    milliseconds = int(created_s * 1000 % 1000)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{milliseconds:03d}Z", time.gmtime(created_s))


def _as_text(fault: Fault, *, personal: bool) -> Iterator[str]:
    if fault.cause is not None:
        yield from _as_text(fault.cause, personal=personal)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from (f"  {frame}" for frame in fault.frames)
    yield f"{fault.kind}: {fault.text if personal else HIDDEN}"
    for part in fault.parts:
        yield from (f"  | {line}" for line in _as_text(part, personal=personal))


def _as_json(fault: Fault, *, personal: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"type": fault.kind, "frames": list(fault.frames)}
    if personal:
        said["text"] = fault.text
    if fault.cause is not None:
        said["cause"] = _as_json(fault.cause, personal=personal)
    if fault.parts:
        said["parts"] = [_as_json(part, personal=personal) for part in fault.parts]
    return said
