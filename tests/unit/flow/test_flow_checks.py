"""The checks of a flow whose shape is right: one small mistake each, found where it is."""

from __future__ import annotations

import pytest
from flow_caller import HEAD, indented

from voicebot.core.errors import Problem, Severity
from voicebot.flow.document import Document, read_text
from voicebot.flow.flow import Flow
from voicebot.flow.loader import check_document
from voicebot.flow.report import Surroundings

AROUND = Surroundings(queues=["service", "cards"], destinations=["office"])

CASES = {
    "missing-node": ('first: {kind: say, prompt: "Hi.", to: by}', "did you mean bye?"),
    "missing-prompt": ("first: {kind: say, prompt: helo, to: bye}", ""),
    "missing-slot": ('first: {kind: ask, slots: {acount: "Number?"}, to: bye}', "account?"),
    "missing-queue": (
        """
        first:
          kind: queue
          queue: card
          outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
        """,
        "did you mean cards?",
    ),
    "missing-destination": (
        "first: {kind: transfer, target: offce, outcomes: {failed: bye}}",
        "did you mean office?",
    ),
    "missing-back-end": (
        "first: {kind: http, backend: bnk, url: /, outcomes: {ok: bye}}",
        "did you mean bank?",
    ),
    "bad-template": ('first: {kind: say, prompt: "Hi {.", to: bye}', ""),
    "bad-expression": (
        'first: {kind: branch, when: [{if: "1 +", to: bye}], else: bye}',
        "",
    ),
    "unknown-name": (
        "first: {kind: branch, when: [{if: acount == null, to: bye}], else: bye}",
        "did you mean account?",
    ),
    "bad-phrase": (
        'first: {kind: menu, prompt: "Well?", choices: {a: {phrases: ["go (on"], to: bye}}}',
        "",
    ),
    "empty-phrase": (
        'first: {kind: menu, prompt: "Well?", choices: {a: {phrases: ["[go]"], to: bye}}}',
        "[...]",
    ),
    "same-key": (
        'first: {kind: menu, prompt: "1?", choices: {a: {key: 1, to: bye}, b: {key: 1, to: bye}}}',
        "",
    ),
    "key-prefix": (
        'first: {kind: menu, prompt: "1?", choices: {a: {key: 1, to: bye}, b: {key: 12, to: bye}}}',
        "quicker",
    ),
    "same-phrase": (
        """
        first:
          kind: menu
          prompt: "Well?"
          choices:
            a: {phrases: ["[please] go"], to: bye}
            b: {phrases: ["(go | run)"], to: bye}
        """,
        "",
    ),
    "shadowed-command": (
        'first: {kind: menu, prompt: "Well?", choices: {a: {phrases: [operator], to: bye}}}',
        "",
    ),
    "no-way-in": ('first: {kind: menu, prompt: "Well?", choices: {a: {to: bye}}}', ""),
    "wrong-type": ('first: {kind: digits, slot: amount, prompt: "Much?", to: bye}', ""),
    "secret-leak": (
        """
        first: {kind: digits, slot: pin, prompt: "PIN?", to: ask}
        ask: {kind: http, url: "/check/{pin}", outcomes: {ok: bye}}
        """,
        "",
    ),
    "secret-spoken": ('first: {kind: say, prompt: "It is {pin}.", to: bye}', ""),
    "secret-copied": ("first: {kind: set, values: {copy: pin}, to: bye}", "the slot itself"),
    "unreachable": (
        'first: {kind: say, prompt: "Hi.", to: bye}\nlost: {kind: say, prompt: "Hi.", to: bye}',
        "",
    ),
    "loop-without-listener": (
        'first: {kind: say, prompt: "Hi.", to: next}\nnext: {kind: say, prompt: "Hi.", to: first}',
        "listens",
    ),
    "name-twice": ("first: {kind: set, values: {amount: 1}, to: bye}", ""),
    "missing-global-command": (
        'first: {kind: menu, prompt: "Well?", without: [helpp], choices: {a: {key: 1, to: bye}}}',
        "did you mean help?",
    ),
}
OF_THE_HEAD = {"unused-slot", "unused-back-end", "never-filled"}
"""`HEAD` declares more than most nodes here use."""
WARNINGS = {"key-prefix", "shadowed-command", "secret-spoken", "unreachable"}


def check(nodes: str, head: str = HEAD) -> tuple[Flow | None, list[Problem]]:
    document = read_text(head + indented(nodes), Document("test.yaml"))
    flow, problems = check_document(document, AROUND)
    return flow, [problem for problem in problems if problem.code not in OF_THE_HEAD]


@pytest.mark.parametrize("code", CASES)
def test_each_mistake_is_found_at_its_line_with_a_hint(code: str) -> None:
    nodes, hint = CASES[code]
    _, problems = check(nodes)
    of_code = [problem for problem in problems if problem.code == code]
    assert of_code, problems
    first_line = HEAD.count("\n") + 1
    assert of_code[0].line >= first_line or code == "name-twice"
    assert hint in of_code[0].hint
    assert (of_code[0].severity is Severity.WARNING) == (code in WARNINGS)


def test_a_sound_flow_has_no_problems() -> None:
    flow, problems = check('first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}}')
    assert flow is not None
    assert problems == []


def test_the_column_points_into_the_text() -> None:
    _, problems = check('first: {kind: say, prompt: "Hi {ammount}.", to: bye}')
    (problem,) = problems
    line = indented('first: {kind: say, prompt: "Hi {ammount}.", to: bye}').split("\n")[0]
    assert line[problem.column - 1 :].startswith("{ammount}")
    assert problem.hint == "did you mean amount?"


def test_no_way_to_a_person_is_a_warning() -> None:
    head = "flow: a\nstart: bye\non_error: bye\nnodes:\n"
    _, problems = check("bye: {kind: hangup}", head)
    assert [(p.code, p.severity) for p in problems] == [("no-person", Severity.WARNING)]


def test_an_error_path_that_never_ends_is_an_error() -> None:
    head = "flow: a\nstart: m\non_error: m\nnodes:\n"
    _, problems = check('m: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: m}}}', head)
    ends = [p for p in problems if p.code == "dead-end"]
    assert [(p.node, p.severity) for p in ends] == [("m", Severity.ERROR)]


def test_a_flow_of_a_thousand_nodes_is_read_whole() -> None:
    nodes = "first: {kind: say, prompt: Hi there., to: n0}\n" + "".join(
        f'n{i}: {{kind: menu, prompt: "Well?", choices: {{a: {{key: 1, phrases: ["go to {i}"], '
        f"to: n{(i + 1) % 1000}}}, b: {{key: 2, to: bye}}}}}}\n"
        for i in range(1000)
    )
    flow, problems = check(nodes)
    assert flow is not None
    assert (len(flow.nodes), problems) == (1004, [])


def test_the_clock_always_has_a_value() -> None:
    nodes = """
    first: {kind: branch, when: [{if: today < "2030-01-01", to: later}], else: later}
    later: {kind: set, values: {latest: today + days(60)}, to: bye}
    """
    _, problems = check(nodes)
    assert [p.code for p in problems] == []
