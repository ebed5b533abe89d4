"""Takes snapshots of a node."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voicebot.asr.workers import WorkerPool
from voicebot.observe.snapshot import LineState, Snapshot, Workers
from voicebot.session.directory import Directory
from voicebot.sip.registration import Registration
from voicebot.sip.stack import GuardCounts
from voicebot.store.journal import JournalWriter
from voicebot.tts.workers import Workers as TtsPool

ANSWER_S = 1.0
"""The SIP thread looks at its jobs every few milliseconds; one that needs longer is stuck."""


class Line(Protocol):
    """What is asked of the SIP endpoint."""

    @property
    def legs(self) -> tuple[object, ...]: ...

    @property
    def registrations(self) -> tuple[Registration, ...]: ...

    async def guard_counts(self) -> GuardCounts: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The rooms that are looked at."""

    line: Line
    capacity: int
    draining: Callable[[], bool]
    asr: WorkerPool
    tts: TtsPool
    journal: JournalWriter
    directory: Directory


async def snapshot(parts: Parts, *, answer_s: float = ANSWER_S) -> Snapshot:
    """How the node is doing now; takes `answer_s` at most, and far less as a rule."""
    board, asr, tts = parts.directory.router, parts.asr, parts.tts
    return Snapshot(
        line=await _line(parts, answer_s),
        calls=parts.directory.states(),
        asr=Workers(len(asr.pids), asr.size, asr.waiting, tuple(asr.pids)),
        asr_counts=asr.counts,
        tts=Workers(tts.up, tts.settings.workers, tts.waiting, tts.pids),
        tts_counts=tts.counts,
        journal=parts.journal.health(),
        journal_alive=parts.journal.alive,
        commits=parts.journal.commits,
        queues={name: parts.directory.status(name) for name in board.queues},
        agents=Counter(agent.state for agent in board.agents.values()),
        agents_ms=parts.directory.dispatcher.time.spent_ms(parts.directory.now_ms()),
    )


async def _line(parts: Parts, answer_s: float) -> LineState:
    line, counts = parts.line, None
    try:
        async with asyncio.timeout(answer_s):
            counts = await line.guard_counts()
    except TimeoutError:
        pass
    return LineState(
        open=counts is not None,
        draining=parts.draining(),
        capacity=parts.capacity,
        legs=len(line.legs),
        guard=counts,
        registered={r.trunk: r.active for r in line.registrations},
    )
