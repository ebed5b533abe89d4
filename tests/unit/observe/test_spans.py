from __future__ import annotations

from datetime import timedelta

import pytest
from call_told import NOON

from voicebot.core.record import Fact
from voicebot.observe.spans import Span, spans


def tree(facts: list[Fact]) -> Span:
    root = spans(facts)
    assert root is not None
    return root


def ms(span: Span) -> tuple[int, int]:
    """From when to when, in ms since noon."""
    began, ended = span.start - NOON, span.end - NOON
    return round(began / timedelta(milliseconds=1)), round(ended / timedelta(milliseconds=1))


def test_a_call_is_ringing_turns_queue_and_talk(story: list[Fact]) -> None:
    root = tree(story)
    assert [span.name for span in root.children] == [
        "ringing", "turn", "turn", "turn", "queue", "talk",
    ]  # fmt: skip
    assert ms(root) == (0, 42_300)
    assert root.attributes["outcome"] == "handled"
    assert root.attributes["flow"] == "bank_en"


def test_the_stages_of_a_turn_lie_where_they_took_place(story: list[Fact]) -> None:
    first, second = (span for span in tree(story).children[1:3])
    assert {span.name: ms(span) for span in first.children} == {
        "flow": (0, 0),
        "first sound": (0, 30),
        "say": (30, 2_180),
        "speech": (2_000, 3_000),
        "endpointing": (3_000, 3_400),
        "recognition": (3_290, 3_490),
        "understanding": (3_490, 3_500),
    }
    assert ms(first) == (0, 3_500)
    assert first.attributes == {
        "node": "start", "by": "speech", "barge_in": "speech", "match": "choice",
        "choice": "lost_card",
    }  # fmt: skip
    assert [span.name for span in second.children] == ["flow", "back end", "first sound", "say"]
    assert ms(second.children[1]) == (3_500, 3_600)
    assert ms(second) == (3_498, 6_000)


def test_offers_are_within_the_queue(story: list[Fact]) -> None:
    queue, talk = tree(story).children[-2:]
    assert [(o.attributes["outcome"], ms(o)) for o in queue.children] == [
        ("busy", (6_300, 8_000)),
        ("answered", (8_100, 12_200)),
    ]
    assert ms(queue) == (6_200, 12_200)
    assert ms(talk) == (12_200, 42_200)


@pytest.mark.parametrize("count", range(1, 22))
def test_a_call_that_broke_off_anywhere_is_a_tree(story: list[Fact], count: int) -> None:
    root = tree(story[:count])
    assert root.start <= root.end
    for span in root.children:
        assert span.start <= span.end
        assert all(child.start <= child.end for child in span.children)


def test_a_span_says_nothing_of_the_caller(story: list[Fact]) -> None:
    shown = repr(tree(story))
    for private in ("+4917055501", "i lost my card", "4321", "Welcome", "anna", "ben"):
        assert private not in shown


def test_a_failure_marks_its_turn(story: list[Fact], fact: object) -> None:
    failed = fact("failed", 100, what="speech synthesis", error="secret")  # type: ignore[operator]
    turn = tree([*story[:3], failed]).children[-1]
    assert turn.children[-1].failed
    assert turn.children[-1].attributes == {"what": "speech synthesis"}


def test_no_facts_no_tree() -> None:
    assert spans([]) is None
