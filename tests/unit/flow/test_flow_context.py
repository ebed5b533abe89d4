"""What is kept from one turn for the next: carry-over, follow-ups, digressions, corrections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import HEAD, Caller, indented

from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_flows
from voicebot.flow.steps import HangUp, NoInput, NoMatch, Typed, Understood
from voicebot.flow.values import written

Build = Callable[..., Flow]
WITH_DAY = HEAD.replace(
    "  amount: {type: money}\n", "  amount: {type: money}\n  day: {type: date}\n"
)
DIGRESSING = WITH_DAY.replace(
    "  main_menu: {to: first}\n",
    '  main_menu: {to: first}\n  cancel: {to: first}\n  times: {phrases: ["opening hours"], '
    "key: 9, to: times, returns: true}\n",
)
PAY = """
first:
  kind: menu
  prompt: "Well?"
  choices:
    pay: {key: 1, phrases: [pay], label: pay a bill, along: [amount, payee, day], follow_up: [payee, day], to: pay}
    times: {key: 2, phrases: [hours], to: times}
pay: {kind: ask, slots: {amount: "How much?", payee: "To whom?"}, to: when}
when: {kind: ask, slots: {day: "When?"}, read_back: "On {day}?", to: done}
done: {kind: say, prompt: "Paid {amount} to {payee} on {day}.", to: first}
times: {kind: ask, slots: {code: "Which branch?"}, to: tell}
tell: {kind: say, prompt: "From nine to five.", to: back}
back: {kind: resume, to: first}
"""  # noqa: E501
YES, NO = SlotValue(SlotType.YES_NO, "yes"), SlotValue(SlotType.YES_NO, "no")


def money(value: str, confidence: float = 1.0) -> SlotValue:
    return SlotValue(SlotType.MONEY, value, value, confidence)


def choice(value: str, confidence: float = 1.0) -> SlotValue:
    return SlotValue(SlotType.CHOICE, value, value, confidence)


def day(value: str) -> SlotValue:
    return SlotValue(SlotType.DATE, value, value)


FIFTY, WATER, MONDAY, FRIDAY = (
    money("50.00 USD"),
    choice("water"),
    day("2026-11-23"),
    day("2026-11-27"),
)

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


def replaced(value: SlotValue, confidence: float) -> SlotValue:
    return SlotValue(value.type, value.value, value.raw, confidence)


def test_a_secret_slot_is_never_carried(problems: Callable[..., list[object]]) -> None:
    nodes = """
    first: {kind: menu, prompt: "?", choices: {a: {key: 1, phrases: [a], along: [pin], to: pin}}}
    pin: {kind: digits, slot: pin, prompt: "PIN?", to: bye}
    """
    assert "secret-carried" in {problem.code for problem in problems(nodes)}  # type: ignore[attr-defined]


# ---------------------------------------------------------------- follow-ups


def paid(build: Build, head: str = WITH_DAY) -> Caller:
    caller = Caller(build(PAY, head)).choose("pay", amount=FIFTY, payee=WATER, day=MONDAY)
    return caller.fill(answer=YES)


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


# ---------------------------------------------------------------- digressions


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


# ---------------------------------------------------------------- corrections


def test_an_answer_is_corrected_at_the_next_question(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay").fill(amount=FIFTY)
    assert {s.name: s.required for s in caller.listen.expectation.slots} == {
        "payee": True,
        "amount": False,
    }
    assert caller.listen.expectation.filled == {"amount": replaced(FIFTY, 0.9)}
    caller.fill(amount=money("60.00 USD"))
    assert caller.said == "All right, 60.00 USD. To whom?"
    assert caller.notes(FactKind.CORRECTED) == [{"node": "pay", "slots": {"amount": "60.00 USD"}}]
    caller.fill(amount=FIFTY)
    assert caller.notes(FactKind.NOT_UNDERSTOOD), "what was taken back is not taken again"


CONFIRMING = """
first: {kind: menu, prompt: "Well?", choices: {pay: {key: 1, phrases: [pay], to: pay}}}
pay: {kind: ask, slots: {amount: "How much?", payee: "To whom?"}, to: sure}
sure:
  kind: ask
  slots: {sure: "{amount} to {payee}?"}
  corrects: [amount, payee]
  to: bye
"""
WITH_SURE = HEAD.replace(
    "  amount: {type: money}\n", "  amount: {type: money}\n  sure: {type: yes_no}\n"
)


def confirming(build: Build, nodes: str = CONFIRMING) -> Caller:
    caller = Caller(build(nodes, WITH_SURE)).choose("pay").fill(amount=FIFTY, payee=WATER)
    assert caller.said == "50.00 USD to the water company?"
    return caller


def test_a_confirmation_names_it_and_the_caller_corrects_it(build: Build) -> None:
    caller = confirming(build).fill(sure=NO, amount=money("60.00 USD"))
    assert caller.said == "60.00 USD to the water company?"
    assert caller.fill(payee=choice("rent")).said == "60.00 USD to rent?"
    assert caller.fill(sure=YES).said == "Bye."


def test_a_plain_no_is_an_answer(build: Build) -> None:
    caller = confirming(build).fill(sure=NO)
    assert caller.said == "Bye."
    assert caller.state.values["sure"] == replaced(NO, 0.9)


def test_a_doubtful_correction_is_asked_back(build: Build) -> None:
    caller = confirming(build).fill(0.5, amount=money("60.00 USD"))
    assert caller.said == "Did you say 60.00 USD?"
    assert caller.fill(answer=YES).said == "60.00 USD to the water company?"


def test_a_correction_that_was_none_leaves_what_was_said(build: Build) -> None:
    caller = confirming(build).fill(0.5, amount=money("60.00 USD")).fill(answer=NO)
    assert caller.said == "OK, let's try that again. 50.00 USD to the water company?"
    caller.fill(amount=money("60.00 USD"))
    assert caller.notes(FactKind.NOT_UNDERSTOOD), "what was denied is not taken"
    assert caller.fill(amount=money("70.00 USD")).said == "70.00 USD to the water company?"
    assert caller.fill(amount=FIFTY).notes(FactKind.NOT_UNDERSTOOD)


def test_a_correction_may_lead_elsewhere(build: Build) -> None:
    nodes = CONFIRMING.replace("to: bye", "corrected: check\n  to: bye")
    nodes += 'check: {kind: say, prompt: "Checking.", to: sure}\n'
    caller = confirming(build, nodes).fill(sure=NO, amount=money("60.00 USD"))
    assert caller.said == "Checking. 60.00 USD to the water company?"
    assert caller.notes(FactKind.MOVED)[0] == {"node": "check", "via": "corrected"}


def test_wait_with_a_value_is_a_correction(build: Build) -> None:
    meaning = Interpretation(
        Match.UNIVERSAL, "no wait sixty", 0.9, choice="wait", slots={"amount": money("60.00 USD")}
    )
    caller = confirming(build).send(Understood(meaning))
    assert caller.said == "60.00 USD to the water company?"


# ---------------------------------------------------------------- bands


def test_two_doubtful_values_are_read_back_together(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay").fill(0.5, amount=FIFTY, payee=WATER)
    assert caller.said == "Did you say 50.00 USD, and the water company?"
    assert caller.fill(answer=YES).said == "When?"


def test_of_two_that_are_read_back_one_is_corrected(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay").fill(0.5, amount=FIFTY, payee=WATER)
    caller.fill(answer=NO, amount=money("60.00 USD"))
    assert caller.said == "When?"
    values = {name: written(value) for name, value in caller.state.values.items()}
    assert (values["amount"], values["payee"]) == ("60.00 USD", "water")


def test_a_no_to_both_asks_anew(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay").fill(0.5, amount=FIFTY, payee=WATER)
    assert caller.fill(answer=NO).said == "OK, let's try that again. How much?"


def test_a_part_of_a_value_is_completed(build: Build) -> None:
    caller = Caller(build("first: {kind: ask, slots: {account: 'Number?'}, to: bye}"))
    begun = {"account": SlotValue(SlotType.DIGITS, "904")}
    caller.send(NoMatch(Interpretation(Match.NONE, "nine oh four", begun=begun)))
    assert caller.said == "Please go on."
    assert caller.listen.expectation.filled == begun
    caller.send(NoMatch(Interpretation(Match.NONE, "nine oh four", begun=begun)))
    assert caller.notes(FactKind.NOT_UNDERSTOOD), "the same once more is no progress"


# ---------------------------------------------------------------- guess first

GUESSING = """
first: {kind: set, values: {overdue: "true", sure: 0.8}, to: menu}
menu:
  kind: menu
  prompt: "Well?"
  guess:
    value: 'if(overdue, "pay", null)'
    likelihood: sure
    at_least: 0.7
    prompts: {pay: "Is it about your overdue bill?"}
  choices:
    pay: {key: 1, phrases: [pay], label: pay a bill, to: bye}
    lost: {key: 2, phrases: [lost], to: person}
"""


def test_a_likely_reason_is_asked_for_first(build: Build) -> None:
    caller = Caller(build(GUESSING))
    assert caller.said == "Is it about your overdue bill?"
    assert [(f["arm"], f["outcome"], f["choice"]) for f in caller.notes(FactKind.GUESSED)] == [
        ("asked", "open", "pay")
    ]
    caller.fill(answer=YES)
    assert caller.said == "Bye."
    assert caller.notes(FactKind.GUESSED)[0]["outcome"] == "hit"


@pytest.mark.parametrize("event", [NoInput(), "no"])
def test_no_and_silence_bring_the_open_question(build: Build, event: object) -> None:
    caller = Caller(build(GUESSING))
    caller = caller.fill(answer=NO) if event == "no" else caller.send(NoInput())
    assert caller.said == "Well?"
    assert {slot.name for slot in caller.listen.expectation.slots} == set()
    assert caller.choose("lost").notes(FactKind.GUESSED)[0]["outcome"] == "miss"


def test_another_reason_goes_straight_there(build: Build) -> None:
    caller = Caller(build(GUESSING)).choose("lost")
    assert caller.notes(FactKind.MOVED)[0]["node"] == "person"
    assert Caller(build(GUESSING)).send(Typed("2")).notes(FactKind.MOVED)[0]["node"] == "person"


def test_nonsense_after_a_guess_brings_the_open_question(build: Build) -> None:
    caller = Caller(build(GUESSING)).send(NoMatch())
    assert caller.said == "Sorry, I didn't get that. Well?"


def test_below_its_threshold_nothing_is_guessed(build: Build) -> None:
    assert Caller(build(GUESSING.replace("sure: 0.8", "sure: 0.6"))).said == "Well?"
    assert Caller(build(GUESSING.replace('"true"', '"false"'))).said == "Well?"


def test_what_cannot_be_reckoned_is_no_guess(build: Build) -> None:
    caller = Caller(build(GUESSING.replace("sure: 0.8", "sure: 8")))
    assert caller.said == "Well?"
    assert caller.notes(FactKind.FAILED)


def test_the_control_group_hears_the_open_question_and_is_counted(build: Build) -> None:
    caller = Caller(build(GUESSING.replace("at_least: 0.7", "at_least: 0.7\n    share: 0")))
    assert caller.said == "Well?"
    assert caller.notes(FactKind.GUESSED)[0]["arm"] == "control"
    ended = caller.choose("pay").notes(FactKind.GUESSED)[0]
    assert (ended["arm"], ended["outcome"]) == ("control", "hit")


def test_who_asks_for_a_person_ends_the_guess(build: Build) -> None:
    assert (
        Caller(build(GUESSING)).command("operator").notes(FactKind.GUESSED)[0]["outcome"] == "left"
    )


def test_it_is_guessed_once_in_a_call(build: Build) -> None:
    nodes = GUESSING.replace("to: bye}", "to: menu}")
    assert Caller(build(nodes)).fill(answer=YES).said == "Well?"


def test_a_person_is_there_for_who_denied_wanting_one_and_then_asks(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).command("operator", 0.5).fill(answer=NO)
    assert caller.command("operator", 0.5).notes(FactKind.NOT_UNDERSTOOD), "not offered again"
    assert caller.command("operator").notes(FactKind.MOVED)[0]["node"] == "person"


def test_zero_at_a_question_for_an_amount_is_the_key_for_a_person(build: Build) -> None:
    caller = Caller(build(PAY, WITH_DAY)).choose("pay").send(Typed("0"))
    assert caller.notes(FactKind.MOVED)[0]["node"] == "person"
