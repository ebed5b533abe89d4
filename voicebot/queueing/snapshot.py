"""What the policy decides over: queues, places and agents at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, EntryState, PauseReason, Strategy
from voicebot.queueing.relax import Reach, Steps

NO_CALL = CallId("")
ABSENT = (AgentState.OFFLINE, AgentState.PAUSED)


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """What is distributed how; compiled from a `QueueSpec`."""

    name: str
    strategy: Strategy = Strategy.LONGEST_IDLE
    steps: Steps = field(default_factory=Steps)
    priority: int = 0
    ring_agents: int = 0
    """Most phones that ring at once for a caller; 0: all."""
    ring_next_ms: int = 5_000
    max_wait_ms: int = 0
    """A caller who has waited so long gets no further offer; 0: no such limit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in a queue."""

    id: CallId
    queue: str
    joined_ms: int
    """Kept through every failed offer."""
    order: int = 0
    """Breaks ties of `joined_ms`: first come first; `id` breaks what is left."""
    priority: int = 0
    artificial_age_ms: int = 0
    """A supervisor's gift: counts for the order, never for the wait that is reported."""
    state: EntryState = EntryState.WAITING
    skills: Mapping[str, int] = field(default_factory=dict)
    """What the call needs: least level by skill."""
    preferred: tuple[str, ...] = ()
    """Agents that `sticky` means: the last one, the preferred ones."""
    step: int = 0
    """The relaxation step that was reached; never goes back."""
    ringing: tuple[str, ...] = ()
    """Agents whose phones ring for it."""
    offered_ms: int = 0
    """When the first of those began to."""
    agent: str = ""
    """Who talks to the caller."""
    tried: tuple[str, ...] = ()
    """Agents who were offered this call in vain, the latest last."""
    call: CallId = NO_CALL
    """The call that waits here now."""
    node: str = ""
    """Which node holds that call's leg; empty where there is no leg, or only one node."""

    def waited_ms(self, now_ms: int) -> int:
        """The true wait."""
        return now_ms - self.joined_ms


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent at one moment."""

    spec: AgentSpec
    state: AgentState = AgentState.AVAILABLE
    token: int = 0
    """Counts offers: whoever writes with an older one is too late."""
    idle_since_ms: int = 0
    """Of the last contact's end; failed offers do not change it."""
    offered_ms: int = -1
    """When the last call was offered; -1 for never."""
    calls: int = 0
    """Contacts that were answered."""
    rests_until_ms: int = 0
    """No offers before: back-off after one that failed."""
    wraps_until_ms: int | None = None
    """End of wrap-up; None outside it, or where only the agent ends it."""
    wrap_cap_ms: int = 0
    """Wrap-up may be extended up to this."""
    pause: PauseReason | None = None
    """Why paused; or, while there is a caller, the pause that follows."""
    paused_until_ms: int | None = None
    """None: until the agent resumes."""
    leaves: bool = False
    """Logs out when the contact is over."""
    rna: int = 0
    """Offers in a row that rang unanswered."""
    unreachable: int = 0
    """Offers in a row whose phone could not be reached."""
    queue: str = ""
    """The queue of the contact or offer under way."""
    call: CallId = NO_CALL
    """The caller of the contact or offer under way."""

    @property
    def name(self) -> str:
        """As configured."""
        return self.spec.name

    @property
    def present(self) -> bool:
        """Logged in, and not on a pause."""
        return self.state not in ABSENT and self.pause is None

    def may_ring(self, now_ms: int) -> bool:
        """May be offered a call now."""
        return self.state is AgentState.AVAILABLE and now_ms >= self.rests_until_ms


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on."""

    now_ms: int
    queues: Mapping[str, QueuePolicy]
    entries: tuple[Entry, ...]
    agents: tuple[Agent, ...]
    reach: dict[CallId, Reach] = field(default_factory=dict, compare=False, repr=False)
    """Whom the steps of its queue let in for a place, as far as it was asked for. May be kept from
    one snapshot to the next, as neither a place's needs nor what agents know change."""
    present: frozenset[str] = field(init=False)
    """Agents who are logged in and not on a pause."""
    steps: dict[CallId, int] = field(init=False, compare=False, repr=False, default_factory=dict)
    """Relaxation steps by place, as far as they were asked for."""

    def __post_init__(self) -> None:
        present = frozenset(
            agent.spec.name  # many times a second: no properties
            for agent in self.agents
            if agent.pause is None and agent.state not in ABSENT
        )
        object.__setattr__(self, "present", present)


@dataclass(frozen=True, slots=True)
class Pick:
    """An agent whose phone is to ring for a caller."""

    entry: CallId
    agent: str
