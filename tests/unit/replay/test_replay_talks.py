"""Calls that people sent on, and queues that did not take them, are replayed as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sim_calls import engines_of, kept, shop

from voicebot import nlu
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.record import FactKind
from voicebot.core.transfers import Target, TransferMode
from voicebot.flow.loader import load_flows
from voicebot.queueing.router import Router
from voicebot.replay.compare import compared
from voicebot.replay.dialogue import replay_dialogue
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.run import replay_sound
from voicebot.replay.turns import turns_of
from voicebot.scenario.world import World
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import answers

FLOW = """
flow: shop
start: {start}
on_error: bye
nodes:
  line:
    kind: queue
    queue: service
    back_to: {{here: told}}
    outcomes: {{served: bye, timeout: bye, full: bye, nobody: told, crowded: told}}
  branch:
    kind: transfer
    mode: dial
    target: "sip:branch@phone.test"
    outcomes: {{done: bye, failed: told}}
  told: {{kind: say, prompt: "Nobody is here.", to: bye}}
  bye: {{kind: hangup, prompt: "Goodbye."}}
"""
ANNA, BEN = "sip:anna@phone.test", "sip:ben@phone.test"
BRANCH = "sip:branch@phone.test"


class Talks:
    """One call; Anna serves the first queue, Ben another one."""

    def __init__(
        self, folder: Path, start: str = "line", bens: str = "billing", talk_ms: int = 8_000
    ) -> None:
        shop(folder / "flows", FLOW.format(start=start))
        flow = load_flows(folder / "flows").get("shop")
        queues = tuple(QueueSpec(n, max_waiting_per_agent=1.0) for n in ("service", "billing"))
        agents = (AgentSpec("anna", ANNA, ("service",)), AgentSpec("ben", BEN, (bens,)))
        self.world = World(flow, nlu.build(), SimBackend({}), queues, agents, {"branch": BRANCH})
        self.world.telephone.far_ends |= {
            ANNA: answers(1_000, 20_000), BEN: answers(1_000, talk_ms), BRANCH: answers(2_000)
        }  # fmt: skip
        self.world.dialable = lambda address: False

    def hand_over(self, to: str, at_s: float = 5) -> None:
        """Whoever has the caller then sends them on."""

        def ask() -> None:
            assert self.world.directory is not None
            [talk] = self.world.directory.talks.all()
            talk.hand_over(Target.parse(to), TransferMode.BLIND, by="api")

        self.world.after_s(at_s, ask)

    def pull(self, to: str, at_s: float = 0.5) -> None:
        """A supervisor takes the caller out of the queue."""

        def ask() -> None:
            assert self.world.directory is not None
            [waiter] = self.world.directory.waits.values()
            waiter.send(Target.parse(to))

        self.world.after_s(at_s, ask)

    def play(self) -> RecordedCall:
        """The caller hangs up half a minute after ringing."""
        return kept(self.world, self.world.play("0.0 ring +49 → shop\n30.0 hangup caller\n"))


def sent_to_a_queue(folder: Path) -> Talks:
    talks = Talks(folder)
    talks.hand_over("queue:billing")
    return talks


def sent_to_a_queue_that_takes_nobody(folder: Path) -> Talks:
    talks = Talks(folder, bens="service")
    talks.hand_over("queue:billing")
    return talks


def sent_back_to_the_flow(folder: Path) -> Talks:
    talks = Talks(folder)
    talks.hand_over("node:here")
    return talks


def sent_outside_where_the_caller_hangs_up(folder: Path) -> Talks:
    talks = Talks(folder)
    talks.hand_over("number:branch")
    return talks


def pulled_out_and_hangs_up_in_the_talk(folder: Path) -> Talks:
    talks = Talks(folder, talk_ms=60_000)
    talks.pull("queue:billing")
    return talks


def dialed_by_the_flow_and_the_caller_hangs_up(folder: Path) -> Talks:
    return Talks(folder, start="branch")


def crowded_queue(folder: Path) -> Talks:
    def fill(board: Router) -> None:
        for number in range(3):
            board.join(CallId(f"before {number}"), "service", 0)

    talks = Talks(folder)
    talks.world.on_board = fill
    return talks


CASES: Mapping[Callable[[Path], Talks], tuple[str, ...]] = {
    sent_to_a_queue: ("line", "bye"),
    sent_to_a_queue_that_takes_nobody: ("line", "told", "bye"),
    sent_back_to_the_flow: ("line", "told", "bye"),
    sent_outside_where_the_caller_hangs_up: ("line",),
    pulled_out_and_hangs_up_in_the_talk: ("line",),
    dialed_by_the_flow_and_the_caller_hangs_up: ("branch",),
    crowded_queue: ("line", "told", "bye"),
}


@pytest.mark.parametrize(("case", "path"), CASES.items(), ids=[case.__name__ for case in CASES])
def test_it_goes_the_same_way(
    tmp_path: Path, case: Callable[[Path], Talks], path: tuple[str, ...]
) -> None:
    talks = case(tmp_path)
    call = talks.play()
    assert tuple(f.data["node"] for f in call.of(FactKind.MOVED)) == path
    then, flow, engines = turns_of(call.facts), talks.world.flow, engines_of(talks.world)
    for replayed, sound in (
        (replay_sound(call, flow, engines), True),
        (replay_dialogue(call, flow, engines), False),
    ):
        comparison = compared(then, turns_of(replayed.facts), sound=sound)
        assert [pair.as_json() for pair in comparison.pairs if pair.major] == []
        assert replayed.assumed == ()
