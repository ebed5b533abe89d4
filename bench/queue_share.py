"""What a node makes of durable queues: from an agent's release to the next INVITE.

    python -m bench.queue_share [--waiting 200] [--agents 50] [--rate 100] [--seconds 20]
                                [--url URL ...]

The router, the share and the keeper that serve calls, on one event loop, with phones that answer at
once; `--rate` agents become free a second, at times that are set beforehand: missed is one at which
nobody talked. Timed from the release until the waiting call is told to dial, which is after the
claim is committed. Without `--url` on SQLite in a temporary folder, and on a PostgreSQL of its own
where one is installed. CPU is that of this process, once all agents talk.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from collections import deque
from pathlib import Path

from bench.gauge import machine
from bench.queue_store import databases
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, QueueSpec, WrapUp
from voicebot.queueing.router import Offer, Router
from voicebot.session.directory import Directory
from voicebot.store.database import open_engine, parse_url
from voicebot.store.opening import QUEUES_UNASKED_S, READ_TIMEOUT_MS, open_store
from voicebot.store.queue_keeper import QueueKeeper
from voicebot.store.queue_share import QueueShare
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

QUEUE = "service"


class House:
    """One node with its callers and agents."""

    def __init__(self, url: str, waiting: int, agents: int, rate: float) -> None:
        self.engine = open_engine(
            parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS, unasked_s=QUEUES_UNASKED_S
        )
        specs = tuple(AgentSpec(f"a{n:03}", f"sip:a{n}@127.0.0.1", (QUEUE,)) for n in range(agents))
        queue = QueueSpec(QUEUE, wrap_up=WrapUp.NONE, max_length=10_000)
        store = QueueStore(self.engine, "bench", (queue,), specs)
        self.share = QueueShare(store)
        self.keeper = QueueKeeper(store, self.share, self.engine, lambda: False)
        self.router = Router((queue,), specs, self.share)
        self.share.open()
        self.share.learn_all(self.router)
        self.directory = Directory(self.router, self.share.now_ms)
        self.took_s: list[float] = []
        self._freed_s: dict[str, float] = {}
        self._names = itertools.count()
        self._waiting, self._agents, self._rate = waiting, agents, rate
        self._talking: deque[Offer] = deque()
        """The longest talk first."""
        self._all_talk = asyncio.Event()
        self.missed = 0
        """Times at which an agent was to become free, and nobody talked."""

    async def run(self, seconds: float) -> float:
        """For so long; the CPU seconds that it took."""
        self.share.join(self.router, self.directory.dispatcher.changed)
        self.keeper.start()
        for _ in range(self._waiting + self._agents):
            self._join()
        await self._all_talk.wait()
        began_s = time.process_time()
        await self._pace(round(seconds * self._rate))
        return time.process_time() - began_s

    async def _pace(self, count: int) -> None:
        """One agent after the other becomes free, at times that depend on nothing else."""
        began_s = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(0.0, began_s + number / self._rate - time.perf_counter()))
            if self._talking:
                self._release(self._talking.popleft())
            else:
                self.missed += 1
        await asyncio.sleep(1 / self._rate)

    def close(self) -> None:
        """Let the database go."""
        self.keeper.close()
        self.share.close()
        self.engine.dispose()

    def _join(self) -> None:
        call = CallId(f"c{next(self._names)}")
        self.directory.dispatcher.follow(call, self._take)
        self.router.join(call, QUEUE, self.share.now_ms())
        self.directory.dispatcher.changed()

    def _take(self, offer: Offer) -> None:
        freed_s = self._freed_s.pop(offer.agent.name, None)
        if freed_s is not None:
            self.took_s.append(time.perf_counter() - freed_s)
        self.router.dialed(offer)
        self.router.answered(offer, self.share.now_ms())
        self._talking.append(offer)
        if len(self._talking) == self._agents:
            self._all_talk.set()

    def _release(self, offer: Offer) -> None:
        self._freed_s[offer.agent.name] = time.perf_counter()
        self.router.released(offer, self.share.now_ms())
        self.directory.dispatcher.unfollow(offer.call)
        self.directory.dispatcher.changed()
        self._join()


def row(name: str, rate: float, seconds: float, house: House, cpu_s: float) -> str:
    """One line of the table."""
    ordered = sorted(house.took_s)
    p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    claims = len(ordered)
    return (
        f"| {name} | {rate:.0f} | {claims / seconds:.1f} | {house.missed} | {p50:.1f} | {p99:.1f} "
        f"| {1000 * cpu_s / max(1, claims):.1f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--rate", type=float, action="append")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--url", action="append", help="an empty database; may be given twice")
    options = parser.parse_args()
    print(f"{machine()}; {options.waiting} waiting, {options.agents} agents\n")
    print("| database | asked/s | claims/s | missed | p50 ms | p99 ms | CPU ms a contact |")
    print("|---|---|---|---|---|---|---|")
    for rate in options.rate or [100.0]:
        with tempfile.TemporaryDirectory() as folder, databases(options.url, folder) as urls:
            for url in urls:
                open_store(url, StoreSettings(spill=Path(folder) / "spill")).close()
                house = House(url, options.waiting, options.agents, rate)
                cpu_s = asyncio.run(house.run(options.seconds))
                house.close()
                name = parse_url(url).get_backend_name()
                print(row(name, rate, options.seconds, house, cpu_s), flush=True)


if __name__ == "__main__":
    main()
