"""What is written down and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.flow.asking import Asking
from voicebot.flow.base import (
    BackendName,
    Expression,
    Path,
    PhrasePattern,
    PromptRef,
    SlotName,
    Template,
    marked,
)
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, TemplateError, parse_template


def check_unused(report: Report) -> None:
    """Slots that no caller can fill or nobody reads, back ends that nobody asks."""
    flow = report.flow
    filled, read, asked = set(_filled(report)), set(_read(report)), set(_backends(report))
    for name in flow.slots:
        path: Path = ("slots", name)
        if name not in filled and name not in read:
            hint = "take it out, or ask for it"
            report.add(path, "unused-slot", f"nothing asks for {name}", hint, is_warning=True)
        elif name not in filled:
            hint = "ask for it in a node of kind ask or digits, or in a menu's phrases"
            message = f"{name} is read, but no caller is asked for it"
            report.add(path, "never-filled", message, hint, is_warning=True)
    for name in flow.backends:
        if name not in asked:
            hint = "take it out"
            message = f"no node asks the back end {name}"
            report.add(("backends", name), "unused-back-end", message, hint, is_warning=True)


def _filled(report: Report) -> Iterator[str]:
    for node in report.flow.nodes.values():
        if isinstance(node, Asking):
            yield from node.asked
    for out in report.ways.values():
        for way in out:
            yield from way.gives
    for _, value in marked(report.flow.file):
        if isinstance(value, SlotName):
            yield str(value)
        elif isinstance(value, PhrasePattern):
            yield from _in_phrase(value)


def _in_phrase(text: str) -> Iterable[str]:
    try:
        return tuple(slots_of(parse_phrase(text)))
    except PhraseError:
        return ()


def _read(report: Report) -> Iterator[str]:
    """Heads of the names in prompts, templates and expressions."""
    for _, value in marked(report.flow.file):
        if isinstance(value, PromptRef):
            for text in report.flow.texts.wordings(value):
                yield from _in_template(text)
        elif isinstance(value, Template):
            yield from _in_template(value)
        elif isinstance(value, Expression):
            yield from _in_expression(value)


def _in_template(text: str) -> Iterable[str]:
    try:
        parts = parse_template(text)
    except TemplateError:
        return ()
    return tuple(part.name.partition(".")[0] for part in parts if isinstance(part, Mark))


def _in_expression(text: str) -> Iterable[str]:
    try:
        return tuple(name.path.partition(".")[0] for name in names(parse(text)))
    except ExpressionError:
        return ()


def _backends(report: Report) -> Iterator[str]:
    first = next(iter(report.flow.backends), "")
    for node in report.flow.nodes.values():
        sender: Any = getattr(node, "webhook", None) or node
        if getattr(sender, "backend", "") is None:
            yield first
    for _, value in marked(report.flow.file):
        if isinstance(value, BackendName):
            yield str(value)
