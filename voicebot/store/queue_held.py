"""The offers that a node holds: by its own tokens, as the store knows them."""

from __future__ import annotations

import threading

from voicebot.queueing.router import Offer


class HeldOffers:
    """Between the event loop, the worker's thread and the keeper's. A router counts an agent's
    offers by itself, so that it need not wait for the store's token."""

    def __init__(self) -> None:
        self._real: dict[tuple[str, int], Offer] = {}
        self._lock = threading.Lock()

    def put(self, offer: Offer, real: Offer) -> None:
        """`real` is what the store made of it."""
        with self._lock:
            self._real[_key(offer)] = real

    def drop(self, offer: Offer) -> None:
        """It is over."""
        with self._lock:
            self._real.pop(_key(offer), None)

    def real(self, offer: Offer) -> Offer | None:
        """None where it is not known to the store, or over."""
        return self._real.get(_key(offer))

    def token(self, agent: str, token: int) -> int | None:
        """The store's token for this node's."""
        real = self._real.get((agent, token))
        return None if real is None else real.token

    def all(self) -> tuple[tuple[int, Offer], ...]:
        """This node's token and the store's offer, of each."""
        with self._lock:
            return tuple((token, real) for (_, token), real in self._real.items())


def _key(offer: Offer) -> tuple[str, int]:
    return offer.agent.name, offer.token
