"""An agent's phone, for one offer."""

from __future__ import annotations

from voicebot.core.queueing import OfferOutcome
from voicebot.queueing.router import Offer
from voicebot.session.context import Context
from voicebot.session.dialed_leg import DialedLeg
from voicebot.session.whisper import Whisper


class AgentLeg(DialedLeg):
    """The leg to an agent; it carries the id of the call."""

    def __init__(self, context: Context, offer: Offer, ring_ms: int) -> None:
        self.offer = offer
        headers = {"User-to-User": f"{context.id.encode().hex()};encoding=hex"}
        super().__init__(context, offer.agent.address, ring_ms, headers=headers)
        queue = context.directory.router.queues.get(offer.queue)
        self.whisper: Whisper | None = None
        """What the agent hears before the caller comes; None where the queue wants none."""
        if queue is not None and queue.whisper:
            self.whisper = Whisper(context, offer.agent, queue.whisper_max_ms)

    def outcome(self, now_ms: int) -> OfferOutcome | None:
        """A phone that never rang was not reached, whatever a proxy says for it."""
        found = super().outcome(now_ms)
        silent = found is OfferOutcome.NO_ANSWER and not self.rang
        return OfferOutcome.UNREACHABLE if silent else found

    async def hang_up(self) -> None:
        if self.whisper is not None:
            self.whisper.cancel()
        await super().hang_up()
