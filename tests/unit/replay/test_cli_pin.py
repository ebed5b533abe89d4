"""`voicebot replay pin`: a call becomes a test that passes, without anything personal in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sim_calls import FLOW, called, engines_of, keep_calls, shop

from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.cli import main
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.replay.compare import compared
from voicebot.replay.masking import Mask
from voicebot.replay.pinned import pinned, write_pinned
from voicebot.replay.pinning import NotPinned
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.run import replay_sound
from voicebot.replay.sources import CallSource, read_call
from voicebot.replay.toning import AROUND_MS, toned
from voicebot.replay.turns import turns_of
from voicebot.scenario.world import BEGAN

NUMBER = "+4917055501"
CALLS = {
    "order": f"0.0 ring {NUMBER} → shop\n~ caller my daughter\n~ caller my order\n~ keys 9876\n"
    "~ keys 4\n",
    "secret": f"0.0 ring {NUMBER} → shop\n~ keys 3\n~ keys 5678\n20.0 hangup caller\n",
    "person": f"0.0 ring {NUMBER} → shop\n~ caller a person\n~ agent anna answers\n"
    "~ agent anna leaves  ended by agent\n",
    "silent": f"0.0 ring {NUMBER} → shop\n~ silence no input\n~ keys 4\n",
}


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """A hotline's folders with some calls; options that name them."""
    return keep_calls(tmp_path, CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_pinned_call_is_a_test_that_passes(
    places: list[str], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "pin", name, "pinned", *places]) == 0, capsys.readouterr().err
    text = (tmp_path / "flows" / "tests" / "shop" / "pinned.txt").read_text("utf-8")
    for trace in (NUMBER, NUMBER[1:], "9876", "5678", "anna"):
        assert trace not in text
    assert "  cdr  " in text
    assert main(["flows", "test", str(tmp_path / "flows")]) == 0


def test_the_test_fails_when_the_flow_changes(places: list[str], tmp_path: Path) -> None:
    assert main(["replay", "pin", "order", "pinned", *places]) == 0
    shop(tmp_path / "flows", FLOW.replace("outcomes: {ok: told,", "outcomes: {ok: bye,"))
    assert main(["flows", "test", str(tmp_path / "flows")]) == 1


def test_another_way_than_then_is_told(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path / "flows", FLOW.replace("outcomes: {ok: told,", "outcomes: {ok: bye,"))
    assert main(["replay", "pin", "order", "pinned", *places]) == 1
    assert "look -ok-> told, now look -ok-> bye" in capsys.readouterr().err


def test_a_name_that_is_taken(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "pin", "order", "pinned", "--why", "It was lost.", *places]) == 0
    assert main(["replay", "pin", "person", "pinned", *places]) == 2
    assert "--force" in capsys.readouterr().err
    path = tmp_path / "flows" / "tests" / "shop" / "pinned.txt"
    assert path.read_text("utf-8").startswith("# It was lost.\n")
    assert main(["replay", "pin", "person", "pinned", "--force", *places]) == 0
    assert "agent1" in path.read_text("utf-8")


@pytest.mark.parametrize(("call", "name"), [("zzz", "x"), ("order", "../x"), ("order", "a b")])
def test_what_cannot_be_pinned(places: list[str], call: str, name: str) -> None:
    assert main(["replay", "pin", call, name, *places]) == 2


def test_a_call_of_a_flow_that_is_gone(places: list[str], tmp_path: Path) -> None:
    (tmp_path / "flows" / "shop.yaml").write_text(FLOW.replace("flow: shop", "flow: other"))
    assert main(["replay", "pin", "order", "pinned", *places]) == 2
    assert not list((tmp_path / "flows").rglob("*.txt"))


def test_personal_sound_is_toned_out(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["replay", "pin", "order", "pinned", "--sound", str(tmp_path / "pinned.wav"), *places]
    recording = tmp_path / "data" / "recordings" / "order.wav"
    recording.unlink()
    assert main(words) == 2
    assert "the recording cannot be read" in capsys.readouterr().err
    noise = np.random.default_rng(1).integers(-900, 900, 60 * 8_000).astype(np.int16)
    write_wav(recording, Pcm(noise, 8_000), Pcm(noise[::-1].copy(), 8_000))
    assert main(words) == 0
    wav = read_wav(tmp_path / "pinned.wav")
    assert np.array_equal(wav.channels, np.stack([noise, noise[::-1]]))  # Nothing personal in it.


def test_which_sound_is_toned_out() -> None:
    def fact(at_ms: int, kind: FactKind, **data: object) -> Fact:
        return Fact(CallId("c"), at_ms, at_ms, BEGAN, kind, data)

    facts = (
        fact(1_000, FactKind.SAID, text="Card 4321.", start_ms=500, heard_ms=500),
        fact(3_000, FactKind.HEARD, text="my order", start_ms=2_000, end_ms=2_800),
        fact(5_000, FactKind.HEARD, text="four three two one", start_ms=4_000, end_ms=4_800),
        fact(7_000, FactKind.HEARD, text="", start_ms=6_000, end_ms=6_800),
        fact(8_000, FactKind.BRIDGED, agent="anna"),
        fact(9_000, FactKind.UNBRIDGED, agent="anna"),
    )
    silence = Pcm.silence(10_000, 8_000)
    both = toned(RecordedCall("c", facts, silence, silence), Mask())
    assert both is not None
    caller, bot = both
    spans = [(3_700, 5_100), (5_700, 7_100), (7_700, 9_300)]
    assert sounding(caller) == spans
    assert sounding(bot) == [(500, 1_300), (7_700, 9_300)]


def sounding(pcm: Pcm) -> list[tuple[int, int]]:
    """From when to when, in tenths of a second."""
    blocks = pcm.samples.reshape(-1, pcm.rate // 10)
    edges = np.flatnonzero(np.diff(np.r_[0, (blocks != 0).any(axis=1).astype(int), 0]))
    return [(100 * int(first), 100 * int(last)) for first, last in edges.reshape(-1, 2)]


def test_masks_are_the_same_wherever_a_value_occurs() -> None:
    mask = Mask(["Ann Example"])
    assert mask.text("card 4321 and 4321, room 12") == "card 1000 and 1000, room 12"
    assert mask.digits("4321") == "1000"
    assert mask.digits("4321567890123456") == "1001100110011001"
    assert mask.text("it is four three two one please") == "it is one zero zero zero please"
    assert mask.text("Four three, two one: right?") == "one zero, zero zero: right?"
    assert mask.text("卡号四三二一") == "卡号一零零零"
    assert mask.text("卡号四三，二一。") == "卡号一零，零零。"
    assert mask.text("i am ann example, ann@mail.example") == "i am example 1, someone@example.test"
    assert mask.text("on 2026-11-23 at 15:30") == "on 2026-11-23 at 15:30"
    value = {"id": 4321, "open": True, "rate": 3.5, "names": ["Ann Example", None], "year": 12}
    masked = {"id": 1000, "open": True, "rate": 3.5, "names": ["example 1", None], "year": 12}
    assert mask.value(value) == masked


SPOKEN = f"0.0 ring {NUMBER} → shop\n~ caller my order\n~ caller nine eight seven six\n~ keys 4\n"


@pytest.mark.parametrize("script", [*CALLS.values(), SPOKEN], ids=[*CALLS, "spoken"])
def test_a_pinned_sound_goes_the_same_way_with_nothing_personal_in_it(
    tmp_path: Path, script: str
) -> None:
    """Where a tone is in place of words, they are heard as they were, with their stand-ins."""
    flow = shop(tmp_path / "flows")
    world, call = called(flow, script)
    value, heard = pinned(call, Mask())
    write_pinned(value, heard, tmp_path / "pinned.wav")
    text = (tmp_path / "pinned.json").read_text("utf-8")
    for trace in (NUMBER, NUMBER[1:], "9876", "5678", "nine eight", "anna", "scenario.wav"):
        assert trace not in text
    again = read_call(CallSource("pinned", file=tmp_path / "pinned.wav"), None, tmp_path)
    assert bool(again.stand_ins) == (script == SPOKEN)
    again = replace(again, heard=_without(call, again.stand_ins))
    replayed = replay_sound(again, flow, engines_of(world))
    comparison = compared(turns_of(again.facts), turns_of(replayed.facts))
    assert [pair.as_json() for pair in comparison.pairs if pair.major] == []


def _without(call: RecordedCall, seqs: frozenset[int]) -> Pcm:
    """The caller's sound without some utterances. Simulated engines hear by marks in the samples,
    which a tone would be taken for and mu-law does not keep."""
    assert call.heard is not None
    samples = call.heard.samples.copy()
    for fact in call.of(FactKind.HEARD):
        if fact.seq in seqs:
            begins, ends = fact.data["start_ms"] - AROUND_MS, fact.data["end_ms"] + AROUND_MS
            samples[8 * (begins - call.sound_start_ms) : 8 * (ends - call.sound_start_ms)] = 0
    return Pcm(samples, 8_000)


def test_a_profile_is_not_pinned(tmp_path: Path) -> None:
    _, call = called(shop(tmp_path / "flows"), CALLS["order"])
    known = Fact(CallId("c"), 99, 0, BEGAN, FactKind.CUSTOMER, {"profile": {"name": "Ann"}})
    with pytest.raises(NotPinned, match="profile"):
        pinned(replace(call, facts=(*call.facts, known)), Mask())
