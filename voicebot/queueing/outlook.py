"""How things stand in a queue: for callers who wait, would join, or are to be told."""

from __future__ import annotations

from voicebot.core.call import CallId
from voicebot.core.queueing import EntryState, QueueOutcome, QueueStatus
from voicebot.queueing import admission, policy
from voicebot.queueing.admission import Standing
from voicebot.queueing.contacts import Contacts
from voicebot.queueing.estimate import effective_agents, expected_wait_ms
from voicebot.queueing.snapshot import NO_CALL, Entry


class Outlook(Contacts):
    """Positions, waits, and who is taken."""

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
        waits = self.waiting(queue)
        found = self.entries.get(call) if call is not None else None
        entry = found or Entry(NO_CALL, queue, now_ms, self._joined + 1)
        position = waits.index(entry) + 1 if entry in waits else len(waits) + 1
        now = self.snapshot(now_ms)
        allowed = policy.candidates(now, entry, self.agents)
        free = sum(agent.may_ring(now_ms) for agent in allowed)
        active = frozenset({queue, *(e.queue for e in now.entries if _is_waiting(e))})
        effective = effective_agents(allowed, active)
        return expected_wait_ms(position, self._contacts[queue], effective, free)

    def admit(self, queue: str, now_ms: int) -> QueueOutcome | None:
        """Why one more caller would not be taken; None: come in."""
        if queue in self.closed:
            return QueueOutcome.CLOSED
        waiting = len(self.waiting(queue))
        expected_ms = self.expected_wait_ms(queue, now_ms)
        standing = Standing(self.staffed(queue), waiting, waiting, expected_ms=expected_ms)
        return admission.admit(self.queues[queue], standing)

    def give_up(self, call: CallId, now_ms: int) -> QueueOutcome | None:
        """Why a caller's wait is over; None: wait on. Raises `KeyError` without a place."""
        entry = self.entries[call]
        queue = self.queues[entry.queue]
        # The line is looked through only where a limit asks for it: every caller asks all the time.
        limited = bool(queue.max_expected_wait_ms or queue.max_waiting_per_agent)
        line = self.waiting(entry.queue) if limited else []
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
        waits = self.waiting(queue)
        return QueueStatus(
            staffed=self.staffed(queue),
            available=sum(agent.may_ring(now_ms) for agent in self._serving(queue)),
            waiting=len(waits),
            longest_wait_ms=max((e.waited_ms(now_ms) for e in waits), default=None),
            expected_wait_ms=self.expected_wait_ms(queue, now_ms),
            full=bool(waits) and len(waits) >= self.queues[queue].max_length,
        )


def _is_waiting(entry: Entry) -> bool:
    return entry.state is EntryState.WAITING
