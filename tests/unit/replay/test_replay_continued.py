"""A call that goes on with one that broke off is replayed from where it began."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sim_calls import FLOW, engines_of, kept, shop, told, world_of

from voicebot.core.call import CallId
from voicebot.core.record import FactKind
from voicebot.core.resuming import Unfinished
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_flows
from voicebot.replay.engines import Engines
from voicebot.replay.one import replay_one
from voicebot.replay.options import From
from voicebot.replay.pinning import scenario_of
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import CallResult, Status
from voicebot.replay.run import replay_sound
from voicebot.scenario.run import Rehearsal
from voicebot.scenario.world import World
from voicebot.sim.resuming import SimResuming

AGAIN = FLOW.replace(
    "      done: {", '      again: {phrases: ["the same again"], key: 5, to: look}\n      done: {'
)
NUMBER = {"slot": {"type": "digits", "value": "1234", "raw": "1234", "confidence": 1.0}}
RING = "0.0 ring +49 → shop\n"


def gone_on(flow: Flow) -> tuple[World, RecordedCall]:
    """The caller had given a number when the call broke off, and asks for the same order."""
    world = world_of(flow)
    record = {
        "flow": "shop",
        "version": flow.version,
        "language": "en",
        "node": "main",
        "values": {"number": NUMBER},
        "intent": "order",
    }
    world.resuming = SimResuming(Unfinished(CallId("before"), record))
    facts = world.play(RING + '6.0 caller "the same again"\n14.0 keys 4\n')
    assert [f.data["reply"] for f in facts if f.kind is FactKind.REQUESTED] == [
        {"state": "on its way"}
    ]
    return world, kept(world, facts)


def replayed(call: RecordedCall, flow: Flow, engines: Engines) -> CallResult:
    """Against a flow."""
    engines.shelf.flow_for = lambda call: flow  # type: ignore[method-assign]
    return replay_one(call, engines).result


def test_from_its_sound_the_journal_is_the_same(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows", AGAIN)
    world, call = gone_on(flow)
    assert told(replay_sound(call, flow, engines_of(world)).facts) == told(call.facts)


@pytest.mark.parametrize("begin", From)
def test_it_goes_the_same_way(tmp_path: Path, begin: From) -> None:
    flow = shop(tmp_path / "flows", AGAIN)
    world, call = gone_on(flow)
    result = replayed(call, flow, engines_of(world, begin=begin))
    assert (result.status, result.assumed) == (Status.SAME, ())
    assert result.turns_now[0].events == ["continued main"]
    assert result.turns_now[0].path == ["main"]


@pytest.mark.parametrize("begin", From)
def test_in_another_version_of_the_flow_it_goes_on_at_the_same_node(
    tmp_path: Path, begin: From
) -> None:
    world, call = gone_on(shop(tmp_path / "flows", AGAIN))
    other = shop(tmp_path / "more", AGAIN.replace("It is {state}.", "The order is {state}."))
    result = replayed(call, other, engines_of(world, begin=begin))
    assert result.assumed == ("the call goes on at main of another version of the flow",)
    assert result.turns_now[0].path == ["main"]
    assert result.comparison.pairs[result.comparison.first or 0].major == ("said",)


@pytest.mark.parametrize("begin", From)
def test_where_the_node_is_gone_it_begins_anew_and_that_is_said(
    tmp_path: Path, begin: From
) -> None:
    world, call = gone_on(shop(tmp_path / "flows", AGAIN))
    other = shop(tmp_path / "more", AGAIN.replace("main", "choose"))
    result = replayed(call, other, engines_of(world, begin=begin))
    assert result.assumed[0] == "the call went on at main, which shop has not: it begins anew"
    assert result.turns_now[0].path[0] == "greeting"
    assert result.status is Status.DIFFERENT


@pytest.mark.parametrize("begin", From)
def test_a_journal_without_the_state_is_not_replayed_and_says_why(
    tmp_path: Path, begin: From
) -> None:
    flow = shop(tmp_path / "flows", AGAIN)
    world, call = gone_on(flow)
    facts = [
        replace(f, data={"of": "before", "node": "main"}) if f.kind is FactKind.CONTINUED else f
        for f in call.facts
    ]
    result = replayed(replace(call, facts=tuple(facts)), flow, engines_of(world, begin=begin))
    assert result.status is Status.NOT_REPLAYED
    assert result.why == ("the state that the call went on from was not kept",)


def test_as_a_test_it_goes_on_with_what_it_went_on_with_masked(tmp_path: Path) -> None:
    flow = shop(tmp_path / "flows", AGAIN)
    _, call = gone_on(flow)
    text = scenario_of(call, flow, "Again")
    line = 'continues main {"values": {"number": "1000"}, "intent": "order", "language": "en"}'
    assert line in text.splitlines()
    assert "1234" not in text
    test = tmp_path / "again.txt"
    test.write_text(text, "utf-8")
    came = Rehearsal(load_flows(tmp_path / "flows"), tmp_path).run(test).came
    assert "GET  look  200" in came
    assert 'bot      "It is on its way."' in came
