"""What an operator may set about storage."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.core.events import Endpoint


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How the journal is written."""

    node: str = field(default_factory=socket.gethostname)
    """Name of this node, the same after a restart: calls that it left open are closed then. Nodes
    that share a database have different ones."""
    batch_ms: int = 100
    """A fact waits so long for others before they are committed together."""
    busy_timeout_ms: int = 250
    """How long a commit waits for a locked database before its facts go to the spill file."""
    answer_timeout_ms: int = 5_000
    """How long a database server may take to connect or to answer before it counts as away."""
    retry_ms: int = 300
    """Pause between two attempts while the database is away."""
    memory_facts: int = 100_000
    """Facts kept in memory when neither the database nor the spill file takes them."""
    folder: Path = Path("data")
    """Where a node whose database is a server keeps its spill file."""
    spill: Path | None = None
    """JSONL file for facts that wait for the database; beside an SQLite database, or in `folder`,
    if None."""
    endpoints: tuple[Endpoint, ...] = ()
    """Who is told of events."""
    ring_events: int = 5_000
    """Latest facts kept in memory for subscribers that come back."""
    subscriber_events: int = 1_000
    """A subscriber that is so many facts behind is dropped."""


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """Where recordings go."""

    folder: Path = Path("data/recordings")
    pending_ms: int = 10_000
    """Sound of one call that may wait for a slow disk; beyond it the recording stops."""
    write_every_ms: int = 200
    """Sound is written in pieces of about this length."""
