"""Where one call stands in a flow. All frozen."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum

from voicebot.core.call import LegInfo, Outcome
from voicebot.core.meaning import SlotValue
from voicebot.core.prompt import Prompt
from voicebot.flow.flow import Flow
from voicebot.flow.values import Value
from voicebot.flow.visit import NOTHING, Visit


class Waiting(StrEnum):
    """What the engine waits for."""

    START = "start"
    CALLER = "caller"
    BACKEND = "backend"
    QUEUE = "queue"
    TRANSFER = "transfer"
    MESSAGE = "message"
    PAUSE = "pause"
    CALLBACK = "callback"
    STATUS = "status"
    KNOWLEDGE = "knowledge"
    CUSTOMER = "customer"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Topic:
    """The caller's present business: the last choice of a menu, and what was said for it."""

    flow: str
    menu: str
    """Node."""
    choice: str
    slots: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """What was answered, none of it secret: kept for a follow-up."""
    denied: frozenset[tuple[str, str]] = frozenset()
    """(slot, value) that the caller took back: not taken from speech again in this business."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a menu guessed, until the caller has chosen."""

    node: str
    choice: str
    likelihood: float
    arm: str
    """`asked`, or `control`: it was not asked, only noted."""
    at_ms: int
    """When the menu began."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that called another one, as it was: it goes on there."""

    flow: Flow
    node: str
    """The node that called."""
    values: Mapping[str, Value]
    visits: Mapping[str, int]
    trail: tuple[str, ...]
    loops: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A question that the caller left for another one, to come back to it."""

    command: str
    """The global command that led away."""
    floors: int
    """How many flows further out its nodes are."""
    here: Frame
    """The flow and the node that asked."""
    frames: tuple[Frame, ...]
    """Flows that waited for that one."""
    visit: Visit
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where one call stands."""

    flow: Flow
    language: str
    began: datetime.datetime | None = None
    """When the call was answered, with the call's zone; None where nobody said."""
    at_ms: int = 0
    """The time in the call, as the session counts it (audio heard)."""
    home: str = ""
    """Name of the flow that the call began with."""
    resumes_at: str = ""
    """The node where it begins, as an earlier call broke off there; empty for the flow's start."""
    frames: tuple[Frame, ...] = ()
    """The flows that wait for the present one, the outermost first."""
    customer: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """The caller's profile: `customer.NAME` in expressions and templates."""
    ruled: frozenset[str] = frozenset()
    """Tags that rules have put on the call."""
    node: str = ""
    came_from: str = ""
    """The node before the present one; empty at the start of a flow."""
    trail: tuple[str, ...] = ()
    """Nodes that listened to the caller, the latest last, for `back`."""
    loops: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each loop node under way has sent the call round."""
    waiting: Waiting = Waiting.START
    visit: Visit = field(default_factory=Visit)
    values: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    fresh: Mapping[str, SlotValue] = field(default_factory=lambda: NOTHING)
    """Slots that came along with a choice and no `ask` has taken yet; none secret. They outlive
    the flow that heard them: another one takes a slot of the same name and type."""
    topic: Topic | None = None
    """None before the first choice."""
    digressions: tuple[Interrupted, ...] = ()
    """Questions that wait for the caller to come back, the outermost first."""
    guess: Guess | None = None
    """None where nothing was guessed, or the caller has chosen."""
    visits: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each node was entered."""
    said: tuple[Prompt, ...] = ()
    """All that was said since the caller's last turn."""
    turns: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each prompt of several wordings was said."""
    heard: str = ""
    """What the caller said last, unless it was secret."""
    last_said: tuple[Prompt, ...] = ()
    """What was said before that turn: what `repeat` repeats."""
    info: LegInfo = field(default_factory=LegInfo)
    steps: int = 0
    in_a_row: int = 0
    """Visits of the present node without another between."""
    overtime: bool = False
    """The step limit was reached; what is left is for the error path."""
    errors: int = 0
    """Errors since the last success."""
    served: bool = False
    """An agent has talked to the caller."""
    unserved: bool = False
    """The caller waited for an agent, or would have, and none came."""

    intent: str = ""
    """The last choice, for the agent's summary."""

    @property
    def now(self) -> datetime.datetime | None:
        """The time of the present step in the call's zone; None where nobody said."""
        if self.began is None:
            return None
        passed = datetime.timedelta(milliseconds=self.at_ms)
        return (self.began.astimezone(UTC) + passed).astimezone(self.began.tzinfo)

    @property
    def today(self) -> datetime.date | None:
        """The date of the present step."""
        now = self.now
        return now.date() if now else None

    def place(self, node: str) -> str:
        """A node as the journal names it: with its flow, where that is not the call's own."""
        return node if self.flow.name == self.home else f"{self.flow.name}/{node}"

    @property
    def outcome(self) -> Outcome:
        """How the call counts if it ends here in good order."""
        if self.served:
            return Outcome.HANDLED
        return Outcome.FAILED if self.unserved else Outcome.CONTAINED
