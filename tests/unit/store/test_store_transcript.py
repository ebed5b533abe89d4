from __future__ import annotations

from typing import Any

import pytest
from call_story import Pen
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.record import FactKind, fold
from voicebot.store.transcript import Line, Writer, render, transcript

DESIGN = """\
  0.0  ring     +4917055501 → hotline
  0.0  bot      greeting.menu
  1.4  caller   "it's about my bill"            (barge-in; 1.4 s of 6.2 s heard)
  3.2  intent   billing  0.94
  5.0  queue    billing  position 1
 11.0  agent    anna answers
 42.0  hangup   caller
  cdr  handled  queue=billing  wait=6.0  talk=31.0"""


def barge_in(write: Any) -> list[Any]:
    return [
        write("rang", caller="+4917055501", called="hotline"),
        write("answered", flow="f", flow_version="v", language="en", rate=8000),
        write("moved", node="menu", via=""),
        write("said", 1400, text="Welcome", prompt="greeting.menu", start_ms=0, heard_ms=1400,
              total_ms=6200, interrupted=True),
        write("barged_in", 1400, by="speech", onset_ms=1400, heard_ms=1400, total_ms=6200),
        write("heard", 3200, text="it's about my bill", confidence=0.9, start_ms=1400),
        write("understood", 3200, match="choice", choice="billing", confidence=0.94, slots={}),
        write("queued", 5000, queue="billing", position=1),
        write("bridged", 11_000, queue="billing", agent="anna", wait_ms=6000),
        write("ended", 42_000, by="caller", outcome="handled", code=200, node="menu"),
    ]  # fmt: skip


def test_the_shape_of_scenarios(pen: Any) -> None:
    facts = barge_in(pen("one"))
    cdr = fold([*facts[:-1], pen("one")("unbridged", talk_ms=31_000), facts[-1]])
    assert render(transcript(facts), cdr, spoken=False) == DESIGN


def test_for_people_the_bot_speaks_in_words(pen: Any) -> None:
    text = render(transcript(barge_in(pen("one"))))
    assert '  0.0  bot      "Welcome"' in text
    assert "cdr" not in text


def test_lines_stand_where_they_began(pen: Any) -> None:
    write = pen("one")
    facts = [
        write("understood", 900, choice="a", confidence=1),
        write("said", 4000, text="b", heard_ms=3900, total_ms=3900, interrupted=False),
        write("keyed", 3000, digits="1"),
    ]
    assert [line.at_ms for line in transcript(facts)] == [100, 900, 3000]


def test_a_resumed_prompt_was_no_barge_in(pen: Any) -> None:
    write = pen("one")
    facts = [
        write("barged_in", heard_ms=1, total_ms=2),
        write("resumed", reason="cough"),
        write("heard", 500, text="yes"),
    ]
    assert transcript(facts) == [Line(2, 500, "caller", '"yes"')]


def test_a_barge_in_without_words_leaves_later_words_alone(pen: Any) -> None:
    write = pen("one")
    facts = [
        write("barged_in", heard_ms=1, total_ms=2),
        write("said", 900, text="again?", start_ms=100, interrupted=False),
        write("heard", 1500, text="yes"),
    ]
    assert transcript(facts)[-1].note == ""


def test_who_hangs_up_within_a_prompt(pen: Any) -> None:
    write = pen("one")
    facts = [
        write("said", 1000, text="a", heard_ms=900, total_ms=2000, interrupted=True),
        write("ended", 1000, by="caller", outcome="hung_up", code=200),
    ]
    assert transcript(facts)[-1].note == "within a prompt; 0.9 s of 2.0 s heard"


def test_how_far_a_call_came_and_what_came_of_it(pen: Any) -> None:
    write = pen("one")
    facts = [write("milestone", milestone="identified"), write("came_to", outcome="paid")]
    lines = [(line.who, line.text) for line in transcript(facts)]
    assert lines == [("mark", "identified"), ("mark", "outcome  paid")]


def test_secret_keys_are_dots(pen: Any) -> None:
    assert transcript([pen("one")("keyed", count=4)])[0].text == "••••"


JSON = st.sampled_from([None, True, -3, 7, 2.5, float("nan"), "", "x", [], ["a"], {}, {"a": {}}])
KEYS = st.sampled_from(
    ["text", "start_ms", "heard_ms", "total_ms", "count", "digits", "slots", "confidence",
     "interrupted", "position", "queue", "agent", "by", "took_ms", "status", "choice"]
)  # fmt: skip


@given(kind=st.sampled_from(list(FactKind)), data=st.dictionaries(KEYS, JSON), at_ms=st.integers(0))
def test_no_journal_breaks_it(kind: FactKind, data: dict[str, Any], at_ms: int) -> None:
    line = Writer().take(Pen("one")(kind, at_ms % 10**8, **data))
    assert line is None or render([line])


@pytest.mark.parametrize("kind", list(FactKind))
def test_facts_without_their_keys(pen: Any, kind: FactKind) -> None:
    transcript([pen("one")(kind)])
