"""SRGS 1.0 grammars (W3C, 2004) and VoiceXML's builtin ones as phrases and slots of ours.

<one-of><item>cat <tag>"felis"</tag></item><item>dog</item></one-of>   ─▶  felis: cat, dog: dog
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.flow.voicexml.expressions import literal
from voicebot.flow.voicexml.findings import Findings
from voicebot.flow.voicexml.tree import Element

_ASSIGNED = re.compile(r"""^(?:out|\$|\w+)(?:\.\w+)*\s*=\s*(.+?);?$""", re.DOTALL)
_REPEAT = re.compile(r"(\d+)(?:-(\d*))?")
_UNSAFE = re.compile(r"[\[\](){}|]")
_MAX_RULES_DEEP = 12


@dataclass(slots=True)
class Alternative:
    """One value that a grammar gives, with what is said or keyed for it."""

    value: str
    phrases: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Builtin:
    """A builtin type: a slot without its prompts."""

    slot: dict[str, Any]
    by_keys_only: bool = False


def builtin(uri: str, findings: Findings, line: int) -> Builtin | None:
    """The slot for `digits?length=4` or `builtin:dtmf/digits`; None for an unknown type."""
    name = uri.removeprefix("builtin:")
    by_keys_only = name.startswith("dtmf/")
    name, _, query = name.removeprefix("dtmf/").removeprefix("grammar/").partition("?")
    given = dict(part.split("=", 1) for part in re.split("[;&]", query) if "=" in part)
    slot = _BUILTIN.get(name)
    if slot is None:
        return None
    slot = dict(slot)
    if name == "digits":
        slot |= _lengths(given)
    elif given:
        findings.note(line, f"parameters of the builtin grammar {name} are left out")
    if name == "currency":
        findings.note(line, "amounts are in the flow's currency", "set `currency`")
    return Builtin(slot, by_keys_only)


_BUILTIN: Mapping[str, dict[str, Any]] = {
    "boolean": {"type": "yes_no"},
    "date": {"type": "date"},
    "digits": {"type": "digits"},
    "currency": {"type": "money"},
    "number": {"type": "number"},
    "phone": {"type": "digits", "min_length": 3, "max_length": 15},
    "time": {"type": "time"},
}


def _lengths(given: Mapping[str, str]) -> dict[str, Any]:
    known = {"length": "length", "minlength": "min_length", "maxlength": "max_length"}
    return {known[k]: int(v) for k, v in given.items() if k in known and v.isdigit()}


class Grammar:
    """An inline SRGS grammar in its XML form."""

    def __init__(self, element: Element, findings: Findings) -> None:
        self._rules = {rule.get("id"): rule for rule in element.elements("rule")}
        self._root = element.get("root") or next(iter(self._rules), "")
        self._findings = findings
        self.line = element.line
        self.by_keys = element.get("mode") == "dtmf"

    def alternatives(self) -> list[Alternative]:
        """What the root rule offers, by value."""
        root = self._rules.get(self._root)
        if root is None:
            self._findings.lost(self.line, "a grammar without its root rule")
            return []
        found: dict[str, Alternative] = {}
        for said, value in self._branches(root, 0):
            text = " ".join(said.split())
            if text:
                one = found.setdefault(value or text, Alternative(value or text))
                (one.keys if self.by_keys else one.phrases).append(
                    text.replace(" ", "") if self.by_keys else text.lower()
                )
        return list(found.values())

    def _branches(self, element: Element, depth: int) -> Iterator[tuple[str, str]]:
        """(phrase, value): a rule that is one choice gives one each, any other one phrase."""
        children = [c for c in element.children if isinstance(c, Element) or c.strip()]
        parts = [c for c in children if not (isinstance(c, Element) and c.name == "example")]
        if len(parts) == 1 and isinstance(parts[0], Element) and depth < _MAX_RULES_DEEP:
            only = parts[0]
            if only.name == "one-of":
                for item in only.elements("item"):
                    yield from self._branches(item, depth + 1)
                return
            if only.name == "item" and not only.get("repeat"):
                yield from self._branches(only, depth + 1)
                return
            rule = self._referred(only) if only.name == "ruleref" else None
            if rule is not None:
                yield from self._branches(rule, depth + 1)
                return
        yield self._phrase(element, depth), self._value(element)

    def _phrase(self, element: Element, depth: int) -> str:
        """All of it as one pattern."""
        return " ".join(filter(None, (self._part(child, depth) for child in element.children)))

    def _part(self, child: Element | str, depth: int) -> str:
        if isinstance(child, str):
            return _UNSAFE.sub(" ", child.replace('"', " ")).strip()
        match child.name:
            case "item":
                return self._item(child, depth)
            case "token":
                return _UNSAFE.sub(" ", child.text)
            case "one-of":
                options = [self._phrase(item, depth + 1) for item in child.elements("item")]
                said = [option for option in options if option]
                return f"({' | '.join(said)})" if said else ""
            case "ruleref":
                return self._rule(child, depth)
            case _:
                return ""

    def _item(self, item: Element, depth: int) -> str:
        inner = self._phrase(item, depth + 1)
        repeat = _REPEAT.fullmatch(item.get("repeat", "1").strip())
        if not inner or repeat is None or repeat[0] == "1":
            return inner
        least = int(repeat[1])
        if repeat[2] is None:
            return " ".join([inner] * min(least, 20))
        most = int(repeat[2]) if repeat[2] else least + 3
        if not repeat[2]:
            self._findings.changed(item.line, f"repeated without end, taken {most} times at most")
        optional = f"[{inner}]"
        return " ".join([inner] * min(least, 20) + [optional] * min(max(0, most - least), 20))

    def _rule(self, reference: Element, depth: int) -> str:
        if reference.get("special") in ("NULL", "GARBAGE"):
            return ""
        rule = self._referred(reference)
        if rule is None or depth >= _MAX_RULES_DEEP:
            return ""
        return self._phrase(rule, depth + 1)

    def _referred(self, reference: Element) -> Element | None:
        uri = reference.get("uri")
        if uri.startswith("#") and uri[1:] in self._rules:
            return self._rules[uri[1:]]
        if not reference.get("special"):
            what = f"a reference to the grammar {uri or 'without uri'}"
            self._findings.lost(reference.line, what, "write its phrases into the flow")
        return None

    def _value(self, element: Element) -> str:
        """What the last tag in it says: `"x"`, `out = "x"`, `out.slot = "x"`, or plain text."""
        tags = [child.text for child in element.elements("tag") if child.text]
        tags += [t for item in element.elements("item") if (t := self._value(item))]
        if not tags:
            return ""
        text = tags[-1].strip()
        assigned = _ASSIGNED.match(text)
        inner = assigned[1].strip() if assigned else text
        quoted = literal(inner)
        return quoted if quoted is not None else inner.strip("{}; ")
