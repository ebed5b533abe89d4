"""What is kept from one turn for the next: carry-over and follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import HEAD, NO, YES, Caller, choice, indented, money
from paying import FIFTY, FRIDAY, MONDAY, PAY, WATER, WITH_DAY, Build, paid, replaced

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.loader import load_flows

# ---------------------------------------------------------------- carry-over


def test_what_was_said_with_a_choice_is_not_asked(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay", amount=FIFTY, payee=WATER, day=MONDAY)
    assert caller.said == "On 2026-11-23?"
    taken = caller.notes(FactKind.CARRIED)
    assert [(fact["node"], fact["slots"]) for fact in taken] == [
        ("pay", {"amount": "50.00 USD", "payee": "water"}),
        ("when", {"day": "2026-11-23"}),
    ]


def test_what_may_be_said_along_is_expected_with_its_choice_only(build: Build) -> None:
    wanted = Caller(build(PAY, WITH_DAY)).listen.expectation
    assert {slot.name for slot in wanted.slots} == {"amount", "payee", "day"}
    assert {c.name: c.along for c in wanted.choices} == {
        "pay": ("amount", "payee", "day"),
        "times": (),
    }
    assert not any(slot.required for slot in wanted.slots)


def test_what_was_said_doubtfully_is_only_confirmed(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay", amount=money("50.00 USD", 0.5))
    assert caller.said == "Did you say 50.00 USD?"
    assert caller.fill(answer=YES).said == "To whom?"


def test_carrying_is_turned_off_for_a_slot(build: Build) -> None:
    head = WITH_DAY.replace("amount: {type: money}", "amount: {type: money, carry: false}")
    caller = Caller(build(PAY, head)).choose("pay", amount=FIFTY, payee=WATER)
    assert caller.said == "How much?"
    [taken] = caller.notes(FactKind.CARRIED)
    assert taken["slots"] == {"payee": "water"}


def test_another_flow_takes_what_was_said_by_name_and_type(tmp_path: Path) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {pay: {phrases: [pay], along: [amount, code], to: sub}}}
    sub: {kind: call, flow: sub, exits: {ok: bye}}
    """  # noqa: E501
    (tmp_path / "test.yaml").write_text(HEAD + indented(nodes))
    (tmp_path / "sub.yaml").write_text(
        "flow: sub\nstart: ask\nexits: [ok]\nslots: {amount: {type: money}, code: {type: number}}\n"
        'nodes:\n  ask: {kind: ask, slots: {amount: "How much?", code: "Code?"}, to: out}\n'
        "  out: {kind: return, exit: ok}\n"
    )
    flow = load_flows(tmp_path, environment={}).get("test")
    code = SlotValue(SlotType.DIGITS, "123")
    caller = Caller(flow).choose("pay", amount=FIFTY, code=code)
    assert caller.said == "Code?"
    assert caller.state.values["amount"] == replaced(FIFTY, 0.9)


def test_a_secret_slot_is_never_carried(problems: Callable[..., list[object]]) -> None:
    nodes = """
    first: {kind: menu, prompt: "?", choices: {a: {key: 1, phrases: [a], along: [pin], to: pin}}}
    pin: {kind: digits, slot: pin, prompt: "PIN?", to: bye}
    """
    assert "secret-carried" in {problem.code for problem in problems(nodes)}  # type: ignore[attr-defined]


# ---------------------------------------------------------------- follow-ups


def test_the_last_business_is_done_again_with_what_changed(build: Build) -> None:
    caller = paid(build)
    assert caller.said == "Paid 50.00 USD to the water company on 2026-11-23. Well?"
    assert "again.pay" in {c.name for c in caller.listen.expectation.choices}
    caller.choose("again.pay", day=FRIDAY)
    assert caller.said == "On 2026-11-27?"
    assert caller.notes(FactKind.UNDERSTOOD)[0]["choice"] == "pay"
    assert (
        caller.fill(answer=YES).said == "Paid 50.00 USD to the water company on 2026-11-27. Well?"
    )


def test_a_follow_up_may_be_followed_up(build: Build) -> None:
    caller = paid(build).choose("again.pay", day=FRIDAY).fill(answer=YES)
    caller.choose("again.pay", payee=choice("rent")).fill(answer=YES)
    assert caller.said == "Paid 50.00 USD to rent on 2026-11-27. Well?"


def test_a_doubtful_follow_up_is_asked_back_and_not_offered_again(build: Build) -> None:
    caller = paid(build).choose("again.pay", 0.4, day=FRIDAY)
    assert caller.said == "Did you say 2026-11-27?"
    caller.fill(answer=NO)
    assert "again.pay" not in {c.name for c in caller.listen.expectation.choices}


def test_a_follow_up_without_a_value_is_not_understood(build: Build) -> None:
    assert paid(build).choose("again.pay").notes(FactKind.NOT_UNDERSTOOD)


@pytest.mark.parametrize("name", ["again.times", "again.pay"])
def test_nothing_is_followed_up_that_the_flow_does_not_allow(build: Build, name: str) -> None:
    caller = Caller(build(PAY, WITH_DAY))
    assert not [c for c in caller.listen.expectation.choices if c.name.startswith("again.")]
    assert caller.choose(name, day=FRIDAY).notes(FactKind.NOT_UNDERSTOOD)
