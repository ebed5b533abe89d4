"""The address that an agent's desktop opens for a call, from a template of the operator's.

    https://crm.example/open/{caller_e164|urlencode}?call={call_id}&intent={intent}

What stands for a value is percent-encoded whole (RFC 3986, section 2.1), whether `|urlencode` is
written or not: a caller chooses some of these values, and none may change where the address leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from voicebot.core.call_context import CallContext

NAMES = (
    *("caller_e164", "caller", "called", "call_id", "intent", "queue", "agent"),
    *("language", "customer_id"),
)
"""What a template may name; and `slot.NAME` for a value that the caller gave."""
_MARK = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(r"([a-z_][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)(\|urlencode)?")


def mistakes(template: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a template: message and hint. Nothing is, with an empty one."""
    if not template:
        return
    split = urlsplit(_MARK.sub("x", template))
    if split.scheme != "https":
        yield "the address must begin with https://", "a call's data goes along"
    if "{" in template.partition("://")[2].partition("/")[0] or not split.hostname:
        yield "the host must be written out", "values may stand in the path and in the query"
    if split.username is not None:
        yield "there is a user in the address", "leave it out: every desktop would see it"
    for found in _MARK.finditer(template):
        inside = _INSIDE.fullmatch(found[1])
        if inside is None or not _is_known(inside[1]):
            hint = f"there are {', '.join(NAMES)} and slot.NAME, each with |urlencode or without"
            yield f"{{{found[1]}}} is not known", hint
    if rest := re.search(r"[{}\s]", _MARK.sub("", template)):
        yield f"{rest[0]!r} stands alone", "braces come in pairs; there are no spaces"


def address(template: str, context: CallContext, agent: str) -> str:
    """The address for a call that is offered to an agent; empty without a template."""
    values = _values(context, agent)

    def value(found: re.Match[str]) -> str:
        name = found[1].removesuffix("|urlencode")
        return quote(values.get(name, ""), safe="")

    return _MARK.sub(value, template)


def _is_known(name: str) -> bool:
    return name in NAMES or (name.startswith("slot.") and name.count(".") == 1)


def _values(context: CallContext, agent: str) -> Mapping[str, str]:
    number = str(context.customer.get("number") or context.caller)
    shown = {n: v for n, v in context.slots.items() if n not in context.masked}
    return {
        "caller_e164": number if re.fullmatch(r"\+[1-9]\d{4,14}", number) else "",
        "caller": context.caller,
        "called": context.called,
        "call_id": context.call,
        "intent": context.intent,
        "queue": context.stay.queue if context.stay else "",
        "agent": agent,
        "language": context.language,
        "customer_id": str(context.customer.get("id") or ""),
        **{f"slot.{name}": value for name, value in shown.items()},
    }
