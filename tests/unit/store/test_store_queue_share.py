"""Nodes whose routers share one database: who is offered, and what happens while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest
from queue_house import House, opened_house

from voicebot.core.call import CallId
from voicebot.core.queueing import (
    AgentSpec,
    AgentState,
    EntryState,
    OfferOutcome,
    PauseReason,
    QueueOutcome,
    QueueSpec,
    Strategy,
    WrapUp,
)
from voicebot.queueing.router import Offer, Router, Wish
from voicebot.session.directory import Directory
from voicebot.store.database import DatabaseAway
from voicebot.store.queue_desk import Desk
from voicebot.store.queue_share import QueueShare
from voicebot.store.queue_signals import Signals
from voicebot.store.queues import QueueStore
from voicebot.store.settings import StoreSettings

QUEUES = (
    QueueSpec("service", wrap_up_ms=5_000),
    QueueSpec("cards", wrap_up=WrapUp.NONE, strategy=Strategy.RING_ALL),
    QueueSpec("quick", wrap_up=WrapUp.NONE, max_length=300),
)
ANN = AgentSpec("ann", "sip:ann@127.0.0.1", ("service",))
BOB = AgentSpec("bob", "sip:bob@127.0.0.1", ("service", "cards"))
CYD = AgentSpec("cyd", "sip:cyd@127.0.0.1", ("cards",))
ONE, TWO = CallId("one"), CallId("two")


class Store(QueueStore):
    """One that can be away."""

    is_away = False

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        if self.is_away:
            raise DatabaseAway("the server is gone")
        with super()._desk() as desk:
            yield desk
            if self.is_away:
                raise DatabaseAway("the server went away in the midst of it")


@dataclass
class Node:
    """A node's queues."""

    store: Store
    share: QueueShare
    directory: Directory
    dialed: list[Offer] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def router(self) -> Router:
        return self.directory.router

    def calls(self, call: CallId, queue: str = "service", number: str = "") -> None:
        """A caller comes."""
        self.router.join(call, queue, self.share.now_ms(), Wish(number=number))
        self.directory.dispatcher.follow(call, self.dialed.append)
        self.directory.dispatcher.changed()

    async def written(self) -> None:
        """All is in the database, and read from there."""
        self.news.clear()
        self.share.read(None)
        await asyncio.wait_for(self.news.wait(), 20)

    async def until_dialed(self, count: int = 1) -> list[Offer]:
        async with asyncio.timeout(20):
            while len(self.dialed) < count:
                await self.written()
        return self.dialed

    def answered(self, offer: Offer) -> bool:
        self.router.dialed(offer)
        return self.router.answered(offer, self.share.now_ms())

    def released(self, offer: Offer) -> None:
        self.router.released(offer, self.share.now_ms())
        self.directory.dispatcher.changed()

    def changed(self) -> None:
        self.directory.dispatcher.changed()
        self.news.set()


@pytest.fixture
def house(url: str, settings: StoreSettings) -> Iterator[House]:
    made = opened_house(url, settings)
    yield made
    made.engine.dispose()


@asynccontextmanager
async def node(house: House, name: str, *agents: AgentSpec) -> AsyncIterator[Node]:
    store = Store(house.engine, name, QUEUES, agents)
    share = QueueShare(store)
    router = Router(QUEUES, agents, share)
    share.open()
    share.learn_all(router)
    one = Node(store, share, Directory(router, share.now_ms))
    share.join(router, one.changed)
    try:
        yield one
    finally:
        share.close()


async def test_a_caller_is_offered_once_the_claim_is_written(house: House) -> None:
    async with node(house, "n", ANN) as one:
        one.calls(ONE)
        assert one.dialed == []
        [offer] = await one.until_dialed()
        assert offer.agent == ANN
        assert one.answered(offer)
        one.released(offer)
        await one.written()
    [agent] = house.rows("SELECT state, token FROM agents")
    assert (agent["state"], agent["token"]) == ("wrap_up", 1)
    [entry] = house.rows("SELECT state, agent FROM queue_entries")
    assert (entry["state"], entry["agent"]) == ("wrapping", "ann")


async def test_the_caller_of_another_node_who_came_first_goes_first(house: House) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b:
        a.directory.pause("ann", PauseReason.BREAK, by="ann")
        await a.written()
        await b.written()
        a.calls(ONE)
        await a.written()
        b.calls(TWO)
        await b.written()
        assert (b.router.position(ONE), b.router.position(TWO)) == (1, 2)
        b.directory.resume("ann", by="ann")
        await b.written()
        assert b.dialed == [], "the agent is for the other node's caller"
        await a.written()
        [offer] = await a.until_dialed()
        assert offer.call == ONE
        assert a.answered(offer)
        await a.written()
        await b.written()
        assert b.router.agents["ann"].state is AgentState.BUSY
        assert ONE not in b.router.entries


async def test_two_nodes_that_know_nothing_of_each_other_yet_dial_an_agent_once(
    house: House,
) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b:
        a.calls(ONE)
        b.calls(TWO)
        for _ in range(3):
            await a.written()
            await b.written()
        assert len(a.dialed) + len(b.dialed) == 1
        winner, loser = (a, b) if a.dialed else (b, a)
        assert winner.answered(winner.dialed[0])
        assert len(loser.router.waiting("service")) == 1
    assert len(house.rows("SELECT * FROM queue_offers")) == 1


async def test_all_phones_that_ring_together_are_claimed(house: House) -> None:
    async with node(house, "n", BOB, CYD) as one:
        one.calls(ONE, "cards")
        bob, cyd = await one.until_dialed(2)
        assert one.answered(cyd)
        assert not one.answered(bob)
        one.router.failed(bob, OfferOutcome.CALLER_GONE, one.share.now_ms())
        await one.written()
        assert one.router.agents["bob"].state is AgentState.AVAILABLE
    states = {r["name"]: r["state"] for r in house.rows("SELECT name, state FROM agents")}
    assert states == {"bob": "available", "cyd": "busy"}


async def test_while_the_database_is_away_calls_are_offered_by_what_is_known(
    house: House,
) -> None:
    async with node(house, "n", ANN, BOB) as one:
        await one.written()
        one.store.is_away = True
        one.calls(ONE)
        one.calls(TWO)
        async with asyncio.timeout(5):
            while len(one.dialed) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert one.share.away
        first, second = one.dialed
        assert one.answered(first)
        one.released(first)
        one.router.failed(second, OfferOutcome.NO_ANSWER, one.share.now_ms())
        assert house.rows("SELECT * FROM queue_entries") == []
        one.store.is_away = False
        await one.written()
        assert not one.share.away
        assert one.router.position(TWO) == 1
    rows = house.rows("SELECT id, state FROM queue_entries ORDER BY joined_ms, ordinal")
    assert [(row["id"], row["state"]) for row in rows] == [(ONE, "wrapping"), (TWO, "waiting")]
    offers = house.rows("SELECT entry, outcome FROM queue_offers ORDER BY entry")
    assert [tuple(row.values()) for row in offers] == [(ONE, "answered"), (TWO, "no_answer")]


async def test_what_was_dialed_though_another_node_had_the_agent_is_withdrawn(
    house: House,
) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b:
        b.store.is_away = True
        b.calls(TWO)
        async with asyncio.timeout(5):
            while not b.dialed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        a.calls(ONE)
        [kept] = await a.until_dialed()
        [late] = b.dialed
        b.store.is_away = False
        await b.written()
        assert not b.router.counts(late)
        assert b.router.position(TWO) == 1
        assert a.router.counts(kept)
        assert a.answered(kept)


async def test_a_commit_of_which_nobody_knows_whether_it_was_made_is_not_made_twice(
    house: House,
) -> None:
    """The database goes away between a commit and the word of it."""
    async with node(house, "n", ANN) as one:
        plain = one.store.claim
        lost: list[Offer | None] = []

        def claim(*given: object, **more: object) -> Offer | None:
            found = plain(*given, **more)  # type: ignore[arg-type]
            if not lost:
                lost.append(found)
                raise DatabaseAway("the connection broke")
            return found

        one.store.claim = claim  # type: ignore[method-assign]
        one.calls(ONE)
        [offer] = await one.until_dialed()
        await one.written()
        assert one.answered(offer)
        await one.written()
        assert one.router.entries[ONE].state is EntryState.BRIDGED
    [row] = house.rows("SELECT outcome, token FROM queue_offers")
    assert (row["outcome"], row["token"]) == ("answered", 1)


async def test_what_was_undone_with_others_is_done_again(house: House) -> None:
    """A batch is rolled back by its last part, after an agent was released in it."""
    async with node(house, "n", ANN) as one:
        one.calls(ONE)
        [offer] = await one.until_dialed()
        together = one.store.together
        broke: list[bool] = []

        @contextmanager
        def breaks() -> Iterator[None]:
            with together():
                yield
                if not broke:
                    broke.append(True)
                    raise DatabaseAway("the connection broke")

        one.share._writer._jobs._together = breaks
        assert one.answered(offer)
        one.released(offer)
        await one.written()
        assert broke
    [agent] = house.rows("SELECT state FROM agents")
    [entry] = house.rows("SELECT state FROM queue_entries")
    assert (agent["state"], entry["state"]) == ("wrap_up", "wrapping")


async def test_a_caller_whose_node_was_thought_dead_has_the_place_still(house: House) -> None:
    async with node(house, "a", ANN) as a:
        a.router.pause("ann", PauseReason.BREAK, a.share.now_ms())
        a.calls(ONE)
        await a.written()
        joined_ms = a.router.entries[ONE].joined_ms
        a.store.stop()
        reaped = Store(house.engine, "a", QUEUES, (ANN,)).start()
        assert reaped.entries == (ONE,)
        await a.written()
        await a.written()
        [row] = house.rows("SELECT state, node, joined_ms FROM queue_entries")
        assert (row["state"], row["node"]) == ("waiting", "a")
        assert a.router.entries[ONE].joined_ms == joined_ms == row["joined_ms"]


@asynccontextmanager
async def listening(house: House, one: Node) -> AsyncIterator[None]:
    """The node hears of what others change; it has been told of nothing yet."""
    if house.engine.dialect.name != "postgresql":
        pytest.skip("only one node serves from SQLite")
    told = Signals(
        house.engine,
        one.store.node,
        lambda rows: one.share.on_loop(lambda: one.share.read(rows)),
    )
    told.start()
    await asyncio.wait_for(one.news.wait(), 20)
    one.news.clear()
    try:
        yield
    finally:
        await asyncio.to_thread(told.close)


async def test_an_agents_pause_on_one_node_is_known_on_the_other_at_once(house: House) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b, listening(house, b):
        a.directory.pause("ann", PauseReason.LUNCH, by="ann")
        await asyncio.wait_for(b.news.wait(), 20)
        agent = b.router.agents["ann"]
        assert (agent.state, agent.pause) == (AgentState.PAUSED, PauseReason.LUNCH)


async def test_a_queue_that_one_node_closes_is_closed_on_the_other_at_once(house: House) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b, listening(house, b):
        a.directory.set_closed("service", closed=True, by="eva")
        await asyncio.wait_for(b.news.wait(), 20)
        assert b.router.closed == a.router.closed
        assert b.router.closed["service"].by == "eva"
        assert b.router.admit("service", b.share.now_ms()) is QueueOutcome.CLOSED
        assert b.router.admit("cards", b.share.now_ms()) is not QueueOutcome.CLOSED
        b.news.clear()
        a.directory.set_closed("service", closed=False, by="eva")
        async with asyncio.timeout(20):
            while b.router.closed:
                await b.written()


async def test_nodes_that_close_a_queue_at_once_agree_on_who_did(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b:
        a.directory.set_closed("service", closed=True, by="eva")
        b.directory.set_closed("service", closed=True, by="ben")
        learned = [asyncio.ensure_future(one.news.wait()) for one in (a, b)]
        done, late = await asyncio.wait(learned, timeout=20, return_when="FIRST_COMPLETED")
        assert len(done) == len(late) == 1
        assert a.router.closed == b.router.closed
        late.pop().cancel()
    [row] = house.rows("SELECT by FROM closed_queues")
    assert a.router.closed["service"].by == row["by"]
    assert not caplog.records


async def test_a_closed_queue_is_closed_after_a_restart_and_open_after_it_was_opened(
    house: House,
) -> None:
    async with node(house, "n", ANN) as one:
        one.directory.set_closed("service", closed=True, by="eva")
        one.directory.set_closed("service", closed=True, by="ben")
        closed = dict(one.router.closed)
    async with node(house, "n", ANN) as one:
        assert one.router.closed == closed
        assert closed["service"].by == "eva"
        await one.written()
        assert one.router.closed == closed
        one.directory.set_closed("service", closed=False, by="ben")
        assert one.router.admit("service", one.share.now_ms()) is None
    async with node(house, "n", ANN) as one:
        assert one.router.closed == {}


async def test_two_hundred_wait_and_twenty_come_and_are_served_a_second(house: House) -> None:
    """Two seconds of it as fast as it goes: each is served once, in the order of joining."""
    agents = tuple(AgentSpec(f"a{n}", f"sip:a{n}@127.0.0.1", ("quick",)) for n in range(10))
    async with node(house, "n", *agents) as one:
        for agent in agents:
            one.directory.pause(agent.name, PauseReason.BREAK, by="test")
        for number in range(200):
            one.calls(CallId(f"c{number:03}"), "quick")
        for agent in agents:
            one.directory.resume(agent.name, by="test")
        for number in range(40):
            offer = (await one.until_dialed(number + 1))[number]
            assert one.answered(offer)
            one.calls(CallId(f"d{number:03}"), "quick")
            one.released(offer)
        await one.written()
        served = [offer.call for offer in one.dialed[:40]]
        assert served == [f"c{number:03}" for number in range(40)]
    assert len(house.rows("SELECT * FROM queue_entries WHERE state = 'closed'")) == 40
    assert len(house.rows("SELECT * FROM queue_offers WHERE outcome = 'answered'")) == 40


async def test_who_was_put_through_to_an_agent_of_another_node_goes_on_talking(
    house: House,
) -> None:
    """Dialed while the database was away, answered, and only then known to be somebody else's."""
    async with node(house, "a", ANN) as a, node(house, "b", ANN) as b:
        b.store.is_away = True
        b.calls(TWO)
        async with asyncio.timeout(5):
            while not b.dialed:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert b.answered(b.dialed[0])
        a.calls(ONE)
        [kept] = await a.until_dialed()
        assert a.answered(kept)
        b.store.is_away = False
        await b.written()
        await b.written()
        assert b.router.entries[TWO].state is EntryState.BRIDGED
        assert b.router.counts(b.dialed[0])
        assert len(b.dialed) == 1, "the caller who talks is offered to nobody else"
        b.released(b.dialed[0])
        await b.written()
        await b.written()
        assert b.router.agents["ann"].state is AgentState.BUSY, "with the other node's caller"
    states = {row["id"]: row["state"] for row in house.rows("SELECT id, state FROM queue_entries")}
    assert states == {ONE: "bridged", TWO: "closed"}
