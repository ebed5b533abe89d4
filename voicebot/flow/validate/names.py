"""Names in expressions and templates."""

from __future__ import annotations

from collections.abc import Collection

from voicebot.flow.base import Path
from voicebot.flow.clock import CLOCK
from voicebot.flow.customers import FIELDS
from voicebot.flow.flow import Flow
from voicebot.flow.problems import did_you_mean
from voicebot.flow.report import Report

CALL_FIELDS = ("caller", "caller_name", "called", "trunk", "language", "intent")
"""What `call.` has in expressions and templates."""


def is_known(flow: Flow, name: str) -> bool:
    head, _, rest = name.partition(".")
    return rest in CALL_FIELDS if head == "call" else flow.has(head) or head in (*CLOCK, "customer")


def check_name(report: Report, path: Path, name: str, offset: int, extra: Collection[str]) -> None:
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
