"""What a node does to places and agents, told to whoever makes it last and known to other nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, Closure, OfferOutcome, PauseReason
from voicebot.queueing.snapshot import Agent, Entry


@dataclass(frozen=True, slots=True)
class Offer:
    """A call on its way to an agent."""

    call: CallId
    """The place's id."""
    queue: str
    agent: AgentSpec
    token: int
    """Whoever reports on the offer shows it; an older one counts no more."""


Reply = Callable[[bool], None]
"""Whether the agent and the place are this node's; called on the event loop."""


class Share(Protocol):
    """Every method returns at once, whatever the store does. An agent or place is named as it was
    before."""

    @property
    def node(self) -> str:
        """Whose callers these are; empty where there is one node only."""
        ...

    def joined(self, entry: Entry, number: str) -> None:
        """A caller has a place; the same again takes back one that was lost."""
        ...

    def left(self, entry: Entry, outcome: str) -> None:
        """A caller gave it up."""
        ...

    def reprioritized(self, entry: Entry) -> None:
        """As it is now."""
        ...

    def queue_closed(self, queue: str, closure: Closure) -> None:
        """It takes no further callers."""
        ...

    def queue_opened(self, queue: str) -> None:
        """It takes callers again."""
        ...

    def claim(self, entry: Entry, offer: Offer, reply: Reply) -> None:
        """May the agent be dialed? `reply` is called once, or later on again with False where the
        store was away at first and then found otherwise."""
        ...

    def dialed(self, offer: Offer) -> None:
        """The INVITE is out."""
        ...

    def answered(self, offer: Offer) -> None:
        """The agent took the call."""
        ...

    def failed(self, offer: Offer, outcome: OfferOutcome) -> None:
        """The phone rings no more."""
        ...

    def unbridged(self, offer: Offer, outcome: OfferOutcome) -> None:
        """Answered, and gone before the caller was put through."""
        ...

    def held(self, offer: Offer, *, on: bool) -> None:
        """The agent put the caller on hold, or took the caller back."""
        ...

    def released(self, offer: Offer, now_ms: int) -> None:
        """The agent's part in the call is over."""
        ...

    def ticked(self, agent: Agent, now_ms: int) -> None:
        """A wrap-up or a pause was over by time."""
        ...

    def logged_in(self, agent: str, by: str) -> None:
        """At work."""
        ...

    def logged_out(self, agent: str, by: str) -> None:
        """Gone, or will be."""
        ...

    def paused(self, agent: str, reason: PauseReason, by: str) -> None:
        """On a pause, or will be."""
        ...

    def resumed(self, agent: str, by: str) -> None:
        """Back."""
        ...

    def lifted(self, agent: str, reason: PauseReason) -> None:
        """Back, if the pause was for that reason."""
        ...

    def wrap_up_ended(self, agent: Agent, by: str) -> None:
        """By the agent."""
        ...

    def wrap_up_extended(self, agent: Agent, by_ms: int) -> None:
        """By the agent."""
        ...

    def read(self, rows: Iterable[str] | None) -> None:
        """Learn these rows anew, or all: `a NAME` of an agent, `e ID` of a place, `q NAME` of a
        queue."""
        ...


class Alone:
    """One node, whose memory is all there is."""

    node = ""

    def claim(self, entry: Entry, offer: Offer, reply: Reply) -> None:
        """Nobody else could have them."""
        reply(True)

    def read(self, rows: Iterable[str] | None) -> None:
        """There is nobody to learn from."""

    def _nobody_asks(self, *_what: object, **_more: object) -> None:
        return

    joined = left = reprioritized = dialed = answered = failed = unbridged = held = _nobody_asks
    released = ticked = logged_in = logged_out = paused = resumed = lifted = _nobody_asks
    wrap_up_ended = wrap_up_extended = queue_closed = queue_opened = _nobody_asks


ALONE: Share = Alone()
