"""What all that a node tells of its queues has in common: how it begins, is written, and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voicebot.core.call import CallId
from voicebot.queueing.router import Router
from voicebot.store.queue_claims import Claims
from voicebot.store.queue_clock import StoreClock
from voicebot.store.queue_held import HeldOffers
from voicebot.store.queue_mirror import Mirror
from voicebot.store.queue_writer import Writer
from voicebot.store.queues import QueueStore

CLOSE_S = 3.0


class ShareBase:
    """Used on one event loop."""

    def __init__(self, store: QueueStore) -> None:
        self.node = store.node
        self._store = store
        self._clock = StoreClock(store)
        self._held = HeldOffers()
        self._claims = Claims()
        self._writer = Writer(store, away=self._noted, mistaken=self.read)
        self._mirror = Mirror(store, self._writer, self._held)
        self._away = False
        self.kept_ms = 0
        """How long the place of a caller who was cut off is kept."""
        self._router: Router | None = None
        self._changed: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Blocks: what this node's last run held is set free, and the clocks are compared. Raises
        `DatabaseAway`."""
        self._store.start()
        self.compare_clocks(first=True)

    def learn_all(self, router: Router) -> None:
        """Blocks: everything as it stands, before the first call. Raises `DatabaseAway`."""
        self._mirror.learn_all(router)

    def join(self, router: Router, changed: Callable[[], None]) -> None:
        """From now on `router` learns what others do; `changed` is called after. On its loop."""
        self._router, self._changed = router, changed
        self._mirror.join(router, changed)
        self._writer.start()

    def close(self) -> None:
        """Write what there is to write, and go in order. Blocks."""
        if self._writer.close(CLOSE_S):
            self._store.stop()

    @property
    def away(self) -> bool:
        """The database takes nothing just now."""
        return self._away

    @property
    def backlog(self) -> int:
        """What is not written yet."""
        return len(self._writer)

    def now_ms(self) -> int:
        """The store's time, as far as this node knows."""
        return self._clock.now_ms()

    def compare_clocks(self, *, first: bool = False) -> None:
        """Blocks. Raises `DatabaseAway`."""
        self._clock.compare(first=first)

    def read(self, rows: Iterable[str] | None) -> None:
        """Have these rows read, or all; on the loop."""
        self._mirror.read(rows)

    def on_loop(self, call: Callable[[], None]) -> None:
        """From a thread; nothing where the loop is closed."""
        self._writer.on_loop(call)

    def _post(
        self,
        places: tuple[CallId, ...],
        agents: tuple[str, ...],
        do: Callable[[], object],
        at_ms: int | None = None,
    ) -> None:
        at_ms = self.now_ms() if at_ms is None else at_ms
        self._writer.post(rows_of(places, agents), do, at_ms)

    def _noted(self, away: bool) -> None:
        self._away = away
        if away:
            self._claims.all_go_ahead()
        else:
            self.read(None)


def rows_of(places: Iterable[CallId], agents: Iterable[str]) -> tuple[str, ...]:
    """As the writer names them."""
    return *(f"e {place}" for place in places), *(f"a {agent}" for agent in agents)
