"""What the flow engine asks of the session that carries it out.

The engine is `step(state, event) -> (state, actions)`. Actions are carried out in order. The
last one is a `Wait`: it says what the engine waits for (see `events`), or is `HangUp`, which ends
it. `Say` before a `Listen` is played while the session listens already; before any other it is
played to its end (a `Call` runs meanwhile).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.afterwards import Mail, Webhook
from voicebot.core.call import Outcome
from voicebot.core.knowledge import KnowledgeScope
from voicebot.core.meaning import Expectation
from voicebot.core.ports import BackendRequest
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, Timing


@dataclass(frozen=True, slots=True)
class Note:
    """A fact for the journal."""

    kind: FactKind
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """Play prompts, one after the other."""

    prompts: tuple[Prompt, ...]
    barge_in: BargeIn = BargeIn.BOTH


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller: answered by `Understood`, `Typed`, `NoInput` or `NoMatch`."""

    expectation: Expectation
    timing: Timing = field(default_factory=Timing)
    cover: tuple[Prompt, ...] = ()
    """Said where what the caller said takes long to be recognized."""


@dataclass(frozen=True, slots=True)
class Call:
    """Ask the back end: answered by `Replied` or `CallFailed`."""

    request: BackendRequest
    cover: tuple[Prompt, ...] = ()
    """Said when no answer came after `cover_after_ms`."""
    cover_after_ms: int = 2_000
    cover_every_ms: int = 0
    """Said again after so long, for as long as no answer came; 0 for once."""
    retries: int = 0
    """Attempts after the first that failed."""
    backoff_ms: int = 500
    """Pause before the second attempt; doubled before each further one."""
    give_up_ms: int = 30_000
    """From the first attempt: what comes later is dropped."""
    keeps: tuple[str, ...] | None = None
    """What of the answer's body the journal may keep, by dotted paths; None: all of it."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look for an answer to a question that was put before: answered by `LookedUp`, at once."""

    text: str
    knowledge: KnowledgeScope
    language: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for a person: answered by `QueueLeft`."""

    queue: str
    summary: Mapping[str, str] = field(default_factory=dict)
    """What the agent is to know: intent and slots that are not secret."""
    position: tuple[Prompt, ...] = ()
    """Said on joining and when the position improved; a value named `position` is filled in."""
    keys: tuple[str, ...] = ()
    """Keys that take the caller out, besides the star."""
    many: tuple[Prompt, ...] = ()
    """Said in place of `position` to callers far behind; `position` is filled in."""
    wait: tuple[Prompt, ...] = ()
    """Said where the wait to expect is known; a value named `wait` is filled in."""
    comfort: tuple[Prompt, ...] = ()
    """One after the other, every `comfort_every_ms` without an announcement."""
    comfort_every_ms: int = 60_000
    listen: Listen | None = None
    """What the caller may say to get out."""
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    """Least level by skill."""
    preferred: tuple[str, ...] = ()
    """Agents whom the caller knows, by name."""
    back_to: tuple[str, ...] = ()
    """Ways by which an agent may send the caller back to the flow."""
    voicemail: bool = False
    """Whom an agent could not put through is asked to leave a message."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the caller elsewhere by REFER: answered by `TransferEnded`."""

    target: str
    """SIP URI, or a name from the configured destinations."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Call somebody and bridge the caller with whoever answers first: answered by
    `TransferEnded`, with `DONE` after the talk."""

    targets: tuple[str, ...]
    """SIP URIs, numbers, or names from the configured destinations."""
    at_once: bool = False
    """All ring together; else one after the other."""
    ring_ms: int = 30_000
    """How long each rings."""
    music: bool = False
    """The caller hears hold music instead of ringing."""
    whisper: tuple[Prompt, ...] = ()
    """Said to whoever answers, before the caller is put through."""
    accept_key: str = ""
    """Whoever answers must press it to take the call; empty: answering is enough."""


@dataclass(frozen=True, slots=True)
class Record:
    """Take a message of the caller: answered by `Recorded`."""

    target: str
    """Name of the mailbox."""
    beep: bool = True
    max_ms: int = 120_000
    min_ms: int = 1_000
    """Less speech than this is too short."""
    no_speech_ms: int = 6_000
    """Silence after the beep that ends it."""
    silence_ms: int = 3_000
    """Silence after speech that ends it."""
    keys: str = "#"
    """Any of these keys ends it."""
    replaces: str = ""
    """The file of a message that this one takes the place of, once it is recorded."""


@dataclass(frozen=True, slots=True)
class PlayBack:
    """Let the caller hear a message of this call: answered by `Waited`."""

    file: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass: answered by `Waited`."""

    duration_ms: int
    music: bool = False
    barge_in: BargeIn = BargeIn.NONE
    """What ends it before its time."""


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """Note down that somebody is to be called: answered by `CallbackEnded`."""

    queue: str
    number: str
    not_before: str = ""
    """ISO 8601, in the hotline's zone where it names none; empty: as soon as may be."""


@dataclass(frozen=True, slots=True)
class LookAtQueue:
    """Ask how things stand in a queue: answered by `QueueSeen`, at once."""

    queue: str


@dataclass(frozen=True, slots=True)
class FindCustomer:
    """Ask for a customer's profile: answered by `CustomerSeen`."""

    id: str = field(default="", repr=False)
    number: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell others, without waiting for it."""

    message: Webhook | Mail


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    outcome: Outcome = Outcome.CONTAINED
    reason: str = ""
    """For the record."""


Wait = (
    Listen
    | Call
    | Enqueue
    | Transfer
    | Dial
    | Record
    | PlayBack
    | Pause
    | RequestCallback
    | LookAtQueue
    | LookUp
    | FindCustomer
    | HangUp
)
"""The last action of a step."""
Action = Note | Say | Notify | Wait
