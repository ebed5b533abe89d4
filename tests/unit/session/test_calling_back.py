"""Customers are called back, in virtual time, with the places in a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voicebot import nlu
from voicebot.core.afterwards import (
    AskWhoAnswers,
    CallbackPlan,
    CallbackRequest,
    CallbackResult,
    CallbackState,
    DueCallback,
)
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId, Outcome
from voicebot.core.call_context import CallContext
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
from voicebot.sim.line import Answer, SimLeg, answers, refuses, rings_for_ever
from voicebot.store.callbacks import CallbackStore
from voicebot.store.database import DatabaseAway, open_engine, parse_url
from voicebot.store.opening import open_store
from voicebot.store.queues import QueueStore

FLOW = "flow: f\nstart: bye\non_error: bye\nnodes:\n  bye: {kind: hangup, prompt: Bye.}\n"
QUEUE = QueueSpec("support", ring_ms=10_000, max_wait_ms=60_000, wrap_up_ms=1_000)
ANNA = AgentSpec("anna", "sip:anna@127.0.0.1", ("support",))
BOB = AgentSpec("bob", "sip:bob@127.0.0.1", ("support",))
NUMBER = "+4917055501"
PLAN = CallbackPlan(automatic=True, retry_s=60, attempts=3, ring_s=20)
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
    fails = False
    earlier: CallContext | None = None

    def begin(self, store: QueueStore) -> None:
        self.store, self.share = store, Share(store)
        self.settled: list[tuple[str, CallbackState, str]] = []
        self.results: list[CallbackResult] = []
        self.begun: list[float] = []

    def services(self) -> Services:
        return self._services()

    def settle(self, id: str, state: CallbackState, result: str) -> None:
        if CallbackStore(self.store._engine).settle(id, state, result):
            self.settled.append((id, state, result))

    async def serve(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        router = Router(self.queues, self.agents, self.share)
        self.share.router = router
        self.directory = directory = Directory(router, lambda: round(loop.time() * 1000))
        services = self.services()

        async def call(due: DueCallback, served: Callable[[], None]) -> CallbackResult:
            id = CallId(f"back-{len(self.results)}")
            one = CallbackCall(due, self.plan, services, directory, id, self.earlier, served)
            self.begun.append(loop.time())
            result = await one.run()
            if self.fails:
                raise ZeroDivisionError
            self.results.append(result)
            return result

        async def aside(do: Callable[..., Any], *args: Any) -> Any:
            return do(*args)

        dialing = CallingBack(
            directory,
            self.store,
            self.settle,
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


def says(after_ms: int, *runs_ms: int, talk_ms: int | None = None) -> Answer:
    """Somebody who answers after a while, and talks and is silent in turn for so long."""

    def set_up(leg: SimLeg) -> None:
        answers(after_ms, talk_ms)(leg)
        loud = [i % 2 == 0 for i, run_ms in enumerate(runs_ms) for _ in range(run_ms // 20)]
        samples = np.repeat(np.where(loud, 20_000, 0), leg.rate // 50).astype(np.int16)
        leg.at(after_ms, lambda: leg.far_says(Pcm(samples, leg.rate)))

    return set_up


def hello(after_ms: int, talk_ms: int | None = None) -> Answer:
    """A person."""
    return says(after_ms, 400, talk_ms=talk_ms)


def of_call(hotline: Hotline, call: str) -> list[Fact]:
    return [fact for fact in hotline.journal.facts if fact.call == call]


def test_a_customer_is_called_and_talks_to_an_agent(play: Callable[..., Hotline]) -> None:
    hotline = play(hello(3_000))
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
        (hello(1_000, 500), "hung_up"),
    ],
)
def test_what_came_to_nothing_is_tried_again_and_then_given_up(
    play: Callable[..., Hotline], customer: Answer, result: str
) -> None:
    hotline = play(customer, seconds=220)
    assert hotline.results == [result] * 3
    assert hotline.settled == [(ONE, CallbackState.FAILED, result)]
    began = [f.time for f in hotline.journal.facts if f.kind is FactKind.RANG]
    assert all(b - a >= timedelta(seconds=PLAN.retry_s) for a, b in pairwise(began))
    assert hotline.directory is not None
    assert hotline.directory.router.agents["anna"].state is AgentState.AVAILABLE


def said(hotline: Hotline, call: str) -> list[str]:
    """Which prompts."""
    return [f.data["prompt"] for f in of_call(hotline, call) if f.kind is FactKind.SAID]


def found(hotline: Hotline) -> tuple[str, str]:
    """Who answered the first call, and by what that was found."""
    [fact] = [f for f in of_call(hotline, "back-0") if f.kind is FactKind.ANSWERED_BY]
    return fact.data["who"], fact.data["by"]


LONG = 8_000


@pytest.mark.parametrize(
    ("customer", "by"),
    [
        (says(1_000, 400), "greeting"),
        (says(1_000, 300, 300, 500), "greeting"),
        (says(1_000, 2_000, 8_000, 400), "word"),
        (says(1_000, 0, 10_000, 400), "word"),
    ],
)
def test_persons_are_put_through(play: Callable[..., Hotline], customer: Answer, by: str) -> None:
    hotline = play(customer)
    assert hotline.results == [CallbackResult.SERVED]
    assert found(hotline) == ("person", by)
    assert "callback/connecting" in said(hotline, "back-0")


def test_a_person_who_is_taken_for_a_machine_presses_a_key(play: Callable[..., Hotline]) -> None:
    def customer(leg: SimLeg) -> None:
        says(1_000, LONG)(leg)
        leg.at(9_500, lambda: leg.far_keys("1"))

    hotline = play(customer)
    assert hotline.results == [CallbackResult.SERVED]
    assert found(hotline) == ("person", "key")


@pytest.mark.parametrize("runs_ms", [(LONG,), (2_000, 400, 3_000, 400, 6_000), (0,)])
def test_machines_are_hung_up_on(play: Callable[..., Hotline], runs_ms: tuple[int, ...]) -> None:
    """No agent's phone rings, and the call is tried again."""
    hotline = play(says(1_000, *runs_ms))
    assert hotline.results == [CallbackResult.MACHINE]
    assert found(hotline) == ("machine", "no_answer")
    assert [leg.info.called for leg in hotline.telephone.dialed] == [NUMBER]
    assert said(hotline, "back-0") == ["callback/greeting", "callback/ask", "callback/ask"]
    assert of_call(hotline, "back-0")[-1].data["reason"] == "callback_machine"
    [noted] = CallbackStore(hotline.store._engine).list()
    assert (noted.state, noted.result, noted.attempts) == (CallbackState.WAITING, "machine", 1)


def says_on(leg: SimLeg, silent_ms: int, talk_ms: int) -> None:
    samples = np.zeros((silent_ms + talk_ms) * 8, np.int16)
    samples[silent_ms * 8 :] = 20_000
    leg.far_says(Pcm(samples, leg.rate))


def beeps(leg: SimLeg, at_ms: int) -> None:
    beep = 9_000 * np.sin(np.arange(4_000) * 2 * np.pi * 1_000 / 8_000)
    leg.at(at_ms, lambda: leg.far_says(Pcm(beep.astype(np.int16), leg.rate)))


@pytest.mark.parametrize(("ask", "asked"), [("in_doubt", 1), ("never", 0)])
def test_a_beep_and_no_answer_is_a_machine_which_is_left_a_message(
    play: Callable[..., Hotline], ask: str, asked: int
) -> None:
    def customer(leg: SimLeg) -> None:
        says(1_000, 400 if ask == "never" else 2_000)(leg)
        beeps(leg, 2_000 if ask == "never" else 4_000)

    plan = CallbackPlan(machine_message="We tried to reach you.", ask=AskWhoAnswers(ask))
    hotline = play(customer, before=lambda hotline: setattr(hotline, "plan", plan))
    assert hotline.results == [CallbackResult.MACHINE]
    assert found(hotline) == ("machine", "beep")
    prompts = said(hotline, "back-0")
    assert (prompts.count("callback/ask"), prompts[-1]) == (asked, "callback/message")


@pytest.mark.parametrize(("beep_ms", "word_ms"), [(0, 6_000), (2_000, 4_000), (6_000, 4_000)])
def test_a_person_whose_line_beeps_is_asked(
    play: Callable[..., Hotline], beep_ms: int, word_ms: int
) -> None:
    """Before the question, during it, and in the time for an answer."""

    def customer(leg: SimLeg) -> None:
        says(1_000, 2_000, beep_ms + 20)(leg)
        beeps(leg, 1_001)  # after that
        leg.at(1_002, lambda: says_on(leg, word_ms, 400))

    hotline = play(customer)
    assert hotline.results == [CallbackResult.SERVED]
    assert found(hotline) == ("person", "word")


@pytest.mark.parametrize(
    ("ask", "customer", "result"),
    [
        ("never", says(1_000, LONG), "machine"),
        ("never", answers(1_000), "served"),
        ("always", hello(1_000), "machine"),
        ("always", says(1_000, 400, 7_500, 400), "served"),
    ],
)
def test_whether_it_is_asked(
    play: Callable[..., Hotline], ask: str, customer: Answer, result: str
) -> None:
    plan = CallbackPlan(ask=AskWhoAnswers(ask))
    hotline = play(customer, before=lambda hotline: setattr(hotline, "plan", plan))
    assert hotline.results == [result]
    assert ("callback/ask" in said(hotline, "back-0")) is (ask == "always")


def test_customers_hear_the_language_of_their_call(play: Callable[..., Hotline]) -> None:
    """And the agent is told what the call was about."""
    earlier = CallContext(
        CallId("one"), MORNING, language="zh", intent="lost_card", summary={"card": "4321"}
    )
    hotline = play(hello(1_000), before=lambda hotline: setattr(hotline, "earlier", earlier))
    facts = of_call(hotline, "back-0")
    assert [f.data["language"] for f in facts if f.kind is FactKind.ANSWERED] == ["zh"]
    texts = [f.data["text"] for f in facts if f.kind is FactKind.SAID]
    assert texts == ["您好，这是您预约的回电。", "现在为您接通。"]
    [queued] = [f for f in facts if f.kind is FactKind.QUEUED]
    assert queued.data["summary"] == {"card": "4321", "intent": "lost_card"}


def test_a_number_that_may_not_be_called_is_not(play: Callable[..., Hotline]) -> None:
    hotline = play(hello(1_000), number="+1900", seconds=220)
    assert hotline.telephone.dialed == []
    assert hotline.settled == [(ONE, CallbackState.FAILED, "failed")]


def test_nobody_is_called_at_night(play: Callable[..., Hotline]) -> None:
    hotline = play(hello(1_000), before=lambda h: setattr(h, "hour", 22))
    assert hotline.telephone.dialed == []
    assert hotline.settled == []


def test_nobody_is_called_before_the_time_that_was_asked_for(play: Callable[..., Hotline]) -> None:
    assert play(hello(1_000), not_before_ms=90_000).results == []
    assert play(hello(1_000), not_before_ms=20_000).results == [CallbackResult.SERVED]


def test_nobody_is_called_while_no_agent_is_there(play: Callable[..., Hotline]) -> None:
    async def leave(hotline: Hotline) -> None:
        await asyncio.sleep(0)
        assert hotline.directory is not None
        hotline.directory.log_out("anna", by="test")
        await asyncio.sleep(100)
        hotline.directory.log_in("anna", by="test")

    hotline = play(hello(1_000), seconds=90, meanwhile=leave)
    assert hotline.telephone.dialed == []
    hotline = play(hello(1_000), seconds=150, meanwhile=leave)
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

    hotline = play(refuses(486), seconds=100, meanwhile=ring)
    assert hotline.results == [CallbackResult.BUSY]
    assert hotline.settled
    assert set(hotline.settled) == {(ONE, CallbackState.ADOPTED, "")}


def test_one_whose_node_died_is_made_by_another(play: Callable[..., Hotline]) -> None:
    def taken(hotline: Hotline) -> None:
        hotline.store.keep_callback(Place(ONE, CallId("one"), "support", NUMBER), joined_ms=0)
        assert hotline.store.take_callback(ONE) is not None
        assert hotline.store.take_callback(ONE) is None

    assert play(hello(1_000), seconds=100, before=taken).results == []
    assert play(hello(1_000), seconds=150, before=taken).results == [CallbackResult.SERVED]


def test_one_that_has_no_place_gets_one(play: Callable[..., Hotline]) -> None:
    def remove(hotline: Hotline) -> None:
        hotline.store.keep_callback = lambda *_, **__: None  # type: ignore[method-assign]

    async def restore(hotline: Hotline) -> None:
        del hotline.store.keep_callback

    hotline = play(hello(1_000), seconds=50, before=remove, meanwhile=restore)
    assert hotline.results == []
    hotline = play(hello(1_000), seconds=120, before=remove, meanwhile=restore)
    assert hotline.results == [CallbackResult.SERVED]


def test_one_that_was_settled_by_hand_is_not_made(play: Callable[..., Hotline]) -> None:
    def settle(hotline: Hotline) -> None:
        CallbackStore(hotline.store._engine).settle(ONE, CallbackState.CANCELED)

    hotline = play(hello(1_000), before=settle)
    assert (hotline.results, hotline.telephone.dialed) == ([], [])


def test_who_was_cut_off_and_does_not_ring_is_called(play: Callable[..., Hotline]) -> None:
    plan = CallbackPlan(automatic=True, cut_off_after_s=60)

    def cut_off(hotline: Hotline) -> None:
        hotline.plan = plan
        hotline.store.join(Place(CallId("cut"), CallId("cut"), "support", NUMBER))
        hotline.store.start()  # the node begins anew

    hotline = play(hello(1_000), seconds=50, before=cut_off)
    assert len(hotline.results) == 1
    hotline = play(hello(1_000), seconds=120, before=cut_off)
    assert hotline.results == [CallbackResult.SERVED] * 2
    assert hotline.settled[1] == ("cut", CallbackState.DONE, "served")
    noted = CallbackStore(hotline.store._engine).list()
    assert [(one.id, one.cut_off) for one in noted] == [(ONE, False), ("cut", True)]
    assert said(hotline, "back-1")[0] == "callback/cut_off"


def test_who_was_cut_off_and_may_not_be_called_is_not(play: Callable[..., Hotline]) -> None:
    def cut_off(hotline: Hotline) -> None:
        hotline.plan = CallbackPlan(cut_off_after_s=60)
        hotline.store.join(Place(CallId("cut"), CallId("cut"), "support", "+1900"))
        hotline.store.start()

    hotline = play(hello(1_000), seconds=120, before=cut_off)
    assert [one.id for one in CallbackStore(hotline.store._engine).list()] == [ONE]
    assert len(hotline.results) == 1


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
    hotline = play(hello(10_000), seconds=50, meanwhile=another_waits)
    assert hotline.results == [CallbackResult.SERVED]
    assert [offer.call for offer in seen] == ["late"]  # afterwards
    [bridged] = [f for f in hotline.journal.facts if f.kind is FactKind.BRIDGED]
    assert bridged.call == "back-0"


def test_one_that_came_to_nothing_for_too_long_expires(play: Callable[..., Hotline]) -> None:
    short = CallbackPlan(automatic=True, retry_s=60, attempts=9, expires_s=80)
    hotline = play(
        refuses(486), seconds=220, before=lambda hotline: setattr(hotline, "plan", short)
    )
    assert hotline.settled == [(ONE, CallbackState.EXPIRED, "")]
    assert len(hotline.results) == 2


def test_one_whose_turn_never_comes_expires(play: Callable[..., Hotline]) -> None:
    async def leave(hotline: Hotline) -> None:
        await asyncio.sleep(0)
        assert hotline.directory is not None
        hotline.directory.log_out("anna", by="test")

    short = CallbackPlan(expires_s=60)
    hotline = play(
        hello(1_000),
        seconds=130,
        before=lambda hotline: setattr(hotline, "plan", short),
        meanwhile=leave,
    )
    assert (hotline.results, hotline.settled) == ([], [(ONE, CallbackState.EXPIRED, "")])


def test_who_was_called_back_has_not_abandoned(play: Callable[..., Hotline]) -> None:
    hotline = play(hello(1_000, 20_000), before=_hold_anna)
    story = story_of(of_call(hotline, "back-0"))
    assert story is not None
    assert story.caller == ""
    assert [stay.end for stay in story.stays] == [CALLBACK]


def _hold_anna(hotline: Hotline) -> None:
    hotline.telephone.far_ends[ANNA.address] = rings_for_ever


def test_who_has_been_served_is_not_called_again_though_the_node_dies(
    play: Callable[..., Hotline],
) -> None:
    async def dies(hotline: Hotline) -> None:
        await asyncio.sleep(40)
        assert hotline.settled == [(ONE, CallbackState.DONE, "served")]
        later = QueueStore(hotline.store._engine, "later", (QUEUE,), (ANNA,), clock=_in_an_hour)
        assert (later.due_callbacks(), later.take_callback(ONE)) == ((), None)
        looked.append(True)

    looked: list[bool] = []
    hotline = play(hello(1_000), seconds=45, before=_long_talk, meanwhile=dies)
    assert (looked, len(hotline.begun)) == ([True], 1)


def _long_talk(hotline: Hotline) -> None:
    hotline.telephone.far_ends[ANNA.address] = answers(2_000)


def _in_an_hour(_: object) -> int:
    return 3_600_000


def test_calls_that_fail_by_our_fault_come_to_an_end(play: Callable[..., Hotline]) -> None:
    hotline = play(hello(1_000), seconds=700, before=lambda h: setattr(h, "fails", True))
    assert len(hotline.begun) == PLAN.attempts
    assert all(b - a >= PLAN.retry_s for a, b in pairwise(hotline.begun))
    assert hotline.settled == [(ONE, CallbackState.FAILED, "failed")]


def test_calls_whose_nodes_died_count(play: Callable[..., Hotline]) -> None:
    def died(hotline: Hotline) -> None:
        hotline.store.keep_callback(Place(ONE, CallId("one"), "support", NUMBER), joined_ms=0)
        for _ in range(PLAN.attempts):
            assert hotline.store.take_callback(ONE) is not None
            assert hotline.store.put_off(ONE, 0, "")

    hotline = play(hello(1_000), before=died)
    assert hotline.telephone.dialed == []
    assert hotline.settled == [(ONE, CallbackState.FAILED, "failed")]


def test_who_waits_is_not_called_once_more_after_the_database_was_away(
    play: Callable[..., Hotline],
) -> None:
    def patient(hotline: Hotline) -> None:
        hotline.queues = (replace(QUEUE, max_wait_ms=600_000, absent=()),)
        hotline.agents = (ANNA, BOB)
        hotline.telephone.far_ends |= dict.fromkeys((ANNA.address, BOB.address), rings_for_ever)

    async def away(hotline: Hotline) -> None:
        await asyncio.sleep(3.5)  # the customer rings
        assert hotline.directory is not None
        for name in ("anna", "bob"):
            hotline.directory.log_out(name, by="test")
        hotline.store.touch_callbacks = _gone  # type: ignore[method-assign, assignment]
        hotline.store.closed_callbacks = _gone  # type: ignore[method-assign]
        await asyncio.sleep(140)
        del hotline.store.touch_callbacks, hotline.store.closed_callbacks
        for name in ("anna", "bob"):
            hotline.directory.log_in(name, by="test")

    hotline = play(hello(4_000), seconds=150, before=patient, meanwhile=away)
    assert hotline.directory is not None
    assert len(hotline.begun) == 1
    assert hotline.store.due_callbacks() == ()


def _gone(*_: object) -> Any:
    raise DatabaseAway("the server is gone")


def test_who_was_cut_off_long_ago_is_not_called(play: Callable[..., Hotline]) -> None:
    def cut_off(hotline: Hotline) -> None:
        hotline.plan = CallbackPlan(cut_off_after_s=60, expires_s=60)
        with hotline.store.as_of(-300_000):
            hotline.store.join(Place(CallId("cut"), CallId("cut"), "support", NUMBER))
            hotline.store.start()

    hotline = play(hello(1_000), seconds=100, before=cut_off)
    assert [one.id for one in CallbackStore(hotline.store._engine).list()] == [ONE]
