"""What `voicebot call --say` speaks with."""

import pytest

from voicebot.audio.gain import level_db
from voicebot.tts.caller_voice import caller_voice


@pytest.mark.parametrize("without_flite", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_speaks_with_and_without_flite(
    monkeypatch: pytest.MonkeyPatch, language: str, without_flite: bool
) -> None:
    if without_flite:
        monkeypatch.setenv("PATH", "")
    said = await caller_voice("一二三" if language == "zh" else "one two three", language)
    assert said.rate == 16_000
    assert said.duration_ms > 600
    assert level_db(said.samples) > -35
