"""What each kind of node and each slot must have."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.flow.asking import Asking
from voicebot.flow.base import Path
from voicebot.flow.flow import Flow
from voicebot.flow.kinds.ask import AskNode
from voicebot.flow.kinds.digits import DigitsNode
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.listening import Listening
from voicebot.flow.report import Report
from voicebot.flow.values import DIGIT_STRINGS

_RESERVED = ("call", "body", "status", "value", "other", "position", "wait", "answer")


def check_slots(report: Report) -> None:
    kept = set(_kept(report.flow))
    for name in report.flow.slots:
        if name in kept:
            report.add(("slots", name), "name-twice", f"{name} is also set by a node")
        if name in _RESERVED:
            report.add(("slots", name), "reserved-name", f"{name} has a meaning of its own")


def _kept(flow: Flow) -> Iterator[str]:
    """Names that nodes give values to, beside the slots that callers fill."""
    for node in flow.nodes.values():
        for given in node.gives().values():
            is_kept = not isinstance(node, Listening)
            yield from (str(name) for name in given if is_kept or name not in flow.slots)


def check_node(report: Report, path: Path, node: object) -> None:
    if isinstance(node, HttpNode):
        _check_http(report, path, node)
    if isinstance(node, Listening):
        for name in node.without:
            if name not in report.flow.globals:
                report.missing((*path, "without"), "global command", name, report.flow.globals)
    if isinstance(node, AskNode):
        for index, slot in enumerate(node.slots):
            if slot not in report.flow.slots:
                where = (*path, "slots", list(node.slots)[index])
                report.missing(where, "slot", slot, report.flow.slots)
    if isinstance(node, DigitsNode):
        spec = report.flow.slots.get(node.slot)
        if spec is not None and spec.type not in DIGIT_STRINGS:
            report.add((*path, "slot"), "wrong-type", f"{node.slot} is of type {spec.type}")
    if isinstance(node, Asking):
        _check_questions(report, path, node)
    elif isinstance(node, Listening) and node.needs_prompt and not node.prompt:
        report.add(path, "missing-prompt", "the node has no prompt")


def _check_http(report: Report, path: Path, node: HttpNode) -> None:
    if not report.flow.backends:
        report.add(path, "missing-back-end", "the flow has no back end", "add `backends:`")
    elif node.backend is None and len(report.flow.backends) > 1:
        report.add(path, "missing-back-end", "say which back end", "add `backend:`")


def _check_questions(report: Report, path: Path, node: Asking) -> None:
    if node.prompt:
        return
    for name, how in node.asked.items():
        if how.required and not how.prompt:
            report.add(path, "missing-prompt", f"nothing asks for {name}")
