"""What an offer that came to nothing means for the agent: one literal table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicebot.core.queueing import OfferOutcome, PauseReason, QueueSpec
from voicebot.queueing.snapshot import Agent


@dataclass(frozen=True, slots=True)
class Consequence:
    """For the agent; the caller waits on in place whatever it is."""

    rest_ms: int = 0
    """No offers for so long."""
    unanswered: bool = False
    """Counts towards the limit of unanswered offers."""
    growing: bool = False
    """The rest doubles with every such outcome in a row."""


CONSEQUENCES: dict[OfferOutcome, Consequence] = {
    OfferOutcome.ANSWERED: Consequence(),
    OfferOutcome.NO_ANSWER: Consequence(rest_ms=5_000, unanswered=True),
    OfferOutcome.BUSY: Consequence(rest_ms=60_000),
    OfferOutcome.REJECTED: Consequence(rest_ms=10_000),
    OfferOutcome.UNREACHABLE: Consequence(rest_ms=5_000, growing=True),
    OfferOutcome.CALLER_GONE: Consequence(),
    OfferOutcome.LEASE_EXPIRED: Consequence(),
}
MOST_REST_MS = 60_000


def after_offer(agent: Agent, outcome: OfferOutcome, queue: QueueSpec, now_ms: int) -> Agent:
    """The agent, free again, with what the outcome brings."""
    meant = CONSEQUENCES[outcome]
    unreachable = agent.unreachable + 1 if meant.growing else 0
    rest_ms = min(MOST_REST_MS, meant.rest_ms << max(0, unreachable - 1))
    agent = replace(agent, rests_until_ms=now_ms + rest_ms)
    if outcome in (OfferOutcome.CALLER_GONE, OfferOutcome.LEASE_EXPIRED):
        return agent
    rna = agent.rna + 1 if meant.unanswered else agent.rna
    agent = replace(agent, rna=rna, unreachable=unreachable)
    if meant.unanswered and queue.rna_limit and rna >= queue.rna_limit and agent.pause is None:
        until_ms = now_ms + queue.rna_pause_ms if queue.rna_pause_ms else None
        agent = replace(agent, rna=0, pause=PauseReason.RNA, paused_until_ms=until_ms)
    return agent
