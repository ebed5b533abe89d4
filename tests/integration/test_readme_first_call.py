"""The first call of the README, typed as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from hotline import ROOT, hotline, voicebot

from voicebot.app.announcing import SAMPLE_CALL
from voicebot.audio.gain import level_db
from voicebot.audio.wav import Wav, read_wav
from voicebot.core.audio import FRAME_MS

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: script/setup"),
]


def words_of_the_readme() -> list[str]:
    """`voicebot call ...` of the README."""
    found = re.search(r"^\.venv/bin/voicebot (call .+)$", (ROOT / "README.md").read_text(), re.M)
    assert found is not None
    assert SAMPLE_CALL in found[1], "what the hotline prints at its start is the README's call"
    return shlex.split(found[1])


def test_the_first_call_is_served_to_its_end(tmp_path: Path) -> None:
    words, sound = words_of_the_readme(), tmp_path / "call.wav"
    words = [str(sound) if word == "call.wav" else word for word in words]
    with hotline(tmp_path) as line:
        words[1] = line.uri("bank_en")
        done = voicebot(*words, timeout_s=110)
        record = line.ended_call()
        shown = voicebot("calls", "show", record["call"][:8], "--data", str(tmp_path / "data"))
    assert done.returncode == 0
    assert "hung up by the bot" in done.stdout
    assert record["outcome"] == "contained"
    assert record["intents"] == ["lost_card", "done"]
    assert record["tags"] == ["card_blocked"]
    assert '"i lost my card"' in shown.stdout
    caller_left = read_wav(tmp_path / "data" / record["recording"])
    bot_left = read_wav(sound)
    assert seconds_of_sound(caller_left, 0) < seconds_of_sound(caller_left, 1) / 3
    assert seconds_of_sound(bot_left, 1) < seconds_of_sound(bot_left, 0) / 3


def seconds_of_sound(wav: Wav, channel: int) -> float:
    """How long a channel is louder than -40 dB full scale."""
    return sum(level_db(f.samples) > -40 for f in wav.channel(channel).frames()) * FRAME_MS / 1000
