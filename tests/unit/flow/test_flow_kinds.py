"""Kinds that go on by themselves: loop, percent, mark, hours, queue_status, goto, on_error."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from flow_caller import HEAD, Caller

from voicebot.core.call import LegInfo
from voicebot.core.errors import Problem
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import QueueStatus
from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, LookAtQueue, Note
from voicebot.flow.engine import start, step
from voicebot.flow.events import EngineFailed, NoMatch, QueueSeen, Replied, Started, Typed
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]
Problems = Callable[..., tuple[Problem, ...]]

LOOP = """
first:
  kind: loop
  times: 3
  counter: round_
  body: tell
  after: end
tell: {kind: say, prompt: "{round_}.", to: first}
end: {kind: menu, prompt: "Again?", choices: {again: {key: 1, to: first}, bye: {key: 2, to: bye}}}
"""


def test_a_loop_counts_and_counts_afresh_the_next_time(build: Build) -> None:
    caller = Caller(build(LOOP.replace("round_", "turn")))
    assert caller.said == "1. 2. 3. Again?"
    assert [n["via"] for n in caller.notes(FactKind.MOVED)].count("after") == 1
    caller.send(Typed("1"))
    assert caller.said == "1. 2. 3. Again?"


def test_a_loop_that_is_left_early_counts_afresh_when_it_is_come_to_from_elsewhere(
    build: Build,
) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {go: {key: 1, to: tries}}}
    tries: {kind: loop, times: 2, counter: n, body: ask, after: bye}
    ask:
      kind: menu
      prompt: "{n}?"
      choices: {back: {key: 1, to: first}, again: {key: 2, to: tries}}
    """
    caller = Caller(build(nodes)).send(Typed("1"))
    assert caller.said == "1?"
    assert caller.send(Typed("2")).said == "2?"
    assert caller.send(Typed("1")).send(Typed("1")).said == "1?"
    assert caller.send(Typed("2")).send(Typed("2")).said == "Bye."


@pytest.mark.parametrize("times", ["0", "-1", "0.5"])
def test_a_loop_of_no_times_goes_on(build: Build, times: str) -> None:
    assert Caller(build(LOOP.replace("round_", "turn").replace("3", times, 1))).said == "Again?"


def test_a_loop_without_a_number_is_an_error(build: Build) -> None:
    nodes = """
    first: {kind: http, url: /, save: {n: body.n}, outcomes: {ok: loop}}
    loop: {kind: loop, times: n, body: tell, after: bye}
    tell: {kind: say, prompt: "Hi.", to: loop}
    """
    caller = Caller(build(nodes)).send(Replied(BackendReply(200, {"n": "many"})))
    assert caller.said == "Trouble."


def test_a_counted_loop_needs_no_listener(build: Build) -> None:
    assert build(LOOP.replace("round_", "turn"))


SHARES = """
first:
  kind: percent
  arms:
    old: {share: 70, to: bye}
    new: {share: 30, to: told}
    never: {share: 0, to: told}
told: {kind: say, prompt: "New.", to: bye}
"""


def test_shares_are_kept_and_a_caller_always_comes_the_same_way(build: Build) -> None:
    flow = build(SHARES)

    def arm(caller: str) -> str:
        _, actions = step(start(flow), Started(LegInfo(caller=caller)))
        tags = [a.data["tag"] for a in actions if isinstance(a, Note) and a.kind is FactKind.TAGGED]
        assert caller not in str(tags)
        return str(tags[0])

    counts = Counter(arm(f"+49{i}") for i in range(4000))
    assert set(counts) == {"first:old", "first:new"}
    assert abs(counts["first:new"] / 4000 - 0.3) < 0.03
    assert arm("+4930") == arm("+4930")


def test_shares_must_add_up(problems: Problems) -> None:
    (problem,) = problems(SHARES.replace("70", "60"))
    assert "add up to 90, not 100" in problem.message


def test_marks_are_facts(build: Build) -> None:
    nodes = "first: {kind: mark, milestone: identified, outcome: paid, tags: vip, to: bye}"
    caller = Caller(build(nodes))
    assert caller.notes(FactKind.MILESTONE) == [{"milestone": "identified"}]
    assert caller.notes(FactKind.CAME_TO) == [{"outcome": "paid"}]
    assert caller.notes(FactKind.TAGGED) == [{"tag": "vip"}]


def test_a_mark_of_nothing_is_a_mistake(problems: Problems) -> None:
    assert "needs `milestone`" in problems("first: {kind: mark, to: bye}")[0].message


HOURS = """
first:
  kind: hours
  calendar: office
  opens: next_time
  outcomes: {open: bye, closed: later, holiday: feast}
later: {kind: say, prompt: "Closed until {next_time:datetime}, it is {weekday}.", to: bye}
feast: {kind: say, prompt: "Holiday.", to: bye}
"""
CALENDARS = """\
calendars:
  office:
    time_zone: Europe/Berlin
    open: {mon-fri: 09:00-17:00}
    holidays: [{date: 12-25}]
nodes:
"""


def at(flow: Flow, text: str) -> list[str]:
    """Where a call comes to at a time in Berlin's summer or winter."""
    state = start(flow, now=datetime.datetime.fromisoformat(text))
    _, actions = step(state, Started(LegInfo()))
    return nodes_of(actions)


def nodes_of(actions: Sequence[Action]) -> list[str]:
    """The nodes that a step came to."""
    moves = [a.data for a in actions if isinstance(a, Note) and a.kind is FactKind.MOVED]
    return [str(data["node"]) for data in moves]


@pytest.mark.parametrize(
    ("when", "node"),
    [
        ("2026-11-23T10:00+01:00", "bye"),
        ("2026-11-23T09:00+00:00", "bye"),
        ("2026-11-23T16:30+00:00", "later"),
        ("2026-12-25T10:00+01:00", "feast"),
    ],
)
def test_the_calendar_decides(build: Build, when: str, node: str) -> None:
    flow = build(HOURS, HEAD.replace("nodes:\n", CALENDARS, 1))
    assert at(flow, when)[1] == node


def test_it_says_when_it_opens_next_and_the_time_goes_on_in_the_call(build: Build) -> None:
    nodes = HOURS.replace(
        "first:", 'first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: see}}}\nsee:'
    )
    flow = build(nodes, HEAD.replace("nodes:\n", CALENDARS, 1))
    state = start(flow, now=datetime.datetime.fromisoformat("2026-11-27T16:59:00+01:00"))
    state, _ = step(state, Started(LegInfo()), 5_000)
    closed, _ = step(state, Typed("1"), 5_000 + 60_000)
    assert closed.values["next_time"].value == "2026-11-30T09:00"
    opened, actions = step(state, Typed("1"), 5_000 + 59_999)
    assert "later" not in [
        a.data["node"] for a in actions if isinstance(a, Note) and a.kind is FactKind.MOVED
    ]
    again, same = step(state, Typed("1"), 5_000 + 59_999)
    assert (again, same) == (opened, actions)


def test_without_a_clock_hours_take_the_error_path(build: Build) -> None:
    assert Caller(build(HOURS, HEAD.replace("nodes:\n", CALENDARS, 1))).said == "Trouble."


STATUS = """
first:
  kind: queue_status
  queue: service
  save: {ahead: waiting, long: "default(expected_wait, minutes(1)) > minutes(5)"}
  outcomes: {available: person, busy: told, nobody: bye}
told: {kind: say, prompt: "{ahead} before you.", to: bye}
"""


@pytest.mark.parametrize(
    ("status", "via"),
    [
        (QueueStatus(), "nobody"),
        (QueueStatus(staffed=2, available=1), "available"),
        (QueueStatus(staffed=2, available=1, waiting=1), "busy"),
        (QueueStatus(staffed=2, waiting=3, full=True, expected_wait_ms=400_000), "full"),
    ],
)
def test_a_queue_is_looked_at(build: Build, status: QueueStatus, via: str) -> None:
    caller = Caller(build(STATUS))
    assert caller.actions[-1] == LookAtQueue("service")
    caller.send(QueueSeen(status))
    assert caller.notes(FactKind.MOVED)[0]["via"] == via
    assert caller.state.values["ahead"] == status.waiting
    assert caller.state.values["long"] is (status.expected_wait_ms == 400_000)


def test_a_queue_that_cannot_be_looked_at_is_an_error(build: Build) -> None:
    assert Caller(build(STATUS)).send(EngineFailed("x")).said == "Trouble."


def test_a_node_may_have_an_error_path_of_its_own(build: Build) -> None:
    nodes = """
    first: {kind: set, values: {a: 1 / 0}, on_error: mine, to: bye}
    mine: {kind: menu, prompt: "Mine.", on_error: bye, choices: {a: {key: 1, to: bye}}}
    """
    caller = Caller(build(nodes))
    assert caller.said == "Mine."
    for _ in range(3):
        caller.send(NoMatch())
    assert caller.said == "Bye."
    assert caller.notes(FactKind.MOVED) == [{"node": "bye", "via": "no_match"}]


def test_goto_within_a_flow(build: Build) -> None:
    assert Caller(build("first: {kind: goto, to: bye}")).said == "Bye."


@pytest.mark.parametrize("what", ["", ", to: bye, flow: other"])
def test_a_goto_leads_to_one_place(problems: Problems, what: str) -> None:
    assert "either" in problems(f"first: {{kind: goto{what}}}")[0].message
