"""What a worker process and its owner say to each other over two pipes.

    owner  ─▶ {"text": ..., "voice": ...} \\n                      one line of JSON a job
    worker ─▶ {"ok": true, "bytes": n} \\n, then n bytes of PCM    or {"ok": false, "error": ...}

The first line of the worker is its `Hello`. Texts may be personal: errors never repeat them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

MAX_TEXT = 1_000
"""Characters that one job may have; espeak-ng has crashed on texts of 60,000."""


USUAL_PITCH = 50


@dataclass(frozen=True, slots=True)
class Job:
    """One sentence to synthesize."""

    text: str
    voice: str
    """espeak-ng's name."""
    words_per_minute: int
    rate: int
    """Sampling rate that is wanted, in Hz."""
    level_db: float
    pitch: int = USUAL_PITCH
    """0 to 99, as espeak-ng counts."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker is ready, or says why it never will be."""

    version: str = ""
    """Of the espeak-ng library that is really in use: `1.52.0`."""
    unknown_voices: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of the answer to a job; `size` bytes of little-endian int16 follow."""

    size: int = 0
    error: str = ""


def to_line(message: Job | Hello | Answer) -> bytes:
    """One line of JSON."""
    return json.dumps(asdict(message)).encode() + b"\n"


def job_of(line: bytes) -> Job:
    """Raises `ValueError` or `TypeError` for another thing than a job."""
    return Job(**json.loads(line))


def hello_of(line: bytes) -> Hello:
    """Raises `ValueError` or `TypeError` for another thing than a hello."""
    fields = json.loads(line)
    return Hello(**{**fields, "unknown_voices": tuple(fields["unknown_voices"])})


def answer_of(line: bytes) -> Answer:
    """Raises `ValueError` or `TypeError` for another thing than an answer."""
    return Answer(**json.loads(line))
