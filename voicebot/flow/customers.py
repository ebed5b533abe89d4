"""What flows read of the caller's profile: `customer.NAME`, its types, and the rules over it.

Whatever is not known has an empty value of its type, so that no flow has to ask first whether
there is a profile: no name, no tags, not VIP, 0, no; only a date that is not known is null.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from voicebot.core.customers import NOBODY, Customer
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.expressions.functions.function import (
    BOOLEAN,
    DATE,
    LIST,
    NUMBER,
    TEXT,
    EvaluationError,
)
from voicebot.flow.values import Value

Evaluate = Callable[[str], Any]
"""The value of an expression. Raises `EvaluationError`."""

FIELDS: Mapping[str, str] = {
    "known": BOOLEAN,
    "id": TEXT,
    "number": TEXT,
    "name": TEXT,
    "language": TEXT,
    "vip": BOOLEAN,
    "tags": LIST,
    "notes": TEXT,
    "agent": TEXT,
    "last_agent": TEXT,
    "last_intent": TEXT,
    "calls_24h": NUMBER,
}
"""Names after `customer.` with their types, besides `customer.attributes.NAME`."""


class AttributeType(StrEnum):
    """Of an attribute of a profile."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    """As 2026-11-24."""
    LIST = "list"
    """Of texts."""


_TYPES = {
    AttributeType.TEXT: TEXT,
    AttributeType.NUMBER: NUMBER,
    AttributeType.YES_NO: BOOLEAN,
    AttributeType.DATE: DATE,
    AttributeType.LIST: LIST,
}
_YES = ("true", "yes", "1", "y", "是")


@dataclass(frozen=True, slots=True)
class TagRule:
    """A tag for the customer and the call, once its condition holds."""

    when: str
    """An expression over `customer.`, `call.`, `now`, `today`, `time` and `weekday`."""
    tag: str
    """What is put, 64 characters at most."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """How callers of some kind wait in queues."""

    when: str
    """As that of a tag's rule."""
    priority: int = 0
    """Added to the queue node's; one step is worth five minutes of waiting."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Least level by skill, beside the node's."""
    agents: tuple[str, ...] = ()
    """Agents for `sticky`, before the profile's own."""


@dataclass(frozen=True)
class CustomerTerms:
    """What the configuration says of customers."""

    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    """By name; any attribute of any type where none is declared."""
    tag_rules: tuple[TagRule, ...] = ()
    routing: tuple[RouteRule, ...] = ()

    def type_of(self, path: str) -> str | None:
        """The type of what stands after `customer.`; None where only a call can tell."""
        head, _, rest = path.partition(".")
        if head == "attributes" and rest in self.attributes:
            return _TYPES[self.attributes[rest]]
        return None if rest else FIELDS.get(head)

    def values(self, customer: Customer) -> Mapping[str, Value]:
        """What flows read of a profile: JSON values."""
        if customer is NOBODY:
            return self._nobody
        return self._values(customer)

    @cached_property
    def _nobody(self) -> Mapping[str, Value]:
        return self._values(NOBODY)

    def _values(self, customer: Customer) -> Mapping[str, Value]:
        plain: dict[str, Any] = {name: getattr(customer, name) for name in FIELDS}
        return {**plain, "tags": list(customer.tags), "attributes": self._attributes(customer)}

    def _attributes(self, customer: Customer) -> dict[str, Any]:
        found = dict(customer.attributes)
        for name, kind in self.attributes.items():
            found[name] = typed_attribute(found.get(name), kind)
        return found


def typed_attribute(value: Any, kind: AttributeType) -> Any:
    """A value as files and back ends give it, as one of its type; the empty one where it is
    none."""
    match kind:
        case AttributeType.NUMBER:
            return _number(value)
        case AttributeType.YES_NO:
            return value if isinstance(value, bool) else str(value).strip().lower() in _YES
        case AttributeType.LIST:
            return _list(value)
        case AttributeType.DATE:
            return _date(value)
        case _:
            return "" if value is None else str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        number = float(str(value).strip())
    except ValueError:
        return 0
    return int(number) if number.is_integer() else number


def _date(value: Any) -> Value:
    try:
        return SlotValue(SlotType.DATE, date.fromisoformat(str(value)[:10]).isoformat())
    except ValueError:
        return None


def _list(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [part.strip() for part in str(value or "").split(";") if part.strip()]


def opening_language(languages: Collection[str], customer: Customer) -> str:
    """The language to greet in: the customer's, if the flow has it; else empty."""
    wanted = customer.language.partition("-")[0].lower()
    return wanted if wanted in languages else ""


def tags_due(rules: Sequence[TagRule], evaluate: Evaluate, has: Collection[str]) -> list[str]:
    """Tags whose condition holds and that are not there yet. One that cannot be reckoned does not
    hold."""
    found: list[str] = []
    for rule in rules:
        if rule.tag not in has and rule.tag not in found and _holds(rule.when, evaluate):
            found.append(rule.tag)
    return found


@dataclass(frozen=True, slots=True)
class Routing:
    """What a customer brings to a queue."""

    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    agents: tuple[str, ...] = ()


def routing_of(
    rules: Sequence[RouteRule], evaluate: Evaluate, customer: Mapping[str, Value]
) -> Routing:
    """All rules that hold, together; and whoever looks after the customer, or talked last."""
    due = [rule for rule in rules if _holds(rule.when, evaluate)]
    skills: dict[str, int] = {}
    for rule in due:
        for skill, level in rule.skills.items():
            skills[skill] = max(level, skills.get(skill, 0))
    named = [name for rule in due for name in rule.agents]
    own = [str(customer.get(name) or "") for name in ("agent", "last_agent")]
    agents = tuple(dict.fromkeys(name for name in (*named, *own) if name))
    return Routing(sum(rule.priority for rule in due), skills, agents)


def _holds(when: str, evaluate: Evaluate) -> bool:
    try:
        return bool(evaluate(when))
    except EvaluationError:
        return False
