"""The checks that keep secret slots from where they would be kept or heard."""

from __future__ import annotations

from voicebot.flow.base import Path, PromptRef, TagTemplate, Template, UrlTemplate, marked
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.kinds.set import SetNode
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, TemplateError, parse_template


def check_secrets(report: Report) -> None:
    """A secret slot may go to a back end in a body or header, and nowhere else."""
    for path, value in marked(report.flow.file):
        if isinstance(value, PromptRef):
            _, text = report.flow.text(value)
            for name in _secrets(report, text):
                message = f"the bot says the secret slot {name} aloud"
                report.add(path, "secret-spoken", message, is_warning=True)
        elif isinstance(value, Template):
            place = _leak(path, value)
            for name in _secrets(report, value) if place else ():
                report.add(path, "secret-leak", f"the secret slot {name} gets into {place}")
    for node_name, node in report.flow.nodes.items():
        if isinstance(node, SetNode):
            for key, expression in node.values.items():
                _check_copy(report, ("nodes", node_name, "values", key), expression)
        elif isinstance(node, HttpNode):
            for key, expression in node.save.items():
                _check_copy(report, ("nodes", node_name, "save", key), expression)


def _leak(path: Path, value: Template) -> str:
    if isinstance(value, TagTemplate):
        return "the journal"
    if isinstance(value, UrlTemplate):
        return "the url, which servers log"
    return "the agent's summary" if "summary" in path else ""


def _secrets(report: Report, text: str) -> list[str]:
    try:
        marks = [part for part in parse_template(text) if isinstance(part, Mark)]
    except TemplateError:
        return []
    return [mark.name for mark in marks if report.flow.is_secret(mark.name)]


def _check_copy(report: Report, path: Path, expression: str) -> None:
    try:
        found = [name.path for name in names(parse(expression))]
    except ExpressionError:
        return
    for name in found:
        if report.flow.is_secret(name):
            hint = "a copy would no longer be secret; use the slot itself"
            report.add(path, "secret-copied", f"the secret slot {name} is copied", hint)
