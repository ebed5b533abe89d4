"""What holds where: properties and handlers of application, document, dialog and item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from voicebot.flow.voicexml.findings import Findings
from voicebot.flow.voicexml.tree import Element

_SHORT = {"noinput", "nomatch", "help", "error"}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)?")
_TIMINGS = {
    "timeout": "no_input",
    "completetimeout": "end_complete",
    "incompletetimeout": "end_incomplete",
    "maxspeechtimeout": "max_speech",
    "interdigittimeout": "inter_digit",
}
_KNOWN = {*_TIMINGS, "bargein", "bargeintype", "confidencelevel", "termchar", "inputmodes"}
_HARMLESS = re.compile(r"fetch|maxage|maxstale|universals|sensitivity|speedvsaccuracy|maxnbest")


@dataclass(frozen=True, slots=True)
class Handler:
    """One catch of one event."""

    event: str
    count: int
    element: Element

    def takes(self, event: str) -> bool:
        """Whether it is for this event: the same, or one that it is a prefix of."""
        return not self.event or event == self.event or event.startswith(self.event + ".")


@dataclass(frozen=True, slots=True)
class Scope:
    """One element that holds properties and handlers, and what is around it."""

    name: str
    """For names of nodes; empty for the document."""
    handlers: tuple[Handler, ...] = ()
    properties: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Value and line."""
    outer: Scope | None = None

    def own(self, event: str) -> list[Handler]:
        """Handlers of an event: the nearest scope's, and those further out for other counts."""
        found = [handler for handler in self.handlers if handler.takes(event)]
        counts = {handler.count for handler in found}
        outer = self.outer.own(event) if self.outer else []
        return sorted([*found, *(h for h in outer if h.count not in counts)], key=lambda h: h.count)

    def of_count(self, event: str, count: int) -> Handler | None:
        """The handler for the `count`th time: that of the highest count up to it."""
        fit = [handler for handler in self.own(event) if handler.count <= count]
        return fit[-1] if fit else None

    @property
    def document(self) -> Scope:
        """The document's scope: the first one out that has no name."""
        return self if not self.name or self.outer is None else self.outer.document

    def has_own(self, event: str) -> bool:
        """Whether something within the document handles an event."""
        if not self.name:
            return False
        mine = any(handler.takes(event) for handler in self.handlers)
        return mine or (self.outer is not None and self.outer.has_own(event))

    def property(self, name: str) -> tuple[str, int] | None:
        """The nearest value."""
        if name in self.properties:
            return self.properties[name]
        return self.outer.property(name) if self.outer else None


def scope_of(element: Element, name: str, outer: Scope | None) -> Scope:
    """The scope that an element opens."""
    given = {p.get("name"): (p.get("value"), p.line) for p in element.elements("property")}
    return Scope(name, tuple(_handlers(element)), given, outer)


def _handlers(element: Element) -> Iterator[Handler]:
    for child in element.elements("catch", *_SHORT):
        count = int(child.get("count", "1")) if child.get("count", "1").isdigit() else 1
        events = child.get("event").split() if child.name == "catch" else [child.name]
        for event in events or [""]:
            yield Handler(event, count, child)


def milliseconds(text: str) -> str | None:
    """`5s`, `400ms`, `0.5s` as we write durations; None for what is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    number, unit = found[1], found[2] or "ms"
    return f"{float(number):g}{unit}"


def settings_of(scope: Scope, findings: Findings) -> dict[str, Any]:
    """`timing`, `barge_in` and `confidence` of a scope, and of those around it but the document."""
    outer = scope.outer
    found = settings_of(outer, findings) if outer is not None and outer.name else {}
    return merged(found, own_settings(scope, findings))


def merged(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    """Settings with those of an inner scope over them."""
    timing = {**outer.get("timing", {}), **inner.get("timing", {})}
    return {**outer, **inner} | ({"timing": timing} if timing else {})


def own_settings(scope: Scope, findings: Findings) -> dict[str, Any]:
    """The same of the scope alone."""
    found: dict[str, Any] = {}
    timing: dict[str, str] = {}
    for name, (value, line) in scope.properties.items():
        if name in _TIMINGS:
            written = milliseconds(value)
            if written is not None:
                timing[_TIMINGS[name]] = written
                if name == "incompletetimeout":  # of every question there
                    timing["end_phrase"] = written
        elif name == "bargein":
            found["barge_in"] = "both" if value == "true" else "none"
        elif name == "confidencelevel":
            found["confidence"] = _confidence(value)
            findings.note(line, "confidencelevel is where asking back begins; scales differ")
        elif name not in _KNOWN and not _HARMLESS.search(name):
            findings.note(line, f"the property {name} is left out")
    return found | ({"timing": timing} if timing else {})


def _confidence(value: str) -> dict[str, float]:
    try:
        level = min(1.0, max(0.0, float(value)))
    except ValueError:
        return {}
    return {"confirm": level, "accept": max(0.6, level)}
