"""What a node keeps of its calls, written behind, and for whom it looks anything up at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Database
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import event

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, Place, QueueSpec
from voicebot.core.resuming import Unfinished
from voicebot.store.kept_numbers import KeptNumbers
from voicebot.store.opening import Store, open_store
from voicebot.store.resume_book import ResumeBook
from voicebot.store.settings import StoreSettings

WITHIN_MS = 60_000
QUEUES = (QueueSpec("service"),)
AGENTS: tuple[AgentSpec, ...] = ()
AT_MENU = {"flow": "bank", "node": "menu"}


class Asked:
    """Counts the statements of a store by their first word."""

    def __init__(self, store: Store) -> None:
        self.statements: list[str] = []
        for engine in (store._after, store._queueing):
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, *execution: object) -> None:
        self.statements.append(str(execution[2]).split()[0])


def book_of(store: Store) -> ResumeBook:
    """Opened; nothing is written but by closing."""
    queues = store.queue_store(QUEUES, AGENTS)
    book = ResumeBook(store.resume, queues, within_ms=WITHIN_MS, batch_s=60.0)
    book.open()
    return book


def run_of(url: str, spill: Path) -> StoreSettings:
    return StoreSettings(node="here", batch_ms=5, spill=spill)


@pytest.fixture
def broken_off(url: str, spill: Path) -> Iterator[Store]:
    """The next run of a node, whose last one was stopped in a call from +491."""
    first = open_store(url, run_of(url, spill))
    book = book_of(first)
    for call, number in (("one", "+491"), ("two", "+492")):
        book.keep(CallId(call), number, AT_MENU)
    book.keep(CallId("one"), "+491", AT_MENU | {"node": "pay"})
    book.forget(CallId("two"))
    book.close()
    first.close()
    second = open_store(url, run_of(url, spill))
    yield second
    second.close()


async def test_whoever_was_cut_off_goes_on_with_the_next_run(broken_off: Store) -> None:
    book = book_of(broken_off)
    found = await book.find("+491")
    assert (found.call, found.record) == ("one", AT_MENU | {"node": "pay"})
    book.forget(CallId("one"))
    book.close()
    assert await book.find("+491") == Unfinished()
    assert await book.find("+492") == Unfinished()
    assert not book.may_find("")


async def test_a_sole_node_asks_only_for_whom_something_may_be_kept(
    broken_off: Store, database: Database
) -> None:
    book = book_of(broken_off)
    assert book.may_find("+491")
    assert book.may_find("+493") is database.url.startswith("postgresql")
    assert await book.find("+493") == Unfinished()
    book.close()


async def test_a_place_that_is_kept_from_now_on_is_found(store: Store) -> None:
    book, queues = book_of(store), store.queue_store(QUEUES, AGENTS)
    kept = Place(CallId("p1"), CallId("c1"), "service", "+491")
    queues.keep_callback(kept, joined_ms=queues.now_ms() - 5_000)
    assert book.may_find("+491")
    assert set((await book.find("+491")).joined_ms) == {"service"}
    lost = Place(CallId("p2"), CallId("c2"), "service", "+492")
    queues.join(lost)
    assert await book.find("+492") == Unfinished()
    queues.start()  # as if this node had begun anew: its callers' legs are gone
    assert book.may_find("+492")
    assert set((await book.find("+492")).joined_ms) == {"service"}
    queues.end_callback(CallId("p1"), "done")
    assert await book.find("+491") == Unfinished()
    book.close()


async def test_calls_that_are_up_are_nobody_s_to_go_on_with(store: Store) -> None:
    book = book_of(store)
    book.keep(CallId("one"), "+491", AT_MENU)
    book.close()
    assert store.resume.find("+491", within_ms=WITHIN_MS) is not None
    assert await book.find("+491") == Unfinished()


def test_many_turns_of_many_calls_are_one_transaction(store: Store) -> None:
    book, asked = book_of(store), Asked(store)
    for turn in range(3):
        for call in range(20):
            book.keep(CallId(f"c{call}"), f"+49{call}", AT_MENU | {"turn": turn})
    for call in range(10):
        book.forget(CallId(f"c{call}"))
    book.close()
    assert asked.statements.count("INSERT") == 1
    found = [store.resume.find(f"+49{call}", within_ms=WITHIN_MS) for call in range(20)]
    assert found[:10] == [None] * 10
    assert all(record is not None and record.record["turn"] == 2 for record in found[10:])


def test_one_that_is_refused_holds_up_no_other(store: Store) -> None:
    book = book_of(store)
    book.keep(CallId("odd"), "+491", {"pin": {1, 2}})
    book.keep(CallId("one"), "+492", AT_MENU)
    book.close()
    assert store.resume.find("+491", within_ms=WITHIN_MS) is None
    assert store.resume.find("+492", within_ms=WITHIN_MS) is not None


STEPS = st.lists(
    st.tuples(st.sampled_from(["note", "commit", "gone", "renew", "fail"]), st.integers(0, 4)),
    max_size=30,
)


@given(STEPS)
@example([("note", 0), ("fail", 0), ("renew", 0), ("commit", 0)])
def test_what_is_kept_may_always_be_there(steps: list[tuple[str, int]]) -> None:
    """A number is noted, then committed, which may be much later but for one renewal; whatever
    happens meanwhile, none that is committed is passed over."""
    numbers, stored, noted = KeptNumbers(sole=True), set[str](), dict[str, int]()
    renewals = 0
    for step, which in steps:
        number = str(which)
        if step == "note":
            numbers.note(number)
            noted[number] = renewals
        elif step == "commit" and renewals - noted.get(number, -9) <= 1:
            stored.add(number)
        elif step == "gone":
            stored.discard(number)
            noted.pop(number, None)
        elif step == "renew":
            numbers.renew(lambda: set(stored))
            renewals += 1
        elif step == "fail":
            with pytest.raises(OSError, match="away"):
                numbers.renew(_away)
        assert all(numbers.may_be(number) for number in stored)


def _away() -> set[str]:
    raise OSError("away")


def test_what_is_gone_is_forgotten_at_the_second_renewal() -> None:
    numbers = KeptNumbers(sole=True)
    assert numbers.may_be("+491")
    numbers.renew(set)
    numbers.note("+491")
    for expected in (True, False):
        numbers.renew(set)
        assert numbers.may_be("+491") is expected
    others = KeptNumbers()
    others.renew(set)
    assert others.may_be("+491")
