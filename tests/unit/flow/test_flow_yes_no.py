"""A yes or no in the middle band is taken: asking back would be answered by the same word."""

from __future__ import annotations

from voicebot.core.call import LegInfo
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.flow.actions import HangUp
from voicebot.flow.engine import start, step
from voicebot.flow.events import Started, Understood
from voicebot.flow.loader import load_file


def test_an_unsure_yes_is_not_asked_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "ask.yaml"
    file.write_text(
        """
flow: ask
start: sure
on_error: bye
slots: {sure: {type: yes_no}}
nodes:
  sure: {kind: ask, slots: {sure: "Are you sure?"}, to: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
""",
        "utf-8",
    )
    state, _ = step(start(load_file(file)), Started(LegInfo()))
    yes = SlotValue(SlotType.YES_NO, "yes", confidence=0.41)
    meant = Interpretation(Match.SLOTS, "yes", 0.41, slots={"sure": yes}, complete=True)
    state, actions = step(state, Understood(meant))
    assert isinstance(actions[-1], HangUp)
    assert state.node == "bye"
