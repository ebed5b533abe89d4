"""An agent's phone, for one offer."""

from __future__ import annotations

from voicebot.queueing.router import Offer
from voicebot.session.context import Context
from voicebot.session.dialed_leg import DialedLeg


class AgentLeg(DialedLeg):
    """The leg to an agent; it carries the id of the call."""

    def __init__(self, context: Context, offer: Offer, ring_ms: int) -> None:
        self.offer = offer
        headers = {"User-to-User": f"{context.id.encode().hex()};encoding=hex"}
        super().__init__(context, offer.agent.address, ring_ms, headers=headers)
