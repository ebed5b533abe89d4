"""What an agent is told before the caller comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicebot.core.call import CallId
from voicebot.core.call_context import CallContext, Stay
from voicebot.prompts.text import words_of
from voicebot.prompts.whisper import whisper

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WAITS = CallContext(CallId("1"), NOW, stay=Stay("billing", NOW - timedelta(seconds=9)))
CALLED_BACK = replace(WAITS, waits_since=NOW - timedelta(seconds=121))


@pytest.mark.parametrize(
    ("context", "language", "said"),
    [
        (WAITS, "en", "billing. Waited ten seconds."),
        (CALLED_BACK, "en", "Callback. billing. Waited two minutes."),
        (CALLED_BACK, "zh", "回电。billing。等待两分钟。"),
        (replace(CALLED_BACK, customer={"vip": True}), "en-GB", "Callback. VIP. billing. Waited"),
        (replace(CALLED_BACK, summary={"intent": "lost_card"}), "en", "Callback. lost card. Wai"),
    ],
)
def test_it_says_who_comes(context: CallContext, language: str, said: str) -> None:
    text = words_of(whisper(context, language, NOW))
    assert text.replace(" ", "").startswith(said.replace(" ", ""))
