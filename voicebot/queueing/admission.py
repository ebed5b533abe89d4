"""Who is taken into a queue, and who may stay: limits, each with a way out of its own.

    nobody at work ─▶ nobody         too many wait ─▶ full          waited too long ─▶ timeout
    the expected wait is too long ─▶ long_wait       too many for each agent ─▶ crowded

A queue with somebody at work and nobody waiting always admits, and its next caller always stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.core.queueing import QueueOutcome, QueueSpec


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are for one caller."""

    staffed: int
    """Agents at work, as the queue sees it."""
    ahead: int
    """Callers who wait and come first."""
    waiting: int
    """All who wait, this caller not counted."""
    waited_ms: int = 0
    expected_ms: int | None = None
    """From now on; None where nothing is known."""
    ringing: bool = False
    """A phone rings for the caller."""


def admit(queue: QueueSpec, now: Standing) -> QueueOutcome | None:
    """Why the caller is not taken; None: come in."""
    if not now.staffed:
        return QueueOutcome.NOBODY
    if not now.waiting:
        return None
    if now.waiting >= queue.max_length:
        return QueueOutcome.FULL
    return _too_slow(queue, now)


def give_up(queue: QueueSpec, now: Standing) -> QueueOutcome | None:
    """Why the caller's wait is over; None: wait on. Never while a phone rings."""
    if now.ringing:
        return None
    if now.waited_ms >= queue.max_wait_ms:
        return QueueOutcome.TIMEOUT
    if not now.staffed:
        return QueueOutcome.NOBODY
    return _too_slow(queue, now) if now.ahead else None


def _too_slow(queue: QueueSpec, now: Standing) -> QueueOutcome | None:
    most_ms, most = queue.max_expected_wait_ms, queue.max_waiting_per_agent
    if most_ms and now.expected_ms is not None and now.expected_ms > most_ms:
        return QueueOutcome.LONG_WAIT
    # The caller and those ahead: whoever came later is no reason to go.
    if most and (now.ahead + 1) / now.staffed > most:
        return QueueOutcome.CROWDED
    return None
