"""The engine: one conversation a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flow_caller import Caller

from voicebot.core.call import Outcome
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import QueueOutcome, TransferOutcome
from voicebot.core.record import FactKind
from voicebot.flow.engine import UnexpectedEvent, start, step
from voicebot.flow.flow import Flow
from voicebot.flow.state import Waiting
from voicebot.flow.steps import (
    Call,
    CallFailed,
    EngineFailed,
    Enqueue,
    HangUp,
    Listen,
    NoInput,
    NoMatch,
    QueueLeft,
    Replied,
    Transfer,
    TransferEnded,
    Typed,
    Understood,
)

Build = Callable[..., Flow]

MENU = """
first:
  kind: menu
  prompt: "What do you want?"
  again: "What else?"
  help: "Say balance or cards."
  choices:
    balance: {key: 1, phrases: ["my balance"], label: your balance, to: told}
    cards: {key: 2, phrases: ["my card"], to: bye}
told: {kind: say, tags: told, prompt: "Much.", to: first}
"""


def digits(value: str, confidence: float = 1.0) -> SlotValue:
    return SlotValue(SlotType.DIGITS, value, value, confidence)


def money(value: str, confidence: float = 1.0) -> SlotValue:
    return SlotValue(SlotType.MONEY, value, value, confidence)


def answer(value: str) -> SlotValue:
    return SlotValue(SlotType.YES_NO, value)


# ---------------------------------------------------------------- menus


def test_a_choice_by_voice_is_taken_and_noted(build: Build) -> None:
    caller = Caller(build(MENU))
    assert caller.said == "What do you want?"
    caller.choose("balance", 0.8)
    assert caller.said == "Much. What else?"
    assert caller.notes(FactKind.UNDERSTOOD) == [
        {
            "match": "choice",
            "choice": "balance",
            "confidence": 0.8,
            "slots": {},
            "runner_up": "",
        }
    ]
    moves = [(n["node"], n["via"]) for n in caller.notes(FactKind.MOVED)]
    assert moves == [("told", "balance"), ("first", "said")]
    assert caller.notes(FactKind.TAGGED) == [{"tag": "told"}]


def test_a_choice_by_key(build: Build) -> None:
    caller = Caller(build(MENU)).send(Typed("2"))
    assert caller.actions[-1] == HangUp(Outcome.CONTAINED)


def test_what_a_menu_listens_for(build: Build) -> None:
    wanted = Caller(build(MENU)).listen.expectation
    assert [choice.name for choice in wanted.choices] == ["balance", "cards"]
    names = {universal.name for universal in wanted.universals}
    assert names == {"help", "repeat", "back", "wait", "operator", "main_menu"}
    assert wanted.keys is not None
    assert set(wanted.keys.options) == {"1", "2", "0"}


def test_the_middle_band_is_asked_back_and_a_yes_takes_it(build: Build) -> None:
    caller = Caller(build(MENU)).choose("balance", 0.5)
    assert caller.said == "Did you mean your balance?"
    assert [slot.type for slot in caller.listen.expectation.slots] == [SlotType.YES_NO]
    assert caller.listen.expectation.choices == ()
    caller.fill(answer=answer("yes"))
    assert caller.said == "Much. What else?"
    assert caller.notes(FactKind.UNDERSTOOD)[-1]["choice"] == "balance"


@pytest.mark.parametrize("how", ["voice", "key"])
def test_a_denied_choice_is_never_offered_again(build: Build, how: str) -> None:
    caller = Caller(build(MENU)).choose("balance", 0.5)
    caller.send(Typed("2")) if how == "key" else caller.fill(answer=answer("no"))
    assert "balance" not in [c.name for c in caller.listen.expectation.choices]
    caller.choose("balance", 0.55)
    assert "Did you mean" not in caller.said
    assert caller.notes(FactKind.NOT_UNDERSTOOD)[0]["count"] == 2


def test_below_the_bands_nothing_was_understood(build: Build) -> None:
    caller = Caller(build(MENU)).choose("balance", 0.2)
    assert caller.said == "Sorry, I didn't get that. What do you want?"


def test_unclear_answers_to_a_question_back_end_as_a_no(build: Build) -> None:
    caller = Caller(build(MENU)).choose("balance", 0.5)
    for _ in range(2):
        caller.send(NoMatch())
        assert caller.said == "Please say yes or no. Or press 1 for yes, 2 for no."
    caller.send(NoInput())
    assert caller.state.visit.proposal is None
    assert caller.said.endswith("What do you want?")


ESCALATING = """
first:
  kind: menu
  prompt: "Well?"
  no_input:
    - {prompt: "Hello?"}
    - {prompt: "Still there?", repeat: true}
    - {prompt: "Bye then.", to: bye}
  no_match: [{}, {to: person}]
  choices: {go: {key: 1, to: first}}
"""


def test_silence_escalates_by_count(build: Build) -> None:
    caller = Caller(build(ESCALATING))
    said = [caller.send(NoInput()).said for _ in range(3)]
    assert said == ["Hello?", "Still there? Well?", "Bye then. Bye."]
    assert caller.notes(FactKind.TIMED_OUT) == [{"node": "first", "count": 3}]
    assert isinstance(caller.actions[-1], HangUp)


def test_silence_and_nonsense_are_counted_apart_and_anew_in_each_visit(build: Build) -> None:
    caller = Caller(build(ESCALATING)).send(NoInput())
    assert caller.send(NoMatch()).said == "Well?"
    caller.send(Typed("1"))
    assert caller.send(NoInput()).said == "Hello?"
    assert caller.send(NoMatch()).said == "Well?"
    assert isinstance(caller.send(NoMatch()).actions[-1], Enqueue)


def test_without_a_last_way_out_the_error_path_is_taken(build: Build) -> None:
    caller = Caller(build(MENU))
    for _ in range(3):
        caller.send(NoMatch(Interpretation(Match.NONE, "blah")))
    assert caller.said == "Trouble."
    assert isinstance(caller.actions[-1], Enqueue)


# ---------------------------------------------------------------- global commands


def test_repeat_says_exactly_what_was_said_last(build: Build) -> None:
    caller = Caller(build(MENU)).choose("balance")
    caller.command("repeat")
    assert caller.said == "Much. What else?"
    assert caller.command("repeat").said == "Much. What else?"
    caller.command("help")
    assert caller.said == "Say balance or cards. What else?"
    assert caller.command("repeat").said == "Say balance or cards. What else?"


def test_an_operator_from_everywhere_by_voice_and_key(build: Build) -> None:
    assert isinstance(Caller(build(MENU)).command("operator").actions[-1], Enqueue)
    caller = Caller(build(MENU)).send(Typed("0"))
    assert isinstance(caller.actions[-1], Enqueue)
    assert caller.notes(FactKind.UNDERSTOOD)[0]["match"] == "universal"
    while_asked_back = Caller(build(MENU)).choose("balance", 0.5).send(Typed("0"))
    assert isinstance(while_asked_back.actions[-1], Enqueue)


def test_a_command_in_the_middle_band_is_asked_back(build: Build) -> None:
    caller = Caller(build(MENU)).command("operator", 0.5)
    assert caller.said == "Did you say operator?"
    assert isinstance(caller.fill(answer=answer("yes")).actions[-1], Enqueue)


def test_a_command_that_a_node_switched_off(build: Build) -> None:
    caller = Caller(build(MENU.replace("again:", "without: [operator]\n  again:")))
    assert "operator" not in [u.name for u in caller.listen.expectation.universals]
    assert caller.listen.expectation.keys is not None
    assert "0" not in caller.listen.expectation.keys.options
    assert caller.command("operator").notes(FactKind.NOT_UNDERSTOOD)


# ---------------------------------------------------------------- slots

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
    assert caller.fill(answer=answer("yes")).said.startswith("Paid 5.00 USD to the water company.")


def test_one_slot_after_the_other(build: Build) -> None:
    caller = Caller(build(ASK)).fill(amount=money("5.00 USD"))
    assert caller.said == "Whom?"
    assert caller.listen.expectation.keys is not None
    assert set(caller.listen.expectation.keys.options) == {"1", "2", "0"}
    assert caller.command("help").said == "Water or rent. Whom?"
    assert caller.send(Typed("1")).said == "Pay 5.00 USD to the water company?"


def test_a_no_to_all_asks_for_all_again(build: Build) -> None:
    caller = Caller(build(ASK)).fill(payee=WATER, amount=money("5.00 USD"))
    caller.fill(answer=answer("no"))
    assert caller.said == "OK, let's try that again. Whom, and how much?"
    assert "amount" not in caller.state.values


def test_a_doubtful_value_is_read_back_and_a_denied_one_never_offered_again(build: Build) -> None:
    caller = Caller(build(ASK)).fill(payee=WATER, amount=money("50.00 USD", 0.5))
    assert caller.said == "Did you say 50.00 USD?"
    caller.fill(answer=answer("no"))
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
    spoken.fill(answer=answer("yes"))
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


# ---------------------------------------------------------------- back ends

HTTP = """
first: {kind: ask, slots: {account: "Number?"}, to: get}
get:
  kind: http
  url: /accounts/{account}
  cover: "One moment."
  save: {balance: body.balance}
  outcomes: {ok: tell, not_found: none}
tell: {kind: say, prompt: "You have {balance:money}.", to: bye}
none: {kind: say, prompt: "No such account.", to: bye}
"""


def asked(build: Build) -> Caller:
    return Caller(build(HTTP)).send(Typed("123456"))


def test_a_back_end_is_asked_and_its_answer_used(build: Build) -> None:
    caller = asked(build)
    call = caller.actions[-1]
    assert isinstance(call, Call)
    assert call.request.url == "http://127.0.0.1:1/accounts/123456"
    assert call.request.timeout_ms == 8_000
    assert call.cover[0].parts == ("One moment.",)
    caller.send(Replied(BackendReply(200, {"balance": 12.5})))
    assert caller.said == "You have 12.50 USD. Bye."


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Replied(BackendReply(404, None)), "No such account. Bye."),
        (Replied(BackendReply(503, None)), "Trouble."),
        (Replied(BackendReply(403, None)), "Trouble."),
        (Replied(BackendReply(200, "<html>Sign in!</html>")), "Trouble."),
        (Replied(BackendReply(200, {"balance": None})), "Trouble."),
        (Replied(BackendReply(200, [1, 2])), "Trouble."),
        (CallFailed("timeout"), "Trouble."),
        (EngineFailed("back end"), "Trouble."),
    ],
)
def test_other_answers(build: Build, event: object, said: str) -> None:
    assert asked(build).send(event).said == said  # type: ignore[arg-type]


def test_what_an_answer_may_lack_has_a_default(build: Build) -> None:
    nodes = HTTP.replace("body.balance}", '"default(body.balance, 7)"}')
    caller = Caller(build(nodes)).send(Typed("123456"))
    assert caller.send(Replied(BackendReply(200, "gibberish"))).said == "You have 7.00 USD. Bye."


def test_values_are_encoded_in_urls(build: Build) -> None:
    nodes = """
    first: {kind: set, values: {who: "'a/b?c'"}, to: get}
    get: {kind: http, url: "/x/{who}", outcomes: {ok: bye}}
    """
    call = Caller(build(nodes)).actions[-1]
    assert isinstance(call, Call)
    assert call.request.url.endswith("/x/a%2Fb%3Fc")


def test_a_post_has_an_idempotency_key_of_its_own(build: Build) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {go: {key: 1, to: send}}}
    send: {kind: http, method: POST, url: /x, body: {n: 1}, outcomes: {ok: first}}
    """
    caller = Caller(build(nodes))
    keys = set()
    for _ in range(2):
        call = caller.send(Typed("1")).actions[-1]
        assert isinstance(call, Call)
        keys.add(call.request.idempotency_key)
        caller.send(Replied(BackendReply(200, None)))
    assert len(keys) == 2
    assert "" not in keys


# ---------------------------------------------------------------- people


def test_the_agent_is_told_what_is_known_but_no_secret(build: Build) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {pay: {key: 1, to: code}}}
    code: {kind: ask, slots: {code: "Code?"}, to: pin}
    pin: {kind: digits, slot: pin, prompt: "PIN?", to: person}
    """
    caller = Caller(build(nodes)).send(Typed("1")).send(Typed("123")).send(Typed("1234"))
    assert caller.actions[-1] == Enqueue("service", {"intent": "pay", "code": "123"})


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (QueueOutcome.SERVED, Outcome.HANDLED),
        (QueueOutcome.TIMEOUT, Outcome.FAILED),
        (QueueOutcome.NOBODY, Outcome.FAILED),
        (QueueOutcome.FULL, Outcome.FAILED),
        (QueueOutcome.LEFT, Outcome.CONTAINED),
    ],
)
def test_ways_out_of_a_queue(build: Build, outcome: QueueOutcome, ends: Outcome) -> None:
    caller = Caller(build(MENU)).command("operator").send(QueueLeft(outcome))
    assert caller.actions[-1] == HangUp(ends)


def test_a_transfer(build: Build) -> None:
    nodes = """
    first: {kind: transfer, target: "sip:1@x", outcomes: {failed: bye, busy: sorry}}
    sorry: {kind: say, prompt: "Busy.", to: bye}
    """
    caller = Caller(build(nodes))
    assert caller.actions[-1] == Transfer("sip:1@x")
    state = caller.state
    assert caller.send(TransferEnded(TransferOutcome.BUSY)).said == "Busy. Bye."
    caller.state = state
    caller.send(TransferEnded(TransferOutcome.NO_ANSWER))
    assert caller.said == "Bye."
    caller.state = state
    caller.send(TransferEnded(TransferOutcome.DONE))
    assert caller.actions[-1] == HangUp(Outcome.TRANSFERRED)


# ---------------------------------------------------------------- branches and guards


def test_the_first_condition_that_holds_decides(build: Build) -> None:
    nodes = """
    first: {kind: set, values: {n: 2, m: n * 2}, to: which}
    which:
      kind: branch
      when: [{if: n > 2, to: bye}, {if: m == 4, to: four}]
      else: bye
    four: {kind: say, prompt: "Four. {call.caller}", to: bye}
    """
    assert Caller(build(nodes)).said == "Four. +4930123 Bye."


def test_an_expression_without_a_value_takes_the_error_path(build: Build) -> None:
    caller = Caller(build("first: {kind: set, values: {n: 1 / 0}, to: bye}"))
    assert caller.said == "Trouble."
    (failed,) = caller.notes(FactKind.FAILED)
    assert failed == {"what": "flow node first", "error": "/ has no result"}


def test_a_recognizer_that_fails_leaves_the_keys(build: Build) -> None:
    caller = Caller(build(MENU)).send(EngineFailed("recognizer"))
    assert caller.said.startswith("Sorry, I didn't get that."), "once may be a worker that died"
    caller.send(EngineFailed("recognizer"))
    assert caller.said.startswith("I'm having trouble hearing you.")
    assert caller.listen.expectation.speech is False
    assert isinstance(caller.send(Typed("2")).actions[-1], HangUp)
    caller = Caller(build(MENU))
    for _ in range(3):
        caller.send(EngineFailed("x"))
    assert caller.said == "Trouble."


def test_coming_back_to_the_same_node_too_often(build: Build) -> None:
    caller = Caller(build(MENU))
    for _ in range(20):
        caller.command("main_menu")
        if caller.state.waiting is Waiting.QUEUE:
            break
    assert caller.state.visits["first"] == 11
    assert caller.said == "Trouble."


def test_an_error_path_that_fails_ends_the_call_with_an_apology(build: Build) -> None:
    flow = build("first: {kind: set, values: {n: 1 / 0}, to: bye}")
    broken = flow.file.model_copy(update={"on_error": "first"})
    caller = Caller(replace(flow, file=broken))
    assert caller.said.startswith("I'm sorry, something went wrong at our end.")
    assert caller.actions[-1] == HangUp(Outcome.FAILED)


def test_too_many_steps_take_the_error_path_which_still_reaches_a_person(build: Build) -> None:
    flow = build(MENU)
    settings = replace(flow.settings, max_steps=20)
    caller = Caller(replace(flow, settings=settings))
    while caller.state.waiting is Waiting.CALLER:
        caller.command("repeat")
        assert caller.state.steps < 30
    assert caller.said == "Trouble."
    assert isinstance(caller.actions[-1], Enqueue)


@pytest.mark.parametrize(
    ("waiting", "event"),
    [
        (Waiting.START, NoInput()),
        (Waiting.CALLER, QueueLeft(QueueOutcome.SERVED)),
        (Waiting.CALLER, Replied(BackendReply(200, None))),
        (Waiting.ENDED, NoInput()),
        (Waiting.ENDED, EngineFailed("x")),
    ],
)
def test_an_event_that_nothing_waited_for_is_a_mistake(
    build: Build, waiting: Waiting, event: object
) -> None:
    flow = build(MENU)
    state = replace(start(flow), waiting=waiting, node="first")
    with pytest.raises(UnexpectedEvent):
        step(state, event)  # type: ignore[arg-type]


def test_a_step_changes_nothing_but_returns_the_new_state(build: Build) -> None:
    caller = Caller(build(MENU))
    before = caller.state
    event = Understood(Interpretation(Match.CHOICE, "x", 0.9, choice="balance"))
    assert step(before, event) == step(before, event)
    assert isinstance(step(before, NoInput())[1][-1], Listen)


def test_properties_inherit_from_system_to_flow_to_node(build: Build) -> None:
    head_flow = build(MENU.replace("again:", "timing: {no_input: 2s}\n  again:"))
    timing = Caller(head_flow).listen.timing
    assert (timing.no_input_ms, timing.end_complete_ms) == (2_000, 400)
    flow = build(MENU)
    assert Caller(flow).listen.timing.no_input_ms == 5_000
    named = [prompt.id for prompt in flow.static_prompts()]
    assert "did_you_mean" not in named
    assert "sorry" in named
    assert len(flow.expectations()) == len({repr(e) for e in flow.expectations()})
