"""What callers hear who were not understood, or kept silent."""

from __future__ import annotations

from itertools import pairwise

from voicebot.flow.base import Path
from voicebot.flow.listening import Listening
from voicebot.flow.properties import Reactions
from voicebot.flow.report import Report


def check_reprompts(report: Report) -> None:
    """Listening nodes that can only say what is built in, and entries that repeat each other."""
    file = report.flow.file
    for kind in ("no_input", "no_match"):
        _check_taper(report, (kind,), getattr(file, kind))
        for name, node in report.flow.nodes.items():
            if isinstance(node, Listening):
                _check_taper(report, ("nodes", name, kind), getattr(node, kind))
    for name, node in report.flow.nodes.items():
        if isinstance(node, Listening) and node.again == node.prompt and node.again:
            message = "later visits hear the same question again"
            hint = "make `again` shorter, or leave it out"
            report.add(("nodes", name, "again"), "same-reprompt", message, hint, is_warning=True)


def _check_taper(report: Report, path: Path, reactions: Reactions) -> None:
    for index, (before, reaction) in enumerate(pairwise(reactions), 1):
        if before.to is not None:
            message = f"entry {index} leaves the node, so entry {index + 1} is never reached"
            hint = "put the entry with `to` last"
            report.add((*path, index), "unreachable-reprompt", message, hint, is_warning=True)
        elif reaction.prompt and reaction.prompt == before.prompt and reaction.to is None:
            message = "the caller hears the same words twice in a row"
            hint = "say more each time: examples first, then the keys, then a person"
            report.add((*path, index), "same-reprompt", message, hint, is_warning=True)
