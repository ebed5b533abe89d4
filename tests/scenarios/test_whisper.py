"""The whisper to the agent before the bridge, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from voicebot import nlu
from voicebot.core.audio import Pcm
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec
from voicebot.core.record import Fact, FactKind
from voicebot.flow.loader import load_file
from voicebot.scenario.world import World
from voicebot.session.whisper import DEADLINE_MS, SLACK_MS, SOUND_MS
from voicebot.sim.engines import SimBackend, SimVoice
from voicebot.sim.line import SimLeg, answers

FLOW = """\
flow: calling
start: agent
on_error: bye
nodes:
  agent:
    kind: queue
    queue: support
    summary: {intent: "lost_card", Card: "4321"}
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("support",))
SUPPORT = QueueSpec("support", whisper=True)
RING = "ring    +491 → calling\n"
RINGS_MS, TALKS_MS = 8_000, 30_000
MUSIC, SPEECH = 3, 1
"""Samples of the stand-ins."""


class WordyVoice(SimVoice):
    """Keeps what is said, and may be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.delay_s = 0.0

    async def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        self.said.append(self.text(prompt))
        assert prompt.secret or prompt.is_static, "values of a call are kept nowhere"
        await asyncio.sleep(self.delay_s)
        async for pcm in super().speak(prompt, rate):
            yield pcm


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    path = tmp_path / "calling.yaml"
    path.write_text(FLOW, "utf-8")
    flow = load_file(path, queues=["support"])

    def build(agent: AgentSpec = ANNA, **changes: object) -> World:
        queue = replace(SUPPORT, **changes)  # type: ignore[arg-type]
        hotline = World(flow, nlu.build(), SimBackend({}), (queue,), (agent,))
        hotline.dialable = lambda address: False
        hotline.voice = WordyVoice()
        hotline.telephone.far_ends[agent.address] = answers(RINGS_MS, TALKS_MS)
        return hotline

    return build


def at(facts: list[Fact], kind: FactKind) -> list[int]:
    return [fact.at_ms for fact in facts if fact.kind is kind]


def heard_ms(leg: SimLeg, sample: int) -> int:
    return 20 * sum(bool((frame.samples == sample).any()) for frame in leg.said)


def words_of(hotline: World) -> list[str]:
    assert isinstance(hotline.voice, WordyVoice)
    return [text for text in hotline.voice.said if "Goodbye" not in text]


def test_the_agent_hears_who_comes_and_the_caller_music(world: Callable[..., World]) -> None:
    hotline = world()
    facts = hotline.play(RING)
    [words] = words_of(hotline)
    assert words == "lost card. Waited ten seconds. Card: four three two one."
    [bridged_ms] = at(facts, FactKind.BRIDGED)
    [phone] = hotline.telephone.dialed
    said_ms = heard_ms(phone, SPEECH)
    assert 1_000 < said_ms < SUPPORT.whisper_max_ms
    assert RINGS_MS + said_ms <= bridged_ms <= RINGS_MS + said_ms + 300
    assert heard_ms(hotline.leg, MUSIC) >= bridged_ms - 300


def test_it_is_in_the_agents_language(world: Callable[..., World]) -> None:
    hotline = world(replace(ANNA, language="zh"))
    hotline.play(RING)
    assert words_of(hotline) == ["lost card。 等待十秒。 Card: 四三二幺。"]


def test_a_long_one_is_cut(world: Callable[..., World]) -> None:
    hotline = world(whisper_max_ms=1_000)
    facts = hotline.play(RING)
    assert heard_ms(hotline.telephone.dialed[0], SPEECH) == 1_000
    assert at(facts, FactKind.BRIDGED)[0] <= RINGS_MS + 1_000 + 300


@pytest.mark.parametrize("slow_s", [9.0, 60.0])
def test_a_slow_voice_holds_up_nobody(world: Callable[..., World], slow_s: float) -> None:
    """Made within the deadline it is said, else left out."""
    hotline = world()
    assert isinstance(hotline.voice, WordyVoice)
    hotline.voice.delay_s = slow_s
    facts = hotline.play(RING)
    late = slow_s * 1_000 > RINGS_MS + DEADLINE_MS
    assert (heard_ms(hotline.telephone.dialed[0], SPEECH) == 0) is late
    longest_ms = DEADLINE_MS if late else DEADLINE_MS + SUPPORT.whisper_max_ms
    assert at(facts, FactKind.BRIDGED)[0] <= RINGS_MS + longest_ms + 300


def test_without_a_voice_the_caller_is_put_through(world: Callable[..., World]) -> None:
    hotline = world()
    hotline.voice.broken = True
    facts = hotline.play(RING)
    assert at(facts, FactKind.BRIDGED)[0] <= RINGS_MS + SOUND_MS + SLACK_MS


def test_a_caller_who_hangs_up_meanwhile_costs_the_agent_nothing(
    world: Callable[..., World],
) -> None:
    hotline = world()
    facts = hotline.play(RING + f"{(RINGS_MS + 1_000) / 1000:5.1f}  hangup  caller\n")
    assert not at(facts, FactKind.BRIDGED)
    assert len(at(facts, FactKind.OFFERED)) == len(hotline.telephone.dialed) == 1
    [ended] = [f for f in facts if f.kind is FactKind.OFFER_ENDED]
    assert ended.data["outcome"] == "caller_gone"
    assert hotline.directory is not None
    assert hotline.directory.router.agents["anna"].state is AgentState.AVAILABLE
    assert hotline.telephone.dialed[0].state == "DISCONNECTED"


def test_an_agent_who_hangs_up_on_it_leaves_the_caller_in_place(
    world: Callable[..., World],
) -> None:
    hotline = world(max_wait_ms=15_000)
    hotline.telephone.far_ends[ANNA.address] = answers(RINGS_MS, 500)
    facts = hotline.play(RING)
    assert not at(facts, FactKind.BRIDGED)
    [ended] = [f for f in facts if f.kind is FactKind.OFFER_ENDED]
    assert ended.data["outcome"] == "rejected"
    [left] = [f for f in facts if f.kind is FactKind.LEFT_QUEUE]
    assert left.data["outcome"] == "timeout"
