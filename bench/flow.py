"""How long a flow's check and a step of the engine take.

    .venv/bin/python bench/flow.py

The check is that of `voicebot flows check`, answers that sound alike included, of a flow of 1,000
nodes: menus, questions, back ends, branches. A step is what follows from one event: a caller walks
the sample bank from menu to menu, with words, slots and answers of the back end ready-made.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from voicebot.cli.flows.around import phones
from voicebot.core.call import LegInfo
from voicebot.core.meaning import Interpretation, Match, SlotType, SlotValue
from voicebot.core.ports import BackendReply
from voicebot.flow.checking import check_files
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, NoInput, Replied, Started, Typed, Understood
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_file
from voicebot.flow.report import Surroundings
from voicebot.flow.state import FlowState, Waiting

ROOT = Path(__file__).parents[1]
GROUPS, REPEATS, WALKS = 100, 5, 400


def big_flow() -> str:
    """1,000 nodes in a hundred like groups, and a few that they share."""
    lines = [
        "flow: big",
        "start: welcome",
        "on_error: trouble",
        "globals: {operator: {key: 0, to: person}, main_menu: {to: g0_menu}}",
        "slots: {number: {type: digits, length: 6}, amount: {type: money}}",
        'backends: {b: "https://bank.example"}',
        "nodes:",
        '  welcome: {kind: say, prompt: "Welcome.", to: g0_menu}',
        '  trouble: {kind: say, prompt: "Something went wrong.", to: person}',
        "  person: {kind: queue, queue: q, outcomes: {served: bye, timeout: bye, full: bye, "
        "nobody: bye}}",
        "  bye: {kind: hangup, prompt: Goodbye.}",
    ]
    for i in range(GROUPS):
        lines += _group(f"g{i}", f"g{(i + 1) % GROUPS}", i)
    return "\n".join(lines) + "\n"


def _group(name: str, then: str, number: int) -> Iterator[str]:
    yield f"  {name}_menu:"
    yield f'    {{kind: menu, prompt: "Pay, ask or go on in part {number}?", choices: {{'
    yield (
        f'    pay: {{key: 1, phrases: ["[i want to] pay [my] (bill | invoice) {number}"], '
        f"to: {name}_ask}},"
    )
    yield f'    state: {{key: 2, phrases: ["(where | how) is order {number}"], to: {name}_number}},'
    yield f'    on: {{key: 3, phrases: ["go on [please]"], to: {then}_menu}}}}}}'
    yield f'  {name}_ask: {{kind: ask, slots: {{amount: "How much?"}}, to: {name}_pin}}'
    yield (
        f'  {name}_pin: {{kind: digits, slot: number, prompt: "Which account?", to: {name}_pay}}'
    )
    yield (
        f"  {name}_pay: {{kind: http, method: POST, url: /pay, "
        f'body: {{n: "{{number}}", a: "{{amount}}"}}, save: {{left: body.left}}, '
        f"outcomes: {{ok: {name}_if, refused: {name}_no, failed: trouble}}}}"
    )
    yield (
        f"  {name}_if: {{kind: branch, when: [{{if: amount > 100 and left < 10, "
        f"to: {name}_much}}], else: {name}_done}}"
    )
    yield f'  {name}_much: {{kind: say, prompt: "{{left:money}} is left.", to: {name}_done}}'
    yield f'  {name}_done: {{kind: say, prompt: "It is paid.", to: {then}_menu}}'
    yield f'  {name}_no: {{kind: say, prompt: "That was not possible.", to: {name}_menu}}'
    yield (f'  {name}_number: {{kind: ask, slots: {{number: "Which order?"}}, to: {name}_set}}')
    yield (
        f'  {name}_set: {{kind: set, values: {{tries: "default(tries, 0) + 1"}}, to: {name}_menu}}'
    )


def check() -> tuple[int, list[float]]:
    """(nodes, seconds of each check)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.yaml"
        path.write_text(big_flow(), "utf-8")
        taken = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            (checked,) = check_files([path], Surroundings(["q"], [], {}, phones), environment={})
            taken.append(time.perf_counter() - began)
        assert checked.flow is not None
        assert checked.is_fit, checked.problems[:3]
        return len(checked.flow.nodes), taken


def walk(flow: Flow) -> Iterator[float]:
    """Seconds of each step of one call."""
    amount = SlotValue(SlotType.MONEY, "20.00 USD")
    account = SlotValue(SlotType.DIGITS, "100200")
    events: list[Event] = [
        _choice("balance"),
        Understood(Interpretation(Match.SLOTS, "x", 0.9, slots={"account": account})),
        Typed("1"),
        Replied(BackendReply(200, {"balance": 5})),
        NoInput(),
        _choice("bill"),
        Understood(Interpretation(Match.SLOTS, "x", 0.9, slots={"amount": amount})),
        Typed("2"),
        Typed("1"),
        Replied(BackendReply(200, {"balance": 4})),
        _choice("lost_card"),
        Typed("4321"),
        Replied(BackendReply(200, {"reference": "12"})),
        Typed("2"),
        _choice("done"),
    ]
    state: FlowState = start(flow)
    for event in (Started(LegInfo()), *events):
        began = time.perf_counter()
        state, _ = step(state, event)
        yield time.perf_counter() - began
    assert state.waiting is Waiting.ENDED, state.node


def _choice(name: str) -> Understood:
    return Understood(Interpretation(Match.CHOICE, name, 0.9, choice=name))


def main() -> None:
    """Measure and print."""
    nodes, taken = check()
    print(f"check of {nodes} nodes: median {statistics.median(taken):.2f} s, ", end="")
    print(f"first {taken[0]:.2f} s, most {max(taken):.2f} s ({REPEATS} times; bar 2 s)")
    flow = load_file(ROOT / "ivr_flows" / "bank_en.yaml")
    list(walk(flow))  # Once to warm up: phrases and expressions are read once for all calls.
    steps = sorted(second for _ in range(WALKS) for second in walk(flow))
    at = {share: steps[int(len(steps) * share)] * 1e6 for share in (0.5, 0.95, 0.99)}
    print(f"a step: median {at[0.5]:.0f} µs, ", end="")
    print(f"p95 {at[0.95]:.0f} µs, p99 {at[0.99]:.0f} µs ({len(steps)} steps; bar 50 µs)")


if __name__ == "__main__":
    main()
