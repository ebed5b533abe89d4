"""How a node is doing at one moment: what metrics and readiness are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.asr.workers import PoolCounts as AsrCounts
from voicebot.core.call import CallState
from voicebot.core.queueing import AgentState, QueueStatus
from voicebot.core.tally import Tally
from voicebot.sip.stack import GuardCounts
from voicebot.store.journal import JournalHealth, JournalStatus
from voicebot.tts.workers import PoolCounts as TtsCounts


@dataclass(frozen=True, slots=True)
class LineState:
    """The SIP user agent."""

    open: bool = True
    """Its thread answers."""
    draining: bool = False
    capacity: int = 100
    """Legs at the same time."""
    legs: int = 0
    guard: GuardCounts | None = None
    """None where the thread did not answer in time."""
    registered: Mapping[str, bool] = field(default_factory=dict)
    """Whether each trunk that registers has done so."""


@dataclass(frozen=True, slots=True)
class Workers:
    """One pool of processes."""

    up: int
    wanted: int
    waiting: int
    """Jobs in its queue."""
    pids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment. Tallies go on counting: they are read at once."""

    line: LineState = LineState()
    calls: Mapping[CallState, int] = field(default_factory=dict)
    asr: Workers = Workers(1, 1, 0)
    asr_counts: AsrCounts = field(default_factory=AsrCounts)
    tts: Workers = Workers(1, 1, 0)
    tts_counts: TtsCounts = field(default_factory=TtsCounts)
    journal: JournalHealth = field(default_factory=lambda: JournalHealth(JournalStatus.OK, 0, 0, 0))
    journal_alive: bool = True
    commits: Tally = field(default_factory=Tally)
    queues: Mapping[str, QueueStatus] = field(default_factory=dict)
    agents: Mapping[AgentState, int] = field(default_factory=dict)
    agents_ms: Mapping[AgentState, int] = field(default_factory=dict)
    """How long agents were in each state since the start, all of them together."""
