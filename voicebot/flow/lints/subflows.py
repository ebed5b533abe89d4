"""Flows that call each other: what goes in, what comes out, and by which exits."""

from __future__ import annotations

from voicebot.flow.base import Path
from voicebot.flow.expression_types import of_slot, type_in
from voicebot.flow.expressions import ExpressionError, Name, names, parse
from voicebot.flow.expressions.functions.function import TEXT
from voicebot.flow.flow import Flow
from voicebot.flow.kinds.call import CallNode
from voicebot.flow.kinds.goto import GotoNode
from voicebot.flow.kinds.returning import ReturnNode
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report
from voicebot.flow.subflows import Parameter


def check_subflows(report: Report) -> None:
    """What a flow declares for others that call it, and how it calls others."""
    _check_declared(report)
    for name, node in report.flow.nodes.items():
        path: Path = ("nodes", name)
        if isinstance(node, CallNode):
            _check_call(report, path, node)
        elif isinstance(node, GotoNode) and node.flow is not None:
            other = report.flow.find(node.flow)
            if other is not None and (needed := _required(other)):
                message = f"{other.name} needs {', '.join(needed)}, which a goto cannot give"
                report.add((*path, "flow"), "missing-argument", message, "call it instead")


def _check_declared(report: Report) -> None:
    flow = report.flow
    taken = set()
    for name, node in flow.nodes.items():
        if isinstance(node, ReturnNode):
            taken.add(node.exit)
            if node.exit not in flow.file.exits:
                report.missing(("nodes", name, "exit"), "exit", node.exit, flow.file.exits)
    for index, name in enumerate(flow.file.exits):
        if name not in taken:
            message = f"no return node takes the exit {name}"
            report.add(("exits", index), "unused-exit", message, "take it out", is_warning=True)
    for index, name in enumerate(flow.file.results):
        if not flow.has(name):
            report.missing(("results", index), "value", name, flow.names)
    for name, parameter in flow.file.parameters.items():
        slot = flow.slots.get(name)
        if slot is not None and (parameter.type, parameter.secret) != (slot.type, slot.secret):
            message = f"{name} is declared otherwise under `slots`"
            report.add(("parameters", name), "parameter-differs", message, "make them the same")


def _required(flow: Flow) -> list[str]:
    return [name for name, p in flow.file.parameters.items() if p.default is None]


def _check_call(report: Report, path: Path, node: CallNode) -> None:
    flow = report.flow.find(node.flow)
    if flow is None:
        return  # Reported as a name that nothing has, if the others are known at all.
    if not flow.file.exits:
        hint = f"declare `exits` in {flow.name}, or use goto"
        report.add((*path, "flow"), "no-exits", f"{flow.name} never comes back", hint)
        return
    if flow.name == report.flow.name:
        message = "the flow calls itself"
        hint = "a loop node repeats without going deeper"
        report.add((*path, "flow"), "calls-itself", message, hint, is_warning=True)
    _check_arguments(report, path, node, flow)
    _check_results(report, path, node, flow)
    for name in node.exits:
        if name not in flow.file.exits:
            report.missing((*path, "exits", name), "exit", name, flow.file.exits)
    if rest := [name for name in flow.file.exits if name not in node.exits]:
        message = f"no way on for {', '.join(rest)}"
        report.add((*path, "exits"), "exit-without-way", message, "give each exit a node")


def _check_arguments(report: Report, path: Path, node: CallNode, flow: Flow) -> None:
    parameters = flow.file.parameters
    for name in _required(flow):
        if name not in node.given:
            message = f"{flow.name} needs {name}"
            report.add((*path, "with"), "missing-argument", message, "give it under `with`")
    for name, text in node.given.items():
        where = (*path, "with", name)
        parameter = parameters.get(name)
        if parameter is None:
            report.missing(where, "parameter", name, parameters)
        else:
            _check_argument(report, where, text, name, parameter)


def _check_argument(report: Report, path: Path, text: str, name: str, to: Parameter) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    is_kept_secret = to.secret and isinstance(tree, Name)
    for found in names(tree):
        if report.flow.is_secret(found.path) and not is_kept_secret:
            message = f"the secret slot {found.path} is copied to {name}"
            hint = "give the slot itself to a parameter that is secret, too"
            report.add(path, "secret-copied", message, hint, offset=found.offset)
    given = type_in(tree, report.type_of)
    wanted = of_slot(to.slot_type) if to.slot_type else None
    if wanted and given not in (wanted, TEXT, None):
        report.add(path, "wrong-type", f"{name} takes {wanted}, not {given}", offset=0)


def _check_results(report: Report, path: Path, node: CallNode, flow: Flow) -> None:
    for name, result in node.save.items():
        where = (*path, "save", name)
        slot = report.flow.slots.get(name)
        if result not in flow.file.results:
            hint = did_you_mean(result, flow.file.results) or f"name it in `results` of {flow.name}"
            report.add(where, "missing-result", f"{flow.name} has no result {result}", hint)
        elif flow.is_secret(result) and not report.flow.is_secret(name):
            hint = f"declare a secret slot {name}"
            report.add(where, "secret-copied", f"the secret {result} is copied to {name}", hint)
        elif slot is not None and _type_of(flow, result) not in (slot.type, None):
            message = f"{name} is of type {slot.type}, {result} is not"
            report.add(where, "wrong-type", message)


def _type_of(flow: Flow, name: str) -> str | None:
    declared = flow.slots.get(name) or flow.file.parameters.get(name)
    return None if declared is None or declared.type == "any" else str(declared.type)
