"""Recordings of human speech, where they are there."""

import os
from pathlib import Path

import pytest

from voicebot.audio.wav import read_wav


@pytest.fixture(scope="session")
def recordings():
    """A folder of human speech."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("VOICEBOT_SHARED", root.parent / "shared")) / "data" / "speech"
    if not folder.is_dir():
        pytest.skip(f"no recordings of speech at {folder} (set VOICEBOT_SHARED)")
    return folder


@pytest.fixture(scope="session")
def orders(recordings):
    """Some spoken orders, 16 kHz."""
    return [read_wav(file).mono() for file in sorted((recordings / "orders").glob("*.wav"))[:12]]
