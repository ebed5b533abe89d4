"""What a flow must keep to beyond its shape: every name exists, every text can be read.

What can be told beyond that (ways, keys, phrases, secrets, values) is in `lints/`; all add to the
same list, so that the operator sees every problem at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from voicebot.core.errors import Problem
from voicebot.core.markup import mistakes
from voicebot.core.phrases import PhraseError, parse_phrase, slots_of
from voicebot.flow.asking import Asking
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
    marked,
)
from voicebot.flow.clock import CLOCK
from voicebot.flow.customers import FIELDS
from voicebot.flow.document import Document
from voicebot.flow.expression_types import mismatches
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.flow import Flow
from voicebot.flow.kinds.ask import AskNode
from voicebot.flow.kinds.digits import DigitsNode
from voicebot.flow.kinds.http import HttpNode
from voicebot.flow.lints import check_all
from voicebot.flow.listening import Listening
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report, Surroundings
from voicebot.flow.templates import Mark, Parts, TemplateError, parse_template
from voicebot.flow.values import DIGIT_STRINGS
from voicebot.flow.wording import built_in

CALL_FIELDS = ("caller", "caller_name", "called", "trunk", "language", "intent")
"""What `call.` has in expressions and templates."""


def validate(flow: Flow, document: Document, around: Surroundings) -> list[Problem]:
    """Every problem of a flow whose shape is right."""
    report = Report(flow, document, around)
    for path, value in marked(flow.file):
        _check_mark(report, path, value)
    _check_prompts(report)
    _check_early(report)
    _check_slots(report)
    for name, node in flow.nodes.items():
        _check_node(report, ("nodes", name), node)
    check_all(report)
    return report.problems


def _check_mark(report: Report, path: Path, value: Marked) -> None:
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
            _check_prompt_ref(report, path, value)
        case Expression():
            _check_expression(report, path, value)
        case Template():
            _check_template(report, path, value)
        case PhrasePattern():
            _check_phrase(report, path, value)
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
            if isinstance(part, Mark) and not _is_known(flow, part.name):
                message = f"the answer of {entry.id} in {name} has {{{part.name}}}"
                hint = "nothing is called so in this flow: set it before, or write the answer out"
                report.add(path, "unknown-name", message, hint)


def _parts(text: str) -> Parts:
    try:
        return parse_template(text)
    except TemplateError:
        return ()  # Reported where the answer stands.


def _is_known(flow: Flow, name: str) -> bool:
    head, _, rest = name.partition(".")
    return rest in CALL_FIELDS if head == "call" else flow.has(head) or head in (*CLOCK, "customer")


def _check_calendar(report: Report, path: Path, name: str) -> None:
    configured = report.around.calendars
    if configured is not None or report.flow.file.calendars:
        known = {*report.flow.file.calendars, *report.flow.settings.calendars, *(configured or ())}
        if name not in known:
            report.missing(path, "calendar", name, known)


# ---------------------------------------------------------------- texts


def _check_prompt_ref(report: Report, path: Path, ref: str) -> None:
    prompts = report.flow.texts.prompts
    if ref in prompts:
        return
    if ref.isascii() and ref.replace("_", "").replace(".", "").isalnum() and ref == ref.lower():
        hint = did_you_mean(ref, prompts) or "write the text itself, or add it under `prompts`"
        report.add(path, "missing-prompt", f"there is no prompt {ref}", hint)
        return
    _check_template(report, path, ref)
    _check_markup(report, path, ref)


def _check_markup(report: Report, path: Path, text: str) -> None:
    for offset, message in mistakes(text):
        hint = "only the markup that docs/flow-language.md names is said"
        report.add(path, "bad-markup", message, hint, offset=offset)


def _check_prompts(report: Report) -> None:
    used = {str(v) for _, v in marked(report.flow.file) if isinstance(v, PromptRef)}
    used |= set(built_in(report.flow.language))
    for name, wordings in report.flow.file.prompts.items():
        path: Path = ("prompts", name)
        for index, text in enumerate(wordings):
            _check_template(report, (*path, index), text)
            _check_markup(report, (*path, index), text)
        if name not in used:
            report.add(path, "unused-prompt", f"nothing says {name}", is_warning=True)


def _check_early(report: Report) -> None:
    """Nothing is known of a call that is not answered yet."""
    for i, ref in enumerate(report.flow.file.before_answer.early):
        try:
            known = report.flow.texts.static_prompt(str(ref)) is not None
        except TemplateError:
            continue  # Reported where the prompt stands.
        if not known:
            path: Path = ("before_answer", "early", i)
            message = "a prompt before the answer cannot hold values"
            report.add(path, "early-value", message, "leave the {values} out")


def _check_template(report: Report, path: Path, text: str) -> None:
    try:
        parts = parse_template(text)
    except TemplateError as error:
        report.add(path, "bad-template", str(error), offset=error.offset)
        return
    for part in parts:
        if isinstance(part, Mark):
            _check_name(
                report, path, part.name, part.offset, ("value", "other", "position", "wait")
            )


def _check_expression(report: Report, path: Path, text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError as error:
        report.add(path, "bad-expression", str(error), offset=error.offset)
        return
    extra = _figures(report.flow, path)
    for name in names(tree):
        _check_name(report, path, name.path, name.offset, extra)
    for message, offset in mismatches(tree, lambda name: extra.get(name) or report.type_of(name)):
        report.add(path, "wrong-type", message, offset=offset)


def _figures(flow: Flow, path: Path) -> Mapping[str, str | None]:
    """What only the expressions under a node's `save` may use."""
    match path:
        case ("nodes", str(name), "save", *_):
            return flow.nodes[name].figures
        case _:
            return {}


def _check_name(report: Report, path: Path, name: str, offset: int, extra: Collection[str]) -> None:
    head, _, rest = name.partition(".")
    if head == "call":
        if rest not in CALL_FIELDS:
            hint = did_you_mean(rest, CALL_FIELDS) or "there are: " + ", ".join(CALL_FIELDS)
            report.add(path, "unknown-name", f"call has no {rest or 'value'}", hint, offset=offset)
        return
    flow = report.flow
    if head == "customer" and not flow.has(head) and head not in extra:
        _check_customer(report, path, rest, offset)
        return
    if not (flow.has(head) or head in extra or head in CLOCK):
        known = {*flow.names, *extra, *CLOCK, "customer"}
        hint = did_you_mean(head, known) or "declare it under `slots`, or set it in a node"
        report.add(path, "unknown-name", f"nothing is called {head}", hint, offset=offset)


def _check_customer(report: Report, path: Path, name: str, offset: int) -> None:
    head, _, rest = name.partition(".")
    terms = report.flow.settings.customers
    if head == "attributes":
        if rest and report.around.customers is not None and terms.attributes:
            attribute = rest.partition(".")[0]
            if attribute not in terms.attributes:
                near = did_you_mean(attribute, terms.attributes)
                hint = near or "declare it in hotline.toml under [customers.attributes]"
                message = f"customers have no attribute {attribute}"
                # A slip stops the start; a sample flow beside one's own does not.
                code, is_warning = "unknown-name", not near
                report.add(path, code, message, hint, offset=offset, is_warning=is_warning)
        return
    if name not in FIELDS:
        hint = did_you_mean(name, FIELDS) or "there are: " + ", ".join((*FIELDS, "attributes"))
        message = f"customer has no {name or 'value'}"
        report.add(path, "unknown-name", message, hint, offset=offset)


def _kept(flow: Flow) -> Iterator[str]:
    """Names that nodes give values to, beside the slots that callers fill."""
    for node in flow.nodes.values():
        for given in node.gives().values():
            is_kept = not isinstance(node, Listening)
            yield from (str(name) for name in given if is_kept or name not in flow.slots)


def _check_phrase(report: Report, path: Path, text: str) -> None:
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


# ---------------------------------------------------------------- nodes and slots


_RESERVED = ("call", "body", "status", "value", "other", "position", "wait", "answer")


def _check_slots(report: Report) -> None:
    kept = set(_kept(report.flow))
    for name in report.flow.slots:
        if name in kept:
            report.add(("slots", name), "name-twice", f"{name} is also set by a node")
        if name in _RESERVED:
            report.add(("slots", name), "reserved-name", f"{name} has a meaning of its own")


def _check_node(report: Report, path: Path, node: object) -> None:
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
