"""Log lines of a serving node: constant messages, with what is particular behind them.

2026-11-22 12:08:42,345 WARNING voicebot.asr.workers: recognizer process replaced reason=...
"""

from __future__ import annotations

import logging

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; the rest are fields that the caller gave."""


class FieldFormatter(logging.Formatter):
    """Adds a record's fields as `name=value`."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        fields = (f" {key}={value}" for key, value in vars(record).items() if key not in _OWN)
        return super().formatMessage(record) + "".join(fields)


def set_up(*, verbose: bool) -> None:
    """Log to standard error. Libraries that talk on every start speak only of trouble."""
    handler = logging.StreamHandler()
    handler.setFormatter(FieldFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    if not verbose:
        logging.getLogger("alembic").setLevel(logging.WARNING)
