"""The caller's profile in flows: names and types, rules, tags, what it brings to a queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.core.call import LegInfo
from voicebot.core.customers import NOBODY, Customer, customer_from_json, customer_json
from voicebot.core.errors import ConfigError
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, Enqueue, FindCustomer, Note, Say
from voicebot.flow.customers import (
    AttributeType,
    CustomerTerms,
    RouteRule,
    TagRule,
    opening_language,
    typed_attribute,
)
from voicebot.flow.engine import recognized, start, step
from voicebot.flow.events import CustomerSeen, EngineFailed, Started, Understood
from voicebot.flow.flow import Flow
from voicebot.flow.loader import Flows, checked, load_flows, read_flows
from voicebot.flow.report import Surroundings
from voicebot.flow.state import FlowState

ANNA = Customer(
    id="7",
    number="+4917055501",
    name="Anna",
    vip=True,
    tags=("refund",),
    attributes={"overdue": "12.5"},
    agent="carla",
    last_agent="ben",
)
TERMS = CustomerTerms(
    attributes={"overdue": AttributeType.NUMBER, "since": AttributeType.DATE},
    tag_rules=(
        TagRule("customer.attributes.overdue > 10", "overdue"),
        TagRule('call.intent == "pay"', "payer"),
        TagRule("customer.name + 1 > 2", "never"),
    ),
    routing=(
        RouteRule("customer.vip", priority=2, skills={"english": 50}),
        RouteRule('"refund" in customer.tags', priority=1, agents=("rita",)),
    ),
)
FLOW = """\
flow: known
start: hello
on_error: bye
slots: {account: {type: digits, length: 4}}
nodes:
  hello: {kind: say, prompt: "Hello {customer.name}.", to: main}
  main:
    kind: menu
    prompt: "Well?"
    choices:
      refund: {key: 1, phrases: [refund], tag: refund, to: person}
      pay: {key: 2, phrases: [pay], to: person}
      who: {key: 3, phrases: [who], to: ask}
  ask: {kind: ask, slots: {account: "Which?"}, to: find}
  find: {kind: customer, id: "{account}", found: hello, unknown: main}
  person:
    kind: queue
    queue: service
    skills: {english: 20, cards: 10}
    agents: [ben]
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: "Bye."}
"""


def flows_of(folder: Path, text: str, terms: CustomerTerms = TERMS) -> Flows:
    (folder / "known.yaml").write_text(text, "utf-8")
    around = Surroundings(["service"], customers=terms)
    return checked(read_flows([folder / "known.yaml"], around, None, {}), around)


@pytest.fixture
def flow(tmp_path: Path) -> Flow:
    return flows_of(tmp_path, FLOW).get("known")


def begin(flow: Flow, customer: Customer) -> tuple[FlowState, tuple[Action, ...]]:
    return step(start(flow, customer=customer), Started(LegInfo(caller="+4917055501")))


def chose(state: FlowState, name: str) -> tuple[FlowState, tuple[Action, ...]]:
    return step(state, Understood(Interpretation(Match.CHOICE, name, 0.9, choice=name)))


def said(actions: tuple[Action, ...]) -> str:
    prompts = [p for action in actions if isinstance(action, Say) for p in action.prompts]
    parts = [part for prompt in prompts for part in prompt.parts]
    return "".join(p if isinstance(p, str) else p.value for p in parts)


def tags(actions: tuple[Action, ...]) -> list[dict[str, object]]:
    return [dict(a.data) for a in actions if isinstance(a, Note) and a.kind is FactKind.TAGGED]


def test_a_known_caller_is_called_by_name_and_a_stranger_is_not(flow: Flow) -> None:
    assert said(begin(flow, ANNA)[1]).startswith("Hello Anna.")
    assert said(begin(flow, NOBODY)[1]).startswith("Hello .")


def test_rules_tag_once_and_one_that_cannot_be_reckoned_does_not_hold(flow: Flow) -> None:
    state, actions = begin(flow, ANNA)
    assert tags(actions) == [{"tag": "overdue", "by": "rule", "customer": "7"}]
    state, actions = chose(state, "pay")
    assert tags(actions) == [{"tag": "payer", "by": "rule", "customer": "7"}]
    assert state.customer["tags"] == ["refund", "overdue", "payer"]


def test_an_intent_s_tag_is_kept_under_the_number_of_a_stranger(flow: Flow) -> None:
    state, _ = begin(flow, Customer(number="+4917055501"))
    state, actions = chose(state, "refund")
    assert tags(actions) == [{"tag": "refund", "by": "intent", "customer": "+4917055501"}]


def test_a_customer_brings_priority_skills_and_agents_to_a_queue(flow: Flow) -> None:
    _, actions = chose(begin(flow, ANNA)[0], "pay")
    queue = actions[-1]
    assert isinstance(queue, Enqueue)
    assert (queue.priority, queue.skills) == (3, {"english": 50, "cards": 10})
    assert queue.preferred == ("ben", "rita", "carla")


def test_a_stranger_waits_as_the_node_says(flow: Flow) -> None:
    _, actions = chose(begin(flow, NOBODY)[0], "pay")
    queue = actions[-1]
    assert isinstance(queue, Enqueue)
    assert (queue.priority, queue.skills, queue.preferred) == (
        0,
        {"english": 20, "cards": 10},
        ("ben",),
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (CustomerSeen(ANNA), "Hello Anna."),
        (CustomerSeen(NOBODY), "Well?"),
        (EngineFailed("x"), "W"),
    ],
)
def test_a_customer_is_found_by_an_id_given_in_the_call(
    flow: Flow, event: CustomerSeen | EngineFailed, words: str
) -> None:
    state, _ = chose(begin(flow, NOBODY)[0], "who")
    slots = {"account": SlotValue(SlotType.DIGITS, "1002")}
    state, actions = step(state, Understood(Interpretation(Match.SLOTS, "1002", 0.9, slots=slots)))
    assert actions[-1] == FindCustomer("1002")
    assert said(step(state, event)[1]).startswith(words)


def test_what_comes_late_counts_from_the_next_step_on(flow: Flow) -> None:
    state, _ = begin(flow, NOBODY)
    _, actions = chose(recognized(state, ANNA), "pay")
    assert isinstance(actions[-1], Enqueue)
    assert actions[-1].priority == 3


@pytest.mark.parametrize(
    ("condition", "code", "hint"),
    [
        ("customer.vipp", "unknown-name", "vip"),
        ("customer.attributes.overdu > 1", "unknown-name", "overdue"),
        ('customer.attributes.overdue == "much"', "wrong-type", ""),
        ("customer.name > 3", "wrong-type", ""),
        ('caller.name == "x"', "unknown-name", ""),
    ],
)
def test_a_wrong_name_or_type_is_found_before_any_call(
    tmp_path: Path, condition: str, code: str, hint: str
) -> None:
    branch = f"  hello: {{kind: branch, when: [{{if: '{condition}', to: bye}}], else: main}}"
    lines = [branch if line.startswith("  hello:") else line for line in FLOW.splitlines()]
    with pytest.raises(ConfigError) as caught:
        flows_of(tmp_path, "\n".join(lines))
    [problem] = [p for p in caught.value.problems if p.severity == "error"]
    assert problem.code == code
    assert hint in problem.hint


def test_any_attribute_may_be_asked_for_where_none_is_declared(tmp_path: Path) -> None:
    text = FLOW.replace("{customer.name}", "{customer.attributes.anything}")
    assert flows_of(tmp_path, text, CustomerTerms()).get("known")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("12.5", AttributeType.NUMBER, 12.5),
        ("7", AttributeType.NUMBER, 7),
        ("much", AttributeType.NUMBER, 0),
        (None, AttributeType.NUMBER, 0),
        ("Yes", AttributeType.YES_NO, True),
        (None, AttributeType.YES_NO, False),
        ("a; b", AttributeType.LIST, ["a", "b"]),
        (None, AttributeType.LIST, []),
        (None, AttributeType.TEXT, ""),
        ("2026-11-24", AttributeType.DATE, SlotValue(SlotType.DATE, "2026-11-24")),
        ("soon", AttributeType.DATE, None),
    ],
)
def test_attributes_have_their_type_or_its_empty_value(
    value: object, kind: AttributeType, expected: object
) -> None:
    assert typed_attribute(value, kind) == expected


def test_the_greeting_is_in_the_customer_s_language_if_the_flow_has_it() -> None:
    chinese = Customer(id="8", language="zh-CN")
    assert opening_language(("en", "zh"), chinese) == "zh"
    assert opening_language((), chinese) == ""
    assert opening_language(("en", "zh"), NOBODY) == ""


def test_a_profile_comes_back_from_the_journal_as_it_was() -> None:
    assert customer_from_json(customer_json(ANNA)) == ANNA
    assert ANNA.version != Customer(id="7", name="Anna").version
    assert customer_from_json({"tags": None, "attributes": 3}) == NOBODY


def test_an_answer_waits_for_the_profile_only_where_it_is_read(tmp_path: Path) -> None:
    """By the flow itself, by one that it calls, or by a choice of languages."""
    head = """\
flow: {}
language: en
start: a
on_error: bye
nodes:
  a: {{kind: say, prompt: {}, to: b}}
  b: {}
  bye: {{kind: hangup}}
"""
    bye = "{kind: hangup}"
    files = {
        "plain": head.format("plain", "Hello.", bye),
        "reads": head.format("reads", "'Hello {customer.name}.'", bye),
        "calls": head.format("calls", "Hello.", "{kind: goto, flow: reads}"),
        "speaks": "languages: [en, zh]\n"
        + head.replace("language: en\n", "").format("speaks", "{en: Hello., zh: 您好。}", bye),
    }
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    flows = load_flows(tmp_path)
    assert {name: flows.get(name).reads_customer for name in files} == {
        "plain": False,
        "reads": True,
        "calls": True,
        "speaks": True,
    }
