"""Voices over fake and real workers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from voicebot.tts.settings import TtsSettings
from voicebot.tts.workers import Workers

FAKE = Path(__file__).with_name("fake_worker.py")
MakeWorkers = Callable[..., Workers]


@pytest.fixture
def jobs_log(tmp_path: Path) -> Path:
    """Texts of the jobs that fake workers got, one a line."""
    return tmp_path / "jobs.txt"


@pytest.fixture
def jobs(jobs_log: Path) -> Callable[[], list[str]]:
    """Tells the texts of the jobs that fake workers got, in order."""
    return lambda: jobs_log.read_text().splitlines() if jobs_log.exists() else []


@pytest.fixture
async def fake_workers(jobs_log: Path) -> AsyncIterator[MakeWorkers]:
    """Makes pools of fake workers, which are closed at the end; they are not started."""
    made: list[Workers] = []

    def make(**settings: object) -> Workers:
        chosen = TtsSettings(**{"apologies": {}, **settings})  # type: ignore[arg-type]
        made.append(Workers(chosen, (sys.executable, str(FAKE), str(jobs_log))))
        return made[-1]

    yield make
    for workers in made:
        await workers.close()
