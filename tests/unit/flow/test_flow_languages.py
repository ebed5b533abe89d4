"""One flow in several languages, and prompts of several wordings."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_caller import Caller

from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.core.record import FactKind
from voicebot.flow.actions import Listen, Note
from voicebot.flow.events import Typed
from voicebot.flow.loader import Flows, load_flows

FLOW = """\
flow: two
languages: [en, zh]
start: first
on_error: bye
slots:
  payee:
    type: choice
    options:
      water: {key: 1, label: {en: the water company, zh: 水费}, phrases: {en: [water], zh: [水费]}}
globals:
  operator: {to: bye, phrases: {en: [somebody], zh: [找 人]}}
prompts:
  which: {en: [English?, Which language?], zh: 哪种语言？}
  hello: {en: Hello., zh: 您好。}
  more: {en: ["More?", "Anything else?", "What else?"], zh: ["还有吗？", "别的呢？"]}
nodes:
  first:
    kind: menu
    prompt: which
    choices:
      english: {key: 1, phrases: {en: [english], zh: [英语]}, to: greet}
      chinese: {key: 2, phrases: {en: [chinese], zh: [中文]}, to: chinese}
  chinese: {kind: language, language: zh, to: greet}
  greet: {kind: say, prompt: hello, to: who}
  who:
    kind: ask
    slots: {payee: {prompt: {en: Who?, zh: 给谁？}}}
    to: again
  again:
    kind: menu
    prompt: more
    choices:
      yes: {key: 1, phrases: {en: [yes], zh: [要]}, to: again}
      back: {key: 2, phrases: {en: [change language], zh: [换语言]}, to: english}
      sub: {key: 3, phrases: {en: [other], zh: [别的]}, to: other}
      no: {key: 9, phrases: {en: [no], zh: [不要]}, to: bye}
  other: {kind: call, flow: sub, exits: {done: greet}}
  english: {kind: language, language: en, to: first}
  bye: {kind: hangup, prompt: {en: Bye., zh: 再见。}}
"""
SUB = """\
flow: sub
languages: [en, zh]
exits: [done]
start: ask
nodes:
  ask:
    kind: menu
    prompt: {en: In English?, zh: 用英语吗？}
    choices:
      yes: {key: 1, phrases: {en: [yes], zh: [对]}, to: english}
  english: {kind: language, language: en, to: end}
  end: {kind: return, exit: done}
"""


def load(folder: Path, flow: str = FLOW) -> Flows:
    (folder / "two.yaml").write_text(flow, "utf-8")
    (folder / "sub.yaml").write_text(SUB, "utf-8")
    return load_flows(folder, environment={})


def problems(folder: Path, flow: str) -> list[Problem]:
    try:
        return list(load(folder, flow).warnings)
    except ConfigError as error:
        return list(error.problems)


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    return Caller(load(tmp_path).get("two"))


def key(caller: Caller, digits: str) -> Caller:
    return caller.send(Typed(digits))


def test_a_call_begins_in_the_first_language(caller: Caller) -> None:
    assert caller.said == "English?"
    assert caller.state.language == "en"
    assert key(caller, "1").said == "Hello. Who?"


def test_a_call_goes_on_in_another(caller: Caller) -> None:
    assert key(caller, "2").said == "您好。 给谁？"
    notes = [action for action in caller.actions if isinstance(action, Note)]
    assert [note.data for note in notes if note.kind is FactKind.LANGUAGE] == [{"language": "zh"}]
    listen = caller.actions[-1]
    assert isinstance(listen, Listen)
    expectation = listen.expectation
    assert expectation.language == "zh"
    (slot,) = expectation.slots
    assert slot.options[0].label == "水费"
    assert "operator" in [universal.name for universal in expectation.universals]


def test_a_sub_flow_speaks_the_language_of_the_call_and_may_change_it(caller: Caller) -> None:
    for digits in ("2", "1"):
        key(caller, digits)
    assert key(caller, "3").said == "用英语吗？"
    assert key(caller, "1").said == "Hello. Who?"
    assert caller.state.language == "en"


def test_wordings_take_turns(caller: Caller) -> None:
    key(caller, "1")
    said = [key(caller, "1").said for _ in range(4)]
    assert said == ["More?", "Anything else?", "What else?", "More?"]


def test_wordings_have_ids_of_their_own(caller: Caller) -> None:
    prompts = caller.flow.static_prompts()
    assert {p.id for p in prompts if p.id.startswith("more")} == {"more", "more.2", "more.3"}
    assert [(p.language, p.parts) for p in prompts if p.id == "more.2"] == [
        ("en", ("Anything else?",)),
        ("zh", ("别的呢？",)),
    ]


def test_all_languages_are_expected_of_recognizers(caller: Caller) -> None:
    assert {wanted.language for wanted in caller.flow.expectations()} == {"en", "zh"}


def test_both_languages_have_one_version(caller: Caller) -> None:
    assert {view.version for view in caller.flow.views} == {caller.flow.version}


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ("hello: {en: Hello., zh: 您好。}", "hello: Hello.", 14, 3),
        ("hello: {en: Hello., zh: 您好。}", "hello: {en: Hello.}", 14, 3),
        ("{en: Who?, zh: 给谁？}", "Who?", 27, 14),
        ("phrases: {en: [yes], zh: [要]}", "phrases: [yes]", 33, 22),
        ("label: {en: the water company, zh: 水费}", "label: {en: the water company}", 9, 23),
    ],
)
def test_what_is_not_translated_is_named(
    tmp_path: Path, old: str, new: str, line: int, column: int
) -> None:
    assert old in FLOW
    found = [p for p in problems(tmp_path, FLOW.replace(old, new, 1)) if p.file == "two.yaml"]
    (problem,) = [p for p in found if p.code == "missing-translation"]
    assert (problem.line, problem.severity) == (line, Severity.WARNING)
    assert "zh" in problem.message


def test_mistakes_in_one_language_are_found_at_their_place(tmp_path: Path) -> None:
    broken = FLOW.replace("zh: 您好。", 'zh: "您好 {who}。"').replace("[英语]", '["[英语"]')
    found = {(p.code, p.line, p.column) for p in problems(tmp_path, broken)}
    assert ("bad-phrase", 21) in {(code, line) for code, line, _ in found}, found
    assert ("unknown-name", 14, 31) in found, found


def test_a_translated_file_has_no_problems(tmp_path: Path) -> None:
    codes = {p.code for p in problems(tmp_path, FLOW) if p.file == "two.yaml"}
    assert not codes & {"missing-translation", "bad-markup"}


def test_markup_that_is_not_known(tmp_path: Path) -> None:
    broken = FLOW.replace("en: Hello.", "en: 'Hello<blink>.'")
    (problem,) = [p for p in problems(tmp_path, broken) if p.code == "bad-markup"]
    assert (problem.line, problem.column) == (14, 21)


def test_the_first_language_is_the_one_that_calls_begin_in(tmp_path: Path) -> None:
    found = problems(tmp_path, FLOW.replace("start: first", "language: zh\nstart: first", 1))
    assert [(p.code, p.line) for p in found if p.severity is Severity.ERROR] == [("bad-value", 3)]
