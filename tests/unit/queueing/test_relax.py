"""The relaxation list: what its expressions mean, and what is wrong with wrong ones."""

from __future__ import annotations

import pytest

from voicebot.core.queueing import AgentSpec, RelaxStep
from voicebot.queueing.relax import Ask, ExpressionError, compile_steps, parse

ANNA = AgentSpec("anna", "sip:anna@x", ("billing",), {"english": 80, "loans": 30}, {"billing": 2})
BEN = AgentSpec("ben", "sip:ben@x", ("cards",), {"english": 100})
ASK = Ask("billing", {"english": 50, "loans": 20}, ("anna",))


@pytest.mark.parametrize(
    ("text", "anna", "ben"),
    [
        ("any", True, False),
        ("sticky", True, False),
        ("needs", True, False),
        ("ring <= 1", False, False),
        ("ring <= 2", True, False),
        ("english", True, False),
        ("english >= 81", False, False),
        ("english >= 80 and loans < 31", True, False),
        ("french == 0", True, False),
        ("not english", False, False),
        ("serves cards", False, True),
        ("serves cards or any", True, True),
        ("serves cards and english > 99", False, True),
        ("not (sticky or loans) or english != 80", False, False),
        ("loans or sticky and french", True, False),
    ],
)
def test_an_expression_says_who_may_take_the_call(text: str, anna: bool, ben: bool) -> None:
    test = parse(text).test
    assert (test(ASK, ANNA), test(ASK, BEN)) == (anna, ben)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("", "ends where"),
        ("english >=", "a number"),
        ("english >= much", "no number"),
        ("ring", "comparison"),
        ("ring 2", "comparison"),
        ("(any", "bracket"),
        ("any any", "too many"),
        ("english & loans", "cannot be read"),
        ("serves", "queue"),
        ("50", "no skill"),
        ("and", "no skill"),
    ],
)
def test_a_wrong_expression_says_what_is_wrong(text: str, about: str) -> None:
    with pytest.raises(ExpressionError, match=about):
        parse(text)


def test_the_queues_of_an_overflow_are_known() -> None:
    assert parse("serves cards or serves loans").queues == ("cards", "loans")


def test_steps_end_when_their_times_are_over_and_skipped_ones_take_none() -> None:
    steps = compile_steps([RelaxStep("french", 60), RelaxStep("english", 30), RelaxStep("any")])
    reach = steps.reach(ASK, [ANNA, BEN])
    assert reach.each == (frozenset(), frozenset({"anna"}), frozenset({"anna"}))
    assert list(steps.ends(reach, {"anna"})) == [(1, 30_000), (2, None)]
    assert [steps.reached(reach, ms, {"anna"}) for ms in (0, 29_999, 30_000)] == [1, 1, 2]
    assert steps.reached(reach, 0, {"ben"}) == 2


def test_steps_accumulate() -> None:
    steps = compile_steps([RelaxStep("sticky", 60), RelaxStep("serves cards", 30)])
    reach = steps.reach(ASK, [ANNA, BEN])
    assert reach.up_to == (frozenset({"anna"}), frozenset({"anna", "ben"}))
    assert compile_steps([]).reach(ASK, [ANNA, BEN]).up_to == (frozenset({"anna"}),)
