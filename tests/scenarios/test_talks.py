"""Talks in virtual time: callers sent on by agents, supervisors, and what the journal has of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from voicebot import nlu
from voicebot.core.ports import Leg
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.record import Fact, FactKind, fold
from voicebot.core.transfers import (
    TRANSFER_TRANSITIONS,
    Supervision,
    Target,
    TransferMode,
    TransferState,
)
from voicebot.flow.loader import load_file
from voicebot.scenario.world import World
from voicebot.session.dialed_leg import DialedLeg
from voicebot.session.directory import TransferRefused, Waiter
from voicebot.session.talk import Talk
from voicebot.session.talk_settings import Beep
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import SimLeg, rings_for_ever

ANNA, BEN, CARA = (f"sip:{name}@127.0.0.1" for name in ("anna", "ben", "cara"))
BRANCH, BOSS = "sip:branch@127.0.0.1", "sip:boss@127.0.0.1"
AGENTS = (
    AgentSpec("anna", ANNA, ("support",), number="201"),
    AgentSpec("ben", BEN, ("billing",), number="202"),
    AgentSpec("cara", CARA, ("billing",)),
)
QUEUES = (
    QueueSpec("support", ring_ms=15_000, max_wait_ms=60_000, wrap_up_ms=30_000),
    QueueSpec("billing", ring_ms=5_000, max_wait_ms=60_000, wrap_up_ms=7_000),
)
_FLOW = """
flow: talks
start: agent
on_error: sorry
nodes:
  agent:
    kind: queue
    queue: support
    back_to: {verify: verify}
    outcomes:
      {served: bye, timeout: sorry, full: sorry, nobody: sorry, closed: shut, not_taken: message}
  verify: {kind: say, prompt: "Now you are verified.", to: bye}
  message:
    kind: record
    prompt: "Leave a message."
    outcomes: {recorded: bye, empty: bye, too_short: bye}
  shut: {kind: hangup, prompt: "We are closed."}
  sorry: {kind: hangup, prompt: "Sorry.", outcome: failed}
  bye: {kind: hangup, prompt: "Goodbye."}
"""


class Talking:
    """A call to an agent, Anna, who answers at about 1 s; times are those of each leg's media."""

    def __init__(self, folder: Path) -> None:
        path = folder / "talks.yaml"
        path.write_text(_FLOW, "utf-8")
        flow = load_file(path, queues=["support", "billing"])
        self.world = World(
            flow, nlu.build(), SimBackend({}), QUEUES, AGENTS, {"branch": BRANCH, "boss": BOSS}
        )
        self.world.callable = lambda number: "127.0.0.1" in number
        self._acts: dict[str, Callable[[SimLeg], None]] = {}
        self.legs: dict[str, SimLeg] = {}

    def phone(self, address: str, act: Callable[[SimLeg], None]) -> None:
        """What the phone at an address does when it rings."""

        def ring(leg: SimLeg) -> None:
            self.legs[address] = leg
            act(leg)

        self._acts[address] = ring

    def play(self, until_s: float = 60) -> list[Fact]:
        for address, act in self._acts.items():
            self.world.telephone.far_ends[address] = act
        # The script knows nothing of the agents: their phones are those of the test.
        self.world.dialable = lambda address: False
        return self.world.play(f"  0.0  ring     +49170 → talks\n {until_s:.1f}  hangup   caller\n")

    @property
    def talk(self) -> Talk:
        [talk] = self.talks
        return talk

    @property
    def waiter(self) -> Waiter:
        """The caller who waits."""
        assert self.world.directory is not None
        [waiter] = self.world.directory.waits.values()
        return waiter

    @property
    def talks(self) -> tuple[Talk, ...]:
        """Those under way, one or none."""
        assert self.world.directory is not None
        return self.world.directory.talks.all()

    def number(self, name: str, number: str) -> None:
        """By which an agent is known."""
        agents = self.world.agents
        self.world.agents = tuple(
            replace(one, number=number) if one.name == name else one for one in agents
        )

    def hears(self) -> set[tuple[str, str]]:
        """Who hears whom now: by user part, `caller` for the caller."""
        legs: dict[Leg, str] = {self.world.leg: "caller"}
        legs |= {leg: address[4:].split("@")[0] for address, leg in self.legs.items()}
        return {(name, legs[other]) for leg, name in legs.items() for other in leg.hears}


@pytest.fixture
def talking(tmp_path: Path) -> Talking:
    return Talking(tmp_path)


def answers(
    after_ms: int, *keys: tuple[int, str], leaves_ms: int | None = None
) -> Callable[[SimLeg], None]:
    """Answers, presses keys at times of the leg, and hangs up."""

    def act(leg: SimLeg) -> None:
        leg.at(after_ms, leg.far_answers)
        for at_ms, pressed in keys:
            leg.at(at_ms, lambda pressed=pressed: leg.far_keys(pressed))  # type: ignore[misc]
        if leaves_ms is not None:
            leg.at(leaves_ms, leg.far_hangs_up)

    return act


def declines(leg: SimLeg) -> None:
    leg.at(1_000, lambda: leg.far_hangs_up(603))


def of(facts: list[Fact], kind: FactKind) -> list[Fact]:
    return [fact for fact in facts if fact.kind is kind]


def states(facts: list[Fact]) -> list[str]:
    return [fact.data["state"] for fact in of(facts, FactKind.TRANSFER)]


def path(facts: list[Fact]) -> list[str]:
    return [fact.data["node"] for fact in of(facts, FactKind.MOVED)]


def everybody_is_free(talking: Talking) -> None:
    """No leg is up, nobody hears anybody, no agent has a call, no talk is left."""
    world = talking.world
    assert world.directory is not None
    assert not world.directory.talks.all()
    assert {leg.state for leg in world.telephone.dialed} == {"DISCONNECTED"}
    assert talking.hears() == set()
    free = {AgentState.AVAILABLE, AgentState.WRAP_UP}
    assert {agent.state for agent in world.directory.router.agents.values()} <= free
    assert world.journal.facts[-1].kind is FactKind.ENDED


def allowed(facts: list[Fact]) -> None:
    """Every step in the journal is a row of the table."""
    steps = {(before, after) for (before, _), after in TRANSFER_TRANSITIONS.items()}
    by_number: dict[int, list[TransferState]] = {}
    for fact in of(facts, FactKind.TRANSFER):
        by_number.setdefault(fact.data["number"], []).append(TransferState(fact.data["state"]))
    for run in by_number.values():
        assert run[0] is TransferState.REQUESTED
        assert set(pairwise(run)) <= steps


# ---------------------------------------------------------------- transfers by keys


def test_attended_with_a_briefing(talking: Talking) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    world = talking.world
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=15_000))
    talking.phone(BEN, answers(2_000, leaves_ms=20_000))
    world.after_s(4, lambda: seen.update(talk=talking.hears()))
    world.after_s(6.5, lambda: seen.update(ringing=talking.hears()))
    world.after_s(10, lambda: seen.update(briefing=talking.hears()))
    world.after_s(17, lambda: seen.update(through=talking.hears()))
    facts = talking.play()
    assert seen["talk"] == {("caller", "anna"), ("anna", "caller")}
    assert seen["ringing"] == set()
    assert seen["briefing"] == {("anna", "ben"), ("ben", "anna")}
    assert seen["through"] == {("caller", "ben"), ("ben", "caller")}
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    talks = [
        (fact.data["agent"], fact.data["by"], fact.data["to"])
        for fact in of(facts, FactKind.UNBRIDGED)
    ]
    assert talks == [("anna", "transfer", "transfer"), ("ben", "agent", "")]
    record = fold(facts)
    assert record is not None
    assert (record.agent, record.agents, record.outcome) == ("ben", ("anna", "ben"), "handled")
    assert record.talk_ms == sum(f.data["talk_ms"] for f in of(facts, FactKind.UNBRIDGED))
    assert path(facts) == ["agent", "bye"]
    allowed(facts)
    everybody_is_free(talking)


def test_each_wrap_up_is_its_own(talking: Talking) -> None:
    """Anna's begins when she leaves and lasts as her queue says, whatever becomes of the call."""
    at: dict[str, AgentState] = {}

    def look(when: str) -> Callable[[], None]:
        def see() -> None:
            assert talking.world.directory is not None
            talking.world.directory.router.tick(talking.world.directory.now_ms())
            for name, agent in talking.world.directory.router.agents.items():
                at[f"{name} {when}"] = agent.state

        return see

    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (10_000, "*4")))
    talking.phone(BEN, answers(2_000, leaves_ms=45_000))
    for second in (9, 12, 39, 42):
        talking.world.after_s(second, look(f"at {second}"))
    facts = talking.play()
    wrap_ups = [(f.data["agent"], f.data["wrap_up_ms"]) for f in of(facts, FactKind.UNBRIDGED)]
    assert wrap_ups == [("anna", 30_000), ("ben", 30_000)]
    assert at["anna at 9"] is AgentState.BUSY
    assert at["anna at 12"] is at["anna at 39"] is AgentState.WRAP_UP
    assert at["anna at 42"] is AgentState.AVAILABLE
    assert at["ben at 42"] is AgentState.BUSY
    look("afterwards")()
    assert at["ben afterwards"] is AgentState.WRAP_UP


def test_a_conference_and_the_agent_leaves_it(talking: Talking) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (10_000, "*3"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000, leaves_ms=40_000))
    talking.world.after_s(14, lambda: seen.update(three=talking.hears()))
    talking.world.after_s(25, lambda: seen.update(two=talking.hears()))
    facts = talking.play()
    three = ("caller", "anna", "ben")
    assert seen["three"] == {(one, other) for one in three for other in three if one != other}
    assert seen["two"] == {("caller", "ben"), ("ben", "caller")}
    assert states(facts) == ["requested", "ringing", "briefing", "accepted", "bridged"]
    allowed(facts)
    everybody_is_free(talking)


@pytest.mark.parametrize("ben", [declines, rings_for_ever], ids=["declined", "no answer"])
def test_back_to_the_agent(talking: Talking, ben: Callable[[SimLeg], None]) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=40_000))
    talking.phone(BEN, ben)
    talking.world.after_s(30, lambda: seen.update(after=talking.hears()))
    facts = talking.play()
    assert seen["after"] == {("caller", "anna"), ("anna", "caller")}
    assert states(facts)[-1] == "returned_to_agent"
    assert [f.data["agent"] for f in of(facts, FactKind.UNBRIDGED)] == ["anna"]
    allowed(facts)
    everybody_is_free(talking)


def test_taken_back_in_the_briefing(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), (12_000, "*0"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "briefing", "returned_to_agent"]
    assert [f.data["agent"] for f in of(facts, FactKind.UNBRIDGED)] == ["anna"]
    everybody_is_free(talking)


def test_who_is_briefed_and_hangs_up_has_declined(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=20_000))
    talking.phone(BEN, answers(2_000, leaves_ms=5_000))
    facts = talking.play()
    assert states(facts)[-2:] == ["rejected", "returned_to_agent"]
    everybody_is_free(talking)


def test_blind_and_nobody_takes_it(talking: Talking) -> None:
    """The agent has gone meanwhile: the flow's branch, here to leave a message."""
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#"), leaves_ms=6_000))
    talking.phone(BEN, rings_for_ever)
    facts = talking.play(30)
    assert states(facts) == ["requested", "ringing", "failed", "voicemail"]
    assert path(facts)[:2] == ["agent", "message"]
    allowed(facts)
    everybody_is_free(talking)


def test_blind_puts_whoever_answers_through(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#")))
    talking.phone(BEN, answers(2_000, leaves_ms=20_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert talking.legs[ANNA].state == "DISCONNECTED"
    everybody_is_free(talking)


def test_who_has_the_caller_may_send_them_on_again(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*2202#")))
    talking.phone(BEN, answers(2_000, (10_000, "*2203#")))
    talking.phone(CARA, answers(1_000, leaves_ms=5_000))
    talking.number("cara", "203")
    facts = talking.play()
    record = fold(facts)
    assert record is not None
    assert record.agents == ("anna", "ben", "cara")
    assert [f.data["number"] for f in of(facts, FactKind.TRANSFER)] == [1] * 4 + [2] * 4
    everybody_is_free(talking)


def test_the_caller_hangs_up_meanwhile(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#")))
    talking.phone(BEN, rings_for_ever)
    facts = talking.play(8)
    assert states(facts) == ["requested", "ringing", "canceled"]
    everybody_is_free(talking)


def test_a_code_that_leads_nowhere_changes_nothing(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000, (5_000, "*1999#"), (6_000, "*0"), leaves_ms=12_000))
    facts = talking.play()
    assert states(facts) == []
    assert path(facts) == ["agent", "bye"]


# ---------------------------------------------------------------- transfers asked for otherwise


def asked(talking: Talking, at_s: float, to: str, mode: TransferMode) -> list[str]:
    """What `hand_over` said to it: empty where it went well."""
    refused: list[str] = []

    def ask() -> None:
        try:
            talking.talk.hand_over(Target.parse(to), mode, by="api")
        except TransferRefused as no:
            refused.append(str(no))

    talking.world.after_s(at_s, ask)
    return refused


def test_to_another_queue(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BEN, answers(2_000, leaves_ms=10_000))
    asked(talking, 5, "queue:billing", TransferMode.BLIND)
    facts = talking.play()
    assert [f.data["queue"] for f in of(facts, FactKind.QUEUED)] == ["support", "billing"]
    assert [f.data["to"] for f in of(facts, FactKind.UNBRIDGED)] == ["queue:billing", ""]
    assert path(facts) == ["agent", "bye"]
    record = fold(facts)
    assert record is not None
    assert (record.queue, record.agents) == ("billing", ("anna", "ben"))
    allowed(facts)
    everybody_is_free(talking)


def test_to_a_queue_with_a_briefing(talking: Talking) -> None:
    """Its free agents are rung one after the other, the longest idle first."""
    talking.phone(ANNA, answers(1_000, leaves_ms=20_000))
    talking.phone(BEN, declines)
    talking.phone(CARA, answers(2_000, leaves_ms=25_000))
    asked(talking, 5, "queue:billing", TransferMode.ATTENDED)
    facts = talking.play()
    expected = ["requested", "ringing", "rejected", "ringing", "briefing", "accepted", "bridged"]
    assert states(facts) == expected
    assert [f.data["queue"] for f in of(facts, FactKind.BRIDGED)] == ["support", "billing"]
    allowed(facts)
    everybody_is_free(talking)


def test_back_to_the_bot(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    asked(talking, 5, "node:verify", TransferMode.BLIND)
    facts = talking.play()
    assert path(facts) == ["agent", "verify", "bye"]
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    everybody_is_free(talking)


def test_to_a_number(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BRANCH, answers(2_000, leaves_ms=12_000))
    asked(talking, 5, "number:branch", TransferMode.BLIND)
    facts = talking.play()
    [transferred] = of(facts, FactKind.TRANSFERRED)
    assert (transferred.data["target"], transferred.data["outcome"]) == ("branch", "done")
    assert transferred.data["talk_ms"] >= 9_000
    assert {f.data["to"] for f in of(facts, FactKind.TRANSFER)} == {"number:branch"}
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("to", "mode", "why"),
    [
        ("agent:dora", TransferMode.BLIND, "no agent dora"),
        ("agent:anna", TransferMode.BLIND, "not free"),
        ("queue:sales", TransferMode.BLIND, "no queue sales"),
        ("queue:support", TransferMode.ATTENDED, "nobody of support is free"),
        ("node:menu", TransferMode.BLIND, "no way back menu"),
        ("node:verify", TransferMode.ATTENDED, "cannot be briefed"),
        ("number:sip:x@example.org", TransferMode.BLIND, "may not go there"),
    ],
)
def test_what_is_not_possible(talking: Talking, to: str, mode: TransferMode, why: str) -> None:
    talking.phone(ANNA, answers(1_000, leaves_ms=10_000))
    refused = asked(talking, 5, to, mode)
    facts = talking.play()
    assert len(refused) == 1
    assert why in refused[0]
    assert states(facts) == []
    everybody_is_free(talking)


# ---------------------------------------------------------------- supervisors


def supervised(talking: Talking, at_s: float, how: Supervision, may: str = "4567") -> None:
    keys = dict(zip("4567", Supervision, strict=True))

    def begin() -> None:
        talk = talking.talk
        leg = DialedLeg(talk.context, BOSS, 10_000, role="supervisor")
        talk.supervise("boss", leg, how, [keys[key] for key in may])

    talking.world.after_s(at_s, begin)


TALK = {("caller", "anna"), ("anna", "caller")}
HEARS = TALK | {("boss", "caller"), ("boss", "anna")}
WHISPERS = HEARS | {("anna", "boss")}
BARGES = WHISPERS | {("caller", "boss")}


def test_listen_whisper_barge_and_back_by_keys(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=40_000))
    talking.phone(BOSS, answers(1_000, (5_000, "5"), (10_000, "6"), (15_000, "4")))
    supervised(talking, 3, Supervision.LISTEN)
    for second in (6, 11, 16, 21):
        talking.world.after_s(second, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [HEARS, WHISPERS, BARGES, HEARS]
    told = [(f.data["how"], f.data["on"]) for f in of(facts, FactKind.SUPERVISED)]
    assert told == [
        ("listen", True),
        ("whisper", True),
        ("barge", True),
        ("listen", True),
        ("listen", False),
    ]
    everybody_is_free(talking)


def test_what_a_supervisor_may_not_do_does_not_come_about(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=30_000))
    talking.phone(BOSS, answers(1_000, (5_000, "5"), (6_000, "6"), (7_000, "7")))
    supervised(talking, 3, Supervision.LISTEN, may="4")
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [HEARS]
    assert {f.data["how"] for f in of(facts, FactKind.SUPERVISED)} == {"listen"}


def test_a_supervisor_takes_over(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000))
    talking.phone(BOSS, answers(1_000, (5_000, "7"), leaves_ms=20_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    facts = talking.play()
    assert seen == [{("caller", "boss"), ("boss", "caller")}]
    talks = [(f.data["agent"], f.data["by"]) for f in of(facts, FactKind.UNBRIDGED)]
    assert talks == [("anna", "supervisor"), ("boss", "agent")]
    record = fold(facts)
    assert record is not None
    assert record.agents == ("anna", "boss")
    everybody_is_free(talking)


def test_a_caller_who_is_apart_is_not_heard_in_the_briefing(talking: Talking) -> None:
    seen: list[set[tuple[str, str]]] = []
    talking.phone(ANNA, answers(1_000, (5_000, "*1202#"), leaves_ms=30_000))
    talking.phone(BEN, answers(2_000, leaves_ms=35_000))
    talking.phone(BOSS, answers(1_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(15, lambda: seen.append(talking.hears()))
    talking.play()
    briefing = {("anna", "ben"), ("ben", "anna"), ("boss", "anna"), ("boss", "ben")}
    assert seen == [briefing]
    everybody_is_free(talking)


# ---------------------------------------------------------------- transfers by the agent's phone


def refers(at_ms: int, target: str, replaces: str = "") -> Callable[[SimLeg], None]:
    def act(leg: SimLeg) -> None:
        leg.at(1_000, leg.far_answers)
        leg.at(at_ms, lambda: leg.far_refers(target, replaces))

    return act


def test_refer_to_an_agents_number(talking: Talking) -> None:
    talking.phone(ANNA, refers(5_000, "sip:202@hotline.example"))
    talking.phone(BEN, answers(2_000, leaves_ms=10_000))
    facts = talking.play()
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert talking.legs[ANNA].told_referrer == [100, 200]
    everybody_is_free(talking)


def test_refer_with_replaces_goes_without_a_briefing(talking: Talking) -> None:
    """Anna has told Ben by a call of her own, whose place the caller takes at Ben's phone."""
    dialed: list[dict[str, str]] = []
    dial = talking.world.telephone.dial

    async def noting(target: str, headers: dict[str, str], **rest: str) -> Leg:
        dialed.append(dict(headers))
        return await dial(target, headers, **rest)

    talking.world.telephone.dial = noting  # type: ignore[method-assign,assignment]
    talking.phone(ANNA, refers(5_000, BEN, "abc@ben;to-tag=1;from-tag=2"))
    talking.phone(BEN, answers(500, leaves_ms=10_000))
    facts = talking.play()
    assert [f.data["mode"] for f in of(facts, FactKind.TRANSFER)] == ["attended"] * 4
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]
    assert [headers.get("Replaces") for headers in dialed] == [None, "abc@ben;to-tag=1;from-tag=2"]
    everybody_is_free(talking)


def test_refer_to_where_calls_may_not_go(talking: Talking) -> None:
    talking.phone(ANNA, refers(5_000, "sip:900@example.org"))
    facts = talking.play(20)
    assert talking.legs[ANNA].told_referrer == [603]
    assert states(facts) == []


# ---------------------------------------------------------------- queues


def test_a_closed_queue_takes_no_further_callers(talking: Talking) -> None:
    def close() -> None:
        assert talking.world.directory is not None
        talking.world.directory.set_closed("billing", closed=True, by="eva")

    talking.world.after_s(0, close)
    talking.phone(ANNA, answers(1_000))
    asked(talking, 5, "queue:billing", TransferMode.BLIND)
    facts = talking.play()
    assert path(facts) == ["agent", "shut"]
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("to", "nodes"), [("node:verify", ["agent", "verify", "bye"]), ("queue:billing", ["agent"])]
)
def test_a_caller_who_waits_is_pulled(talking: Talking, to: str, nodes: list[str]) -> None:
    talking.phone(ANNA, rings_for_ever)
    talking.phone(BEN, answers(1_000))
    talking.world.after_s(5, lambda: talking.waiter.send(Target.parse(to)))
    facts = talking.play(30)
    [left] = of(facts, FactKind.LEFT_QUEUE)
    assert (left.data["outcome"], left.data["to"]) == ("sent", to)
    assert path(facts)[: len(nodes)] == nodes
    bridged = [f.data["agent"] for f in of(facts, FactKind.BRIDGED)]
    assert bridged == (["ben"] if to.startswith("queue") else [])
    everybody_is_free(talking)


def offers(facts: list[Fact]) -> list[tuple[str, str]]:
    """Whose phone rang, and what came of it."""
    ended = [(f.data["agent"], f.data["outcome"]) for f in of(facts, FactKind.OFFER_ENDED)]
    return ended + [(f.data["agent"], "answered") for f in of(facts, FactKind.BRIDGED)]


@pytest.mark.parametrize(
    ("ben", "came"),
    [
        (answers(1_000, leaves_ms=9_000), [("anna", "caller_gone"), ("ben", "answered")]),
        (declines, [("ben", "rejected"), ("anna", "answered")]),
    ],
)
def test_a_caller_who_waits_is_pulled_to_an_agent(
    talking: Talking, ben: Callable[[SimLeg], None], came: list[tuple[str, str]]
) -> None:
    """Of another queue, out of turn; where they do not answer the caller waits on, in place."""
    talking.phone(ANNA, answers(8_000, leaves_ms=20_000))
    talking.phone(BEN, ben)
    talking.world.after_s(5, lambda: talking.waiter.send(Target.parse("agent:ben")))
    facts = talking.play()
    assert offers(facts) == came
    assert len(of(facts, FactKind.QUEUED)) == 1
    [bridged] = of(facts, FactKind.BRIDGED)
    assert bridged.data["wait_ms"] == bridged.at_ms - of(facts, FactKind.QUEUED)[0].at_ms
    assert path(facts) == ["agent", "bye"]
    everybody_is_free(talking)


def test_only_who_is_free_is_rung_for_a_caller_who_waits(talking: Talking) -> None:
    refused: list[str] = []

    def pull(to: str) -> None:
        try:
            talking.waiter.send(Target.parse(to))
        except TransferRefused as error:
            refused.append(str(error))

    talking.phone(ANNA, rings_for_ever)
    for at_s, to in enumerate(("agent:anna", "agent:dora", "number:branch"), 3):
        talking.world.after_s(at_s, lambda to=to: pull(to))  # type: ignore[misc]
    facts = talking.play(10)
    assert refused == [
        "anna is not free: ringing",
        "there is no agent dora",
        "who waits can be sent to an agent, a queue or the flow",
    ]
    assert offers(facts) == [("anna", "caller_gone")]
    everybody_is_free(talking)


@pytest.mark.parametrize(
    ("boss", "came"),
    [
        (answers(1_000, leaves_ms=9_000), [("anna", "caller_gone"), ("boss", "answered")]),
        (declines, [("boss", "rejected"), ("anna", "answered")]),
    ],
)
def test_a_supervisor_has_a_caller_who_waits(
    talking: Talking, boss: Callable[[SimLeg], None], came: list[tuple[str, str]]
) -> None:
    """On a phone of their own that no queue knows: nobody is offered the caller meanwhile."""
    talking.phone(ANNA, answers(8_000, leaves_ms=20_000))
    talking.phone(BOSS, boss)
    talking.world.after_s(5, lambda: talking.waiter.call_to("boss", BOSS))
    facts = talking.play()
    assert offers(facts) == came
    assert of(facts, FactKind.LEFT_QUEUE) == []
    assert path(facts) == ["agent", "bye"]
    record = fold(facts)
    assert record is not None
    assert (record.outcome, record.agents) == ("handled", (came[-1][0],))
    everybody_is_free(talking)


def test_a_caller_who_hangs_up_is_not_brought_to_the_supervisor(talking: Talking) -> None:
    talking.phone(ANNA, rings_for_ever)
    talking.phone(BOSS, rings_for_ever)
    talking.world.after_s(2, lambda: talking.waiter.call_to("boss", BOSS))
    facts = talking.play(6)
    assert offers(facts) == [("anna", "caller_gone"), ("boss", "caller_gone")]
    assert facts[-1].data["outcome"] == "abandoned"
    everybody_is_free(talking)


def test_somebody_outside_may_not_send_the_caller_on(talking: Talking) -> None:
    talking.phone(ANNA, answers(1_000))
    talking.phone(BRANCH, refers(5_000, "sip:202@hotline.example"))
    asked(talking, 5, "number:branch", TransferMode.BLIND)
    facts = talking.play(30)
    assert talking.legs[BRANCH].told_referrer == [603]
    assert states(facts) == ["requested", "ringing", "accepted", "bridged"]


def test_whoever_is_to_know_of_a_supervisor_hears_a_tone(talking: Talking) -> None:
    def loud(leg: SimLeg) -> bool:
        return any(abs(int(sample)) > 1_000 for pcm in leg.said for sample in pcm.samples)

    talking.world.supervision_beep = Beep.AGENT
    talking.phone(ANNA, answers(1_000, leaves_ms=10_000))
    talking.phone(BOSS, answers(1_000))
    supervised(talking, 3, Supervision.LISTEN)
    talking.play()
    assert loud(talking.legs[ANNA])
    assert not loud(talking.world.leg)


def test_a_supervisor_who_does_not_answer_is_called_no_longer(talking: Talking) -> None:
    seen: list[str] = []
    talking.phone(ANNA, answers(1_000, leaves_ms=30_000))
    talking.phone(BOSS, rings_for_ever)
    supervised(talking, 3, Supervision.LISTEN)
    talking.world.after_s(20, lambda: seen.append(talking.legs[BOSS].state))
    facts = talking.play()
    assert seen == ["DISCONNECTED"]
    assert of(facts, FactKind.SUPERVISED) == []
