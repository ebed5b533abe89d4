"""The checks of a flow as a graph: nodes as points, ways on as edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voicebot.flow.base import NodeName, marked
from voicebot.flow.kinds.hangup import HangupNode
from voicebot.flow.kinds.queue import QueueNode
from voicebot.flow.kinds.transfer import TransferNode
from voicebot.flow.listening import Listening
from voicebot.flow.report import Report
from voicebot.flow.state import Flow

Graph = Mapping[str, set[str]]


def graph_of(flow: Flow, *, with_errors: bool = True) -> dict[str, set[str]]:
    """Node -> nodes that may follow; `with_errors` adds the ways to the error path."""
    everywhere = {c.to for c in flow.globals.values() if c.to}
    shared = [*flow.file.no_input, *flow.file.no_match]
    everywhere |= {reaction.to for reaction in shared if reaction.to}
    graph: dict[str, set[str]] = {}
    for name, node in flow.nodes.items():
        graph[name] = {str(v) for _, v in marked(node) if isinstance(v, NodeName)}
        if isinstance(node, Listening):
            graph[name] |= {str(target) for target in everywhere}
        if with_errors:
            graph[name].add(str(flow.file.on_error))
    return graph


def check_graph(report: Report) -> None:
    """Unreachable nodes, dead ends, loops that listen to nobody, no way to a person."""
    flow = report.flow
    graph = graph_of(flow)
    reached = reachable(graph, [flow.file.start])
    for name in flow.nodes:
        if name not in reached:
            report.add(("nodes", name), "unreachable", f"nothing leads to {name}", is_warning=True)
    _check_ends(report, graph_of(flow, with_errors=False))
    _check_loops(report)
    people = {n for n, node in flow.nodes.items() if isinstance(node, QueueNode | TransferNode)}
    if not people & reached:
        hint = "add a queue node, and a global command operator that leads to it"
        report.add((), "no-person", "callers cannot reach a person", hint, is_warning=True)


def reachable(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Nodes that can be reached from `starts`, these included."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph.get(name, set())
    return found


def _check_ends(report: Report, graph: Graph) -> None:
    back: dict[str, set[str]] = {name: set() for name in graph}
    for name, targets in graph.items():
        for target in targets:
            back[target].add(name)
    ends = [n for n, node in report.flow.nodes.items() if isinstance(node, HangupNode)]
    fine = reachable(back, ends)
    for name in report.flow.nodes:
        if name not in fine:
            is_error_path = name == report.flow.file.on_error
            report.add(
                ("nodes", name),
                "dead-end",
                f"no way leads from {name} to a hangup",
                "give it a way on that ends in a node of kind hangup",
                is_warning=not is_error_path,
            )


def _check_loops(report: Report) -> None:
    """A loop in which nobody is waited for would run until the step limit."""
    waits = (Listening, QueueNode, TransferNode, HangupNode)
    busy = {n for n, node in report.flow.nodes.items() if not isinstance(node, waits)}
    graph = {
        name: targets & busy
        for name, targets in graph_of(report.flow, with_errors=False).items()
        if name in busy
    }
    # What is left after taking away, again and again, the nodes that lead nowhere is in a loop
    # or leads into one.
    while leaves := {name for name, targets in graph.items() if not targets}:
        graph = {n: targets - leaves for n, targets in graph.items() if n not in leaves}
    for name in graph:
        if name in reachable(graph, graph[name]):
            report.add(
                ("nodes", name),
                "loop-without-listener",
                f"from {name} the call comes back to it without hearing the caller",
                "put a node that listens into the loop",
            )
