"""Customers are called back, in virtual time, with the places in a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from voicebot import nlu
from voicebot.core.afterwards import (
    CallbackPlan,
    CallbackRequest,
    CallbackResult,
    CallbackState,
    DueCallback,
)
from voicebot.core.call import CallId, Outcome
from voicebot.core.queueing import AgentSpec, AgentState, Place, QueueSpec
from voicebot.core.record import Fact, FactKind
from voicebot.flow.loader import load_file
from voicebot.queueing.figures.story import CALLBACK, story_of
from voicebot.queueing.router import Offer, Router
from voicebot.queueing.sharing import Alone
from voicebot.scenario.world import World
from voicebot.session.callback_call import CallbackCall
from voicebot.session.calling_back import CallingBack
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import Answer, answers, refuses, rings_for_ever
from voicebot.store.callbacks import CallbackStore
from voicebot.store.database import open_engine, parse_url
from voicebot.store.opening import open_store
from voicebot.store.queues import QueueStore

FLOW = "flow: f\nstart: bye\non_error: bye\nnodes:\n  bye: {kind: hangup, prompt: Bye.}\n"
QUEUE = QueueSpec("support", ring_ms=10_000, max_wait_ms=60_000, wrap_up_ms=1_000)
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("support",))
NUMBER = "+4917055501"
PLAN = CallbackPlan(automatic=True, retry_s=300, attempts=3, ring_s=20)
ONE = CallId("one-callback-1")
REQUEST = CallbackRequest(ONE, CallId("one"), "support", NUMBER, datetime.fromtimestamp(0, UTC))
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Share(Alone):
    """Learns of places from the database, at once."""

    def __init__(self, store: QueueStore) -> None:
        self.store, self.router = store, Router((), ())

    def read(self, rows: Iterable[str] | None) -> None:
        ids = [row[2:] for row in rows or ()]
        there = {entry.id: entry for entry in self.store.read((), ids).entries}
        for id in map(CallId, ids):
            if id in there:
                self.router.learn_entry(there[id])
            else:
                self.router.learn_gone(id)


class Hotline(World):
    """One that calls back."""

    store: QueueStore
    share: Share
    plan: CallbackPlan = PLAN
    hour = 9

    def begin(self, store: QueueStore) -> None:
        self.store, self.share = store, Share(store)
        self.settled: list[tuple[str, CallbackState, str]] = []
        self.results: list[CallbackResult] = []

    def services(self) -> Services:
        return self._services()

    async def serve(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        router = Router(self.queues, self.agents, self.share)
        self.share.router = router
        self.directory = directory = Directory(router, lambda: round(loop.time() * 1000))
        services = self.services()

        async def call(due: DueCallback) -> CallbackResult:
            id = CallId(f"back-{len(self.results)}")
            result = await CallbackCall(due, self.plan, services, directory, id).run()
            self.results.append(result)
            return result

        async def aside(do: Callable[..., Any], *args: Any) -> Any:
            return do(*args)

        dialing = CallingBack(
            directory,
            self.store,
            lambda id, state, result: self.settled.append((id, state, result)),
            call,
            self.plan,
            clock=lambda: MORNING.replace(hour=self.hour) + timedelta(seconds=loop.time()),
            dialable=lambda number: number == NUMBER,
            aside=aside,
        )
        task = asyncio.create_task(dialing.run())
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., Hotline]:
    (tmp_path / "f.yaml").write_text(FLOW, "utf-8")
    flow = load_file(tmp_path / "f.yaml")
    numbers = count()

    def run(
        customer: Answer,
        *,
        seconds: float = 60,
        before: Callable[[Hotline], None] = lambda hotline: None,
        meanwhile: Callable[[Hotline], Coroutine[Any, Any, None]] | None = None,
        number: str = NUMBER,
        not_before_ms: int = 0,
    ) -> Hotline:
        url = f"sqlite:///{tmp_path}/{next(numbers)}.db"
        store = open_store(url)
        asyncio.run(store.callbacks.add(REQUEST))
        store.close()
        engine = open_engine(parse_url(url), busy_timeout_ms=5_000)
        hotline = Hotline(flow, nlu.build(), SimBackend({}), (QUEUE,), (ANNA,))
        hotline.telephone.far_ends |= {NUMBER: customer, ANNA.address: answers(2_000, 5_000)}

        async def main() -> None:
            loop = asyncio.get_running_loop()
            clock = lambda _: round(loop.time() * 1000)  # noqa: E731
            hotline.begin(QueueStore(engine, "here", (QUEUE,), (ANNA,), clock=clock))
            hotline.store.start()
            before(hotline)
            place = Place(ONE, CallId("one"), "support", number)
            hotline.store.keep_callback(place, joined_ms=0, not_before_ms=not_before_ms)
            if meanwhile is not None:
                asyncio.get_running_loop().create_task(meanwhile(hotline))
            await hotline.serve(seconds)

        run_virtual(main())
        assert all(leg.state == "DISCONNECTED" for leg in hotline.telephone.dialed)
        return hotline

    return run


def of_call(hotline: Hotline, call: str) -> list[Fact]:
    return [fact for fact in hotline.journal.facts if fact.call == call]


def test_a_customer_is_called_and_talks_to_an_agent(play: Callable[..., Hotline]) -> None:
    hotline = play(answers(3_000))
    assert hotline.results == [CallbackResult.SERVED]
    assert hotline.settled == [(ONE, CallbackState.DONE, "served")]
    assert [leg.info.called for leg in hotline.telephone.dialed] == [NUMBER, ANNA.address]
    facts = of_call(hotline, "back-0")
    assert facts[0].data["direction"] == "out"
    assert [f.data["agent"] for f in facts if f.kind is FactKind.BRIDGED] == ["anna"]
    assert facts[-1].data["outcome"] == Outcome.HANDLED
    assert hotline.store.due_callbacks() == ()
    assert hotline.directory is not None
    assert not hotline.directory.router.calling_back


@pytest.mark.parametrize(
    ("customer", "result"),
    [
        (refuses(486), "busy"),
        (refuses(603), "rejected"),
        (refuses(503), "failed"),
        (rings_for_ever, "no_answer"),
        (answers(1_000, 500), "hung_up"),
    ],
)
def test_what_came_to_nothing_is_tried_again_and_then_given_up(
    play: Callable[..., Hotline], customer: Answer, result: str
) -> None:
    hotline = play(customer, seconds=800)
    assert hotline.results == [result] * 3
    assert hotline.settled == [(ONE, CallbackState.FAILED, result)]
    began = [f.time for f in hotline.journal.facts if f.kind is FactKind.RANG]
    assert all(b - a >= timedelta(seconds=300) for a, b in pairwise(began))
    assert hotline.directory is not None
    assert hotline.directory.router.agents["anna"].state is AgentState.AVAILABLE


def test_a_number_that_may_not_be_called_is_not(play: Callable[..., Hotline]) -> None:
    hotline = play(answers(1_000), number="+1900", seconds=800)
    assert hotline.telephone.dialed == []
    assert hotline.settled == [(ONE, CallbackState.FAILED, "failed")]


def test_nobody_is_called_at_night(play: Callable[..., Hotline]) -> None:
    hotline = play(answers(1_000), before=lambda h: setattr(h, "hour", 22))
    assert hotline.telephone.dialed == []
    assert hotline.settled == []


def test_nobody_is_called_before_the_time_that_was_asked_for(play: Callable[..., Hotline]) -> None:
    assert play(answers(1_000), not_before_ms=90_000).results == []
    assert play(answers(1_000), not_before_ms=20_000).results == [CallbackResult.SERVED]


def test_nobody_is_called_while_no_agent_is_there(play: Callable[..., Hotline]) -> None:
    async def leave(hotline: Hotline) -> None:
        await asyncio.sleep(0)
        assert hotline.directory is not None
        hotline.directory.log_out("anna", by="test")
        await asyncio.sleep(100)
        hotline.directory.log_in("anna", by="test")

    hotline = play(answers(1_000), seconds=90, meanwhile=leave)
    assert hotline.telephone.dialed == []
    hotline = play(answers(1_000), seconds=150, meanwhile=leave)
    assert hotline.results == [CallbackResult.SERVED]


def test_who_rings_again_has_the_place(play: Callable[..., Hotline]) -> None:
    async def ring(hotline: Hotline) -> None:
        await asyncio.sleep(10)
        place = Place(CallId("two"), CallId("two"), "support", NUMBER)
        entry = hotline.store.join(place)
        assert hotline.store.inherit(entry.id, NUMBER, within_ms=0)
        found = hotline.store.entry(entry.id)
        assert found is not None
        assert found.joined_ms == 0

    hotline = play(refuses(486), seconds=400, meanwhile=ring)
    assert hotline.results == [CallbackResult.BUSY]
    assert hotline.settled
    assert set(hotline.settled) == {(ONE, CallbackState.ADOPTED, "")}


def test_one_whose_node_died_is_made_by_another(play: Callable[..., Hotline]) -> None:
    def taken(hotline: Hotline) -> None:
        hotline.store.keep_callback(Place(ONE, CallId("one"), "support", NUMBER), joined_ms=0)
        assert hotline.store.take_callback(ONE) is not None
        assert hotline.store.take_callback(ONE) is None

    assert play(answers(1_000), seconds=100, before=taken).results == []
    assert play(answers(1_000), seconds=150, before=taken).results == [CallbackResult.SERVED]


def test_one_that_has_no_place_gets_one(play: Callable[..., Hotline]) -> None:
    def remove(hotline: Hotline) -> None:
        hotline.store.keep_callback = lambda *_, **__: None  # type: ignore[method-assign]

    async def restore(hotline: Hotline) -> None:
        del hotline.store.keep_callback

    hotline = play(answers(1_000), seconds=50, before=remove, meanwhile=restore)
    assert hotline.results == []
    hotline = play(answers(1_000), seconds=120, before=remove, meanwhile=restore)
    assert hotline.results == [CallbackResult.SERVED]


def test_one_that_was_settled_by_hand_is_not_made(play: Callable[..., Hotline]) -> None:
    def settle(hotline: Hotline) -> None:
        CallbackStore(hotline.store._engine).settle(ONE, CallbackState.CANCELED)

    hotline = play(answers(1_000), before=settle)
    assert (hotline.results, hotline.telephone.dialed) == ([], [])


def test_who_was_cut_off_and_does_not_ring_is_called(play: Callable[..., Hotline]) -> None:
    plan = CallbackPlan(automatic=True, cut_off_after_s=60)

    def cut_off(hotline: Hotline) -> None:
        hotline.plan = plan
        hotline.store.join(Place(CallId("cut"), CallId("cut"), "support", NUMBER))
        hotline.store.start()  # the node begins anew

    hotline = play(answers(1_000), seconds=50, before=cut_off)
    assert len(hotline.results) == 1
    hotline = play(answers(1_000), seconds=120, before=cut_off)
    assert hotline.results == [CallbackResult.SERVED] * 2


def test_an_agent_is_left_free_while_the_customer_rings(play: Callable[..., Hotline]) -> None:
    async def another_waits(hotline: Hotline) -> None:
        await asyncio.sleep(5)  # the customer rings by now
        directory = hotline.directory
        assert directory is not None
        offered: list[Offer] = []
        directory.router.join(CallId("late"), "support", directory.now_ms())
        directory.dispatcher.follow(CallId("late"), offered.append)
        directory.dispatcher.changed()
        assert offered == []
        await asyncio.sleep(20)
        directory.dispatcher.unfollow(CallId("late"))
        directory.router.leave(CallId("late"))
        seen.extend(offered)

    seen: list[Offer] = []
    hotline = play(answers(10_000), seconds=50, meanwhile=another_waits)
    assert hotline.results == [CallbackResult.SERVED]
    assert [offer.call for offer in seen] == ["late"]  # afterwards
    [bridged] = [f for f in hotline.journal.facts if f.kind is FactKind.BRIDGED]
    assert bridged.call == "back-0"


def test_one_that_came_to_nothing_for_too_long_expires(play: Callable[..., Hotline]) -> None:
    short = CallbackPlan(automatic=True, retry_s=300, attempts=9, expires_s=400)
    hotline = play(
        refuses(486), seconds=800, before=lambda hotline: setattr(hotline, "plan", short)
    )
    assert hotline.settled == [(ONE, CallbackState.EXPIRED, "")]
    assert len(hotline.results) == 2


def test_who_was_called_back_has_not_abandoned(play: Callable[..., Hotline]) -> None:
    hotline = play(answers(1_000, 20_000), before=_hold_anna)
    story = story_of(of_call(hotline, "back-0"))
    assert story is not None
    assert story.caller == ""
    assert [stay.end for stay in story.stays] == [CALLBACK]


def _hold_anna(hotline: Hotline) -> None:
    hotline.telephone.far_ends[ANNA.address] = rings_for_ever
