"""Speech, recognizers and where the shared data is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from voicebot.asr import AsrSettings, PooledRecognizer

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def speech() -> Path:
    """Clips of human speech that come with the tests."""
    return ROOT / "tests" / "fixtures" / "speech"


@pytest.fixture
async def recognizer() -> AsyncIterator[PooledRecognizer]:
    """PocketSphinx over two processes. Patient: tests share the machine."""
    pooled = PooledRecognizer(AsrSettings(workers=2, deadline_ms=20_000), {})
    await pooled.start()
    yield pooled
    await pooled.close()
