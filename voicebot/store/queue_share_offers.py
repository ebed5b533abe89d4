"""Offers of this node: claimed, reported on, renewed, and taken away by other nodes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from voicebot.core.queueing import OfferOutcome
from voicebot.queueing.router import RINGING, TALKING
from voicebot.queueing.sharing import Offer, Reply
from voicebot.queueing.snapshot import Entry
from voicebot.store.queue_claims import Claim
from voicebot.store.queue_desk import SERVED
from voicebot.store.queue_share_base import ShareBase, rows_of

log = logging.getLogger(__name__)

LEASE_MS = 4_000
"""Offers and contacts of a node that is not heard of are set free after so long."""


class OfferShare(ShareBase):
    """Only a claim waits for the database; what a node reports on an offer is so at once."""

    def claim(self, entry: Entry, offer: Offer, reply: Reply) -> None:
        claim = self._claims.ask(reply, away=self._away)
        at_ms, name = self.now_ms(), offer.agent.name

        def run(again: bool) -> Offer | None:
            found = self._store.claimed(entry, name) if again else None
            lease_ms = LEASE_MS + self.now_ms() - at_ms
            found = found or self._store.claim(entry, name, lease_ms=lease_ms, own=True)
            if found is not None:
                self._held.put(offer, found)
            return found

        self._writer.add(
            rows_of((entry.id,), (name,)),
            at_ms,
            run,
            partial(self._claimed, claim, offer),
            alone=self._store.tells,  # two nodes that claim several could wait for each other
        )

    def _claimed(self, claim: Claim, offer: Offer, result: object) -> None:
        granted = isinstance(result, Offer)
        if not granted:
            self.read(rows_of((offer.call,), (offer.agent.name,)))
        self._claims.settle(claim, granted=granted)

    def dialed(self, offer: Offer) -> None:
        """A claim says so already."""

    def answered(self, offer: Offer) -> None:
        self._report(offer, self._store.answered, ends=False, needed=True)

    def failed(self, offer: Offer, outcome: OfferOutcome) -> None:
        self._report(offer, lambda real: self._store.failed(real, outcome), ends=True)

    def unbridged(self, offer: Offer, outcome: OfferOutcome) -> None:
        self._report(offer, lambda real: self._store.unbridged(real, outcome), ends=True)

    def held(self, offer: Offer, *, on: bool) -> None:
        self._report(offer, lambda real: self._store.held(real, on=on), ends=False)

    def released(self, offer: Offer, now_ms: int) -> None:
        self._report(offer, self._store.released, ends=True, at_ms=now_ms)

    def _report(
        self,
        offer: Offer,
        tell: Callable[[Offer], bool],
        *,
        ends: bool,
        needed: bool = False,
        at_ms: int | None = None,
    ) -> None:
        """`ends`: the offer is over after it. `needed`: where it counts no more, the phone is to
        stop."""

        real: Offer | None = None

        def run(_again: bool) -> bool:
            nonlocal real  # once more after a rollback, when the offer may be held no longer
            real = self._held.real(offer) or real
            if real is None:
                return False
            counts = tell(real)
            if ends:
                self._held.drop(offer)
            return counts

        def settle(_counts: object) -> None:
            if needed:
                self._lost(offer)
            self.read((f"a {offer.agent.name}",))

        at_ms = self.now_ms() if at_ms is None else at_ms
        rows = rows_of((offer.call,), (offer.agent.name,))
        self._writer.add(rows, at_ms, run, settle, heeds=(False,))

    def renew(self) -> None:
        """This node lives, and holds its offers. Blocks. Raises `DatabaseAway`."""
        held = self._held.all()
        lost = self._store.renew([real for _, real in held], lease_ms=LEASE_MS)
        gone = {(offer.agent.name, offer.token) for offer in lost}
        for token, real in held:
            offer = replace(real, token=token)
            if (real.agent.name, real.token) in gone and self._held.real(offer) is real:
                self.on_loop(partial(self._lost, offer))

    def _lost(self, offer: Offer) -> None:
        """Another node has set the agent free: who rings is to stop, who talks goes on."""
        router = self._router
        assert router is not None
        agent = router.agents[offer.agent.name]
        if agent.token != offer.token or agent.call != offer.call:
            return
        log.warning("an offer was taken away from this node", extra={"agent": agent.name})
        if agent.state in RINGING and router.withdrawn(offer, self.now_ms()):
            self.read(rows_of((offer.call,), (agent.name,)))
            self._changed()
        elif agent.state in TALKING:
            self._talks_still(offer)

    def _talks_still(self, offer: Offer) -> None:
        def run(_again: bool) -> bool:
            found = self._store.talks_still(offer, lease_ms=LEASE_MS)
            if found is not None:
                self._held.put(offer, found)
            else:  # another node has the agent, too: this caller is served all the same
                self._held.drop(offer)
                self._store.leave(offer.call, SERVED)
            return True

        rows = rows_of((offer.call,), (offer.agent.name,))
        self._writer.add(rows, self.now_ms(), run, heeds=())
