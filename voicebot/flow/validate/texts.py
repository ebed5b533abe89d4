"""Templates, expressions and phrases: each can be read, and its names exist."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.flow.base import Path
from voicebot.flow.expression_types import mismatches
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.flow import Flow
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, TemplateError, parse_template
from voicebot.flow.validate.names import check_name


def check_template(report: Report, path: Path, text: str) -> None:
    try:
        parts = parse_template(text)
    except TemplateError as error:
        report.add(path, "bad-template", str(error), offset=error.offset)
        return
    for part in parts:
        if isinstance(part, Mark):
            check_name(report, path, part.name, part.offset, ("value", "other", "position", "wait"))


def check_expression(report: Report, path: Path, text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError as error:
        report.add(path, "bad-expression", str(error), offset=error.offset)
        return
    extra = _figures(report.flow, path)
    for name in names(tree):
        check_name(report, path, name.path, name.offset, extra)
    for message, offset in mismatches(tree, lambda name: extra.get(name) or report.type_of(name)):
        report.add(path, "wrong-type", message, offset=offset)


def _figures(flow: Flow, path: Path) -> Mapping[str, str | None]:
    """What only the expressions under a node's `save` may use."""
    match path:
        case ("nodes", str(name), "save", *_):
            return flow.nodes[name].figures
        case _:
            return {}


def check_phrase(report: Report, path: Path, text: str) -> None:
    try:
        phrase = parse_phrase(text)
    except PhraseError as error:
        report.add(path, "bad-phrase", str(error), offset=error.offset)
        return
    for name in slots_of(phrase):
        if "choices" not in path:
            report.add(path, "bad-phrase", "only a menu's choices may hold slots", offset=0)
        elif name not in report.flow.slots:
            hint = did_you_mean(name, report.flow.slots)
            offset = max(text.find(f"{{{name}}}"), 0)
            report.add(path, "missing-slot", f"there is no slot {name}", hint, offset=offset)
