"""The checks that keep secret slots from where they would be kept or heard."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.flow.base import (
    KeptTemplate,
    Path,
    PhrasePattern,
    PromptRef,
    QueryTemplate,
    TagTemplate,
    Template,
    UrlTemplate,
    marked,
)
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.kinds.set import SetNode
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, TemplateError, parse_template


def check_secrets(report: Report) -> None:
    """A secret slot may go to a back end in a body or header, and nowhere else."""
    for path, value in marked(report.flow.file):
        if isinstance(value, PromptRef):
            texts = report.flow.texts.wordings(value)
            for name in dict.fromkeys(n for text in texts for n in _secrets(report, text)):
                message = f"the bot says the secret slot {name} aloud"
                hint = "leave it out, or say only that it was taken"
                report.add(path, "secret-spoken", message, hint, is_warning=True)
        elif isinstance(value, Template):
            place = _leak(path, value)
            for name in _secrets(report, value) if place else ():
                hint = "send it in the `body` of a request, and nowhere else"
                report.add(path, "secret-leak", f"the secret slot {name} gets into {place}", hint)
            if not place:
                _check_line(report, path, value)
        elif isinstance(value, PhrasePattern):
            _check_phrase(report, path, value)
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
    if isinstance(value, KeptTemplate):
        return "the outbox, which keeps it until it is delivered"
    if isinstance(value, UrlTemplate | QueryTemplate):
        return "the url, which servers log"
    return "the agent's summary" if "summary" in path else ""


def _check_line(report: Report, path: Path, value: Template) -> None:
    """A secret that leaves this machine in clear."""
    node = report.flow.nodes.get(str(path[1])) if path[:1] == ("nodes",) else None
    if not isinstance(node, HttpNode) or not report.flow.backends:
        return
    backend = report.flow.backends.get(node.backend or next(iter(report.flow.backends)))
    for name in _secrets(report, value):
        if backend is not None and _is_in_clear(backend.url):
            message = f"the secret slot {name} goes over the network unencrypted"
            report.add(path, "secret-in-clear", message, "use https", is_warning=True)


def _is_in_clear(url: str) -> bool:
    parts = urlsplit(url)
    try:
        is_here = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = parts.hostname == "localhost"
    return parts.scheme == "http" and not is_here


def _check_phrase(report: Report, path: Path, text: str) -> None:
    try:
        found = list(slots_of(parse_phrase(text)))
    except PhraseError:
        return  # Reported where phrases are checked.
    for name in found:
        if report.flow.is_secret(name):
            message = f"the secret slot {name} would be kept with what the caller said"
            hint = "ask for it in a node of its own, of kind digits or ask"
            report.add(path, "secret-in-phrase", message, hint)


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
