"""One scenario: read, run in a world of its own, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from voicebot import nlu
from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError, Problem
from voicebot.core.meaning import SlotValue
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec, TransferOutcome
from voicebot.core.resuming import Unfinished
from voicebot.flow.base import Destination, QueueName, marked
from voicebot.flow.engine import start
from voicebot.flow.flow import Flow
from voicebot.flow.loader import Flows
from voicebot.flow.problems import did_you_mean
from voicebot.flow.resuming import record_of
from voicebot.flow.state import Waiting
from voicebot.nlu import NluSettings
from voicebot.queueing.router import Router
from voicebot.scenario.backend import StubBackend
from voicebot.scenario.compare import accepted, difference, rendered
from voicebot.scenario.coverage import Move, moves_of
from voicebot.scenario.script import rows, stimuli
from voicebot.scenario.setting import QueueSetting, Setting, read_setting
from voicebot.scenario.world import ACCEPTS_MS, ANSWERS_MS, BEGAN, TALKS_MS, World
from voicebot.sim.line import SimLeg, refuses
from voicebot.sim.resuming import SimResuming

COMMON = "common.txt"
"""Beside scenarios: the setting that all of them have."""
_REFER_CODES = {
    TransferOutcome.DONE: 202,
    TransferOutcome.BUSY: 486,
    TransferOutcome.NO_ANSWER: 408,
    TransferOutcome.DECLINED: 603,
    TransferOutcome.FAILED: 500,
}
_COLLEAGUE = "(a colleague)"
"""At work, and busy: so that a queue without a free agent is not one without any."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario."""

    path: Path
    folder: Path
    flow: str = ""
    title: str = ""
    problems: tuple[str, ...] = ()
    """What is wrong, for people; none where all is as it should be."""
    difference: tuple[str, ...] = ()
    """Lines: expected (-) with their numbers in the file, come (+)."""
    came: str = ""
    text: str = ""
    """The scenario as it would read if all that came were accepted; empty if nothing came."""
    moves: tuple[Move, ...] = ()
    call_ms: int = 0
    """How long the call was."""
    seconds: float = 0.0
    """How long running it took."""

    @property
    def ok(self) -> bool:
        """All is as the scenario says."""
        return not self.problems


class Rehearsal:
    """Runs scenarios against the flows of one folder."""

    def __init__(self, flows: Flows, folder: Path, settings: NluSettings | None = None) -> None:
        """`settings` are those of understanding."""
        self._flows = flows
        self._folder = folder
        self._now = BEGAN
        # By words: a scenario comes out alike with a sentence encoder and without.
        settings = replace(settings or NluSettings(), knowledge_by_words=True)
        self._understanding = nlu.build(settings, now=self._local_time)

    def _local_time(self) -> datetime:
        return self._now.replace(tzinfo=None)

    def run(self, path: Path) -> Result:
        """Run one; whatever is wrong is in the result."""
        began = time.perf_counter()
        try:
            text = path.read_text("utf-8")
            result = self._run(path, text)
        except (OSError, UnicodeDecodeError) as error:
            result = Result(path, self._folder, problems=(f"cannot be read: {error}",))
        except ConfigError as error:
            result = Result(path, self._folder, problems=tuple(str(p) for p in error.problems))
        return replace(result, seconds=time.perf_counter() - began)

    def _run(self, path: Path, text: str) -> Result:
        setting = read_setting(text, str(path), self._common(path.parent))
        flow = _with_arms(self._flow(path, text, setting), setting.arms, path)
        self._now = setting.clock
        self._prepare(flow)
        backend = StubBackend(setting.stubs)
        world = self._world(flow, setting, backend, path)
        result = Result(path, self._folder, flow.name, _title(text))
        try:
            facts = world.play(text)
        except TimeoutError:
            return replace(result, problems=("the call did not end within an hour",))
        came = rendered(facts, words=setting.words)
        lines = tuple(difference(text, came))
        return replace(
            result,
            problems=tuple(_problems(text, lines, backend)),
            difference=lines,
            came=came,
            text=accepted(text, came, world.done),
            moves=tuple(moves_of(facts, flow.name)),
            call_ms=facts[-1].at_ms,
        )

    def _prepare(self, flow: Flow) -> None:
        """Knowledge bases, which take real time: virtual time would pass over it."""
        library = flow.library or {flow.name: flow}
        for one in library.values():
            for expectation in one.expectations() if one.bases else ():
                if self._understanding.is_slow(expectation):
                    self._understanding.prepare(expectation)

    @staticmethod
    def _common(folder: Path) -> Setting | None:
        path = folder / COMMON
        return read_setting(path.read_text("utf-8"), str(path)) if path.is_file() else None

    def _flow(self, path: Path, text: str, setting: Setting) -> Flow:
        called = next((s.text.partition("→")[2] for s in stimuli(text) if s.who == "ring"), "")
        names = self._flows.names()
        name = setting.flow or called.strip()
        if not setting.flow and name not in names and len(names) == 1:
            name = names[0]
        if name not in names:
            hint = did_you_mean(name, names) or "write flow and one of: " + ", ".join(names)
            message = f"there is no flow {name}" if name else "which flow is called?"
            raise ConfigError([Problem(str(path), 1, 1, "missing-flow", message, hint)])
        return self._flows.get(name)

    def _world(self, flow: Flow, setting: Setting, backend: StubBackend, path: Path) -> World:
        agents, queues = _agents(flow, setting), tuple(_queues(flow, setting))
        targets = {t: _address(t) for t in _named(flow, Destination)}
        world = World(
            flow, self._understanding, backend, queues, tuple(agents), targets, setting.clock
        )
        world.recognizer.readings = setting.hears
        world.recognizer.broken = "recognizer" in setting.broken
        world.voice.broken = "voice" in setting.broken
        world.callbacks.broken = "callbacks" in setting.broken
        world.resuming = _resuming(flow, setting.continues, path)
        world.customers.profiles = setting.customers
        world.customers.delays_s = setting.customer_delays_s
        world.customers.broken = "customers" in setting.broken
        world.messages.failure = "the disk is full" if "messages" in setting.broken else ""
        world.leg.answer_to_refer = _REFER_CODES[setting.transfer]
        is_taken = setting.transfer is TransferOutcome.DONE
        far_end = _takes(flow) if is_taken else refuses(_REFER_CODES[setting.transfer])
        world.telephone.far_ends |= dict.fromkeys(targets.values(), far_end)
        world.on_board = lambda board: _fill(board, setting.queues)
        return world


def _title(text: str) -> str:
    """The first comment."""
    line = next((line for line in text.splitlines() if line.startswith("#")), "")
    return line.lstrip("# ").strip()


def _problems(text: str, lines: tuple[str, ...], backend: StubBackend) -> Iterator[str]:
    if not rows(text):
        yield "nothing is accepted yet: read what came, then run again with --accept"
    elif lines:
        yield "the call went otherwise"
    for request in dict.fromkeys(backend.unknown):
        yield f"no http line answers {request}"


# ---------------------------------------------------------------- the setting, carried out


def _with_arms(flow: Flow, arms: Mapping[str, str], path: Path) -> Flow:
    """The flow, its percent nodes taking the ways that the scenario names."""
    nodes = dict(flow.nodes)
    for name, arm in arms.items():
        node = nodes.get(name)
        shares = getattr(node, "arms", None)
        if node is None or not isinstance(shares, Mapping) or arm not in shares:
            hint = f"its ways are {', '.join(shares)}" if shares else "name a percent node"
            message = f"there is no way {arm} at {name}"
            raise ConfigError([Problem(str(path), 1, 1, "missing-arm", message, hint)])
        sure = {
            key: one.model_copy(update={"share": 100.0 if key == arm else 0.0})
            for key, one in shares.items()
        }
        nodes[name] = node.model_copy(update={"arms": sure})
    return replace(flow, file=flow.file.model_copy(update={"nodes": nodes})) if arms else flow


def _resuming(flow: Flow, continues: Mapping[str, Any], path: Path) -> SimResuming | None:
    """What is kept of the call that broke off, as the flow keeps it."""
    if not continues:
        return None
    node = str(continues["node"])
    if node not in flow.nodes:
        hint = did_you_mean(node, list(flow.nodes)) or "name a node of the flow"
        message = f"a call cannot go on at {node}: there is no such node"
        raise ConfigError([Problem(str(path), 1, 1, "missing-node", message, hint)])
    values = continues.get("values", {})
    state = replace(
        start(flow, str(continues.get("language", ""))),
        node=node,
        waiting=Waiting.CALLER,
        values={name: _value(flow, name, value) for name, value in values.items()},
        intent=str(continues.get("intent", "")),
    )
    return SimResuming(Unfinished(CallId("before"), record_of(state) or {}))


def _value(flow: Flow, name: str, value: Any) -> Any:
    slot = flow.file.slots.get(name)
    return value if slot is None else SlotValue(slot.type, str(value), str(value))


def _address(target: str) -> str:
    """Of a destination, which is a SIP URI already or a name."""
    return target if ":" in target else f"sip:{target}@phone.test"


def _takes(flow: Flow) -> Callable[[SimLeg], None]:
    """Whoever a call is put through to: answers, takes it by its key, talks, and hangs up."""
    nodes = (getattr(node, "accept_key", None) for node in flow.nodes.values())
    keys = "".join(dict.fromkeys(key for key in nodes if key))

    def set_up(leg: SimLeg) -> None:
        leg.at(ANSWERS_MS, leg.far_answers)
        if keys:
            leg.at(ANSWERS_MS + ACCEPTS_MS, lambda: leg.far_keys(keys))
        leg.at(ANSWERS_MS + ACCEPTS_MS + TALKS_MS, leg.far_hangs_up)

    return set_up


def _named(flow: Flow, kind: type[str]) -> list[str]:
    return list(dict.fromkeys(str(v) for _, v in marked(flow.file) if isinstance(v, kind)))


def _queues(flow: Flow, setting: Setting) -> Iterator[QueueSpec]:
    for name in _named(flow, QueueName):
        wanted, usual = setting.queues.get(name, QueueSetting()), QueueSpec(name)
        yield replace(
            usual,
            ring_ms=usual.ring_ms if wanted.ring_ms is None else wanted.ring_ms,
            max_wait_ms=usual.max_wait_ms if wanted.wait_ms is None else wanted.wait_ms,
            max_length=max(1, wanted.ahead) if wanted.full else usual.max_length,
        )


def _agents(flow: Flow, setting: Setting) -> Iterator[AgentSpec]:
    every = _named(flow, QueueName)
    closed = {name for name, queue in setting.queues.items() if queue.nobody}
    for name, queues in setting.agents.items():
        serves = tuple(queue for queue in queues or every if queue not in closed)
        yield AgentSpec(name, f"sip:{name}@phone.test", serves)
    crowded = [name for name, queue in setting.queues.items() if queue.full or queue.ahead]
    if crowded:
        yield AgentSpec(_COLLEAGUE, "sip:colleague@phone.test", tuple(crowded))


def _fill(board: Router, queues: Mapping[str, QueueSetting]) -> None:
    """Callers who wait already, and stay: who could serve them is busy."""
    crowded = {name for name, queue in queues.items() if queue.full or queue.ahead}
    for name, agent in board.agents.items():
        if crowded.intersection(agent.spec.queues):
            board.agents[name] = replace(agent, state=AgentState.BUSY)
    for name, queue in queues.items():
        for number in range(max(queue.ahead, int(queue.full))):
            board.join(CallId(f"{name} {number}"), name, 0)


def accept(results: Iterable[Result]) -> int:
    """Rewrite the scenarios to what came; how many changed."""
    changed = [one for one in results if one.text and one.path.read_text("utf-8") != one.text]
    for one in changed:
        one.path.write_text(one.text, "utf-8")
    return len(changed)
