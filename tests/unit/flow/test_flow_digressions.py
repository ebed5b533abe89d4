"""Questions that callers leave for another one, and come back to."""

from __future__ import annotations

from pathlib import Path

from flow_caller import HEAD, YES, Caller, indented
from paying import DIGRESSING, FIFTY, MONDAY, PAY, WATER, WITH_DAY, Build

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import HangUp
from voicebot.flow.loader import load_flows
from voicebot.flow.values import written


def asked_for_the_payee(build: Build) -> Caller:
    caller = Caller(build(PAY, DIGRESSING)).choose("pay", amount=FIFTY)
    assert caller.said == "To whom?"
    return caller


def test_a_question_is_come_back_to_with_all_that_was_answered(build: Build) -> None:
    caller = asked_for_the_payee(build).command("times")
    assert caller.said == "Which branch?"
    caller.fill(code=SlotValue(SlotType.DIGITS, "123"))
    assert caller.said == "From nine to five. Now, where were we? To whom?"
    assert caller.notes(FactKind.MOVED)[-1] == {"node": "pay", "via": "resume"}
    assert caller.state.digressions == ()
    caller.fill(payee=WATER).fill(day=MONDAY).fill(answer=YES)
    assert caller.said == "Paid 50.00 USD to the water company on 2026-11-23. Well?"


def test_what_was_asked_back_is_asked_back_again(build: Build) -> None:
    caller = asked_for_the_payee(build).fill(0.5, payee=WATER)
    assert caller.said == "Did you say the water company?"
    caller.command("times").fill(code=SlotValue(SlotType.DIGITS, "123"))
    assert caller.said == "From nine to five. Now, where were we? Did you say the water company?"
    assert caller.fill(answer=YES).said == "When?"


def test_the_same_digression_within_itself_begins_anew(build: Build) -> None:
    caller = asked_for_the_payee(build).command("times").command("times")
    assert caller.said == "Which branch?"
    assert len(caller.state.digressions) == 1


def test_who_asks_for_a_person_does_not_come_back(build: Build) -> None:
    caller = asked_for_the_payee(build).command("times").command("operator")
    assert caller.notes(FactKind.MOVED)[0]["node"] == "person"
    assert caller.state.digressions == ()


def test_forget_it_ends_the_old_business(build: Build) -> None:
    caller = asked_for_the_payee(build).command("times").command("cancel")
    assert caller.said == "All right, never mind. Well?"
    assert caller.state.digressions == ()
    assert caller.state.topic is None
    assert caller.choose("pay").said == "How much?"


def test_a_menu_takes_its_own_choice_for_the_digression(build: Build) -> None:
    caller = Caller(build(PAY, DIGRESSING))
    assert "times" not in {c.name for c in caller.listen.expectation.universals}
    caller.choose("times").fill(code=SlotValue(SlotType.DIGITS, "123"))
    assert caller.said == "From nine to five. Well?"


def test_digressions_are_bounded(build: Build) -> None:
    names = "abcd"
    more = "".join(f"  {n}_: {{phrases: [{n}], to: {n}, returns: true}}\n" for n in names)
    head = WITH_DAY.replace("  main_menu:", f"{more}  main_menu:")
    nodes = PAY + "".join(f'{n}: {{kind: ask, slots: {{code: "{n}?"}}, to: back}}\n' for n in names)
    caller = Caller(build(nodes, head)).choose("pay")
    for n in names:
        assert caller.command(f"{n}_").said == f"{n}?"
    assert [waiting.here.node for waiting in caller.state.digressions] == ["pay", "a"]
    code = SlotValue(SlotType.DIGITS, "123")
    assert caller.fill(code=code).said == "Now, where were we? a?"
    assert caller.fill(code=code).said == "Now, where were we? How much?"


def test_a_digression_of_the_outer_flow_comes_back_into_the_inner_one(tmp_path: Path) -> None:
    nodes = """
    first: {kind: call, flow: sub, with: {known: code}, exits: {ok: bye}}
    count: {kind: set, values: {asked: "default(asked, 0) + 1"}, to: told}
    told: {kind: say, prompt: "Asked {asked} times.", to: back}
    back: {kind: resume, to: first}
    """
    head = HEAD.replace(
        "  main_menu:", "  tell: {phrases: [tell], to: count, returns: true}\n  main_menu:"
    )
    (tmp_path / "test.yaml").write_text(head + indented(nodes))
    (tmp_path / "sub.yaml").write_text(
        "flow: sub\nstart: ask\nexits: [ok]\nparameters: {known: {default: null}}\n"
        "slots: {amount: {type: money}, sure: {type: yes_no}}\n"
        'nodes:\n  ask: {kind: ask, slots: {amount: "How much?", sure: "Sure?"}, to: out}\n'
        "  out: {kind: return, exit: ok}\n"
    )
    caller = Caller(load_flows(tmp_path, environment={}).get("test")).fill(amount=FIFTY)
    assert caller.said == "Sure?"
    assert caller.command("tell").said == "Asked 1 times. Now, where were we? Sure?"
    assert caller.command("tell").said == "Asked 2 times. Now, where were we? Sure?"
    assert caller.state.flow.name == "sub"
    assert written(caller.state.values["amount"]) == "50.00 USD"
    assert caller.fill(sure=YES).said == "Bye."
    assert isinstance(caller.actions[-1], HangUp)
