"""Waiting in a queue, in virtual time: who rings, what is heard, how the caller gets out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from told import of, said

from voicebot import nlu
from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    EntryState,
    PauseReason,
    QueueSpec,
    RelaxStep,
    Strategy,
)
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_file
from voicebot.queueing.router import Router
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import answers, refuses, rings_for_ever

FLOW = """\
flow: waiting
start: agent
on_error: sorry
nodes:
  agent:
    kind: queue
    queue: support
    position: "You are number {position}."
    many: "More than {position} callers are before you."
    wait: "It takes about {wait}."
    comfort: ["Please stay on the line, somebody will be with you in a moment.", "Still here."]
    comfort_every: 30s
    keys: {"1": noted}
    skills: {english: 50}
    agents: ["carla"]
    choices:
      callback: {phrases: ["call me back"], to: noted}
    outcomes: {served: bye, timeout: sorry, full: sorry, nobody: away, left: back, long_wait: slow}
  noted: {kind: say, prompt: "Noted.", to: bye}
  back: {kind: say, prompt: "Back.", to: bye}
  away: {kind: say, prompt: "Nobody is there.", to: bye}
  slow: {kind: say, prompt: "It takes too long.", to: bye}
  sorry: {kind: say, prompt: "Sorry.", to: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("support",), {"english": 80})
BEN = AgentSpec("ben", "sip:ben@127.0.0.1", ("support",))
SUPPORT = QueueSpec("support", ring_ms=15_000, max_wait_ms=120_000, announce_every_ms=15_000)
RING = "ring    +491 → waiting\n"


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    path = tmp_path / "waiting.yaml"
    path.write_text(FLOW, "utf-8")
    flow = load_file(path, queues=["support"])

    def build(*agents: AgentSpec, **changes: object) -> World:
        queue = replace(SUPPORT, **changes)  # type: ignore[arg-type]
        hotline = World(flow, nlu.build(), SimBackend({}), (queue,), agents)
        # Phones are those of each test, not of a script.
        hotline.dialable = lambda address: False
        return hotline

    return build


def router_of(hotline: World) -> Router:
    assert hotline.directory is not None
    return hotline.directory.router


def changed(hotline: World) -> None:
    assert hotline.directory is not None
    hotline.directory.dispatcher.changed()


def all_over(hotline: World) -> None:
    """No leg is up, nobody is reserved, no place is left."""
    router = router_of(hotline)
    assert all(leg.state == "DISCONNECTED" for leg in hotline.telephone.dialed)
    assert not [e for e in router.entries.values() if e.state is not EntryState.WRAPPING]
    held = {AgentState.RESERVED, AgentState.RINGING, AgentState.BUSY, AgentState.HOLD}
    assert not held & {agent.state for agent in router.agents.values()}


def test_several_phones_ring_and_the_first_answer_wins(world: Callable[..., World]) -> None:
    hotline = world(ANNA, BEN, strategy=Strategy.RING_ALL)
    hotline.telephone.far_ends |= {
        ANNA.address: answers(5_000, 20_000),
        BEN.address: answers(3_000, 10_000),
    }
    facts = hotline.play(RING)
    assert [f.data["agent"] for f in of(facts, FactKind.OFFERED)] == ["anna", "ben"]
    [bridged] = of(facts, FactKind.BRIDGED)
    assert bridged.data["agent"] == "ben"
    [lost] = of(facts, FactKind.OFFER_ENDED)
    assert (lost.data["agent"], lost.data["outcome"]) == ("anna", "caller_gone")
    assert router_of(hotline).agents["anna"].may_ring(bridged.at_ms + 1_000)
    all_over(hotline)


def test_one_phone_more_rings_after_a_while(world: Callable[..., World]) -> None:
    hotline = world(ANNA, BEN, strategy=Strategy.RING_PROGRESSIVE, ring_next_ms=4_000)
    hotline.telephone.far_ends |= {
        ANNA.address: rings_for_ever,
        BEN.address: answers(1_000, 5_000),
    }
    facts = hotline.play(RING)
    first, second = of(facts, FactKind.OFFERED)
    assert 3_980 <= second.at_ms - first.at_ms <= 4_020
    assert [f.data["agent"] for f in of(facts, FactKind.BRIDGED)] == ["ben"]
    all_over(hotline)


def test_a_phone_that_is_dead_among_several_holds_up_nobody(world: Callable[..., World]) -> None:
    hotline = world(ANNA, BEN, strategy=Strategy.RING_ALL)
    hotline.telephone.far_ends |= {ANNA.address: refuses(503), BEN.address: answers(2_000, 5_000)}
    facts = hotline.play(RING)
    assert [f.data["outcome"] for f in of(facts, FactKind.OFFER_ENDED)] == ["unreachable"]
    assert [f.data["agent"] for f in of(facts, FactKind.BRIDGED)] == ["ben"]
    all_over(hotline)


def test_a_caller_who_hangs_up_silences_every_phone(world: Callable[..., World]) -> None:
    hotline = world(ANNA, BEN, strategy=Strategy.RING_ALL)
    hotline.telephone.far_ends |= {ANNA.address: rings_for_ever, BEN.address: rings_for_ever}
    facts = hotline.play(RING + "  6.0  hangup  caller\n")
    assert {f.data["outcome"] for f in of(facts, FactKind.OFFER_ENDED)} == {"caller_gone"}
    agents = router_of(hotline).agents.values()
    assert all(agent.may_ring(6_100) for agent in agents)
    all_over(hotline)


def test_a_comforting_word_does_not_delay_the_connection(world: Callable[..., World]) -> None:
    """Anna comes back in the middle of it: her phone rings within a frame, and she is put through
    within a frame of her answer."""
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    hotline.telephone.far_ends[ANNA.address] = answers(100, 5_000)
    back_s: list[float] = []

    def resume() -> None:
        directory = hotline.directory
        assert directory is not None
        assert hotline.leg.pending_ms
        back_s.append(directory.now_ms())
        directory.router.resume("anna", directory.now_ms())
        directory.dispatcher.changed()

    hotline.after_s(31.0, resume)
    facts = hotline.play(RING)
    comfort = next(f for f in of(facts, FactKind.SAID) if "stay on the line" in f.data["text"])
    [offered], [bridged] = of(facts, FactKind.OFFERED), of(facts, FactKind.BRIDGED)
    assert comfort.data["interrupted"]
    assert abs(offered.time - hotline.began).total_seconds() * 1000 == pytest.approx(
        back_s[0], abs=21
    )
    assert bridged.at_ms - offered.at_ms <= 100 + 60
    all_over(hotline)


def test_comforting_words_come_one_after_the_other(world: Callable[..., World]) -> None:
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    facts = hotline.play(RING + " 95.0  hangup  caller\n")
    words = [text for text in said(facts) if "number" not in text]
    assert [text.split()[0] for text in words] == ["Please", "Still", "Please"]


def test_the_caller_says_the_way_out(world: Callable[..., World]) -> None:
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    script = RING + '  6.0  caller  "well well"\n 12.0  caller  "call me back"\n'
    facts = hotline.play(script)
    assert [f.data["text"] for f in of(facts, FactKind.HEARD)] == ["call me back"]
    assert [f.data["choice"] for f in of(facts, FactKind.UNDERSTOOD)] == ["callback"]
    [left] = of(facts, FactKind.LEFT_QUEUE)
    assert left.data["outcome"] == "left"
    assert "Noted." in said(facts)
    assert facts[-1].data["outcome"] == "unserved"
    all_over(hotline)


@pytest.mark.parametrize(("key", "word"), [("1", "Noted."), ("*", "Back.")])
def test_the_caller_presses_the_way_out(world: Callable[..., World], key: str, word: str) -> None:
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    facts = hotline.play(RING + f"  6.0  keys  {key}\n")
    assert word in said(facts)
    all_over(hotline)


def test_without_a_recognizer_the_keys_are_left(world: Callable[..., World]) -> None:
    hotline = world(ANNA)
    hotline.recognizer.broken = True
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    script = RING + '  6.0  caller  "call me back"\n 15.0  keys  1\n'
    facts = hotline.play(script)
    assert [f.data["what"] for f in of(facts, FactKind.FAILED)] == ["speech recognition"]
    assert "Noted." in said(facts)
    all_over(hotline)


def test_when_the_last_agent_goes_home_the_caller_hears_it(world: Callable[..., World]) -> None:
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.pause("anna", PauseReason.BREAK, 0)
    hotline.after_s(20.0, lambda: router_of(hotline).log_out("anna", 20_000))
    facts = hotline.play(RING)
    [left] = of(facts, FactKind.LEFT_QUEUE)
    assert left.data["outcome"] == "nobody"
    assert 19_000 <= left.data["wait_ms"] <= 21_100
    assert "Nobody is there." in said(facts)


def known(board: Router, *, handling_ms: int = 60_000, contacts: int = 10) -> None:
    """The queue has seen so many contacts of this length."""
    board._contacts["support"].extend([handling_ms] * contacts)


def crowd(board: Router, number: int) -> None:
    """Anna is busy, and so many wait already."""
    board.agents["anna"] = replace(board.agents["anna"], state=AgentState.BUSY)
    for n in range(number):
        board.join(CallId(f"other {n}"), "support", 0)


def test_place_and_wait_are_told_and_told_again_only_when_better(
    world: Callable[..., World],
) -> None:
    hotline = world(ANNA)

    def begin(board: Router) -> None:
        known(board)
        crowd(board, 2)

    hotline.on_board = begin
    for n, at_s in enumerate((20.0, 40.0)):
        hotline.after_s(at_s, lambda n=n: router_of(hotline).leave(CallId(f"other {n}")))  # type: ignore[misc]
    facts = hotline.play(RING + " 60.0  hangup  caller\n")
    told = [(f.data["position"], f.data["expected_ms"]) for f in of(facts, FactKind.ANNOUNCED)]
    assert told == [(3, 180_000), (2, 120_000), (1, 60_000)]
    heard = [text for text in said(facts) if "about" in text]
    assert heard[0] == "It takes about three minutes."


def test_far_behind_and_below_ten_contacts_less_is_told(world: Callable[..., World]) -> None:
    hotline = world(ANNA, announce_up_to=2)

    def begin(board: Router) -> None:
        known(board, contacts=9)
        crowd(board, 4)

    hotline.on_board = begin
    facts = hotline.play(RING + " 20.0  hangup  caller\n")
    [told] = of(facts, FactKind.ANNOUNCED)
    assert (told.data["position"], told.data["more_than"], told.data["expected_ms"]) == (
        None,
        2,
        None,
    )
    assert said(facts)[0] == "More than two callers are before you."


def test_a_wait_that_is_too_long_has_a_way_of_its_own(world: Callable[..., World]) -> None:
    hotline = world(ANNA, max_expected_wait_ms=100_000)

    def begin(board: Router) -> None:
        known(board)
        crowd(board, 2)

    hotline.on_board = begin
    facts = hotline.play(RING)
    assert not of(facts, FactKind.QUEUED)
    assert "It takes too long." in said(facts)


def test_it_is_judged_again_as_the_wait_goes_on(world: Callable[..., World]) -> None:
    hotline = world(ANNA, BEN, max_expected_wait_ms=100_000)

    def begin(board: Router) -> None:
        known(board)
        crowd(board, 1)
        board.agents["ben"] = replace(board.agents["ben"], state=AgentState.BUSY)

    hotline.on_board = begin
    hotline.after_s(10.0, lambda: router_of(hotline).pause("ben", PauseReason.BREAK, 10_000))
    facts = hotline.play(RING)
    [left] = of(facts, FactKind.LEFT_QUEUE)
    assert left.data["outcome"] == "long_wait"
    assert 9_000 <= left.data["wait_ms"] <= 11_500


def test_skills_are_relaxed_while_the_caller_waits(world: Callable[..., World]) -> None:
    """Anna, who speaks English, does not answer; after the step's time Ben is rung, and neither
    the sticky agent, who is not at work, nor the ringing holds that up."""
    relax = (RelaxStep("sticky", 60), RelaxStep("needs", 10), RelaxStep("any"))
    hotline = world(ANNA, BEN, relax=relax, rna_limit=1)
    hotline.telephone.far_ends |= {ANNA.address: rings_for_ever, BEN.address: answers(1_000, 5_000)}
    facts = hotline.play(RING)
    first, second = of(facts, FactKind.OFFERED)
    assert (first.data["agent"], second.data["agent"]) == ("anna", "ben")
    assert 14_900 <= second.at_ms - first.at_ms <= 15_100
    assert router_of(hotline).agents["anna"].pause is PauseReason.RNA
    all_over(hotline)


def test_a_step_that_is_over_rings_the_next_agent_without_anything_happening(
    world: Callable[..., World],
) -> None:
    hotline = world(ANNA, BEN, relax=(RelaxStep("needs", 10), RelaxStep("any")))
    hotline.on_board = lambda board: crowd(board, 0)
    hotline.telephone.far_ends[BEN.address] = answers(1_000, 5_000)
    facts = hotline.play(RING)
    [queued], [offered] = of(facts, FactKind.QUEUED), of(facts, FactKind.OFFERED)
    assert offered.data["agent"] == "ben"
    assert 9_960 <= offered.at_ms - queued.at_ms <= 10_040
    assert router_of(hotline).agents["ben"].state is AgentState.WRAP_UP


def test_a_wrap_up_that_is_over_rings_the_agent_for_the_next_caller(
    world: Callable[..., World],
) -> None:
    hotline = world(ANNA)

    def begin(board: Router) -> None:
        board.join(CallId("before"), "support", 0)
        [offer] = board.dispatch(0)
        board.answered(offer, 0)
        assert board.released(offer, 2_000) == 5_000

    hotline.on_board = begin
    hotline.telephone.far_ends[ANNA.address] = answers(500, 5_000)
    facts = hotline.play(RING)
    [offered] = of(facts, FactKind.OFFERED)
    assert (offered.time - hotline.began).total_seconds() == pytest.approx(7.0, abs=0.02)
    all_over(hotline)


def test_a_call_that_fails_to_take_its_offer_holds_no_agent(world: Callable[..., World]) -> None:
    """The dispatcher heals by itself: a ghost's place goes, and the next caller has the agent."""
    hotline = world(ANNA)
    hotline.on_board = lambda board: board.join(CallId("ghost"), "support", -1_000)  # type: ignore[assignment,return-value]
    hotline.telephone.far_ends[ANNA.address] = answers(1_000, 5_000)
    hotline.after_s(8.0, lambda: changed(hotline))
    facts = hotline.play(RING)
    assert [f.data["agent"] for f in of(facts, FactKind.BRIDGED)] == ["anna"]
    assert CallId("ghost") not in router_of(hotline).entries
    all_over(hotline)
