"""Flows made by chance: one that checks comes to an end from every node, whatever callers do, and
the engine never raises."""

from __future__ import annotations

import datetime
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_flow_totality import answers, check

from voicebot.core.call import LegInfo
from voicebot.core.errors import Severity
from voicebot.flow.document import Document, read_text
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, Started
from voicebot.flow.flow import Flow
from voicebot.flow.loader import check_document
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings
from voicebot.flow.state import Waiting
from voicebot.flow.ways import reachable, targets, ways_of

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
LIMITS = FlowSettings(max_steps=60)
"""So that whoever never leaves comes to the limit soon."""
NAMES = [f"n{i}" for i in range(5)]
TARGETS = st.sampled_from([*NAMES, "person", "bye"])
HEAD: dict[str, Any] = {
    "flow": "chance",
    "on_error": "person",
    "slots": {
        "account": {"type": "digits", "length": 6},
        "amount": {"type": "money"},
        "sure": {"type": "yes_no"},
    },
    "backends": {"bank": "http://127.0.0.1:1"},
    "globals": {
        "operator": {"key": "0", "to": "person"},
        "main_menu": {"to": "n0"},
        "cancel": {"to": "n0"},
        "times": {"phrases": ["times"], "to": "n1", "returns": True},
        "place": {"phrases": ["place"], "to": "n2", "returns": True},
    },
}
ENDS: dict[str, Any] = {
    "person": {
        "kind": "queue",
        "queue": "q",
        "outcomes": dict.fromkeys(["served", "timeout", "full", "nobody", "left"], "bye"),
    },
    "bye": {"kind": "hangup", "prompt": "Goodbye."},
}
EXPRESSIONS = st.sampled_from(
    [
        "amount > 10",
        "account == null",
        "tries + 1",
        "default(tries, 0) + 1",
        "state == 'open'",
        "len(account)",
        "number(state) / tries",
        "sure and amount < 5",
        "not defined(amount)",
    ]
)
TEXTS = st.sampled_from(["Hello there.", "You have {amount}.", "It is {state}, {account}."])


def reactions() -> st.SearchStrategy[Any]:
    repeat = st.builds(lambda text: {"prompt": text, "repeat": True}, TEXTS)
    leave = st.builds(lambda to: {"to": to}, TARGETS)
    return st.lists(st.one_of(repeat, leave), min_size=1, max_size=3)


def node() -> st.SearchStrategy[dict[str, Any]]:
    choice = st.builds(lambda to: {"to": to}, TARGETS)
    menu = st.builds(
        lambda one, other, again: {
            "kind": "menu",
            "prompt": "One or two?",
            "choices": {
                "one": {
                    **one,
                    "key": "1",
                    "phrases": ["one", "pay {amount}"],
                    "along": ["account"],
                    "follow_up": ["amount"],
                },
                "two": {**other, "key": "2", "phrases": ["two"]},
            },
            **again,
        },
        choice,
        choice,
        st.fixed_dictionaries(
            {},
            optional={
                "no_input": reactions(),
                "no_match": reactions(),
                "guess": st.builds(
                    lambda value, share: {"value": value, "share": share},
                    st.sampled_from(['"two"', "state", 'if(sure, "one", null)']),
                    st.sampled_from([0, 50, 100]),
                ),
            },
        ),
    )
    ask = st.builds(
        lambda names, to, keep, corrects: {
            "kind": "ask",
            "slots": dict.fromkeys(names, "What is it?"),
            "keep": keep,
            "to": to,
            **corrects,
        },
        st.lists(st.sampled_from(["account", "amount", "sure"]), min_size=1, unique=True),
        TARGETS,
        st.booleans(),
        st.fixed_dictionaries({}, optional={"corrects": st.just(["amount"]), "corrected": TARGETS}),
    )
    http = st.builds(
        lambda ok, rest: {
            "kind": "http",
            "url": "/x",
            "save": {"state": "body.balance"},
            "outcomes": {"ok": ok, **rest},
        },
        TARGETS,
        st.fixed_dictionaries({}, optional={"failed": TARGETS, "not_found": TARGETS}),
    )
    return st.one_of(
        menu,
        menu,
        ask,
        http,
        st.builds(lambda to: {"kind": "resume", "to": to}, TARGETS),
        st.builds(lambda text, to: {"kind": "say", "prompt": text, "to": to}, TEXTS, TARGETS),
        st.builds(
            lambda text, to: {"kind": "set", "values": {"tries": text}, "to": to},
            EXPRESSIONS,
            TARGETS,
        ),
        st.builds(
            lambda text, to, other: {
                "kind": "branch",
                "when": [{"if": text, "to": to}],
                "else": other,
            },
            EXPRESSIONS,
            TARGETS,
            TARGETS,
        ),
        st.builds(
            lambda times, body, after: {
                "kind": "loop",
                "times": times,
                "body": body,
                "after": after,
            },
            st.integers(0, 3),
            TARGETS,
            TARGETS,
        ),
    )


def flows(nodes: dict[str, Any], first: str) -> Flow | None:
    """The flow, if it checks."""
    text = yaml.safe_dump({**HEAD, "start": first, "nodes": {**nodes, **ENDS}}, sort_keys=False)
    document = read_text(text, Document("chance.yaml"))
    flow, problems = check_document(document, Surroundings(["q"], []), LIMITS)
    return None if any(p.severity is Severity.ERROR for p in problems) else flow


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_flow_that_checks_ends_from_every_node(data: st.DataObject) -> None:
    nodes = data.draw(st.fixed_dictionaries({name: node() for name in NAMES}))
    flow = flows(nodes, "n0")
    assume(flow is not None)
    assert flow is not None
    reached = reachable(targets(ways_of(flow)), [str(flow.file.start)])
    first = data.draw(st.sampled_from(sorted(reached)))
    begun = flows(nodes, first)  # Where one begins elsewhere, it may no longer check.
    assume(begun is not None)
    assert begun is not None
    state, event = start(begun, now=NOW), Started(LegInfo())
    went: Event = event
    for _ in range(LIMITS.max_steps + LIMITS.overtime_steps + 5):
        state, actions = step(state, went)
        check(state, actions)
        assert len(state.digressions) <= LIMITS.max_digressions
        if state.waiting is Waiting.ENDED:
            return
        went = data.draw(answers(actions[-1]))
    raise AssertionError(f"no end; it is at {state.node}")
