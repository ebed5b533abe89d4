"""Whether a call would be served now, and whether the node lives; each reason has a name."""

from __future__ import annotations

from voicebot.core.health import Check
from voicebot.observe.snapshot import Snapshot, Workers
from voicebot.store.journal import JournalStatus


def readiness(now: Snapshot) -> tuple[Check, ...]:
    """What it takes to serve one more call. All of it has to be `ok`."""
    line = now.line
    free = line.capacity - line.legs
    return (
        Check("line", line.open, "" if line.open else "the SIP thread does not answer"),
        Check(
            "draining",
            not line.draining,
            "the hotline is stopping: new calls are refused" if line.draining else "",
        ),
        Check("capacity", free > 0, "" if free > 0 else f"all {line.capacity} legs are in use"),
        _workers("recognition", now.asr),
        _workers("speech", now.tts),
        _journal(now),
    )


def liveness(now: Snapshot) -> tuple[Check, ...]:
    """What only a restart would mend. That there is an answer at all says that the loop runs."""
    line, journal = now.line.open, now.journal_alive
    return (
        Check("line", line, "" if line else "the SIP thread does not answer"),
        Check("journal", journal, "" if journal else "the journal's thread has ended"),
    )


def _workers(name: str, workers: Workers) -> Check:
    if workers.up >= workers.wanted:
        return Check(name, True)
    return Check(name, workers.up > 0, f"{workers.up} of {workers.wanted} worker processes are up")


def _journal(now: Snapshot) -> Check:
    health = now.journal
    if not now.journal_alive:
        return Check("journal", False, "the journal's thread has ended")
    if health.status is JournalStatus.FAILING:
        return Check("journal", False, "neither the database nor the spill file takes facts")
    behind = health.status is JournalStatus.BEHIND
    return Check("journal", True, "the database is away; facts wait on disk" if behind else "")
