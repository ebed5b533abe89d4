"""Makes offers at the moment when there is somebody to make them to.

something changed ─▶ the router decides ─▶ the claim is confirmed ─▶ the waiting call dials at once
nothing changed   ─▶ woken when a wrap-up, a back-off or a step of a queue ends
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from voicebot.core.call import CallId
from voicebot.core.queueing import OfferOutcome
from voicebot.queueing.agent_time import AgentTime
from voicebot.queueing.router import Offer, Router

log = logging.getLogger(__name__)

Taker = Callable[[Offer], None]
"""Dials the agent, at once."""


class Dispatcher:
    """Between the router and the calls that wait. One a node, used on one event loop."""

    def __init__(self, router: Router, now_ms: Callable[[], int]) -> None:
        self._router, self._now_ms = router, now_ms
        self._takers: dict[CallId, Taker] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.time = AgentTime()
        """How long agents were in each state."""
        self.time.note(router.agents, now_ms())

    def follow(self, call: CallId, taker: Taker) -> None:
        """From now on `taker` gets the offers of a call."""
        self._takers[call] = taker

    def unfollow(self, call: CallId) -> None:
        """The call takes no offers any more; harmless if it never did."""
        self._takers.pop(call, None)

    def changed(self) -> None:
        """Somebody joined or left, an agent became free or changed: offer what there is."""
        self.time.note(self._router.agents, self._now_ms())
        # Offers that could not be taken leave agents who are free for others.
        while offers := self._router.dispatch(self._now_ms()):
            for offer in offers:
                entry = self._router.entries[offer.call]
                self._router.share.claim(entry, offer, partial(self._replied, offer))
        self.time.note(self._router.agents, self._now_ms())
        self._wake_later()

    def offer_to(
        self, name: str, queue: str, place: CallId, call: CallId, taker: Taker
    ) -> Offer | None:
        """Offer a call to one agent, as a colleague sends it there; None where the agent is not
        free. `taker` gets the offer once it is known to be this node's; never where it is not."""
        offer = self._router.claim_directly(place, name, queue, self._now_ms(), call=call)
        if offer is not None:
            self.follow(place, taker)
            entry = self._router.entries[place]
            self._router.share.claim(entry, offer, partial(self._replied_directly, offer))
            self.time.note(self._router.agents, self._now_ms())
        return offer

    def offer_waiting(self, place: CallId, name: str) -> bool:
        """Offer a caller who waits to one agent, out of turn; False where the agent is not free.
        Not answered, the caller waits on, in place."""
        offer = self._router.claim_for(place, name, self._now_ms())
        if offer is None:
            return False
        self._router.share.claim(self._router.entries[place], offer, partial(self._replied, offer))
        self.time.note(self._router.agents, self._now_ms())
        return True

    def _replied_directly(self, offer: Offer, granted: bool) -> None:
        if granted:
            self._give(offer)
            self.unfollow(offer.call)  # The place is for this one offer.
        elif self._router.withdrawn(offer, self._now_ms()):
            self.close(offer)

    def close(self, offer: Offer) -> None:
        """The place of a call that was offered by `offer_to` is done with: nobody else is to be
        offered it."""
        self.unfollow(offer.call)
        self._router.leave(offer.call)
        self.changed()

    def _replied(self, offer: Offer, granted: bool) -> None:
        if granted:
            self._give(offer)
        elif self._router.withdrawn(offer, self._now_ms()):
            self._wake_later()

    def _give(self, offer: Offer) -> None:
        if not self._router.counts(offer):
            return  # the caller left meanwhile
        taker = self._takers.get(offer.call)
        if taker is None:
            # The caller left while the claim was made. A place without its call, which there must
            # not be, neither holds an agent nor comes up again.
            if offer.call in self._router.entries:
                log.error("nobody waits for an offer", extra={"call": offer.call})
            self._router.leave(offer.call)
            self._router.failed(offer, OfferOutcome.CALLER_GONE, self._now_ms())
            return
        try:
            taker(offer)
        except Exception:
            # The caller keeps the place; the agent rests, so it is not tried over and over.
            log.exception("an offer could not be taken", extra={"call": offer.call})
            self._router.failed(offer, OfferOutcome.UNREACHABLE, self._now_ms())

    def _wake_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now_ms = self._now_ms()
        due_ms = self._router.due_ms(now_ms)
        if due_ms is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(1, due_ms - now_ms) / 1000, self.changed)
