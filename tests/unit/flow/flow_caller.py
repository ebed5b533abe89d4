"""A flow to build on, and a caller who walks it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.core.call import LegInfo
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, Listen, Note, Say
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, Started, Understood
from voicebot.flow.flow import Flow
from voicebot.flow.state import FlowState

HEAD = """\
flow: test
start: first
on_error: trouble
slots:
  account: {type: digits, length: 6}
  code: {type: digits, length: 3}
  pin: {type: digits, length: 4, secret: true}
  amount: {type: money}
  payee:
    type: choice
    options:
      water: {key: 1, label: the water company, phrases: ["water"]}
      rent: {key: 2, phrases: ["rent"]}
backends: {bank: "http://127.0.0.1:1"}
globals:
  operator: {key: 0, to: person}
  main_menu: {to: first}
nodes:
  trouble: {kind: say, prompt: "Trouble.", to: person}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: "Bye."}
"""
MENU = """
first:
  kind: menu
  prompt: "What do you want?"
  again: "What else?"
  help: "Say balance or cards."
  choices:
    balance: {key: 1, phrases: ["my balance"], label: your balance, to: told}
    cards: {key: 2, phrases: ["my card"], to: bye}
told: {kind: say, tags: told, prompt: "Much.", to: first}
"""
"""Nodes that begin with a menu."""


def digits(value: str, confidence: float = 1.0) -> SlotValue:
    """A value of that type, heard so surely."""
    return SlotValue(SlotType.DIGITS, value, value, confidence)


def money(value: str, confidence: float = 1.0) -> SlotValue:
    """A value of that type, heard so surely."""
    return SlotValue(SlotType.MONEY, value, value, confidence)


def choice(value: str, confidence: float = 1.0) -> SlotValue:
    """A value of that type, heard so surely."""
    return SlotValue(SlotType.CHOICE, value, value, confidence)


YES, NO = SlotValue(SlotType.YES_NO, "yes"), SlotValue(SlotType.YES_NO, "no")


def indented(nodes: str) -> str:
    """Nodes as they follow `HEAD`."""
    return textwrap.indent(textwrap.dedent(nodes).strip("\n"), "  ") + "\n"


def write(folder: Path, nodes: str, head: str) -> Path:
    """A flow file."""
    path = folder / "test.yaml"
    path.write_text(head + indented(nodes))
    return path


@dataclass
class Caller:
    """Walks a flow event by event."""

    flow: Flow
    state: FlowState = field(init=False)
    actions: tuple[Action, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.state = start(self.flow)
        self.send(Started(LegInfo(caller="+4930123", sip_call_id="id")))

    def send(self, event: Event) -> Caller:
        self.state, self.actions = step(self.state, event)
        return self

    def choose(self, name: str, confidence: float = 0.9, **slots: SlotValue) -> Caller:
        return self.send(
            Understood(Interpretation(Match.CHOICE, name, confidence, choice=name, slots=slots))
        )

    def command(self, name: str, confidence: float = 0.9) -> Caller:
        return self.send(Understood(Interpretation(Match.UNIVERSAL, name, confidence, choice=name)))

    def fill(self, confidence: float = 0.9, **slots: SlotValue) -> Caller:
        return self.send(Understood(Interpretation(Match.SLOTS, "...", confidence, slots=slots)))

    @property
    def said(self) -> str:
        """What the last step said, values as they are."""
        prompts = [p for a in self.actions if isinstance(a, Say) for p in a.prompts]
        return " ".join(
            "".join(part if isinstance(part, str) else part.value for part in prompt.parts)
            for prompt in prompts
        )

    @property
    def listen(self) -> Listen:
        last = self.actions[-1]
        assert isinstance(last, Listen)
        return last

    def notes(self, kind: FactKind) -> list[dict[str, object]]:
        return [dict(a.data) for a in self.actions if isinstance(a, Note) and a.kind is kind]
