"""What is kept from one question for another: early answers, corrections, digressions."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.flow.asking import Asking
from voicebot.flow.asking_back import FREE_TYPES
from voicebot.flow.base import Path
from voicebot.flow.kinds.ask import AskNode
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.lints.traits import other_flow
from voicebot.flow.report import Report
from voicebot.flow.ways import reachable, targets


def check_context(report: Report) -> None:
    """Slots that are carried, followed up or corrected, and ways back from digressions."""
    for path, slot, to in _carried(report):
        _check_secret(report, path, slot)
        if to and not _is_asked(report, slot, to):
            message = f"no question for {slot} follows, so that nobody takes what was said"
            hint = "take it out, or ask for it on the way"
            report.add(path, "never-asked", message, hint, is_warning=True)
    for name, node in report.flow.nodes.items():
        if isinstance(node, AskNode):
            _check_corrections(report, ("nodes", name, "corrects"), node)
    _check_digressions(report)


def _carried(report: Report) -> Iterator[tuple[Path, str, str]]:
    """(where, slot, the node that its choice leads to; empty for an ask)."""
    for name, node in report.flow.nodes.items():
        if isinstance(node, MenuNode):
            for choice, its in node.choices.items():
                for key, slots in (("along", its.along), ("follow_up", its.follow_up)):
                    for at, slot in enumerate(slots):
                        yield ("nodes", name, "choices", choice, key, at), str(slot), str(its.to)
        elif isinstance(node, AskNode):
            for at, slot in enumerate(node.corrects):
                yield ("nodes", name, "corrects", at), str(slot), ""


def _check_secret(report: Report, path: Path, slot: str) -> None:
    if report.flow.is_secret(slot):
        message = f"the secret slot {slot} may not be kept for another question"
        report.add(path, "secret-carried", message, "take it out: it is asked for where it is used")


def _is_asked(report: Report, slot: str, start: str) -> bool:
    """On some way from there; other flows may ask for anything."""
    nodes = report.flow.nodes
    found = reachable(targets(report.ways, with_errors=False), [start])
    asks = (node for name in found if isinstance(node := nodes.get(name), Asking))
    is_elsewhere = any(other_flow(nodes[name]) for name in found if name in nodes)
    return is_elsewhere or any(slot in node.asked for node in asks)


def _check_corrections(report: Report, path: Path, node: AskNode) -> None:
    for at, name in enumerate(node.corrects):
        slot = report.flow.slots.get(name)
        if slot is not None and slot.type not in FREE_TYPES:
            message = f"{name} is of type {slot.type}, which cannot be told from an answer"
            hint = "lead the caller back to its question instead"
            report.add((*path, at), "not-correctable", message, hint)


def _check_digressions(report: Report) -> None:
    flow = report.flow
    within: set[str] = set()
    for name, command in flow.file.globals.items():
        if not command.returns:
            continue
        found = flow.reach.digression(name)
        within |= found
        if not any(flow.nodes[node].resumes for node in found):
            message = f"the digression {name} never comes back to the question that was left"
            hint = "end its nodes with one of kind resume"
            report.add(("globals", name, "to"), "no-resume", message, hint, is_warning=True)
    for name, node in flow.nodes.items():
        if node.resumes and name not in within:
            message = f"no digression comes to {name}, so that it is a goto"
            hint = "give a global command that leads here `returns: true`"
            report.add(("nodes", name), "lone-resume", message, hint, is_warning=True)
