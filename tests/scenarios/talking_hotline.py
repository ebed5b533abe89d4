"""Callers who talk to agents: the hotline, what phones do, and what must hold afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from told import of

from voicebot import nlu
from voicebot.core.ports import Leg
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.record import Fact, FactKind
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
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import SimLeg

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


def states(facts: list[Fact]) -> list[str]:
    return [fact.data["state"] for fact in of(facts, FactKind.TRANSFER)]


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


def supervised(talking: Talking, at_s: float, how: Supervision, may: str = "4567") -> None:
    keys = dict(zip("4567", Supervision, strict=True))

    def begin() -> None:
        talk = talking.talk
        leg = DialedLeg(talk.context, BOSS, 10_000, role="supervisor")
        talk.supervise("boss", leg, how, [keys[key] for key in may])

    talking.world.after_s(at_s, begin)


def refers(at_ms: int, target: str, replaces: str = "") -> Callable[[SimLeg], None]:
    def act(leg: SimLeg) -> None:
        leg.at(1_000, leg.far_answers)
        leg.at(at_ms, lambda: leg.far_refers(target, replaces))

    return act
