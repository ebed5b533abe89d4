"""Flows that call each other: values in and out, exits, commands, errors, depth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import HEAD, Caller, indented

from voicebot.core.call import Outcome
from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import Enqueue, HangUp
from voicebot.flow.events import NoMatch, Typed
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_file, load_flows

SUB = """\
flow: verify
start: begin
exits: [ok, gave_up]
results: [pin, tries]
slots:
  pin: {type: digits, length: 4, secret: true}
parameters:
  greeting: {type: text}
  limit: {type: number, default: 2}
nodes:
  begin: {kind: set, values: {tries: 0}, to: ask}
  ask: {kind: digits, slot: pin, prompt: "{greeting} PIN?", to: count}
  count: {kind: set, values: {tries: tries + 1}, to: check}
  check:
    kind: branch
    when: [{if: 'last(pin, 1) == "4"', to: done}, {if: tries >= limit, to: no}]
    else: ask
  done: {kind: return, exit: ok}
  no: {kind: return, exit: gave_up}
"""
MAIN = """
first:
  kind: call
  flow: verify
  with: {greeting: '"Hello."'}
  save: {pin: pin, attempts: tries}
  exits: {ok: told, gave_up: person}
told: {kind: say, prompt: "It took {attempts}.", to: bye}
"""
Build = Callable[..., Flow]


@pytest.fixture
def together(tmp_path: Path) -> Build:
    """A main flow beside its sub-flow."""

    def make(nodes: str = MAIN, sub: str = SUB, head: str = HEAD) -> Flow:
        (tmp_path / "verify.yaml").write_text(sub)
        (tmp_path / "test.yaml").write_text(head + indented(nodes))
        return load_file(tmp_path / "test.yaml", environment={})

    return make


def problems_of(make: Build, *args: str, **options: str) -> list[Problem]:
    with pytest.raises(ConfigError) as raised:
        make(*args, **options)
    return [p for p in raised.value.problems if p.severity is Severity.ERROR]


def test_values_go_in_and_results_come_out_by_an_exit(together: Build) -> None:
    caller = Caller(together())
    assert caller.said == "Hello. PIN?"
    assert caller.listen.expectation.secret
    caller.send(Typed("1111"))
    caller.send(Typed("1234"))
    assert caller.said == "It took 2. Bye."
    moves = [(n["node"], n["via"]) for n in caller.notes(FactKind.MOVED)]
    assert moves[-3:] == [("verify/done", "if 1"), ("told", "ok"), ("bye", "said")]
    assert caller.state.frames == ()


def test_a_flow_has_values_of_its_own_and_secrets_stay_secret(together: Build) -> None:
    caller = Caller(together()).send(Typed("1111"))
    assert set(caller.state.values) == {"greeting", "limit", "tries"}
    caller.send(Typed("1234"))
    assert set(caller.state.values) == {"pin", "attempts"}
    shown = [str(n) for kind in FactKind for n in caller.notes(kind)]
    assert not [text for text in shown if "1234" in text]


def test_another_exit_another_way(together: Build) -> None:
    caller = Caller(together()).send(Typed("1111")).send(Typed("2222"))
    assert isinstance(caller.actions[-1], Enqueue)


def test_commands_of_the_caller_work_inside_and_leave_it(together: Build) -> None:
    caller = Caller(together())
    assert "operator" in {u.name for u in caller.listen.expectation.universals}
    caller.command("operator")
    assert isinstance(caller.actions[-1], Enqueue)
    assert caller.state.frames == ()
    assert caller.state.flow.name == "test"


def test_a_flow_has_its_own_commands_first(together: Build) -> None:
    sub = SUB.replace("nodes:", "globals: {operator: {key: 0, to: no}}\nnodes:", 1)
    caller = Caller(together(sub=sub)).command("operator")
    moves = [n["node"] for n in caller.notes(FactKind.MOVED)]
    assert moves[0] == "verify/no"


def test_errors_inside_take_the_error_path_of_the_caller(together: Build) -> None:
    caller = Caller(together())
    for _ in range(3):
        caller.send(NoMatch())
    assert caller.said == "Trouble."
    assert caller.state.flow.name == "test"


def test_a_flow_that_is_dialed_itself_hangs_up_at_its_return(tmp_path: Path) -> None:
    (tmp_path / "verify.yaml").write_text(SUB)
    flow = load_file(tmp_path / "verify.yaml", environment={})
    caller = Caller(flow).send(Typed("1234"))
    assert caller.actions[-1] == HangUp(Outcome.CONTAINED)


def test_a_flow_without_an_error_path_that_is_dialed_itself_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "verify.yaml").write_text(SUB)
    caller = Caller(load_file(tmp_path / "verify.yaml", environment={}))
    for _ in range(3):
        caller.send(NoMatch())
    assert caller.actions[-1] == HangUp(Outcome.FAILED)


def test_depth_is_limited(together: Build) -> None:
    sub = SUB.replace(
        "begin: {kind: set, values: {tries: 0}, to: ask}",
        "begin: {kind: call, flow: verify, with: {greeting: greeting}, "
        "exits: {ok: ask, gave_up: ask}}",
    ).replace("tries: tries + 1", 'tries: "default(tries, 0) + 1"')
    caller = Caller(together(sub=sub))
    (failed,) = caller.notes(FactKind.FAILED)
    assert failed["error"] == "flows call each other more than 8 deep"
    assert caller.said == "Trouble."
    assert caller.state.frames == ()


def test_typed_values_keep_their_types(together: Build) -> None:
    nodes = MAIN.replace("""'"Hello."'""", """'"Hello."', limit: amount""")
    nodes = nodes.replace("first:", "sub:").replace(
        "told:", 'first: {kind: ask, slots: {amount: "?"}, to: sub}\ntold:'
    )
    caller = Caller(together(nodes=nodes))
    caller.fill(amount=SlotValue(SlotType.MONEY, "1.00 USD"))
    assert caller.state.values["limit"] == SlotValue(SlotType.NUMBER, "1")


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("flow: verify", "flow: verfy", "missing-flow", "did you mean verify?"),
        ("greeting:", "greting:", "missing-parameter", "did you mean greeting?"),
        ("with: {greeting: '\"Hello.\"'}", "with: {limit: 1}", "missing-argument", ""),
        ("'\"Hello.\"'}", "'\"Hello.\"', limit: today}", "wrong-type", ""),
        ("'\"Hello.\"'", "pin", "secret-copied", "secret"),
        ("tries}", "trise}", "missing-result", "did you mean tries?"),
        ("{pin: pin", "{code: pin", "secret-copied", "declare a secret slot code"),
        ("gave_up: person", "gaveup: person", "missing-exit", "did you mean gave_up?"),
        (", gave_up: person", "", "exit-without-way", ""),
    ],
)
def test_mistakes_in_a_call_are_found(
    together: Build, old: str, new: str, code: str, words: str
) -> None:
    found = problems_of(together, MAIN.replace(old, new, 1))
    assert code in {problem.code for problem in found}
    assert any(words in problem.hint for problem in found if problem.code == code)


def test_a_call_of_a_flow_without_exits_is_a_mistake(together: Build) -> None:
    sub = "flow: verify\nstart: a\non_error: a\nnodes: {a: {kind: hangup}}\n"
    assert "no-exits" in {p.code for p in problems_of(together, MAIN, sub)}


def test_a_flow_without_an_error_path_needs_exits(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("flow: a\nstart: b\nnodes: {b: {kind: hangup}}\n")
    with pytest.raises(ConfigError) as raised:
        load_flows(tmp_path, environment={})
    assert "on_error is missing" in raised.value.problems[0].message


def test_the_version_stands_for_all_that_is_called(together: Build) -> None:
    before = together()
    assert together().version == before.version
    changed = SUB.replace("PIN?", "Your PIN?")
    assert together(sub=changed).version != before.version
    assert before.find("verify") is not None


GOTO = """
first: {kind: ask, slots: {account: "Account?", pin: "PIN?"}, to: off}
off: {kind: goto, flow: other}
"""
OTHER = """\
flow: other
language: zh
start: a
on_error: a
slots:
  account: {type: digits, length: 6}
  pin: {type: digits, length: 4}
nodes:
  a: {kind: say, prompt: "好。", to: b}
  b: {kind: hangup}
"""


def test_goto_takes_slots_along_but_no_secret(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(OTHER)
    (tmp_path / "test.yaml").write_text(HEAD + indented(GOTO))
    caller = Caller(load_file(tmp_path / "test.yaml", environment={}))
    caller.send(Typed("123456")).send(Typed("1234"))
    assert caller.said == "好。"
    assert caller.state.flow.name == "other"
    assert caller.state.language == "zh"
    assert set(caller.state.values) == {"account"}
    assert caller.notes(FactKind.MOVED)[-1]["node"] == "other/b"
