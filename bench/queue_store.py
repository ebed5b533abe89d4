"""What the durable queues take: claims a second, and from an agent's release to the next claim.

    python -m bench.queue_store [--waiting 200] [--agents 50] [--rate 100] [--seconds 20]
                                [--url URL ...]

Without `--url` on SQLite in a temporary folder, and on a PostgreSQL server of its own where one is
installed. Two runs on each:

    rush     threads claim, answer and release as fast as it goes; a claim is one transaction
    paced    agents become free at `--rate` a second: release ─▶ snapshot ─▶ policy ─▶ claim, as a
             node does; timed from the release to the committed claim, when the INVITE may go out

Every claim is answered, released and its caller replaced, so that `--waiting` callers wait always.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.gauge import machine
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, Place, QueueSpec, WrapUp
from voicebot.queueing import policy
from voicebot.queueing.router import Offer
from voicebot.queueing.snapshot import Entry
from voicebot.store.database import open_engine, parse_url
from voicebot.store.opening import QUEUES_UNASKED_S, READ_TIMEOUT_MS, open_store
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

LEASE_MS = 60_000
QUEUE = "service"
THREADS = 4


@dataclass
class House:
    """A queue with callers and agents, for one run."""

    store: QueueStore
    agents: tuple[str, ...]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def join(self) -> Entry:
        name = CallId(f"c{next(self.numbers)}")
        return self.store.join(Place(name, name, QUEUE))


@contextmanager
def house(url: str, waiting: int, agents: int, folder: Path) -> Iterator[House]:
    """With so many who wait and so many free agents, in a database that was empty."""
    open_store(url, StoreSettings(spill=folder / "spill")).close()
    specs = tuple(AgentSpec(f"a{n:03}", f"sip:a{n}@127.0.0.1", (QUEUE,)) for n in range(agents))
    engine = open_engine(
        parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS, unasked_s=QUEUES_UNASKED_S
    )
    queue = QueueSpec(QUEUE, wrap_up=WrapUp.NONE)
    one = House(QueueStore(engine, "bench", (queue,), specs), tuple(s.name for s in specs))
    one.store.start()
    for _ in range(waiting):
        one.join()
    yield one
    engine.dispose()


def rush(one: House, seconds: float) -> list[float]:
    """Duration of each claim in s, by `THREADS` threads with agents of their own."""
    until_s = time.perf_counter() + seconds
    waiting = list(one.store.snapshot().entries)
    lock = threading.Lock()

    def work(number: int) -> list[float]:
        took: list[float] = []
        for agent in itertools.cycle(one.agents[number::THREADS]):
            if time.perf_counter() > until_s:
                return took
            with lock:
                entry = waiting.pop(0)
            began_s = time.perf_counter()
            offer = one.store.claim(entry, agent, lease_ms=LEASE_MS)
            took.append(time.perf_counter() - began_s)
            assert offer is not None
            one.store.answered(offer)
            one.store.released(offer)
            with lock:
                waiting.append(one.join())
        return took

    with ThreadPoolExecutor(THREADS) as pool:
        return [took for part in pool.map(work, range(THREADS)) for took in part]


def paced(one: House, rate: float, seconds: float) -> tuple[list[float], float]:
    """From release to claim in s; and claims a second. Agents talk so long that `rate` of them
    become free a second."""
    talk_s = len(one.agents) / rate
    freed_s: dict[str, float] = {}
    took: list[float] = []
    free = threading.Event()
    until_s = time.perf_counter() + seconds
    with ThreadPoolExecutor(THREADS) as pool:

        def release(offer: Offer) -> None:
            freed_s[offer.agent.name] = time.perf_counter()
            one.store.released(offer)
            free.set()
            one.join()

        def talk(offer: Offer) -> None:
            one.store.answered(offer)
            timers.append(threading.Timer(talk_s, free_one, [offer]))
            timers[-1].start()

        def free_one(offer: Offer) -> None:
            if time.perf_counter() < until_s:
                pool.submit(release, offer)

        timers: list[threading.Timer] = []
        free.set()
        while time.perf_counter() < until_s:
            if not free.wait(0.1):
                continue
            free.clear()
            now = one.store.snapshot()
            entries = {entry.id: entry for entry in now.entries}
            for pick in policy.decide(now):
                offer = one.store.claim(entries[pick.entry], pick.agent, lease_ms=LEASE_MS)
                assert offer is not None
                if pick.agent in freed_s:
                    took.append(time.perf_counter() - freed_s.pop(pick.agent))
                pool.submit(talk, offer)
        for timer in list(timers):
            timer.cancel()
    return took, len(took) / seconds


def row(name: str, what: str, rate: float, took: list[float]) -> str:
    """One line of the table."""
    ordered = sorted(took)
    p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return f"| {name} | {what} | {len(took)} | {rate:.0f} | {p50:.1f} | {p99:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--url", action="append", help="an empty database; may be given twice")
    options = parser.parse_args()
    print(f"{machine()}; {options.waiting} waiting, {options.agents} agents, {THREADS} threads\n")
    print("| database | run | claims | claims/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, databases(options.url, folder) as urls:
        for url in urls:
            name = parse_url(url).get_backend_name()
            with house(url, options.waiting, options.agents, Path(folder)) as one:
                took = rush(one, options.seconds)
                print(row(name, "rush", len(took) / options.seconds, took), flush=True)
                took, rate = paced(one, options.rate, options.seconds)
                print(row(name, "paced", rate, took), flush=True)


@contextmanager
def databases(urls: list[str] | None, folder: str) -> Iterator[list[str]]:
    """Those that are given, or two new ones."""
    if urls:
        yield urls
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgres_cluster import Cluster, programs

    made = [f"sqlite:///{folder}/voicebot.db"]
    bin_folder = programs()
    if bin_folder is None:
        yield made
        return
    cluster = Cluster(bin_folder)
    try:
        cluster.start()
        yield [*made, cluster.database()]
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
