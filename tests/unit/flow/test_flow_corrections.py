"""Answers that callers correct, and values that are heard doubtfully or in part."""

from __future__ import annotations

from flow_caller import HEAD, NO, YES, Caller, choice, money
from paying import FIFTY, PAY, WATER, WITH_DAY, Build, replaced

from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.events import NoMatch, Understood
from voicebot.flow.values import written

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
