"""What the start says of callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.app.callbacks_announced import callbacks_announced
from voicebot.core.afterwards import CallbackPlan
from voicebot.flow.loader import load_file
from voicebot.sip.settings import Destinations, SipSettings, Trunk

FLOW = """
flow: line
start: later
on_error: bye
nodes:
  later:
    kind: callback
    queue: service
    prompt: "Shall we call you back?"
    outcomes: {accepted: bye, declined: bye, failed: bye}
  bye: {kind: hangup, prompt: "Bye."}
"""
NUMBERS = Destinations(numbers=(r"\+49\d+",))
TRUNK = Trunk("provider", "sip.example.org")


@pytest.mark.parametrize(
    ("sip", "plan", "said"),
    [
        (SipSettings(), CallbackPlan(), "no number may be called; name those that may be called"),
        (SipSettings(destinations=NUMBERS), CallbackPlan(), "no trunk takes calls out; name one"),
        (
            SipSettings(destinations=NUMBERS, trunks=(TRUNK,)),
            CallbackPlan(),
            "Callback from 8 to 20 o'clock, by trunk provider",
        ),
        (
            SipSettings(destinations=NUMBERS, trunks=(TRUNK,)),
            CallbackPlan(automatic=False),
            "Callback by hand",
        ),
    ],
)
def test_who_is_called_or_why_nobody_can_be(
    tmp_path: Path, sip: SipSettings, plan: CallbackPlan, said: str
) -> None:
    (tmp_path / "line.yaml").write_text(FLOW, "utf-8")
    line = load_file(tmp_path / "line.yaml")
    assert said in callbacks_announced([line], plan, sip)
    assert callbacks_announced([], plan, sip) == ""
