"""Menus and global commands: what is taken, asked back, repeated, given up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flow_caller import MENU, NO, YES, Caller

from voicebot.core.call import Outcome
from voicebot.core.meaning import Interpretation, Match, SlotType
from voicebot.core.record import FactKind
from voicebot.flow.actions import Enqueue, HangUp
from voicebot.flow.events import NoInput, NoMatch, Typed
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]


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
    caller.fill(answer=YES)
    assert caller.said == "Much. What else?"
    assert caller.notes(FactKind.UNDERSTOOD)[-1]["choice"] == "balance"


@pytest.mark.parametrize("how", ["voice", "key"])
def test_a_denied_choice_is_never_offered_again(build: Build, how: str) -> None:
    caller = Caller(build(MENU)).choose("balance", 0.5)
    caller.send(Typed("2")) if how == "key" else caller.fill(answer=NO)
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
    assert isinstance(caller.fill(answer=YES).actions[-1], Enqueue)


def test_a_command_that_a_node_switched_off(build: Build) -> None:
    caller = Caller(build(MENU.replace("again:", "without: [operator]\n  again:")))
    assert "operator" not in [u.name for u in caller.listen.expectation.universals]
    assert caller.listen.expectation.keys is not None
    assert "0" not in caller.listen.expectation.keys.options
    assert caller.command("operator").notes(FactKind.NOT_UNDERSTOOD)
