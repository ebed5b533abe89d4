"""The calls of this node, and its queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol
from weakref import WeakValueDictionary

from voicebot.core.call import CallId, CallState
from voicebot.core.errors import CallError
from voicebot.core.queueing import PauseReason, QueueStatus
from voicebot.core.transfers import Target
from voicebot.queueing.board import RINGING
from voicebot.queueing.router import Router
from voicebot.queueing.snapshot import Agent
from voicebot.session.dispatcher import Dispatcher
from voicebot.session.far_end import FarEnd
from voicebot.session.talks import Talks


class TransferRefused(CallError):
    """It is not possible now, and nothing has changed. The text says why."""


class Waiter(Protocol):
    """A caller who waits in a queue of this node, for those who send them elsewhere. Every method
    raises `TransferRefused`."""

    def send(self, target: Target) -> None:
        """To another queue, back to the flow, or to an agent: that one's phone rings, out of turn,
        and the caller waits on where nobody answers."""
        ...

    def call_to(self, name: str, phone: FarEnd | str) -> None:
        """To somebody's own phone: on the line already, or to be called at an address."""
        ...


class Phone(Protocol):
    """An agent's phone that is called."""

    def reject(self) -> bool:
        """The agent declines; False where it rings no more."""
        ...


class Directory:
    """Who is on the line. One a node, used on one event loop."""

    def __init__(self, router: Router, now_ms: Callable[[], int]) -> None:
        self.router = router
        self.now_ms = now_ms
        """Time in ms by which waits and agents' rests are counted: the store's where several nodes
        share one, else the node's monotonic time."""
        self.dispatcher = Dispatcher(router, now_ms)
        self.talks = Talks()
        """Callers and agents who talk."""
        self.waits: dict[CallId, Waiter] = {}
        """Calls of this node that wait in a queue."""
        self.ringing: WeakValueDictionary[str, Phone] = WeakValueDictionary()
        """By agent: the phone that this node called last."""
        self.stopping = False
        """The node goes, and its calls with it: places and dialogues are kept for whoever rings
        again."""
        self._calls: dict[CallId, CallState] = {}

    def enter(self, call: CallId) -> None:
        """A call begins."""
        self._calls[call] = CallState.RINGING

    def moved(self, call: CallId, state: CallState) -> None:
        """A call went to another state."""
        if call in self._calls:
            self._calls[call] = state

    def leave(self, call: CallId) -> None:
        """A call is over."""
        self._calls.pop(call, None)

    def states(self) -> Counter[CallState]:
        """How many calls are in each state."""
        return Counter(self._calls.values())

    def status(self, queue: str) -> QueueStatus:
        """How things stand in a queue."""
        return self.router.status(queue, self.now_ms())

    def see(self, places: Iterable[CallId], *, anew: bool = False) -> None:
        """Have places read that are not known here yet, or all of them `anew`."""
        rows = [f"e {place}" for place in places if anew or place not in self.router.entries]
        if rows:
            self.router.share.read(rows)

    # ------------------------------------------------------------ agents

    # Each raises `KeyError` for an agent who is not known. `by` is who wants it, for the history.
    # What cannot be at once, as the agent has a caller, comes about when it can.

    def log_in(self, name: str, *, by: str) -> Agent:
        """At work from now on."""
        self.router.log_in(name, self.now_ms(), by=by)
        return self._after(name)

    def log_out(self, name: str, *, by: str) -> Agent:
        """Gone, after the caller there may be."""
        self.router.log_out(name, self.now_ms(), by=by)
        return self._after(name)

    def pause(self, name: str, reason: PauseReason, *, by: str) -> Agent:
        """No calls, after the one there may be."""
        self.router.pause(name, reason, self.now_ms(), by=by)
        return self._after(name)

    def resume(self, name: str, *, by: str) -> Agent:
        """Calls again; takes back a pause that has not begun."""
        self.router.resume(name, self.now_ms(), by=by)
        return self._after(name)

    def reject(self, name: str) -> bool:
        """The agent declines the call that is offered. False where no phone of theirs rings, or
        another node called it."""
        phone = self.ringing.get(name)
        return self.router.agents[name].state in RINGING and phone is not None and phone.reject()

    def lift(self, name: str, reason: PauseReason) -> Agent:
        """The system takes back a pause of its own; one that the agent chose meanwhile stays."""
        self.router.lift(name, reason, self.now_ms())
        return self._after(name)

    def end_wrap_up(self, name: str, *, by: str) -> bool:
        """The agent is done. False where the queue's wrap-up has a set time, or there is none."""
        ended = self.router.end_wrap_up(name, self.now_ms(), by=by)
        self.dispatcher.changed()
        return ended

    def extend_wrap_up(self, name: str, by_ms: int) -> bool:
        """The agent needs longer; up to the queue's cap."""
        extended = self.router.extend_wrap_up(name, by_ms)
        self.dispatcher.changed()
        return extended

    def reprioritize(self, place: CallId, *, priority: int | None = None, age_ms: int = 0) -> None:
        """A supervisor changes a place's priority, or makes it count as older. Raises `KeyError`
        where there is no such place."""
        self.router.reprioritize(place, priority=priority, age_ms=age_ms)
        self.dispatcher.changed()

    # ------------------------------------------------------------ queues

    def set_closed(self, queue: str, *, closed: bool, by: str) -> None:
        """Close a queue to further callers on all nodes, or open it again. Raises `KeyError` for
        one that is not known."""
        if closed:
            self.router.close_queue(queue, self.now_ms(), by=by)
        else:
            self.router.open_queue(queue)

    def waiter(self, call: CallId) -> Waiter:
        """A caller who waits on this node. Raises `TransferRefused`."""
        if call not in self.waits:
            raise TransferRefused("the caller waits on another node, or no more")
        return self.waits[call]

    def _after(self, name: str) -> Agent:
        self.dispatcher.changed()
        return self.router.agents[name]

    def __len__(self) -> int:
        return len(self._calls)
