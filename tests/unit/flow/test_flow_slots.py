"""Slots that are asked for: filled, read back, corrected, kept in secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flow_caller import NO, YES, Caller, digits, money

from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import Call
from voicebot.flow.events import NoMatch, Typed
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]

ASK = """
first:
  kind: ask
  prompt: "Whom, and how much?"
  slots:
    payee: {prompt: "Whom?", help: "Water or rent."}
    amount: "How much?"
  read_back: "Pay {amount} to {payee}?"
  to: done
done: {kind: say, prompt: "Paid {amount} to {payee}.", to: bye}
"""
WATER = SlotValue(SlotType.CHOICE, "water")


def test_all_slots_in_one_sentence(build: Build) -> None:
    caller = Caller(build(ASK))
    assert caller.said == "Whom, and how much?"
    assert [s.required for s in caller.listen.expectation.slots] == [True, True]
    caller.fill(payee=WATER, amount=money("5.00 USD"))
    assert caller.said == "Pay 5.00 USD to the water company?"
    assert caller.fill(answer=YES).said.startswith("Paid 5.00 USD to the water company.")


def test_one_slot_after_the_other(build: Build) -> None:
    caller = Caller(build(ASK)).fill(amount=money("5.00 USD"))
    assert caller.said == "Whom?"
    assert caller.listen.expectation.keys is not None
    assert set(caller.listen.expectation.keys.options) == {"1", "2", "0"}
    assert caller.command("help").said == "Water or rent. Whom?"
    assert caller.send(Typed("1")).said == "Pay 5.00 USD to the water company?"


def test_a_no_to_all_asks_for_all_again(build: Build) -> None:
    caller = Caller(build(ASK)).fill(payee=WATER, amount=money("5.00 USD"))
    caller.fill(answer=NO)
    assert caller.said == "OK, let's try that again. Whom, and how much?"
    assert "amount" not in caller.state.values


def test_a_doubtful_value_is_read_back_and_a_denied_one_never_offered_again(build: Build) -> None:
    caller = Caller(build(ASK)).fill(payee=WATER, amount=money("50.00 USD", 0.5))
    assert caller.said == "Did you say 50.00 USD?"
    caller.fill(answer=NO)
    assert caller.said.endswith("How much?")
    caller.fill(0.95, amount=money("50.00 USD"))
    assert "Did you say" not in caller.said
    assert caller.notes(FactKind.NOT_UNDERSTOOD)
    assert caller.fill(amount=money("15.00 USD")).said.startswith("Pay 15.00")


def test_a_long_digit_string_by_voice_is_read_back_and_by_keys_is_not(build: Build) -> None:
    nodes = 'first: {kind: ask, slots: {account: "Number?"}, to: bye}'
    spoken = Caller(build(nodes)).fill(account=digits("123456"))
    assert spoken.said == "Did you say 123456?"
    assert spoken.notes(FactKind.UNDERSTOOD) == []
    spoken.fill(answer=YES)
    assert spoken.notes(FactKind.UNDERSTOOD)[-1]["slots"] == {"account": "123456"}
    keyed = Caller(build(nodes)).send(Typed("123456"))
    assert keyed.said == "Bye."


def test_a_short_digit_string_by_voice_is_taken(build: Build) -> None:
    caller = Caller(build('first: {kind: ask, slots: {code: "Code?"}, to: bye}'))
    assert caller.fill(code=digits("123")).said == "Bye."


@pytest.mark.parametrize("keys", ["12345", "1234567", "", "12a456"])
def test_digits_of_the_wrong_length_are_not_taken(build: Build, keys: str) -> None:
    caller = Caller(build('first: {kind: ask, slots: {account: "Number?"}, to: bye}'))
    assert caller.send(Typed(keys)).notes(FactKind.NOT_UNDERSTOOD)


def test_slots_that_come_along_with_a_choice_are_not_asked_for(build: Build) -> None:
    nodes = """
    first:
      kind: menu
      prompt: "Well?"
      choices: {pay: {phrases: ["pay {amount} to {payee}"], to: pay}}
    pay: {kind: ask, slots: {payee: "Whom?", amount: "How much?"}, to: first}
    """
    caller = Caller(build(nodes))
    assert {s.name: s.required for s in caller.listen.expectation.slots} == {
        "amount": False,
        "payee": False,
    }
    caller.choose("pay", amount=money("5.00 USD"))
    assert caller.said == "Whom?"
    caller.fill(payee=WATER)
    assert caller.said == "Well?"
    caller.choose("pay")
    assert caller.said == "Whom?", "what was said for the last payment is not kept for the next"
    assert "amount" not in caller.state.values


def test_slots_are_kept_where_the_node_says_so(build: Build) -> None:
    nodes = """
    first: {kind: ask, keep: true, slots: {code: "Code?"}, to: menu}
    menu: {kind: menu, prompt: "Well?", choices: {again: {key: 1, to: first}}}
    """
    caller = Caller(build(nodes)).send(Typed("123"))
    assert caller.send(Typed("1")).said == "Well?"


SECRET = """
first: {kind: digits, slot: pin, prompt: "PIN?", to: send}
send: {kind: http, method: POST, url: /check, body: {pin: "{pin}"}, outcomes: {ok: bye}}
"""


def test_a_secret_slot_is_listened_for_in_secret_and_noted_by_its_length(build: Build) -> None:
    caller = Caller(build(SECRET))
    wanted = caller.listen.expectation
    assert (wanted.secret, wanted.slots) == (True, ())
    assert wanted.keys is not None
    assert (wanted.keys.terminators, wanted.keys.cancel) == ("#", "*")
    caller.send(Typed("1234"))
    assert caller.notes(FactKind.UNDERSTOOD)[0]["slots"] == {"pin": "****"}
    last = caller.actions[-1]
    assert isinstance(last, Call)
    assert last.request.body == {"pin": "1234"}
    assert "1234" not in last.request.url


def test_what_was_said_to_a_secret_question_is_not_noted(build: Build) -> None:
    caller = Caller(build(SECRET.replace("prompt:", "speech: true, prompt:")))
    caller.send(NoMatch(Interpretation(Match.NONE, "one two three")))
    assert caller.notes(FactKind.NOT_UNDERSTOOD)[0]["text"] == ""
