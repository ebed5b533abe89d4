"""All that the parts of one call share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from voicebot.core.afterwards import Callbacks, Outbox
from voicebot.core.audio import Pcm
from voicebot.core.call import CallEvent, CallId, CallState, Outcome, next_call_state
from voicebot.core.customers import Customers
from voicebot.core.ports import (
    Backend,
    Journal,
    MessageRecording,
    Recognizer,
    Recording,
    Telephone,
    Understanding,
    Vad,
    Voice,
)
from voicebot.core.queueing import Place, QueueStatus, TransferOutcome
from voicebot.core.record import FactKind
from voicebot.core.resuming import Resuming, Unfinished
from voicebot.core.speech import Voicing
from voicebot.core.turn import Floor
from voicebot.flow.actions import Dial, Enqueue, Transfer
from voicebot.flow.events import QueueLeft
from voicebot.queueing.snapshot import NO_CALL
from voicebot.session.directory import Directory
from voicebot.session.journal import Pen
from voicebot.session.line import Frame, Line
from voicebot.session.presses import Presses
from voicebot.session.speaker import Speaker
from voicebot.session.talk_settings import Beep, TransferSettings
from voicebot.session.tasks import Tasks
from voicebot.turns.floor import FloorEvent, next_floor
from voicebot.turns.settings import BargeInSettings, EndpointSettings
from voicebot.turns.wariness import Wariness


class People(Protocol):
    """Stands in for agents and whoever else is called."""

    def look(self, context: Context, queue: str) -> QueueStatus:
        """How things stand in a queue."""
        ...

    async def wait(self, context: Context, action: Enqueue) -> QueueLeft:
        """Wait in a queue. Raises `LegGone`."""
        ...

    async def transfer(self, context: Context, action: Transfer | Dial) -> TransferOutcome:
        """Go elsewhere, or be put through. Raises `LegGone`."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters that a node's calls use."""

    telephone: Telephone
    vad: Callable[[], Vad]
    recognizer: Recognizer
    understanding: Understanding
    voice: Voice
    backend: Backend
    journal: Journal
    record: Callable[[CallId, int], tuple[str, Recording]]
    """A new recording for a call at a rate in Hz: its name, and where its sound goes."""
    music: Callable[[str, int], Pcm]
    """A loop of hold music for a queue at a rate in Hz."""
    destinations: Mapping[str, str]
    """SIP URIs by the names that flows give them."""
    clock: Callable[[], datetime]
    """The wall clock, UTC: only to stamp facts. Asked once a call."""
    message: Callable[[CallId, int], tuple[str, MessageRecording]] | None = None
    """A new file for a message at a rate in Hz; None: no messages are kept."""
    callbacks: Callbacks | None = None
    """None: no callbacks are noted down."""
    keep_place: Callable[[Place, int, int], Awaitable[None]] | None = None
    """Keeps the place of a callback, which was joined at a time and is not to be called before
    another, in ms of the store; None: callbacks are worked off by hand. Raises `EngineError`."""
    outbox: Outbox | None = None
    """None: nobody is notified."""
    dialable: Callable[[str], bool] = lambda target: True
    """Whether the configuration allows to call a SIP URI or a number."""
    zone: tzinfo = UTC
    """Where the hotline is: by it flows tell the time."""
    setup: Mapping[str, Any] = field(default_factory=dict)
    """What calls are served with, for the journal: `program`, `settings`, `models`."""
    endpointing: EndpointSettings = field(default_factory=EndpointSettings)
    barge_in: BargeInSettings = field(default_factory=BargeInSettings)
    customers: Customers | None = None
    """Where callers are looked up; None: nobody is known."""
    customer_wait_ms: int = 300
    """How long the answer of a call may wait for that."""
    transfers: TransferSettings = field(default_factory=TransferSettings)
    supervision_beep: Beep = Beep.NONE
    """Who hears a tone when a supervisor takes part."""
    resuming: Resuming | None = None
    """Where it is kept how far calls have come; None: one that breaks off is lost."""
    people: People | None = None
    """Who stands in for agents and whoever is called: a replay's journal. None: they are called."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the caller recorded last."""

    file: str
    sound: Pcm
    recording: MessageRecording


@dataclass(slots=True)
class Context:
    """One call under way."""

    id: CallId
    line: Line
    speaker: Speaker
    tasks: Tasks
    pen: Pen
    services: Services
    directory: Directory
    presses: Presses
    state: CallState = CallState.RINGING
    floor: Floor = Floor.THINKING
    """Who has the floor of the conversation."""
    queued: bool = False
    """The caller has waited for a person."""
    bridged: bool = False
    """An agent has had this caller."""
    transferred: bool = False
    """The caller's phone was sent elsewhere."""
    node: str = ""
    """The flow's node that the call is at."""
    secret: bool = False
    """What is heard and said now may not be kept."""
    message: Message | None = None
    """The last message that the caller recorded."""
    completed: Outcome | None = None
    """How the call counts though the caller hung up: all was said by then."""
    transfers: int = 0
    """Transfers by agents so far, to number them."""
    notices: int = 0
    """Notices so far, to number them."""
    unfinished: Unfinished = field(default_factory=Unfinished)
    """What is kept of the caller's last call."""
    stays: int = 0
    """In queues, so far."""
    joined: dict[str, tuple[int, Enqueue]] = field(default_factory=dict)
    """When the caller joined each queue of this call, in the directory's time, and how."""
    called_back: bool = False
    """We called the customer, who had a place already."""
    waits_since_ms: int | None = None
    """When the place was joined that the customer has, in the directory's time; None: by this
    call."""
    place: CallId = NO_CALL
    """The call's place in a queue, the present or the last one; empty for none."""
    vad: Vad = field(init=False)
    wariness: Wariness = field(init=False)
    """What the prompts of this call have taught about its line."""

    def __post_init__(self) -> None:
        self.vad = self.services.vad()
        self.wariness = Wariness(self.services.barge_in)

    async def voicing(self, frame: Frame) -> Voicing:
        """What the detector says of a frame. Calls that got theirs in the same moment take their
        turn first where that saves work: one run of the dear detector is for all of them."""
        if self.vad.hear(frame.heard, frame.played):
            await asyncio.sleep(0)
        return self.vad.judge()

    def note(self, kind: FactKind, data: Mapping[str, Any]) -> None:
        """Write a fact that the flow engine tells."""
        if kind is FactKind.MOVED:
            self.node = str(data["node"])
        self.pen.write(kind, **data)

    def keep_secret(self, *, on: bool) -> None:
        """Keep what follows out of the recording, or let it in again."""
        if on is self.secret:
            return
        self.secret = on
        if self.line.recording is not None:
            self.line.recording.pause(on=on)
        self.pen.write(FactKind.RECORDING, file="", paused=on, failed="")

    def hand_on(self, event: FloorEvent) -> None:
        """Hand the floor on."""
        self.floor = next_floor(self.floor, event)

    def move(self, event: CallEvent) -> None:
        """Go to the next state of the call."""
        self.state = next_call_state(self.state, event)
        self.directory.moved(self.id, self.state)
