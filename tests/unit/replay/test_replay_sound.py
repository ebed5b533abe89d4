"""A call, replayed from its sound with unchanged code, writes the same journal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sim_calls import FLOW, called, engines_of, shop, told

from voicebot.core.record import FactKind
from voicebot.replay.caller import Timing
from voicebot.replay.run import replay_sound
from voicebot.replay.voice import Prompts

SCRIPTS = {
    "words and keys": '0.0 ring +49 → shop\n7.0 caller "my order"\n12.0 keys 1234\n'
    "18.0 hangup caller\n",
    "barge-in": '0.0 ring +49 → shop\n2.9 caller "goodbye"\n20.0 hangup caller\n',
    "typed ahead": "0.0 ring +49 → shop\n0.4 keys 1\n0.6 keys 1234\n20.0 hangup caller\n",
    "a secret": "0.0 ring +49 → shop\n0.5 keys 3\n5.0 keys 1111\n14.0 hangup caller\n",
    "silence": "0.0 ring +49 → shop\n60.0 hangup caller\n",
    "a person": '0.0 ring +49 → shop\n7.0 caller "a person"\n12.0 agent anna answers\n'
    "19.0 agent anna leaves\n40.0 hangup caller\n",
    "gives up in the queue": "0.0 ring +49 → shop\n1.0 keys 2\n4.0 hangup caller\n",
    "hold": '0.0 ring +49 → shop\n3.0 hold on\n9.0 hold off\n12.0 caller "goodbye"\n',
    "not understood": '0.0 ring +49 → shop\n7.0 caller "blue"\n16.0 caller "goodbye"\n',
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_journal_is_the_same(tmp_path: Path, script: str) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, script)
    replayed = replay_sound(call, flow, engines_of(world))
    assert told(replayed.facts) == told(call.facts)


def test_what_was_played_is_the_same_sound(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"])
    replayed = replay_sound(call, flow, engines_of(world))
    assert replayed.played is not None
    assert call.played is not None
    assert replayed.played.to_bytes() == call.played.to_bytes()


def test_secret_keys_are_nowhere_and_the_call_goes_on_as_it_did(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["a secret"])
    assert "1111" not in str([fact.data for fact in call.facts])
    [asked] = call.of(FactKind.REQUESTED)
    assert asked.data["reply"] == {"level": "gold"}
    replayed = replay_sound(call, flow, engines_of(world))
    assert replayed.assumed == ("4 secret keys were replaced",)
    assert told(replayed.facts) == told(call.facts)


ACTS = st.one_of(
    st.sampled_from(['caller "my order"', 'caller "a person"', 'caller "goodbye"']),
    st.sampled_from(['caller "something secret"', 'caller "blue skies"', "hold on", "hold off"]),
    st.text("0123456789#*", min_size=1, max_size=6).map(lambda keys: f"keys {keys}"),
)
RUNS = st.lists(st.tuples(st.integers(1, 400), ACTS), min_size=1, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run=RUNS, reading_s=st.sampled_from((0.0, 0.3, 2.5, 60.0)))
def test_whatever_the_caller_does_is_replayed_frame_by_frame(
    tmp_path: Path, run: list[tuple[int, str]], reading_s: float
) -> None:
    at_s, lines = 0.0, ["0.0 ring +49 → shop"]
    for frames, act in run:
        at_s += frames * 0.02
        lines.append(f"{at_s:.2f} {act}")
    lines.append(f"{at_s + 12:.2f} hangup caller")
    flow = shop(tmp_path / "flows")
    world, call = called(flow, "\n".join(lines) + "\n", reading_s)
    replayed = replay_sound(call, flow, engines_of(world))
    assert told(replayed.facts) == told(call.facts)


def test_a_longer_prompt_is_waited_for(tmp_path: Path) -> None:
    """Keys and words come as long after the prompt as they came then, not within it."""
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"])
    longer = shop(tmp_path / "more", FLOW.replace("Welcome to the shop.", "Welcome. " * 20))
    replayed = replay_sound(call, longer, engines_of(world))
    [then] = call.of(FactKind.HEARD)
    [now] = [fact for fact in replayed.facts if fact.kind is FactKind.HEARD]
    assert now.data["text"] == then.data["text"]
    assert not [fact for fact in replayed.facts if fact.kind is FactKind.BARGED_IN]
    assert now.data["start_ms"] > then.data["start_ms"] + 5_000


def test_by_absolute_time_a_longer_prompt_is_spoken_over(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"])
    longer = shop(tmp_path / "more", FLOW.replace("Welcome to the shop.", "Welcome. " * 20))
    replayed = replay_sound(call, longer, engines_of(world, timing=Timing.ABSOLUTE))
    assert [fact for fact in replayed.facts if fact.kind is FactKind.BARGED_IN]


def test_a_back_end_that_was_not_asked_does_not_answer_and_that_is_said(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows")
    world, call = called(flow, SCRIPTS["words and keys"])
    other = shop(tmp_path / "more", FLOW.replace("to: look}", "to: see}").replace("look:", "see:"))
    replayed = replay_sound(call, other, engines_of(world, prompts=Prompts.TODAY))
    assert replayed.assumed == ("the back end was not asked at see: it does not answer",)
