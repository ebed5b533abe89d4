"""Back, wait, corrections, which of two, reactions by count and their own properties."""

from __future__ import annotations

from collections.abc import Callable

from flow_caller import HEAD, NO, YES, Caller, choice, money

from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Say
from voicebot.flow.events import NoInput, NoMatch, Typed, Understood
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]

TWO = """
first: {kind: menu, prompt: "Well?", choices: {go: {key: 1, phrases: [go], label: going, to: pay}, stay: {key: 2, phrases: [stay], to: first}}}
pay:
  kind: ask
  slots: {amount: "How much?", payee: "To whom?"}
  read_back: "{amount} to {payee}?"
  to: bye
"""  # noqa: E501


def test_back_asks_the_question_before_once_more(build: Build) -> None:
    caller = Caller(build(TWO)).choose("go")
    assert caller.said == "How much?"
    caller.command("back")
    assert caller.said == "Well?"
    caller.command("back")
    assert caller.said == "There was no question before this one. Well?"


def test_back_forgets_what_was_answered_there(build: Build) -> None:
    nodes = """
    first: {kind: ask, keep: true, slots: {amount: "How much?"}, to: who}
    who: {kind: ask, slots: {payee: "To whom?"}, to: bye}
    """
    caller = Caller(build(nodes)).fill(amount=money("5.00 USD"))
    assert caller.said == "To whom?"
    assert caller.command("back").said == "How much?"
    assert "amount" not in caller.state.values


def test_a_caller_who_asks_for_a_moment_gets_it_once(build: Build) -> None:
    caller = Caller(build(TWO)).command("wait")
    assert caller.said == "Take your time. I am listening."
    assert caller.listen.timing.no_input_ms == 60_000
    assert caller.state.visit.no_inputs == 0
    caller.send(NoInput())
    assert caller.listen.timing.no_input_ms == 5_000


def test_the_moment_is_a_property(build: Build) -> None:
    caller = Caller(build(TWO.replace('"Well?",', '"Well?", timing: {wait: 20s},', 1)))
    assert caller.command("wait").listen.timing.no_input_ms == 20_000


def test_a_doubtful_choice_with_a_rival_is_asked_which(build: Build) -> None:
    meaning = Interpretation(Match.CHOICE, "..", 0.4, choice="go", runner_up="stay")
    caller = Caller(build(TWO)).send(Understood(meaning))
    assert caller.said == "Did you mean going, or stay?"
    names = [c.name for c in caller.listen.expectation.choices]
    assert names == ["go", "stay", "which.first", "which.second", "which.neither"]
    other = Caller(build(TWO)).send(Understood(meaning)).send(Typed("2"))
    assert other.said == "Well?"
    assert other.notes(FactKind.MOVED)[0]["via"] == "stay"
    for name in ("go", "which.first"):
        again = Caller(build(TWO)).send(Understood(meaning)).choose(name)
        assert again.said == "How much?"


def test_neither_of_two_is_offered_again(build: Build) -> None:
    meaning = Interpretation(Match.CHOICE, "..", 0.4, choice="go", runner_up="stay")
    caller = Caller(build(TWO)).send(Understood(meaning)).fill(answer=NO)
    assert caller.said == "OK, let's try that again. Well?"
    assert caller.listen.expectation.choices == ()


def test_two_unclear_answers_end_the_question_of_which(build: Build) -> None:
    meaning = Interpretation(Match.CHOICE, "..", 0.4, choice="go", runner_up="stay")
    caller = Caller(build(TWO)).send(Understood(meaning)).fill(answer=YES)
    assert caller.said == "Did you mean going, or stay?"
    caller.send(NoMatch()).send(NoMatch())
    assert caller.state.visit.proposal is None


def test_close_values_of_a_slot_are_asked_which(build: Build) -> None:
    meaning = Interpretation(
        Match.SLOTS,
        "fifteen",
        0.5,
        slots={"amount": money("15.00 USD")},
        rivals={"amount": money("50.00 USD")},
    )
    caller = Caller(build(TWO)).choose("go").send(Understood(meaning))
    assert caller.said == "Did you mean 15.00 USD, or 50.00 USD?"
    caller.fill(amount=money("50.00 USD"))
    assert caller.said == "To whom?"
    assert caller.state.values["amount"] == money("50.00 USD")


def test_no_and_another_value_corrects_what_is_read_back(build: Build) -> None:
    caller = Caller(build(TWO)).choose("go").fill(0.5, amount=money("22.00 USD"))
    assert caller.said == "Did you say 22.00 USD?"
    wanted = {slot.name: slot.required for slot in caller.listen.expectation.slots}
    assert wanted == {"answer": True, "amount": False}
    caller.fill(answer=NO, amount=money("23.00 USD"))
    assert caller.said == "To whom?"
    assert caller.state.values["amount"] == money("23.00 USD", 0.9)


def test_a_form_is_corrected_in_one_value_and_read_back_again(build: Build) -> None:
    caller = Caller(build(TWO)).choose("go").fill(amount=money("5.00 USD"))
    caller.fill(payee=choice("water"))
    assert caller.said == "5.00 USD to the water company?"
    caller.fill(answer=NO, amount=money("6.00 USD"))
    assert caller.said == "6.00 USD to the water company?"
    caller.fill(amount=money("6.00 USD"))
    assert caller.said == "Bye."


def test_a_value_that_was_denied_is_not_taken_back_in(build: Build) -> None:
    caller = Caller(build(TWO)).choose("go").fill(amount=money("5.00 USD"))
    caller.fill(payee=choice("water")).fill(answer=NO, amount=money("6.00 USD"))
    caller.fill(answer=NO, amount=money("5.00 USD"))
    assert "5.00" not in caller.said


def test_a_correction_needs_more_than_a_no(build: Build) -> None:
    caller = Caller(build(TWO)).choose("go").fill(0.5, amount=money("22.00 USD"))
    caller.fill(0.32, answer=NO, amount=money("23.00 USD"))
    assert caller.said == "Please say yes or no. Or press 1 for yes, 2 for no."
    caller.fill(0.32, answer=NO)
    assert caller.said == "OK, let's try that again. How much?"


def test_digit_strings_are_not_listened_for_beside_yes_and_no(build: Build) -> None:
    nodes = 'first: {kind: ask, slots: {account: "Account?"}, to: bye}'
    account = SlotValue(SlotType.DIGITS, "123456")
    caller = Caller(build(nodes)).fill(0.9, account=account)
    assert [slot.name for slot in caller.listen.expectation.slots] == ["answer"]


COUNTED = """
first:
  kind: menu
  prompt: "Well?"
  no_input:
    - {prompt: "Hello?", timing: {no_input: 8s}, barge_in: none}
    - {count: 3, prompt: "Still there?"}
    - {count: 5, prompt: "Bye then.", to: bye}
  choices: {a: {key: 1, to: bye}}
"""


def test_the_entry_of_the_highest_count_that_is_reached_is_taken(build: Build) -> None:
    caller = Caller(build(COUNTED))
    said = [caller.send(NoInput()).said for _ in range(5)]
    assert said == ["Hello?", "Hello?", "Still there?", "Still there?", "Bye then. Bye."]


def test_an_attempt_has_properties_of_its_own(build: Build) -> None:
    caller = Caller(build(COUNTED)).send(NoInput())
    assert caller.listen.timing.no_input_ms == 8_000
    assert [a.barge_in for a in caller.actions if isinstance(a, Say)] == [BargeIn.NONE]
    caller.send(NoInput()).send(NoInput())
    assert caller.listen.timing.no_input_ms == 5_000


def test_terminators_are_inherited(build: Build) -> None:
    nodes = 'first: {kind: ask, slots: {code: "Code?"}, to: bye}'
    head = HEAD.replace("start:", 'terminators: "#*"\nstart:', 1)
    assert Caller(build(nodes, head)).listen.expectation.keys.terminators == "#*"  # type: ignore[union-attr]
