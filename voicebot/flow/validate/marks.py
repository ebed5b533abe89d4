"""Every string with a meaning: what it names is there, what it says can be read."""

from __future__ import annotations

from voicebot.flow.base import (
    BackendName,
    CalendarName,
    Destination,
    Expression,
    FlowName,
    KnowledgeName,
    Marked,
    NodeName,
    Path,
    PhrasePattern,
    PromptRef,
    QueueName,
    SlotName,
    Template,
)
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, Parts, TemplateError, parse_template
from voicebot.flow.validate.names import is_known
from voicebot.flow.validate.prompts import check_prompt_ref
from voicebot.flow.validate.texts import check_expression, check_phrase, check_template


def check_mark(report: Report, path: Path, value: Marked) -> None:
    flow = report.flow
    match value:
        case NodeName() if value not in flow.nodes:
            report.missing(path, "node", value, flow.nodes)
        case SlotName() if value not in flow.slots:
            report.missing(path, "slot", value, flow.slots)
        case KnowledgeName() if report.around.bases is not None:
            _check_knowledge(report, path, value)
        case BackendName() if value not in flow.backends:
            report.missing(path, "back end", value, flow.backends)
        case FlowName() if flow.library is not None and value not in flow.library:
            report.missing(path, "flow", value, flow.library)
        case CalendarName() if flow.calendar(value) is None:
            _check_calendar(report, path, value)
        case QueueName() if report.around.queues is not None:
            if value not in report.around.queues:
                report.missing(path, "queue", value, report.around.queues)
        case Destination() if report.around.destinations is not None:
            if not value.startswith(("sip:", "sips:")) and value not in report.around.destinations:
                report.missing(path, "destination", value, report.around.destinations)
        case PromptRef():
            check_prompt_ref(report, path, value)
        case Expression():
            check_expression(report, path, value)
        case Template():
            check_template(report, path, value)
        case PhrasePattern():
            check_phrase(report, path, value)
        case _:
            pass


def _check_knowledge(report: Report, path: Path, name: str) -> None:
    flow, base = report.flow, report.flow.bases.get(name)
    if base is None:
        report.missing(path, "knowledge base", name, flow.bases)
        return
    entries = list(base.in_language(flow.language))
    if not entries:
        hint = "write question and answer in it"
        report.add(path, "no-entry", f"{name} has no entry in {flow.language}", hint)
    for entry in entries:
        for part in _parts(entry.answers[flow.language]):
            if isinstance(part, Mark) and not is_known(flow, part.name):
                message = f"the answer of {entry.id} in {name} has {{{part.name}}}"
                hint = "nothing is called so in this flow: set it before, or write the answer out"
                report.add(path, "unknown-name", message, hint)


def _parts(text: str) -> Parts:
    try:
        return parse_template(text)
    except TemplateError:
        return ()  # Reported where the answer stands.


def _check_calendar(report: Report, path: Path, name: str) -> None:
    configured = report.around.calendars
    if configured is not None or report.flow.file.calendars:
        known = {*report.flow.file.calendars, *report.flow.settings.calendars, *(configured or ())}
        if name not in known:
            report.missing(path, "calendar", name, known)
