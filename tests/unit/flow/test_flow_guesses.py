"""Menus that ask for the likeliest choice first."""

from __future__ import annotations

import pytest
from flow_caller import NO, YES, Caller
from paying import PAY, WITH_DAY, Build

from voicebot.core.record import FactKind
from voicebot.flow.events import NoInput, NoMatch, Typed

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
