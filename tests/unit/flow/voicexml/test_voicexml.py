"""VoiceXML pages as flows: what is kept, walked as a caller would, and what is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.cli import main
from voicebot.core.call import LegInfo
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import TransferOutcome
from voicebot.flow.actions import Action, Call, Dial, HangUp, Record, Say
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, NoInput, Replied, Started, TransferEnded, Typed, Understood
from voicebot.flow.loader import load_flows
from voicebot.flow.state import FlowState
from voicebot.flow.voicexml import Imported, Weight, translate

PAGES = Path(__file__).parents[3] / "fixtures" / "voicexml"
NAMES = ("clinic.vxml", "login.vxml", "root.vxml")


def imported() -> Imported:
    return translate({name: (PAGES / name).read_bytes() for name in NAMES})


def page(body: str, name: str = "page.vxml") -> Imported:
    text = f'<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en">{body}</vxml>'
    return translate({name: text.encode()})


def flow_of(result: Imported) -> dict[str, Any]:
    return next(iter(result.flows.values()))


def lost(result: Imported) -> list[str]:
    return [finding.what for finding in result.findings if finding.weight is Weight.LOST]


class Walker:
    """Walks an imported flow."""

    def __init__(self, folder: Path, flows: Imported, name: str) -> None:
        for flow, data in flows.flows.items():
            (folder / f"{flow}.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
        self.state: FlowState = start(load_flows(folder, environment={}).get(name))
        self.actions: Sequence[Action] = ()
        self.send(Started(LegInfo(caller="+4930123")))

    def send(self, event: Event) -> str:
        self.state, self.actions = step(self.state, event)
        said = [p for a in self.actions if isinstance(a, Say) for p in a.prompts]
        return " ".join(
            "".join(part if isinstance(part, str) else part.value for part in prompt.parts)
            for prompt in said
        )

    def slot(self, name: str, kind: SlotType, value: str) -> str:
        slots = {name: SlotValue(kind, value)}
        return self.send(Understood(Interpretation(Match.SLOTS, value, 0.95, slots=slots)))

    @property
    def last(self) -> Action:
        return self.actions[-1]


@pytest.fixture
def clinic(tmp_path: Path) -> Walker:
    return Walker(tmp_path, imported(), "clinic")


def test_a_menu_with_its_keys_phrases_and_enumeration(tmp_path: Path) -> None:
    flow = imported().flows["clinic"]
    menu = flow["nodes"]["main"]
    assert menu["prompt"] == (
        "Welcome to the clinic. For an appointment, press 1. For opening hours, press 2. "
        "For test results, press 3."
    )
    assert menu["again"] == "What would you like?"
    assert menu["choices"]["opening_hours"] == {
        "key": "2",
        "label": "opening hours",
        "phrases": ["opening hours", "when are you open"],
        "to": "opening",
    }
    assert flow["globals"]["person"] == {
        "key": "0",
        "phrases": ["operator", "[speak to] an agent"],
        "to": "person",
    }
    assert flow["timing"] == {"no_input": "4s", "inter_digit": "2s"}


def test_variables_conditions_and_recordings(clinic: Walker) -> None:
    assert clinic.send(Typed("2")) == "We are open from eight to six. What would you like?"
    clinic.send(Typed("2"))
    assert clinic.send(Typed("2")) == "We are open from eight to six. Goodbye."
    assert isinstance(clinic.last, HangUp)
    assert imported().flows["clinic"]["prompts"]["opening_hours"].startswith("We are open")


def test_an_event_is_caught_by_the_document(clinic: Walker) -> None:
    assert clinic.send(Typed("3")) == "Results are given in person only. What would you like?"


def test_a_form_with_a_subdialog_and_fields_that_are_asked_anew(clinic: Walker) -> None:
    assert clinic.send(Typed("1")) == "Please key in your patient number."
    assert clinic.send(Typed("123456")) == "Which doctor, Miller or Wong?"
    leave = "Doctor Wong is on <emphasis>leave</emphasis>. Which doctor, Miller or Wong?"
    assert clinic.send(Typed("2")) == leave
    assert clinic.send(Typed("1")) == "Which day?"
    assert clinic.slot("day", SlotType.DATE, "2026-11-24") == "On 2026-11-24, is that right?"
    assert clinic.slot("sure", SlotType.YES_NO, "no") == "Which day?"
    clinic.slot("day", SlotType.DATE, "2026-11-25")
    clinic.slot("sure", SlotType.YES_NO, "yes")
    call = clinic.last
    assert isinstance(call, Call)
    assert (call.request.method, call.request.url) == ("POST", "http://clinic.example/book")
    assert call.request.form == {"doctor": "dr_miller", "day": "2026-11-25"}
    clinic.send(Replied(BackendReply(200, {})))
    assert isinstance(clinic.last, HangUp)


def test_a_subdialog_that_gives_up_by_count(clinic: Walker) -> None:
    clinic.send(Typed("1"))
    clinic.send(NoInput())
    clinic.send(NoInput())
    assert isinstance(clinic.last, Dial), "the caller who is not known gets a person"


def test_a_transfer_and_what_comes_of_it(clinic: Walker) -> None:
    command = Interpretation(Match.UNIVERSAL, "operator", 0.95, choice="person")
    assert clinic.send(Understood(command)) == "One moment."
    dial = clinic.last
    assert isinstance(dial, Dial)
    assert (dial.targets, dial.ring_ms) == (("number_15550100",), 20_000)
    said = clinic.send(TransferEnded(TransferOutcome.BUSY))
    assert said == "The line is busy. Please leave a message."
    record = clinic.last
    assert isinstance(record, Record)
    assert (record.max_ms, record.silence_ms, record.beep) == (60_000, 4_000, True)


def test_silence_by_count(clinic: Walker) -> None:
    assert clinic.send(NoInput()).startswith("I did not hear you.")
    clinic.send(NoInput())
    assert clinic.send(NoInput()) == "Let us find somebody. One moment."


def test_the_findings_name_what_needs_a_hand() -> None:
    found = {(f.file, f.line, f.weight) for f in imported().findings}
    assert ("clinic.vxml", 48, Weight.LOST) in found, "the page after a submit"
    assert ("clinic.vxml", 57, Weight.CHANGED) in found, "a destination to be named"
    assert ("clinic.vxml", 23, Weight.NOTE) in found, "a recording to be put in its place"


@pytest.mark.parametrize(
    ("uri", "slot"),
    [
        ("boolean", {"type": "yes_no"}),
        ("digits?length=4", {"type": "digits", "length": 4}),
        ("digits?minlength=2;maxlength=5", {"type": "digits", "min_length": 2, "max_length": 5}),
        ("currency", {"type": "money"}),
        ("time", {"type": "time"}),
        ("phone", {"type": "digits", "min_length": 3, "max_length": 15}),
    ],
)
def test_builtin_types(uri: str, slot: dict[str, Any]) -> None:
    field = f'<form><field name="x" type="{uri}"><prompt>Well?</prompt></field></form>'
    assert flow_of(page(field))["slots"] == {"x": slot}


def test_a_grammar_of_rules_repeats_and_tags() -> None:
    field = """<form><field name="city"><prompt>Where?</prompt>
      <grammar mode="voice" root="top">
        <rule id="top"><one-of>
          <item><item repeat="0-1">the city of</item> <ruleref uri="#big"/>
            <tag>out = "NYC";</tag></item>
          <item>boston <tag>'BOS'</tag></item>
        </one-of></rule>
        <rule id="big"><one-of><item>new york</item><item>the big apple</item></one-of></rule>
      </grammar></field></form>"""
    slot = flow_of(page(field))["slots"]["city"]
    assert slot["options"] == {
        "nyc": {"phrases": ["[the city of] (new york | the big apple)"]},
        "bos": {"phrases": ["boston"]},
    }


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("a == 'x' &amp;&amp; !b", 'a == "x" and not b'),
        ("a !== 3 || (b &lt;= 4.5)", "a != 3 or (b <= 4.5)"),
        ("document.a.length &gt; 2", "len(a) > 2"),
        ("session.connection.remote.uri == '1'", 'call.caller == "1"'),
        ("a == undefined", "a == null"),
    ],
)
def test_expressions(theirs: str, ours: str) -> None:
    form = f'<form><block><if cond="{theirs}">Yes.</if></block></form>'
    nodes = flow_of(page(form))["nodes"].values()
    assert [node["when"][0]["if"] for node in nodes if node["kind"] == "branch"] == [ours]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<form><block><script>1</script></block></form>", "<script>"),
        ("<form><object name='x'/></form>", "<object>"),
        ("<form><block><if cond='f(1)'>a</if></block></form>", "the function f()"),
        ("<form><block><goto next='other.vxml'/></block></form>", "other.vxml"),
        ("<form><block><goto expr='x'/></block></form>", "computed"),
        ("<form><subdialog name='x' src='s.vxml'/></form>", "s.vxml"),
        ("<form><field name='x'><grammar src='g.grxml'/></field></form>", "g.grxml"),
        ("<form><field name='x'><prompt>A?</prompt></field></form>", "without a grammar"),
        ("<form><field name='x$y' type='boolean' cond='x$.confidence'/></form>", "confidence"),
    ],
)
def test_what_cannot_be_kept_is_named(body: str, what: str) -> None:
    assert any(what in found for found in lost(page(body))), page(body).findings


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not XML"),
        (b"<vxml", "not XML"),
        (b"<html/>", "no VoiceXML"),
        (b'<!DOCTYPE v [<!ENTITY a "b">]><vxml/>', "entities"),
        (b"<a>" * 70 + b"</a>" * 70, "deep"),
        (b'<?xml version="1.0" encoding="nonsense"?><vxml/>', "encoding"),
    ],
)
def test_what_is_no_page_is_named(data: bytes, what: str) -> None:
    result = translate({"page.vxml": data})
    assert not result.flows
    assert any(what in found for found in lost(result)), result.findings


def test_a_page_in_chinese() -> None:
    text = (
        '<vxml version="2.1" xml:lang="zh-CN"><menu dtmf="true"><prompt>您好。<enumerate/></prompt>'
        '<choice next="#a">查余额</choice></menu><form id="a"><block>好的。</block></form></vxml>'
    )
    result = translate({"p.vxml": text.encode()})
    flow = flow_of(result)
    assert flow["language"] == "zh"
    assert any("查余额请按1。" in str(node.get("prompt")) for node in flow["nodes"].values())


ELEMENT = st.sampled_from(
    ["block", "field", "if", "else", "elseif", "prompt", "goto", "assign", "var", "clear", "filled",
     "noinput", "nomatch", "catch", "throw", "exit", "return", "submit", "value", "audio", "menu",
     "choice", "form", "grammar", "rule", "item", "one-of", "transfer", "record", "subdialog",
     "link", "property", "help", "reprompt", "option", "break", "say-as"]
)  # fmt: skip
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        ["name", "next", "expr", "cond", "event", "count", "type", "src", "dtmf", "id"]
    ),
    st.sampled_from(["x", "#x", "a == 'b'", "noinput", "2", "digits?length=3", "", "y.vxml", "1"]),
    max_size=3,
)


def written(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    name, attributes, children = tree
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(map(written, children))}</{name}>"


TREES = st.recursive(
    st.sampled_from(["text ", "{brace} "]),
    lambda inner: st.tuples(ELEMENT, ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=25,
)


@settings(max_examples=150)
@given(st.lists(TREES, max_size=4))
def test_any_page_is_translated_to_something_that_names_only_its_own_nodes(trees: Any) -> None:
    result = page("".join(map(written, trees)))
    for flow in result.flows.values():
        assert {flow["start"], flow["on_error"]} <= set(flow["nodes"])
        assert yaml.safe_load(yaml.safe_dump(flow)) == flow


# ---------------------------------------------------------------- the command


def test_the_command_writes_flows_that_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [str(PAGES / name) for name in NAMES]
    assert main(["flows", "import", *pages, "--out", str(tmp_path)]) == 1, "a submit was lost"
    captured = capsys.readouterr()
    assert "clinic.vxml:48: lost" in captured.out
    assert " error " not in captured.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic.yaml", "login.yaml"]
    assert main(["flows", "import", *pages, "--out", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err


def test_the_command_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "hello.vxml"
    whole.write_text(
        '<vxml version="2.1" xml:lang="en"><form><block>Hello. <exit/></block></form></vxml>'
    )
    assert main(["flows", "import", str(whole), "--out", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["flows"] == [str(tmp_path / "hello.yaml")]
    assert report["findings"] == []


def test_a_page_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "import", str(tmp_path / "no.vxml")]) == 2
    assert "No such file" in capsys.readouterr().err
