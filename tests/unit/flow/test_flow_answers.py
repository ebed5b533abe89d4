"""Answers from a knowledge base: told, asked back, denied, none; at answer nodes and at menus."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import Caller
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.errors import Problem, Severity
from voicebot.core.knowledge import Finding
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import HangUp, Listen, LookUp
from voicebot.flow.asking_back import ANSWER
from voicebot.flow.effective import effective
from voicebot.flow.engine import start, step
from voicebot.flow.events import (
    EngineFailed,
    Event,
    LookedUp,
    NoInput,
    NoMatch,
    Started,
    Typed,
    Understood,
)
from voicebot.flow.flow import Flow
from voicebot.flow.knowledge.wording import DENY, DONE, MORE
from voicebot.flow.state import FlowState, Waiting

Build = Callable[..., Flow]

KNOWLEDGE = """\
knowledge: shop
entities:
  express: {kind: service, name: express delivery, synonyms: [overnight], sounds: ["x press"]}
  slow: {kind: service, name: economy, sounds: [IH K AA N AH M IY]}
entries:
  fee: {question: What is the fee?, answer: Nine dollars., label: the fee, tags: [money]}
  size: {question: How big may it be?, answer: "For {call.caller}, one meter.", version: 4}
  bonus: {question: Is there a bonus?, answer: Ten percent., until: 2026-12-31}
"""
NODES = """
first:
  kind: answer
  knowledge: {base: shop, tag_call: true}
  prompt: "Your question?"
  outcomes: {answered: bye, not_found: person, clarified: again, no_input: trouble}
again: {kind: hangup, prompt: "Clarified."}
"""
MENU = """
first:
  kind: menu
  prompt: "Order or question?"
  again: "Well?"
  knowledge: shop
  choices:
    order: {key: 1, phrases: [order], to: bye}
    ask: {key: 2, phrases: [a question], to: faq}
faq:
  kind: answer
  knowledge: shop
  from_last: true
  once: true
  outcomes: {answered: bye, not_found: person}
"""


@pytest.fixture
def shop(build: Build, tmp_path: Path) -> Build:
    """A flow beside the knowledge base."""
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "shop.yaml").write_text(KNOWLEDGE, "utf-8")
    return build


def asked(*scores: tuple[str, float], text: str = "...") -> Event:
    found = tuple(Finding("shop", name, score) for name, score in scores)
    return Understood(Interpretation(Match.ANSWER, text, scores[0][1], findings=found))


SURE = asked(("fee", 0.95), ("size", 0.1))
CLOSE = asked(("fee", 0.8), ("size", 0.75))
YES = SlotValue(SlotType.YES_NO, "yes")
NO = SlotValue(SlotType.YES_NO, "no")


# ---------------------------------------------------------------- answer


def test_what_is_sure_is_told_and_noted_with_its_entry(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(SURE)
    assert caller.said == "Nine dollars.Anything else?".replace(".A", ". A")
    assert caller.notes(FactKind.ANSWERED_FROM) == [
        {
            "node": "first",
            "base": "shop",
            "entry": "fee",
            "version": 1,
            "score": 0.95,
            "margin": 0.85,
            "via": "asked",
        }
    ]
    assert caller.notes(FactKind.TAGGED) == [{"tag": "money"}]


def test_a_recording_of_the_entry_has_its_place(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(SURE)
    prompts = [p for a in caller.actions for p in getattr(a, "prompts", ())]
    assert prompts[0].id == "faq/shop/fee"


def test_two_that_are_close_are_asked_for(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(CLOSE)
    assert caller.said == "Did you mean: the fee? Or: How big may it be?"
    assert [c.name for c in caller.listen.expectation.choices][:2] == ["shop/fee", "shop/size"]
    assert caller.listen.expectation.knowledge is None


@pytest.mark.parametrize(
    ("reply", "entry"), [("which.second", "size"), ("shop/size", "size"), ("which.first", "fee")]
)
def test_the_one_that_was_meant_is_told(shop: Build, reply: str, entry: str) -> None:
    caller = Caller(shop(NODES)).send(CLOSE).choose(reply)
    (told,) = caller.notes(FactKind.ANSWERED_FROM)
    assert (told["entry"], told["via"]) == (entry, "clarified")
    caller.choose(DONE)
    assert caller.said == "Clarified."


def test_one_that_is_not_sure_is_asked_back_and_not_offered_again(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(asked(("fee", 0.5)))
    assert caller.said == "Did you mean: the fee?"
    caller.fill(**{ANSWER: NO})
    assert "no answer" in caller.said
    caller.send(asked(("fee", 0.99), ("size", 0.2)))
    assert caller.notes(FactKind.ANSWERED_FROM) == []


def test_a_value_of_the_flow_stands_in_an_answer(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(asked(("size", 0.9)))
    assert caller.said.startswith("For +4930123, one meter.")


def test_no_answer_twice_leads_on(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(NoMatch(None))
    assert "no answer" in caller.said
    caller.send(NoMatch(None))
    assert caller.state.node == "person"


def test_a_denied_answer_is_noted_and_not_told_again(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(SURE)
    assert DENY in [c.name for c in caller.listen.expectation.choices]
    caller.choose(DENY)
    assert caller.notes(FactKind.ANSWER_DENIED) == [
        {"node": "first", "base": "shop", "entry": "fee", "version": 1}
    ]
    caller.send(SURE)
    assert caller.notes(FactKind.ANSWERED_FROM) == []


def test_a_denial_is_expected_right_after_an_answer_only(shop: Build) -> None:
    caller = Caller(shop(NODES))
    assert DENY not in [c.name for c in caller.listen.expectation.choices]
    caller.send(SURE).choose(MORE)
    assert DENY not in [c.name for c in caller.listen.expectation.choices]


@pytest.mark.parametrize("event", [NoInput(), Typed("#")])
def test_silence_after_an_answer_is_no_further_question(shop: Build, event: Event) -> None:
    caller = Caller(shop(NODES)).send(SURE).send(NoInput())
    assert caller.said == "Bye."


def test_silence_before_any_has_a_way_of_its_own(shop: Build) -> None:
    caller = Caller(shop(NODES)).send(NoInput())
    assert caller.said == "Are you still there? Your question?"
    caller.send(NoInput())
    assert "Trouble." in caller.said


def test_an_entry_that_is_over_is_not_told(shop: Build) -> None:
    flow = shop(NODES)
    for year, waiting in ((2026, "Ten percent."), (2027, "no answer")):
        now = datetime.datetime(year, 12, 31, 12, tzinfo=datetime.UTC)
        state, _ = step(start(flow, now=now), Started(Caller(flow).state.info))
        _, actions = step(state, asked(("bonus", 0.95)))
        said = "".join(str(p.parts) for a in actions for p in getattr(a, "prompts", ()))
        assert waiting in said


def test_levels_of_the_node_decide(shop: Build) -> None:
    strict = shop(NODES.replace("tag_call: true", "answer: 0.97"))
    assert Caller(strict).send(SURE).notes(FactKind.ANSWERED_FROM) == []


# ---------------------------------------------------------------- menus, and what was said before


def test_a_menu_answers_and_is_put_again(shop: Build) -> None:
    caller = Caller(shop(MENU)).send(SURE)
    assert caller.said == "Nine dollars. Well?"
    assert caller.state.node == "first"
    caller.choose("order")
    assert caller.said == "Bye."


def test_a_menu_asks_back_and_notes_a_denial(shop: Build) -> None:
    caller = Caller(shop(MENU)).send(CLOSE).choose("which.first").choose(DENY)
    assert caller.notes(FactKind.ANSWER_DENIED)[0]["entry"] == "fee"


def test_what_was_said_last_is_looked_up_first(shop: Build) -> None:
    caller = Caller(shop(MENU))
    meant = Interpretation(Match.CHOICE, "a question what is the fee", 0.9, choice="ask")
    caller.send(Understood(meant))
    look_up = caller.actions[-1]
    assert isinstance(look_up, LookUp)
    assert look_up.text == "a question what is the fee"
    caller.send(LookedUp((Finding("shop", "fee", 0.9),)))
    assert caller.said == "Nine dollars. Bye."


def test_what_holds_no_question_is_followed_by_asking(shop: Build) -> None:
    caller = Caller(shop(MENU)).choose("ask").send(LookedUp(()))
    assert caller.said == "What would you like to know?"
    assert caller.notes(FactKind.NOT_UNDERSTOOD) == []


def test_a_look_up_that_fails_is_followed_by_asking(shop: Build) -> None:
    caller = Caller(shop(MENU)).choose("ask").send(EngineFailed("look up"))
    assert caller.said == "What would you like to know?"


# ---------------------------------------------------------------- names of the trade


def test_names_of_a_kind_stand_in_phrases_and_slots(shop: Build) -> None:
    flow = shop(
        """
        first:
          kind: menu
          prompt: "Well?"
          choices: {ship: {key: 1, phrases: ["ship it by {service}"], to: how}}
        how: {kind: ask, slots: {delivery: "How?"}, to: bye}
        """,
        head=HEAD_WITH_SLOT,
    )
    phrase = flow.nodes["first"].choices["ship"].phrases[0]  # type: ignore[attr-defined]
    assert phrase == "ship it by (express delivery | overnight | x press | economy)"
    options = {c.name: c.label for c in flow.specs["delivery"].options}
    assert options == {"express": "express delivery", "slow": "economy"}
    expectation = flow.nodes["first"].expectations(flow).__iter__().__next__()  # type: ignore[attr-defined]
    assert expectation.sounds == (("economy", "IH K AA N AH M IY"),)


HEAD_WITH_SLOT = """\
flow: test
start: first
on_error: bye
globals: {operator: {key: 0, to: bye}}
slots: {delivery: {type: choice, entities: service}}
nodes:
  bye: {kind: hangup, prompt: "Bye."}
"""


# ---------------------------------------------------------------- checks


def test_a_base_that_is_not_there_is_a_mistake(
    shop: Build, problems: Callable[..., tuple[Problem, ...]]
) -> None:
    found = problems(NODES.replace("base: shop", "base: shpo"))
    errors = [(p.code, p.hint) for p in found if p.severity is Severity.ERROR]
    assert errors == [("missing-knowledge-base", "did you mean shop?")]


def test_mistakes_of_a_base_keep_its_flows_from_serving(
    problems: Callable[..., tuple[Problem, ...]], tmp_path: Path
) -> None:
    (tmp_path / "knowledge").mkdir()
    text = KNOWLEDGE.replace("answer: Nine dollars.", "answer: ''")
    (tmp_path / "knowledge" / "shop.yaml").write_text(text, "utf-8")
    errors = [p.code for p in problems(NODES) if p.severity is Severity.ERROR]
    assert errors == ["empty-answer"]


# ---------------------------------------------------------------- whatever comes

EVENTS = st.sampled_from(
    [
        SURE,
        CLOSE,
        asked(("bonus", 0.5)),
        asked(("nothing", 0.99)),
        NoInput(),
        NoMatch(None),
        Typed("1"),
        Typed("2"),
        EngineFailed("speech"),
        Understood(Interpretation(Match.CHOICE, "no", 0.9, choice=DONE)),
        Understood(Interpretation(Match.CHOICE, "yes", 0.9, choice=MORE)),
        Understood(Interpretation(Match.CHOICE, "wrong", 0.9, choice=DENY)),
        Understood(Interpretation(Match.CHOICE, "the second", 0.9, choice="which.second")),
        Understood(Interpretation(Match.SLOTS, "yes", 0.9, slots={ANSWER: YES})),
        Understood(Interpretation(Match.SLOTS, "no", 0.9, slots={ANSWER: NO})),
        Understood(Interpretation(Match.CHOICE, "a question", 0.9, choice="ask")),
    ]
)


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    from flow_caller import HEAD, write

    from voicebot.flow.loader import load_file

    folder = tmp_path_factory.mktemp("shop")
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "shop.yaml").write_text(KNOWLEDGE, "utf-8")
    return load_file(write(folder, MENU, HEAD), environment={})


@given(events=st.lists(EVENTS, max_size=12))
@settings(max_examples=150)
def test_no_run_of_events_breaks_a_call(flow: Flow, events: list[Event]) -> None:
    """Each step ends in something that waits; no answer is told that was denied in that visit."""
    state: FlowState = start(flow)
    state, actions = step(state, Started(Caller(flow).state.info))
    for event in events:
        if isinstance(actions[-1], LookUp):
            state, actions = step(state, LookedUp((Finding("shop", "fee", 0.9),)))
        if state.waiting is not Waiting.CALLER:
            return
        if isinstance(event, Understood) and not _is_expected(event.interpretation, actions[-1]):
            continue
        denied = state.visit.denied
        state, actions = step(state, event)
        assert isinstance(actions[-1], Listen | LookUp | HangUp) or state.node == "person"
        told = [a.data for a in actions if getattr(a, "kind", "") == FactKind.ANSWERED_FROM]
        for fact in told:
            assert ("entry", f"{fact['base']}/{fact['entry']}") not in denied


def _is_expected(meaning: Interpretation, waiting: object) -> bool:
    """Whether such a meaning can come of what is listened for."""
    assert isinstance(waiting, Listen)
    wanted = waiting.expectation
    if meaning.match is Match.ANSWER:
        return wanted.knowledge is not None
    if meaning.match is Match.SLOTS:
        return {slot.name for slot in wanted.slots} >= set(meaning.slots)
    return meaning.choice in {choice.name for choice in wanted.choices}


def test_what_holds_for_a_node_is_explained(shop: Build) -> None:
    flow = shop(NODES.replace("tag_call: true", "answer: 0.9"))
    rows = {e.name: (e.value, e.origin) for e in effective(flow, "first")}
    assert rows["knowledge.base"] == ("shop", "node")
    assert rows["knowledge.answer"] == ("0.9", "node")
    assert rows["knowledge.margin"] == ("0.15", "system")
