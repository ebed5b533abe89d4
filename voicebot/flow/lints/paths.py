"""Where the ways lead: to every node, to an end, to a person."""

from __future__ import annotations

from voicebot.flow.lints.traits import is_end, leads_to_people
from voicebot.flow.listening import Listening
from voicebot.flow.report import Report
from voicebot.flow.ways import backwards, reachable, targets


def check_paths(report: Report) -> None:
    """Unreachable nodes, dead ends, no way to a person."""
    graph = targets(report.ways)
    reached = reachable(graph, [str(report.flow.file.start)])
    for name in report.flow.nodes:
        if name not in reached:
            hint = "lead a way to it, or take it out"
            message = f"nothing leads to {name}"
            report.add(("nodes", name), "unreachable", message, hint, is_warning=True)
    _check_ends(report)
    _check_people(report, reached)


def _check_ends(report: Report) -> None:
    graph = targets(report.ways, with_errors=False)
    ends = [name for name, node in report.flow.nodes.items() if is_end(node)]
    fine = reachable(backwards(graph), ends)
    for name in report.flow.nodes:
        if name not in fine:
            report.add(
                ("nodes", name),
                "dead-end",
                f"no way leads from {name} to a hangup",
                "give it a way on that ends in a node of kind hangup",
                is_warning=name != report.flow.file.on_error,
            )


def _check_people(report: Report, reached: frozenset[str]) -> None:
    if report.flow.file.exits:
        return  # The commands of the flow that calls this one work here, too.
    people = leads_to_people(report.flow)
    if not reached.intersection(people):
        hint = "add a queue node, and a global command operator that leads to it"
        report.add((), "no-person", "callers cannot reach a person", hint, is_warning=True)
        return
    # The error path does not count: nobody takes it on purpose.
    fine = reachable(backwards(targets(report.ways, with_errors=False)), people)
    for name, node in report.flow.nodes.items():
        if isinstance(node, Listening) and name in reached and name not in fine:
            message = f"from {name} callers cannot reach a person"
            hint = "leave the global command operator in, or add a choice that leads to a queue"
            report.add(("nodes", name), "no-person-here", message, hint, is_warning=True)
