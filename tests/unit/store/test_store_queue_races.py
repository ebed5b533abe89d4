"""Many at once, in threads and in processes: each agent goes to one caller at a time."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing.context import SpawnProcess

import pytest
from queue_house import AGENTS, LEASE_MS, QUEUES, House, opened_house, place

from voicebot.core.afterwards import DueCallback
from voicebot.core.call import CallId
from voicebot.core.queueing import AgentState, Closure, EntryState, OfferOutcome
from voicebot.queueing.router import Offer
from voicebot.store.database import open_engine, parse_url
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

THREADS = 8


@pytest.fixture
def house(url: str, settings: StoreSettings) -> Iterator[House]:
    made = opened_house(url, settings)
    yield made
    made.engine.dispose()


def test_of_all_who_claim_an_agent_one_has_it(house: House) -> None:
    node = house.node()
    entries = [node.join(place(f"c{number}")) for number in range(THREADS)]
    together = threading.Barrier(THREADS)

    def claim(number: int) -> Offer | None:
        together.wait()
        return node.claim(entries[number], "ann", lease_ms=LEASE_MS)

    with ThreadPoolExecutor(THREADS) as pool:
        offers = [offer for offer in pool.map(claim, range(THREADS)) if offer is not None]
    assert len(offers) == 1
    states = Counter(row["state"] for row in house.rows("SELECT state FROM queue_entries"))
    assert states == {"waiting": THREADS - 1, "offered": 1}
    assert [row["entry"] for row in house.rows("SELECT entry FROM queue_offers")] == [
        offers[0].call
    ]


def test_a_place_goes_to_one_of_the_agents_who_are_claimed_for_it(house: House) -> None:
    node = house.node()
    entry = node.join(place("one"))
    together = threading.Barrier(len(AGENTS))

    def claim(name: str) -> Offer | None:
        together.wait()
        return node.claim(entry, name, lease_ms=LEASE_MS)

    with ThreadPoolExecutor(len(AGENTS)) as pool:
        offers = [o for o in pool.map(claim, [agent.name for agent in AGENTS]) if o is not None]
    assert len(offers) == 1
    busy = [row["name"] for row in house.rows("SELECT name FROM agents WHERE state <> 'available'")]
    assert busy == [offers[0].agent.name]


def test_of_all_phones_that_answer_at_once_one_has_the_caller(house: House) -> None:
    node = house.node()
    node.join(place("one", "cards"))
    offers = []
    for name in ("bob", "cyd", "dee"):
        entry = node.entry(CallId("one"))
        assert entry is not None
        offers.append(node.claim(entry, name, lease_ms=LEASE_MS))
    together = threading.Barrier(3)

    def answer(offer: Offer) -> bool:
        together.wait()
        return node.answered(offer) or not node.failed(offer, OfferOutcome.CALLER_GONE)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(answer, offers)) == 1
    states = Counter(row["state"] for row in house.rows("SELECT state FROM agents"))
    assert states == {"available": 3, "busy": 1}


def test_who_hangs_up_while_a_phone_begins_to_ring_leaves_nobody_reserved(house: House) -> None:
    node = house.node()
    for number in range(20):
        entry = node.join(place(f"c{number}"))
        together = threading.Barrier(2)

        def claim(entry: object = entry, gate: threading.Barrier = together) -> None:
            gate.wait()
            node.claim(entry, "ann", lease_ms=LEASE_MS)  # type: ignore[arg-type]

        thread = threading.Thread(target=claim)
        thread.start()
        together.wait()
        assert node.leave(entry.id, "abandoned")
        thread.join()
        assert node.agent("ann").state is AgentState.AVAILABLE
        assert node.entry(entry.id).state is EntryState.CLOSED  # type: ignore[union-attr]


def test_of_all_callbacks_of_one_customer_one_is_taken(house: House) -> None:
    """By nodes that all saw them due; the same again once that one is put off."""
    nodes = [house.node(f"n{number}") for number in range(THREADS)]
    ids = [CallId(f"c{number}") for number in range(THREADS)]
    for id in ids:
        nodes[0].keep_callback(place(id, number="+491"), joined_ms=500)
    for _ in range(5):
        together = threading.Barrier(THREADS)

        def take(
            node: QueueStore, id: CallId, gate: threading.Barrier = together
        ) -> DueCallback | None:
            assert id in node.due_callbacks()
            gate.wait()
            return node.take_callback(id)

        with ThreadPoolExecutor(THREADS) as pool:
            [due] = [due for due in pool.map(take, nodes, ids) if due is not None]
        [taken] = house.rows("SELECT id, node FROM queue_entries WHERE node <> ''")
        assert taken == {"id": due.id, "node": nodes[ids.index(due.id)].node}
        assert nodes[ids.index(due.id)].put_off(due.id, 0, "busy")


def test_of_all_nodes_that_close_a_queue_one_is_who_closed_it(house: House) -> None:
    nodes = [house.node(f"n{number}") for number in range(THREADS)]
    for _ in range(3):
        together = threading.Barrier(THREADS)

        def close(node: QueueStore, gate: threading.Barrier = together) -> bool:
            gate.wait()
            return node.set_closure("cards", Closure(node.node, 1_000))

        def open_(node: QueueStore, gate: threading.Barrier = together) -> bool:
            gate.wait()
            return node.set_closure("cards", None)

        with ThreadPoolExecutor(THREADS) as pool:
            closed = list(pool.map(close, nodes))
            assert sum(closed) == 1
            by = nodes[closed.index(True)].node
            assert nodes[0].closures() == {"cards": Closure(by, 1_000)}
            assert sum(pool.map(open_, nodes)) == 1


def serve(url: str, name: str, calls: int) -> None:
    """A node in a process of its own: joins, claims whoever is free, talks, lets go."""
    engine = open_engine(parse_url(url), busy_timeout_ms=20_000)
    node = QueueStore(engine, name, QUEUES, AGENTS)
    node.start()
    for number in range(calls):
        entry = node.join(place(f"{name}-{number}", "service" if number % 2 else "cards"))
        served = False
        while not served:
            for spec in AGENTS:
                if entry.queue not in spec.queues:
                    continue
                offer = node.claim(entry, spec.name, lease_ms=60_000)
                if offer is not None:
                    assert node.answered(offer)
                    assert node.released(offer)
                    node.end_wrap_up(spec.name, by=spec.name)
                    served = True
                    break
    engine.dispose()


def test_nodes_in_processes_of_their_own(url: str, house: House) -> None:
    house.node("zero")
    context = multiprocessing.get_context("spawn")
    nodes: list[SpawnProcess] = [
        context.Process(target=serve, args=(url, f"n{number}", 12)) for number in range(3)
    ]
    for process in nodes:
        process.start()
    for process in nodes:
        process.join(90)
    assert [process.exitcode for process in nodes] == [0, 0, 0]
    assert len(house.rows("SELECT 1 FROM queue_entries WHERE state = 'closed'")) == 36
    offers = house.rows("SELECT agent, token, entry, answered_ms, ended_ms FROM queue_offers")
    assert Counter(offer["entry"] for offer in offers).most_common(1)[0][1] == 1
    for name in {offer["agent"] for offer in offers}:
        mine = sorted((o for o in offers if o["agent"] == name), key=lambda o: o["token"])
        assert [offer["token"] for offer in mine] == list(range(1, len(mine) + 1))
        for first, second in pairwise(mine):
            assert first["ended_ms"] <= second["answered_ms"], "two callers at once"
    assert {row["state"] for row in house.rows("SELECT state FROM agents")} == {"available"}
