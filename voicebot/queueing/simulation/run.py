"""Runs callers through the router: events in order of their time, and nothing in between.

arrival ─▶ admit, join ─▶ dispatch ─▶ a phone rings ─▶ answered ─▶ talk ─▶ wrap-up
              └▶ out of patience: leave               └▶ no answer: the place is kept
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, OfferOutcome, QueueSpec
from voicebot.queueing.router import Offer, Router, Wish
from voicebot.queueing.simulation.workload import Arrival, Stream, arrivals

Progress = Callable[[int], None]
"""Told how many callers have come so far."""


@dataclass(frozen=True, slots=True)
class Phones:
    """How agents answer."""

    answer_ms: int = 0
    """From the offer to the answer."""
    unanswered: float = 0.0
    """The part of offers that ring in vain."""


@dataclass(frozen=True, slots=True)
class Served:
    """What became of one caller."""

    queue: str
    joined_ms: int
    wait_ms: int = 0
    agent: str = ""
    """Empty for one who was not answered."""
    handling_ms: int = 0
    turned_away: str = ""
    """The queue's outcome, for one who was not taken or had to go."""

    @property
    def abandoned(self) -> bool:
        """Hung up while waiting."""
        return not self.agent and not self.turned_away


@dataclass
class Simulation:
    """One run. `callers` has everyone, in the order in which their waits ended."""

    queues: Iterable[QueueSpec]
    agents: Iterable[AgentSpec]
    streams: tuple[Stream, ...]
    number: int = 10_000
    seed: int = 1
    phones: Phones = field(default_factory=Phones)
    progress: Progress = lambda come: None
    callers: list[Served] = field(default_factory=list, init=False)
    offers: list[Offer] = field(default_factory=list, init=False)
    ended_ms: int = field(default=0, init=False)
    """When the last contact was over."""

    def run(self) -> list[Served]:
        """To the last caller's end."""
        self.router = Router(self.queues, self.agents)
        self._random = Random(f"{self.seed}/phones")
        self._events: list[tuple[int, int, Callable[[int], object]]] = []
        self._order = 0
        self._come = 0
        self._arrivals: dict[CallId, Arrival] = {}
        self._wakes_ms: int | None = None
        coming = arrivals(self.streams, self.number, self.seed)
        self._await_next(coming)
        while self._events:
            now_ms, _, event = heapq.heappop(self._events)
            event(now_ms)
            self._dispatch(now_ms)
        return self.callers

    def _at(self, at_ms: int, event: Callable[[int], object]) -> None:
        self._order += 1
        heapq.heappush(self._events, (at_ms, self._order, event))

    def _await_next(self, coming: Iterator[Arrival]) -> None:
        arrival = next(coming, None)
        if arrival is not None:
            self._at(arrival.at_ms, lambda now_ms: self._arrive(arrival, coming))

    # ------------------------------------------------------------ callers

    def _arrive(self, arrival: Arrival, coming: Iterator[Arrival]) -> None:
        now_ms, stream = arrival.at_ms, arrival.stream
        self._come += 1
        self.progress(self._come)
        self._await_next(coming)
        refused = self.router.admit(stream.queue, now_ms)
        if refused is not None:
            self.callers.append(Served(stream.queue, now_ms, turned_away=refused))
            return
        call = CallId(f"{self._come:07}")
        self._arrivals[call] = arrival
        wish = Wish(stream.priority, stream.skills, stream.preferred)
        self.router.join(call, stream.queue, now_ms, wish)
        if arrival.patience_ms is not None:
            self._at(now_ms + arrival.patience_ms, lambda at_ms: self._gone(call, at_ms))
        most_ms = self.router.queues[stream.queue].max_wait_ms
        self._at(now_ms + most_ms, lambda at_ms: self._gone(call, at_ms))

    def _gone(self, call: CallId, now_ms: int) -> None:
        entry = self.router.entries.get(call)
        if entry is None or entry.agent:
            return
        outcome = self.router.give_up(call, now_ms)
        arrival = self._arrivals[call]
        patient = arrival.patience_ms is None or now_ms < arrival.at_ms + arrival.patience_ms
        if patient and outcome is None:
            # A phone rings: it is seen again when that is over.
            self._at(now_ms + 1_000, lambda at_ms: self._gone(call, at_ms))
            return
        self.router.leave(call)
        wait_ms, away = now_ms - entry.joined_ms, str(outcome or "") if patient else ""
        self.callers.append(Served(entry.queue, entry.joined_ms, wait_ms, turned_away=away))
        del self._arrivals[call]

    # ------------------------------------------------------------ agents

    def _dispatch(self, now_ms: int) -> None:
        while offers := self.router.dispatch(now_ms):
            for offer in offers:
                self._ring(offer, now_ms)
        due_ms = self.router.due_ms(now_ms)
        if due_ms is not None and (self._wakes_ms is None or due_ms < self._wakes_ms):
            self._wakes_ms = due_ms
            self._at(due_ms, self._wake)

    def _wake(self, now_ms: int) -> None:
        self._wakes_ms = None

    def _ring(self, offer: Offer, now_ms: int) -> None:
        self.offers.append(offer)
        self.router.dialed(offer)
        if self._random.random() < self.phones.unanswered:
            ring_ms = self.router.queues[offer.queue].ring_ms
            self._at(now_ms + ring_ms, lambda at_ms: self._no_answer(offer, at_ms))
        elif self.phones.answer_ms:
            answers_ms = now_ms + self.phones.answer_ms
            self._at(answers_ms, lambda at_ms: self._answer(offer, at_ms))
        else:
            self._answer(offer, now_ms)

    def _no_answer(self, offer: Offer, now_ms: int) -> None:
        taken = offer.call not in self._arrivals
        outcome = OfferOutcome.CALLER_GONE if taken else OfferOutcome.NO_ANSWER
        self.router.failed(offer, outcome, now_ms)

    def _answer(self, offer: Offer, now_ms: int) -> None:
        if not self.router.answered(offer, now_ms):
            self.router.failed(offer, OfferOutcome.CALLER_GONE, now_ms)
            return
        arrival = self._arrivals.pop(offer.call)
        served = Served(
            offer.queue,
            arrival.at_ms,
            now_ms - arrival.at_ms,
            offer.agent.name,
            arrival.handling_ms,
        )
        self.callers.append(served)
        self.ended_ms = max(self.ended_ms, now_ms + arrival.handling_ms)
        self._at(now_ms + arrival.handling_ms, lambda at_ms: self.router.released(offer, at_ms))


def one_queue(agents: int, stream: Stream) -> tuple[QueueSpec, tuple[AgentSpec, ...]]:
    """A queue without limits and so many agents, as the formulas suppose."""
    spec = QueueSpec(stream.queue, max_wait_ms=10**12, max_length=10**9, wrap_up_ms=0, rna_limit=0)
    people = (
        AgentSpec(f"agent {n}", f"sip:{n}@agents.test", (stream.queue,)) for n in range(agents)
    )
    return replace(spec), tuple(people)
