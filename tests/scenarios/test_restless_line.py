"""Callers who interrupt on a line that was never quiet, where only words do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_hotline import nothing_is_left, world
from told import of

from voicebot.core.audio import Pcm
from voicebot.core.record import FactKind
from voicebot.core.speech import Voicing
from voicebot.scenario.world import World
from voicebot.sim.engines import SimVad

ON_AND_ON = "and now i would like to know what is to be done about it"


class _RestlessVad(SimVad):
    """Somebody was to be heard all the time."""

    def judge(self) -> Voicing:
        return replace(super().judge(), restless=True)


@pytest.fixture
def restless() -> World:
    hotline = world()
    hotline.vad = _RestlessVad
    return hotline


def says_in_one_breath(hotline: World, at_ms: int, *texts: str) -> None:
    rate = hotline.leg.rate
    sound = Pcm.join([hotline.speech.pcm(text, rate) for text in texts], rate)
    hotline.leg.at(at_ms, lambda: hotline.leg.far_says(sound))


def test_who_speaks_on_without_a_break_is_asked_about_in_between(restless: World) -> None:
    says_in_one_breath(restless, 500, "i lost my card", ON_AND_ON)
    facts = restless.play("  0.0  ring     1 → desk\n 12.0  hangup   caller")
    assert not of(facts, FactKind.RESUMED)
    (barged_in,) = of(facts, FactKind.BARGED_IN)
    assert barged_in.at_ms == pytest.approx(2_600, abs=60)
    (heard, *_) = of(facts, FactKind.HEARD)
    assert heard.data["text"] == f"i lost my card {ON_AND_ON}"
    nothing_is_left(restless)


def test_who_speaks_on_over_a_prompt_that_went_on_is_heard_from_the_first_word(
    restless: World,
) -> None:
    """Nothing was understood in between."""
    restless.recognizer.readings = {f"i lost my card {ON_AND_ON}": ()}
    says_in_one_breath(restless, 500, "i lost my card", ON_AND_ON, "please")
    facts = restless.play("  0.0  ring     1 → desk\n 12.0  hangup   caller")
    assert len(of(facts, FactKind.RESUMED)) == 1
    (heard, *_) = of(facts, FactKind.HEARD)
    assert heard.data["text"] == f"i lost my card {ON_AND_ON} please"
    assert "last4" in [fact.data["node"] for fact in of(facts, FactKind.MOVED)]


@pytest.mark.parametrize("at_s", [1.5, 3.3], ids=["suspected", "given up"])
def test_a_key_interrupts_whatever_is_thought_of_the_speech(restless: World, at_s: float) -> None:
    restless.recognizer.readings = {f"hm {ON_AND_ON}": ()}
    says_in_one_breath(restless, 500, "hm", ON_AND_ON)
    text = f"  0.0  ring     1 → desk\n  {at_s}  keys     1\n  6.0  hangup   caller"
    barged_in = of(restless.play(text), FactKind.BARGED_IN)[0]
    assert barged_in.data["by"] == "keys"
    assert barged_in.data["onset_ms"] == pytest.approx(at_s * 1000, abs=100)
    nothing_is_left(restless)


def test_voices_that_were_nobodys_pause_the_prompts_of_a_call_twice_in_all(restless: World) -> None:
    """The menu is asked again and again, and every prompt of it has a voice in it."""
    restless.recognizer.readings = {"hm": ()}
    for second in range(1, 40, 2):
        says_in_one_breath(restless, second * 1_000, "hm")
    facts = restless.play("  0.0  ring     1 → desk\n 40.0  hangup   caller")
    assert len(of(facts, FactKind.SAID)) > 2
    assert len(of(facts, FactKind.RESUMED)) == 2
    assert not of(facts, FactKind.BARGED_IN)
