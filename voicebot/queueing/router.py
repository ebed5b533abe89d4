"""Waiting callers and agents: keeps what is, and lets the policy decide.

Takes `now` with whatever happens, says by `due_ms` when it wants to be asked again though nothing
happened. Nobody loses a place: an entry keeps its time of joining through every failed offer.

    join, leave, failed, released, pause ... ─▶ dispatch(now) ─▶ offers, to be dialed at once
              └─▶ told to `share`, which makes it last
    learn ◀── what other nodes did

Of several nodes, each knows all places and agents, and offers only those whose callers it has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    EntryState,
    OfferOutcome,
    PauseReason,
    QueueOutcome,
    QueueSpec,
    QueueStatus,
    WrapUp,
)
from voicebot.queueing import admission, policy, shift
from voicebot.queueing.admission import Standing
from voicebot.queueing.agent_machine import AgentEvent
from voicebot.queueing.back_off import after_offer
from voicebot.queueing.entry_machine import EntryEvent, next_entry_state
from voicebot.queueing.estimate import RECENT, effective_agents, expected_wait_ms
from voicebot.queueing.relax import Reach, compile_steps
from voicebot.queueing.sharing import ALONE, Offer, Share
from voicebot.queueing.snapshot import NO_CALL, Agent, Entry, QueuePolicy, Snapshot
from voicebot.queueing.timers import due_ms

__all__ = ["NO_WISH", "Offer", "Router", "Wish", "policy_of"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller brings into a queue."""

    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    """Least level by skill."""
    preferred: tuple[str, ...] = ()
    """Agents whom the caller knows."""
    number: str = field(default="", repr=False)
    """By which a caller who rings again is known. Personal."""


NO_WISH = Wish()
RINGING = (AgentState.RESERVED, AgentState.RINGING)
TALKING = (AgentState.BUSY, AgentState.HOLD)
SETTLES_MS = 100
"""An agent whom somebody else has is not asked for again for so long."""
_SERVED = (EntryState.BRIDGED, EntryState.WRAPPING)
_NOT_TRIED = (OfferOutcome.CALLER_GONE, OfferOutcome.LEASE_EXPIRED)


class Router:
    """The queues, as one node sees them."""

    def __init__(
        self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec], share: Share = ALONE
    ) -> None:
        self.share = share
        """Is told of all that is done here."""
        self.queues = {queue.name: queue for queue in queues}
        self._policies = {queue.name: policy_of(queue) for queue in self.queues.values()}
        self.agents = {agent.name: Agent(agent) for agent in agents}
        self.entries: dict[CallId, Entry] = {}
        self.calling_back: set[CallId] = set()
        """Callbacks whose customers this node rings: an agent is left free for each."""
        self._reach: dict[CallId, Reach] = {}
        """Whom the steps let in, by place."""
        self._joined = 0
        self._contacts: dict[str, deque[int]] = {q: deque(maxlen=RECENT) for q in self.queues}
        """Talk, hold and wrap-up of the latest contacts by queue, in ms."""
        self._answered_ms: dict[str, int] = {}
        """When each agent's present contact was answered."""

    # ------------------------------------------------------------ callers

    def join(
        self,
        place: CallId,
        queue: str,
        now_ms: int,
        wish: Wish = NO_WISH,
        *,
        call: CallId | None = None,
        joined_ms: int | None = None,
    ) -> Entry:
        """Take a caller in. `place` is the call's id where `call` is not given; `joined_ms` is
        earlier than now for one who has waited before."""
        self._joined += 1
        entry = Entry(
            place,
            queue,
            now_ms if joined_ms is None else joined_ms,
            self._joined,
            priority=wish.priority,
            skills=wish.skills,
            preferred=wish.preferred,
            call=call or place,
            node=self.share.node,
        )
        self.entries[place] = entry
        self._reach.pop(place, None)
        self.share.joined(entry, wish.number)
        return entry

    def leave(self, place: CallId, outcome: str = "abandoned") -> None:
        """The caller gives up the place; harmless without one, or with an agent already."""
        entry = self.entries.get(place)
        if entry is not None and entry.state in (EntryState.WAITING, EntryState.OFFERED):
            next_entry_state(entry.state, EntryEvent.LEFT)
            self._forget(place)
            self.share.left(entry, outcome)

    def _forget(self, place: CallId) -> None:
        del self.entries[place]
        self._reach.pop(place, None)

    def reprioritize(self, place: CallId, *, priority: int | None = None, age_ms: int = 0) -> None:
        """A supervisor changes a place's priority, or makes it count as older. Raises `KeyError`
        where the caller has no place."""
        entry = self.entries[place]
        priority = entry.priority if priority is None else priority
        older_ms = entry.artificial_age_ms + age_ms
        entry = replace(entry, priority=priority, artificial_age_ms=older_ms)
        self.entries[place] = entry
        self.share.reprioritized(entry)

    # ------------------------------------------------------------ offers

    def dispatch(self, now_ms: int) -> tuple[Offer, ...]:
        """The offers to be made now; each reserves its agent. They are to be dialed at once."""
        self.tick(now_ms)
        if not any(agent.may_ring(now_ms) for agent in self.agents.values()):
            return ()
        now = self.snapshot(now_ms)
        picks = policy.decide(now)
        self._keep_steps(now)
        # Those of other nodes are made there: the agent is theirs, not to be given to anybody here.
        mine = (pick for pick in picks if self._is_mine(self.entries[pick.entry]))
        return tuple(self._claim(pick.entry, pick.agent, now_ms) for pick in mine)

    def _is_mine(self, entry: Entry) -> bool:
        return entry.node == self.share.node and entry.state is not EntryState.CALLBACK

    def callbacks_due(self, now_ms: int) -> tuple[CallId, ...]:
        """Callbacks whose turn it is, as an agent is free who would have the caller."""
        picks = policy.decide(self._snapshot(now_ms, tuple(self.entries.values())))
        places = dict.fromkeys(pick.entry for pick in picks)
        due = (p for p in places if self.entries[p].state is EntryState.CALLBACK)
        return tuple(place for place in due if place not in self.calling_back)

    def tick(self, now_ms: int) -> None:
        """What ends by itself ends: wrap-up, and pauses that have a time."""
        for name, agent in self.agents.items():
            if shift.wrap_up_is_over(agent, now_ms):
                self._wrapped(agent, agent.wraps_until_ms or now_ms)
                self.share.ticked(agent, now_ms)
            elif shift.pause_is_over(agent, now_ms):
                self.agents[name] = shift.resumed(agent, now_ms)
                self.share.ticked(agent, now_ms)

    def due_ms(self, now_ms: int) -> int | None:
        """When `dispatch` may have something new though nothing happens until then."""
        return due_ms(self.snapshot(now_ms))

    def _keep_steps(self, now: Snapshot) -> None:
        """Steps that were looked at; they never go back."""
        for call, step in now.steps.items():
            entry = self.entries[call]
            if step != entry.step:
                self.entries[call] = replace(entry, step=step)

    def _claim(self, call: CallId, name: str, now_ms: int) -> Offer:
        entry, agent = self.entries[call], self.agents[name]
        agent = shift.move(agent, AgentEvent.CLAIMED)
        agent = replace(
            agent, token=agent.token + 1, offered_ms=now_ms, queue=entry.queue, call=call
        )
        self.agents[name] = agent
        self.entries[call] = replace(
            entry,
            state=next_entry_state(entry.state, EntryEvent.OFFERED),
            ringing=(*entry.ringing, name),
            offered_ms=entry.offered_ms if entry.ringing else now_ms,
        )
        return Offer(call, entry.queue, agent.spec, agent.token)

    def counts(self, offer: Offer) -> bool:
        """The offer is under way, or its contact is."""
        agent = self._of(offer)
        return agent is not None and agent.call == offer.call

    def dialed(self, offer: Offer) -> bool:
        """The INVITE is out. False where the offer counts no more: hang up."""
        agent = self._of(offer)
        if agent is None:
            return False
        if agent.state is AgentState.RESERVED:
            self.agents[agent.name] = shift.move(agent, AgentEvent.DIALED)
            self.share.dialed(offer)
        return True

    def answered(self, offer: Offer, now_ms: int) -> bool:
        """The agent took the call. False where another one has it, or the offer counts no more:
        hang up, and report it as `failed` by `CALLER_GONE`."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or entry is None or entry.state is not EntryState.OFFERED:
            return False
        if agent.state is AgentState.RESERVED:
            agent = shift.move(agent, AgentEvent.DIALED)
        agent = shift.move(agent, AgentEvent.ANSWERED)
        self.agents[agent.name] = replace(agent, calls=agent.calls + 1, rna=0, unreachable=0)
        self._answered_ms[agent.name] = now_ms
        ringing = tuple(name for name in entry.ringing if name != agent.name)
        state = next_entry_state(entry.state, EntryEvent.ANSWERED)
        self.entries[offer.call] = replace(entry, state=state, agent=agent.name, ringing=ringing)
        self.share.answered(offer)
        return True

    def claim_directly(
        self, place: CallId, name: str, queue: str, now_ms: int, *, call: CallId
    ) -> Offer | None:
        """A place of its own for a caller who is sent to one agent, whatever the queues say, and
        that agent reserved; None where the agent is not free, or not known."""
        agent = self.agents.get(name)
        if agent is None or not agent.may_ring(now_ms):
            return None
        self.join(place, queue, now_ms, call=call)
        return self._claim(place, name, now_ms)

    def failed(self, offer: Offer, outcome: OfferOutcome, now_ms: int) -> None:
        """The offer came to nothing: the caller waits on, in place. An old offer does nothing."""
        agent = self._of(offer)
        if agent is None or agent.state not in RINGING:
            return
        self._freed(offer, agent, outcome, now_ms)
        self.share.failed(offer, outcome)

    def withdrawn(self, offer: Offer, now_ms: int) -> bool:
        """The offer never counted, or counts no more, as somebody else has the agent or the place:
        the caller waits on. False where it has come further than that, or ended."""
        agent = self._of(offer)
        if agent is None or agent.state not in RINGING:
            return False
        self._freed(offer, agent, OfferOutcome.LEASE_EXPIRED, now_ms)
        free = self.agents[agent.name]
        # What is really so will be learned soon; till then the agent is not asked for again.
        rests_ms = now_ms + SETTLES_MS
        self.agents[agent.name] = replace(free, token=free.token + 1, rests_until_ms=rests_ms)
        return True

    def _freed(self, offer: Offer, agent: Agent, outcome: OfferOutcome, now_ms: int) -> None:
        rested = after_offer(agent, outcome, self.queues[offer.queue], now_ms)
        self.agents[agent.name] = shift.freed(rested, now_ms)
        self._requeue(offer, outcome)

    def _requeue(self, offer: Offer, outcome: OfferOutcome) -> None:
        entry, name = self.entries.get(offer.call), offer.agent.name
        if entry is None or name not in entry.ringing:
            return
        ringing = tuple(other for other in entry.ringing if other != name)
        tried = entry.tried if outcome in _NOT_TRIED else (*entry.tried, name)
        state = entry.state
        if state is EntryState.OFFERED and not ringing:
            state = next_entry_state(state, EntryEvent.REQUEUED)
        self.entries[offer.call] = replace(entry, state=state, ringing=ringing, tried=tried)

    def unbridged(self, offer: Offer, outcome: OfferOutcome, now_ms: int) -> None:
        """Answered, but gone before the caller was put through: the caller waits on, in place."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or agent.state is not AgentState.BUSY:
            return
        spec = self.queues[offer.queue]
        agent = replace(shift.move(agent, AgentEvent.ENDED), calls=agent.calls - 1)
        agent = shift.wrapped(agent, now_ms)
        rested = after_offer(agent, outcome, spec, now_ms)
        self.agents[agent.name] = shift.settled(rested, now_ms)
        self._answered_ms.pop(agent.name, None)
        mine = entry is not None and entry.agent == agent.name
        if entry is not None and mine and entry.state is EntryState.BRIDGED:
            state = next_entry_state(entry.state, EntryEvent.REQUEUED)
            if entry.ringing:
                state = next_entry_state(state, EntryEvent.OFFERED)
            tried = (*entry.tried, agent.name)
            self.entries[offer.call] = replace(entry, state=state, agent="", tried=tried)
        self.share.unbridged(offer, outcome)

    def held(self, offer: Offer, *, on: bool) -> None:
        """The agent put the caller on hold, or took the caller back."""
        agent = self._of(offer)
        if agent is not None and agent.state in TALKING:
            wanted = AgentState.HOLD if on else AgentState.BUSY
            if agent.state is not wanted:
                event = AgentEvent.HELD if on else AgentEvent.RETRIEVED
                self.agents[agent.name] = shift.move(agent, event)
                self.share.held(offer, on=on)

    def released(self, offer: Offer, now_ms: int) -> int:
        """The agent's part in the call is over; wrap-up begins: how long it is to last, in ms. An
        old offer does nothing."""
        agent, entry = self._of(offer), self.entries.get(offer.call)
        if agent is None or agent.state not in TALKING:
            return 0
        if entry is not None and entry.agent == agent.name:
            state = next_entry_state(entry.state, EntryEvent.HUNG_UP)
            self.entries[offer.call] = replace(entry, state=state)
        spec = self.queues[offer.queue]
        self.agents[agent.name] = agent = shift.ended(agent, spec, now_ms)
        self.share.released(offer, now_ms)
        if spec.wrap_up is WrapUp.NONE:
            self._wrapped(agent, now_ms)
            return 0
        return (agent.wraps_until_ms or now_ms) - now_ms

    def _wrapped(self, agent: Agent, now_ms: int) -> None:
        entry = self.entries.get(agent.call)
        if entry is not None and entry.state is EntryState.WRAPPING:
            next_entry_state(entry.state, EntryEvent.WRAPPED)
            self._forget(agent.call)
        began_ms = self._answered_ms.pop(agent.name, None)
        if began_ms is not None:
            self._contacts[agent.queue].append(now_ms - began_ms)
        self.agents[agent.name] = shift.settled(shift.wrapped(agent, now_ms), now_ms)

    def _of(self, offer: Offer) -> Agent | None:
        """The agent, as long as the offer counts."""
        agent = self.agents.get(offer.agent.name)
        return agent if agent is not None and agent.token == offer.token else None

    # ------------------------------------------------------------ agents

    def log_in(self, name: str, now_ms: int, *, by: str = "") -> None:
        """The agent is at work. Raises `KeyError` for one who is not known."""
        self.agents[name] = shift.logged_in(self.agents[name], now_ms)
        self.share.logged_in(name, by)

    def log_out(self, name: str, now_ms: int, *, by: str = "") -> None:
        """The agent goes, after the caller there may be. Raises `KeyError`."""
        self.agents[name] = shift.settled(replace(self.agents[name], leaves=True), now_ms)
        self.share.logged_out(name, by)

    def pause(self, name: str, reason: PauseReason, now_ms: int, *, by: str = "") -> None:
        """No calls, after the one there may be. Raises `KeyError`."""
        self.agents[name] = shift.paused(self.agents[name], reason, now_ms)
        self.share.paused(name, reason, by)

    def resume(self, name: str, now_ms: int, *, by: str = "") -> None:
        """Calls again; takes back a pause that has not begun. Raises `KeyError`."""
        self.agents[name] = shift.resumed(self.agents[name], now_ms)
        self.share.resumed(name, by)

    def end_wrap_up(self, name: str, now_ms: int, *, by: str = "") -> bool:
        """The agent is done. False where the queue's wrap-up has a set time, or there is none.
        Raises `KeyError`."""
        agent = self.agents[name]
        if agent.state is not AgentState.WRAP_UP:
            return False
        if self.queues[agent.queue].wrap_up is WrapUp.TIMED:
            return False
        self._wrapped(agent, now_ms)
        self.share.wrap_up_ended(agent, by)
        return True

    def extend_wrap_up(self, name: str, by_ms: int) -> bool:
        """The agent needs longer; up to the queue's cap. Raises `KeyError`."""
        agent = self.agents[name]
        if agent.state is not AgentState.WRAP_UP or agent.wraps_until_ms is None:
            return False
        until_ms = min(agent.wrap_cap_ms, agent.wraps_until_ms + by_ms)
        self.agents[name] = replace(agent, wraps_until_ms=until_ms)
        self.share.wrap_up_extended(agent, until_ms - agent.wraps_until_ms)
        return until_ms > agent.wraps_until_ms

    # ------------------------------------------------------------ what other nodes did

    def learn_agent(self, agent: Agent) -> None:
        """How things stand with an agent, by the store; one who talks to a caller of this node goes
        on talking, whatever is thought elsewhere."""
        known = self.agents.get(agent.name)
        if known is None:
            return
        mine = self.entries.get(known.call)
        talks = known.state in TALKING and mine is not None and mine.node == self.share.node
        if not talks or agent.call == known.call:
            self.agents[agent.name] = agent

    def learn_entry(self, entry: Entry) -> None:
        """A place as it stands by the store; a step that was reached here is kept."""
        if entry.queue not in self.queues:
            return
        known = self.entries.get(entry.id)
        if known is not None and known.node == self.share.node and known.state in _SERVED:
            return  # whoever talks here talks here
        if known is not None and (known.skills, known.preferred) != (entry.skills, entry.preferred):
            self._reach.pop(entry.id, None)
        self.entries[entry.id] = replace(entry, step=max(entry.step, known.step if known else 0))

    def learn_gone(self, place: CallId) -> None:
        """Nobody waits there any more, by the store. A caller of this node who does takes the place
        back: it was thought elsewhere that this node is dead."""
        entry = self.entries.get(place)
        if entry is not None and entry.state is EntryState.CALLBACK:
            self._forget(place)
            return
        if entry is None or entry.state not in (EntryState.WAITING, EntryState.OFFERED):
            return
        if entry.node == self.share.node != "":
            self.share.joined(entry, "")
        else:
            self._forget(place)

    def learn_contacts(self, queue: str, lengths_ms: Iterable[int]) -> None:
        """Talk, hold and wrap-up of a queue's latest contacts on all nodes, the oldest first."""
        self._contacts[queue] = deque(lengths_ms, maxlen=RECENT)

    # ------------------------------------------------------------ how things stand

    def snapshot(self, now_ms: int) -> Snapshot:
        """All of it, as the policy sees it; of callbacks only those whose customer rings."""
        entries = self.entries.values()
        if any(entry.state is EntryState.CALLBACK for entry in entries):
            return self._snapshot(now_ms, tuple(e for e in entries if self._competes(e)))
        return self._snapshot(now_ms, tuple(entries))

    def _snapshot(self, now_ms: int, entries: tuple[Entry, ...]) -> Snapshot:
        return Snapshot(now_ms, self._policies, entries, tuple(self.agents.values()), self._reach)

    def _competes(self, entry: Entry) -> bool:
        return entry.state is not EntryState.CALLBACK or entry.id in self.calling_back

    def waiting(self, queue: str, now_ms: int = 0) -> list[Entry]:
        """Entries of the queue that no phone rings for, the next one first."""
        entries = [
            e for e in self.entries.values() if e.queue == queue and e.state is EntryState.WAITING
        ]
        return sorted(entries, key=lambda e: policy.rank(e, self._policies[queue], now_ms))

    def position(self, call: CallId) -> int:
        """1 for the next; 0 for one who is being offered, or has no place."""
        entry = self.entries.get(call)
        if entry is None or entry.state is not EntryState.WAITING:
            return 0
        return self.waiting(entry.queue).index(entry) + 1

    def staffed(self, queue: str) -> int:
        """Agents of the queue who are at work, as the queue sees it."""
        absent = self.queues[queue].absent
        return sum(agent.state not in absent for agent in self._serving(queue))

    def expected_wait_ms(self, queue: str, now_ms: int, call: CallId | None = None) -> int | None:
        """For a caller who waits, or one who would join; None where nothing is known."""
        waits = self.waiting(queue, now_ms)
        found = self.entries.get(call) if call is not None else None
        entry = found or Entry(NO_CALL, queue, now_ms, self._joined + 1)
        position = waits.index(entry) + 1 if entry in waits else len(waits) + 1
        now = self.snapshot(now_ms)
        allowed = policy.candidates(now, entry, now.agents)
        free = sum(agent.may_ring(now_ms) for agent in allowed)
        active = frozenset({queue, *(e.queue for e in now.entries if _is_waiting(e))})
        effective = effective_agents(allowed, active)
        return expected_wait_ms(position, self._contacts[queue], effective, free)

    def admit(self, queue: str, now_ms: int) -> QueueOutcome | None:
        """Why one more caller would not be taken; None: come in."""
        waiting = len(self.waiting(queue, now_ms))
        expected_ms = self.expected_wait_ms(queue, now_ms)
        standing = Standing(self.staffed(queue), waiting, waiting, expected_ms=expected_ms)
        return admission.admit(self.queues[queue], standing)

    def give_up(self, call: CallId, now_ms: int) -> QueueOutcome | None:
        """Why a caller's wait is over; None: wait on. Raises `KeyError` without a place."""
        entry = self.entries[call]
        queue = self.queues[entry.queue]
        # The line is looked through only where a limit asks for it: every caller asks all the time.
        limited = bool(queue.max_expected_wait_ms or queue.max_waiting_per_agent)
        line = self.waiting(entry.queue, now_ms) if limited else []
        expects = queue.max_expected_wait_ms and entry in line
        standing = Standing(
            staffed=self.staffed(entry.queue),
            ahead=line.index(entry) if entry in line else 0,
            waiting=len(line),
            waited_ms=entry.waited_ms(now_ms),
            expected_ms=self.expected_wait_ms(entry.queue, now_ms, call) if expects else None,
            ringing=entry.state is not EntryState.WAITING,
        )
        return admission.give_up(queue, standing)

    def status(self, queue: str, now_ms: int) -> QueueStatus:
        """How things stand; all zero for a queue that is not known."""
        if queue not in self.queues:
            return QueueStatus()
        self.tick(now_ms)
        waits = self.waiting(queue, now_ms)
        return QueueStatus(
            staffed=self.staffed(queue),
            available=sum(agent.may_ring(now_ms) for agent in self._serving(queue)),
            waiting=len(waits),
            longest_wait_ms=max((e.waited_ms(now_ms) for e in waits), default=None),
            expected_wait_ms=self.expected_wait_ms(queue, now_ms),
            full=bool(waits) and len(waits) >= self.queues[queue].max_length,
        )

    def _serving(self, queue: str) -> Iterable[Agent]:
        return (agent for agent in self.agents.values() if queue in agent.spec.queues)


def policy_of(queue: QueueSpec) -> QueuePolicy:
    """What the policy needs to know of a queue. Raises `relax.ExpressionError`."""
    return QueuePolicy(
        queue.name,
        queue.strategy,
        compile_steps(queue.relax),
        queue.priority,
        queue.ring_agents,
        queue.ring_next_ms,
        queue.max_wait_ms,
    )


def _is_waiting(entry: Entry) -> bool:
    return entry.state is EntryState.WAITING
