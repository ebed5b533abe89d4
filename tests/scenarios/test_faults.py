"""Whatever fails, the caller hears something within 3 s and has a way on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from desk_hotline import DEAD_AIR_MS, longest_silence_ms, nothing_is_left, world
from told import of

from voicebot.core.audio import FRAME_MS
from voicebot.core.record import FactKind, fold
from voicebot.flow.model import BeforeAnswer
from voicebot.scenario.compare import rendered


def test_without_a_synthesizer_the_fallback_is_heard_and_keys_lead_to_a_person() -> None:
    hotline = world()
    hotline.voice.broken = True
    facts = hotline.play(
        """
  0.0  ring     +4917055501 → desk
  3.0  keys     0
  9.0  agent    anna answers
 12.0  agent    anna leaves  ended by agent
"""
    )
    assert of(facts, FactKind.FAILED)[0].data["what"] == "speech synthesis"
    assert np.any(hotline.leg.said[1].samples == 2), "the fallback comes at once"
    assert fold(facts).outcome == "handled"  # type: ignore[union-attr]
    nothing_is_left(hotline)


def test_without_a_recognizer_the_caller_is_told_and_keys_still_work() -> None:
    hotline = world()
    hotline.recognizer.broken = True
    facts = hotline.play(
        """
  0.0  ring     +4917055501 → desk
  6.0  caller   "i lost my card"
 16.0  caller   "i lost my card"
 30.0  keys     0
 33.0  agent    anna answers
 36.0  hangup   caller
"""
    )
    failures = of(facts, FactKind.FAILED)
    assert [f.data["what"] for f in failures] == ["speech recognition"] * 2 + ["recognizer"]
    said = of(facts, FactKind.SAID)
    for failed in failures:
        apology = next(f for f in said if f.data["start_ms"] >= failed.at_ms)
        assert apology.data["start_ms"] - failed.at_ms <= DEAD_AIR_MS
    assert "use_keys" in [f.data["prompt"] for f in said]
    assert fold(facts).outcome == "handled"  # type: ignore[union-attr]
    nothing_is_left(hotline)


_LOST_CARD = """
  0.0  ring     +4917055501 → desk
  6.0  caller   "i lost my card"
 17.0  hangup   caller
"""


def test_a_slow_recognizer_is_covered_by_a_word_and_what_was_said_counts() -> None:
    hotline = world()
    hotline.recognizer.delay_s = 2.8
    facts = hotline.play(_LOST_CARD)
    (understood,) = of(facts, FactKind.UNDERSTOOD)
    (cover,) = [fact for fact in of(facts, FactKind.SAID) if fact.data.get("covers")]
    (heard,) = of(facts, FactKind.HEARD)
    assert cover.data["text"] == "One moment, please."
    assert heard.data["end_ms"] < cover.data["start_ms"] < understood.at_ms
    assert cover.data["start_ms"] - heard.data["end_ms"] <= DEAD_AIR_MS
    assert not of(facts, FactKind.FAILED)
    nothing_is_left(hotline)


def test_a_recognizer_that_hangs_is_given_up_after_that_word() -> None:
    hotline = world()
    hotline.recognizer.delay_s = 60.0
    facts = hotline.play(_LOST_CARD)
    (cover,) = [fact for fact in of(facts, FactKind.SAID) if fact.data.get("covers")]
    (failed,) = of(facts, FactKind.FAILED)
    said = [fact for fact in of(facts, FactKind.SAID) if fact.at_ms > failed.at_ms]
    assert failed.data["error"] == "speech recognition is too slow"
    assert failed.at_ms - cover.at_ms <= DEAD_AIR_MS
    assert said[0].data["start_ms"] - failed.at_ms <= DEAD_AIR_MS
    nothing_is_left(hotline)


def test_a_slow_back_end_is_covered_by_a_word() -> None:
    hotline = world()
    hotline.backend.delay_s = 5.0  # type: ignore[attr-defined]
    facts = hotline.play("  0.0  ring     1 → desk\n  1.0  keys     2\n  3.0  keys     9876")
    said = [fact.data["text"] for fact in of(facts, FactKind.SAID)]
    assert "One moment, please." in said
    assert any(text.startswith("Your balance is") for text in said)
    nothing_is_left(hotline)


@pytest.mark.parametrize("delay_s", [0.0, 60.0], ids=["down", "hangs"])
def test_a_back_end_without_an_answer_is_apologized_for(delay_s: float) -> None:
    hotline = world()
    hotline.backend.replies.clear()  # type: ignore[attr-defined]
    hotline.backend.delay_s = delay_s  # type: ignore[attr-defined]
    facts = hotline.play("  0.0  ring     1 → desk\n  1.0  keys     2\n  3.0  keys     9876")
    (requested,) = of(facts, FactKind.REQUESTED)
    assert requested.data["error"] == ("timeout" if delay_s else "error")
    assert "does not work just now" in rendered(facts)
    nothing_is_left(hotline)


def test_without_agents_at_work_the_flow_goes_on_and_the_caller_counts_as_unserved() -> None:
    hotline = world(agents=())
    facts = hotline.play("  0.0  ring     1 → desk\n  1.0  keys     0")
    assert fold(facts).outcome == "unserved"  # type: ignore[union-attr]
    nothing_is_left(hotline)


def test_an_agent_whose_address_may_not_be_dialed_is_passed_over() -> None:
    hotline = world()
    forbidden = hotline.agents[0].address
    text = "  0.0  ring     1 → desk\n  1.0  keys     0\n  5.0  agent    ben answers\n"
    hotline.dialable = lambda address: address != forbidden
    facts = hotline.play(text + "  9.0  hangup   caller")
    ended = of(facts, FactKind.OFFER_ENDED)
    assert [f.data["outcome"] for f in ended] == ["unreachable"]
    assert fold(facts).agent == "ben"  # type: ignore[union-attr]
    nothing_is_left(hotline)


def test_a_cough_pauses_the_prompt_and_it_is_said_to_its_end() -> None:
    hotline = world()
    facts = hotline.play('> 1.5  caller   ""\n  0.0  ring     1 → desk\n  8.0  hangup   caller')
    assert len(of(facts, FactKind.RESUMED)) == 1
    (said,) = of(facts, FactKind.SAID)
    assert said.data["heard_ms"] == said.data["total_ms"]
    assert fold(facts).barge_ins == 0  # type: ignore[union-attr]


def test_a_caller_on_hold_is_not_asked_whether_they_are_there() -> None:
    hotline = world()
    hotline.leg.at(5_500, lambda: hotline.leg.far_holds(on=True))
    hotline.leg.at(40_000, lambda: hotline.leg.far_holds(on=False))
    facts = hotline.play("  0.0  ring     1 → desk\n 42.0  hangup   caller")
    assert not of(facts, FactKind.TIMED_OUT)
    assert [f.data["on"] for f in of(facts, FactKind.HELD)] == [True, False]


def test_a_secret_is_neither_in_the_journal_nor_in_the_recording() -> None:
    hotline = world()
    facts = hotline.play("  0.0  ring     1 → desk\n  1.0  keys     2\n  5.0  keys     9876")
    assert "9876" not in "".join(str(fact.data) for fact in facts)
    frames = hotline.recording.frames
    while_typing = frames[1_200 // FRAME_MS : 5_000 // FRAME_MS]
    assert all(frame is None for frame in while_typing)
    assert frames[0] is not None
    assert frames[-1] is not None


def test_no_call_has_dead_air() -> None:
    hotline = world()
    hotline.play(
        """
  0.0  ring     +4917055501 → desk
  1.0  keys     0
 30.0  agent    anna answers
 31.0  agent    anna leaves  ended by agent
"""
    )
    assert longest_silence_ms(hotline) <= DEAD_AIR_MS


def test_a_flow_may_ring_and_speak_before_it_answers() -> None:
    hotline = world()
    before = BeforeAnswer.model_validate({"ring": "2s", "early": ["welcome"]})
    file = hotline.flow.file.model_copy(update={"before_answer": before})
    hotline.flow = replace(hotline.flow, file=file)
    facts = hotline.play("  0.0  ring     1 → desk\n 12.0  hangup   caller")
    said = of(facts, FactKind.SAID)[0]
    (answered,) = of(facts, FactKind.ANSWERED)
    rang = of(facts, FactKind.RANG)[0]
    assert (answered.time - rang.time).total_seconds() >= 2.0 + said.data["total_ms"] / 1000
    assert said.data["heard_ms"] == said.data["total_ms"]
    assert facts.index(said) < facts.index(answered)


def test_a_caller_who_hangs_up_while_it_rings_leaves_nothing() -> None:
    hotline = world()
    file = hotline.flow.file.model_copy(
        update={"before_answer": BeforeAnswer.model_validate({"ring": "30s"})}
    )
    hotline.flow = replace(hotline.flow, file=file)
    hotline.after_s(1.0, hotline.leg.far_hangs_up)
    facts = hotline.play("  0.0  ring     1 → desk")
    assert [f.kind for f in facts] == [FactKind.RANG, FactKind.ENDED]
    nothing_is_left(hotline)


def test_a_caller_who_hangs_up_before_a_blind_transfer_came_about_cancels_it() -> None:
    hotline = world()
    hotline.leg.answer_to_refer = 100
    facts = hotline.play(
        "  0.0  ring     +49170 → desk\n  1.0  keys     3\n  9.0  hangup   caller\n"
    )
    [transferred] = of(facts, FactKind.TRANSFERRED)
    assert (transferred.data["outcome"], transferred.data["target"]) == ("canceled", "branch")
    assert facts[-1].data["outcome"] == "hung_up"
    nothing_is_left(hotline)


def test_what_an_agent_should_know_is_in_the_journal_and_no_secret_is() -> None:
    hotline = world()
    facts = hotline.play(
        """
  0.0  ring     1 → desk
  1.0  keys     1
  3.0  keys     4321
  6.0  hangup   caller
"""
    )
    (queued,) = of(facts, FactKind.QUEUED)
    assert "4321" in queued.data["summary"].values()
    assert "pin" not in queued.data["summary"]
