"""From words alone, a call goes the same way; with another flow, another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sim_calls import FLOW, called, engines_of, shop
from test_replay_sound import SCRIPTS

from voicebot.core.record import FactKind
from voicebot.replay.compare import compared
from voicebot.replay.dialogue import replay_dialogue
from voicebot.replay.measures import measures_of
from voicebot.replay.turns import turns_of


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_words_lead_the_same_way(tmp_path: Path, script: str) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, script)
    replayed = replay_dialogue(call, flow, engines_of(world))
    comparison = compared(turns_of(call.facts), turns_of(replayed.facts), sound=False)
    assert [pair.as_json() for pair in comparison.pairs if pair.major] == []


def test_a_word_that_covered_a_slow_recognizer_is_no_difference(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"], reading_s=2.5)
    assert any(fact.data.get("covers") for fact in call.of(FactKind.SAID))
    replayed = replay_dialogue(call, flow, engines_of(world))
    assert compared(turns_of(call.facts), turns_of(replayed.facts), sound=False).is_same


def test_what_is_not_listened_for_any_more_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"])
    other = shop(tmp_path / "more", FLOW.replace("to: which}", "to: code}"))
    replayed = replay_dialogue(call, other, engines_of(world))
    [ended] = [fact for fact in replayed.facts if fact.kind is FactKind.ENDED]
    assert ended.data["node"] == "bye"
    assert replayed.assumed == ("the back end was not asked at check: it does not answer",)


def test_times_are_measured_on_the_sound(tmp_path: Path) -> None:
    """The caller interrupts: the bot's last sound is not later than its silence was decided."""
    flow = shop(tmp_path / "flows")
    _, call = called(flow, SCRIPTS["barge-in"])
    found = measures_of(call.facts, call.played, call.sound_start_ms)
    [barged] = call.of(FactKind.BARGED_IN)
    assert found.onsets_ms == (barged.data["onset_ms"],)
    [heard] = call.of(FactKind.HEARD)
    assert heard.data["end_ms"] > found.onsets_ms[0]
    assert found.false_stops == found.missed == 0
