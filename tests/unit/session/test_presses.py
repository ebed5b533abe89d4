"""Keys that the call took, as the journal has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.session.journal import Pen
from voicebot.session.presses import FACT_EVERY_MS, MOST, Presses
from voicebot.sim.engines import SimJournal
from voicebot.turns.key_buffer import KeyBuffer, Press


def written(act: Callable[[Presses], None]) -> list[Fact]:
    """The facts that come of it."""
    journal = SimJournal()
    began = datetime(2026, 11, 22, tzinfo=UTC)
    pen = Pen(journal, CallId("call"), now_ms=lambda: 0, clock=lambda: began)
    act(Presses(pen))
    return journal.facts


def test_when_how_and_which_but_not_which_where_secret() -> None:
    def act(presses: Presses) -> None:
        presses.taken(Press("1", 100, "rfc4733"), secret=False)
        presses.taken(Press("9", 200, "info"), secret=True)
        presses.frame(220)

    [fact] = written(act)
    assert fact.kind is FactKind.PRESSED
    assert fact.data == {"keys": [[100, "rfc4733", "1"], [200, "info", ""]], "left_out": 0}


def test_a_flood_makes_a_fact_a_second_of_a_bounded_length() -> None:
    def act(presses: Presses) -> None:
        for now_ms in range(20, 3 * FACT_EVERY_MS + 20, 20):
            for _ in range(10):
                presses.taken(Press("5", now_ms, "info"), secret=False)
            presses.frame(now_ms)
        presses.flush()

    facts = written(act)
    assert len(facts) <= 5
    assert all(len(fact.data["keys"]) <= MOST for fact in facts)
    told = sum(len(fact.data["keys"]) + fact.data["left_out"] for fact in facts)
    assert told == 3 * FACT_EVERY_MS // 20 * 10


def test_a_buffer_tells_of_what_it_gives_away_and_not_of_what_it_drops() -> None:
    taken: list[Press] = []
    buffer = KeyBuffer()
    buffer.on_taken = taken.append
    for key in "12":
        buffer.push(key, 10)
    assert buffer.take() == Press("1", 10)
    buffer.take_all()
    assert buffer.take() is None
    assert [press.key for press in taken] == ["1"]
