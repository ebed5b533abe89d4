"""Waiting callers, agents, offers: the words they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.core.access import Permission, Role
from voicebot.core.call import CallId


class AgentState(StrEnum):
    """What an agent (always a person) is doing."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RESERVED = "reserved"
    """Claimed for a caller, the phone not dialed yet."""
    RINGING = "ringing"
    BUSY = "busy"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why an agent gets no calls."""

    BREAK = "break"
    LUNCH = "lunch"
    TRAINING = "training"
    MEETING = "meeting"
    OUTBOUND = "outbound"
    RNA = "rna"
    """The system's: too many offers rang unanswered."""
    LAGGED = "lagged"
    """The system's: the agent's desktop gave no sign of life."""
    DEVICE = "device"
    """The system's: the agent's phone cannot be reached."""


class EntryState(StrEnum):
    """Where a place in a queue stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    BRIDGED = "bridged"
    WRAPPING = "wrapping"
    """The talk is over, the agent's wrap-up is not."""
    CLOSED = "closed"
    INTERRUPTED = "interrupted"
    """The caller's leg was lost with its node; the place is kept for a while."""
    CALLBACK = "callback"
    """The place is kept without a leg: the caller will be called."""


class Strategy(StrEnum):
    """Which of the agents who may take a call is rung."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """Whose last offer is the longest ago."""
    LEAST_CALLS = "least_calls"
    """Who took the fewest calls; the longest idle of those."""
    RING_ALL = "ring_all"
    """Several at once, longest idle first; who answers first has the call."""
    RING_PROGRESSIVE = "ring_progressive"
    """One, and after a while one more, while the others go on ringing."""


class WrapUp(StrEnum):
    """What follows a contact."""

    NONE = "none"
    OPTIONAL = "optional"
    """As timed; the agent may end it at any time."""
    TIMED = "timed"
    """For a set time, which the agent may extend."""
    MANDATORY = "mandatory"
    """Until the agent ends it."""


class OfferOutcome(StrEnum):
    """How an offer of a call to an agent ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"
    LEASE_EXPIRED = "lease_expired"
    """The node that dialed gave no sign of life."""


class QueueOutcome(StrEnum):
    """How a caller left a queue: the transitions of a `queue` node."""

    SERVED = "served"
    """Bridged, and the agent hung up or gave the caller back."""
    TIMEOUT = "timeout"
    FULL = "full"
    NOBODY = "nobody"
    """No agent of the queue is logged in."""
    LEFT = "left"
    """The caller asked to go back."""
    LONG_WAIT = "long_wait"
    """The expected wait is above the limit."""
    CROWDED = "crowded"
    """Too many wait for each agent at work."""
    CLOSED = "closed"
    """A supervisor closed the queue."""
    SENT = "sent"
    """An agent or a supervisor sent the caller on, to the flow or to another queue."""
    NOT_TAKEN = "not_taken"
    """An agent sent the caller on and left, and nobody took the call."""


class TransferOutcome(StrEnum):
    """How a transfer ended: the transitions of a `transfer` node."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELED = "canceled"
    """The caller hung up first: no transition."""


TRANSFER_ENDS = tuple(one for one in TransferOutcome if one is not TransferOutcome.CANCELED)
"""Those by which a flow goes on."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How things stand in a queue."""

    staffed: int = 0
    """Agents who are at work, free or not."""
    available: int = 0
    """Agents who would be offered a call now."""
    waiting: int = 0
    """Callers."""
    longest_wait_ms: int | None = None
    """Of those who wait now; None where nobody does."""
    expected_wait_ms: int | None = None
    """For one who would join now; None where nothing is known to tell it from."""
    full: bool = False
    """No further caller is taken."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A queue takes no further callers, as a supervisor closed it; who waits goes on waiting."""

    by: str
    """Who closed it."""
    since_ms: int
    """When, by the time that waits are counted in."""


@dataclass(frozen=True, slots=True)
class RelaxStep:
    """Who may take a caller who has waited so far; steps accumulate."""

    expr: str = "any"
    """Over skills, `sticky`, `needs`, `ring`, `serves QUEUE`."""
    for_s: int = 0
    """How long until the next step is taken, too; the last one stays."""


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as configured."""

    name: str
    address: str
    """SIP URI of the phone; personal where it holds a number."""
    queues: tuple[str, ...]
    skills: Mapping[str, int] = field(default_factory=dict)
    """Level by skill, 0 to 100; one that is not named is 0."""
    rings: Mapping[str, int] = field(default_factory=dict)
    """Ring by queue, for `ring` in the queue's `relax`; 1 where not named."""
    language: str = "en"
    """In which the agent is spoken to: by star codes and whispers."""
    number: str = ""
    """Digits that stand for the agent where keys are pressed: on a phone that is not the agent's
    own, and to listen to the agent's calls. Empty: not that way."""
    pin: str = field(default="", repr=False)
    """Digits that show who calls a star code from another phone; 4 or more. Empty: only the
    agent's own phone will do."""
    role: Role = Role.AGENT
    """`agent`, `supervisor` or `admin`: what star codes of this phone may do. A supervisor needs no
    queues."""
    permissions: tuple[Permission, ...] = ()
    """More than the role gives: `listen`, `whisper`, `barge`, `take_over` ..."""


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue as configured."""

    name: str
    max_wait_ms: int = 600_000
    max_length: int = 100
    ring_ms: int = 20_000
    """How long one agent's phone rings."""
    wrap_up_ms: int = 5_000
    announce_every_ms: int = 30_000
    """Least time between two announcements of the position."""
    music: str = ""
    """WAV file; empty for the built-in one."""
    strategy: Strategy = Strategy.LONGEST_IDLE
    """`longest_idle`, `round_robin`, `least_calls`, `ring_all` or `ring_progressive`."""
    ring_agents: int = 0
    """How many phones ring at once for a caller at most, with `ring_all` and `ring_progressive`;
    0 for all."""
    ring_next_ms: int = 5_000
    """With `ring_progressive`: after so long, one more phone rings."""
    relax: tuple[RelaxStep, ...] = ()
    """Who may take a call, step by step; every agent of the queue where empty."""
    priority: int = 0
    """Added to each caller's own; one step is worth 300 s of waiting."""
    wrap_up: WrapUp = WrapUp.OPTIONAL
    """`none`; `optional`: for `wrap_up_ms`, the agent may end it; `timed`: for `wrap_up_ms`;
    `mandatory`: until the agent ends it, `wrap_up_cap_ms` at most."""
    wrap_up_cap_ms: int = 120_000
    """An agent may extend wrap-up up to this, counted from the end of the contact."""
    rna_limit: int = 3
    """Offers in a row that may ring unanswered; then the agent is paused. 0: never."""
    rna_pause_ms: int = 300_000
    """How long that pause lasts, unless the agent resumes before; 0: until then."""
    max_expected_wait_ms: int = 0
    """Callers who would wait longer than this get `long_wait`; 0: no such limit."""
    max_waiting_per_agent: float = 0.0
    """With more waiting for each agent at work, callers get `crowded`; 0: no such limit."""
    absent: tuple[AgentState, ...] = (AgentState.OFFLINE,)
    """Agents in these states are not at work: with none at work, callers get `nobody`."""
    announce_position: bool = True
    """Tell callers their place, where the flow has words for it."""
    announce_up_to: int = 0
    """Callers further behind are told that there are more than so many (the flow's `many`);
    0: every place is told."""
    whisper: bool = False
    """Whoever answers first hears in a few words who comes; the caller hears music meanwhile."""
    whisper_max_ms: int = 8_000
    """It is cut off after this."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a caller brings who is to be given a place in a queue."""

    id: CallId
    """Of the place: the call's, or one made from it for a call that joins more than once."""
    call: CallId
    queue: str
    number: str = field(default="", repr=False)
    """By which a caller who rings again is known; empty where there is none. Personal."""
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    """Least level by skill."""
    preferred: tuple[str, ...] = ()
    """Agents whom the caller knows."""
