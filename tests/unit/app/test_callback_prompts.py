"""What is made ready for customers who are called back."""

from __future__ import annotations

from pathlib import Path

from voicebot.app.desks import callback_prompts
from voicebot.core.afterwards import CallbackPlan
from voicebot.flow.loader import load_file
from voicebot.prompts.callback_phrases import GREETING, phrase

FLOWS = Path(__file__).parents[3] / "ivr_flows"


def test_greetings_are_ready_in_every_language_of_the_flows() -> None:
    flows = [load_file(FLOWS / name) for name in ("parcel.yaml", "bank_zh.yaml")]
    ready = set(callback_prompts(CallbackPlan(name="Parcels"), flows))
    assert {prompt.language for prompt in ready} == {"en", "zh"}
    for language in ("en", "zh"):
        assert phrase(GREETING, language, of="Parcels") in ready


def test_nothing_is_made_ready_where_callbacks_are_made_by_hand() -> None:
    assert not list(callback_prompts(CallbackPlan(automatic=False), []))
